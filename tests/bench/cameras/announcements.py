# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Who waits for the announcements: what has arrived, when, and how long after it was seen.

"""A consumer of the frame events on a thread of its own."""

import collections
import json
import threading
import time

import pika

KEPT_FRAMES = 50  # of the frames' queue, for which nobody waits: the broker routes and drops them


class Announcements:
    """`seen` has for each camera what has come so far: (when it came, delay in seconds, size, capture time in
    seconds)."""

    def __init__(self, amqp_uri):
        self.lock = threading.Lock()
        self.seen = collections.defaultdict(list)
        self.uri = amqp_uri
        self.stopping = False
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.ready.wait()

    def run(self):
        connection = pika.BlockingConnection(pika.URLParameters(self.uri))
        channel = connection.channel()
        for exchange in "cameras", "camera.metadata":
            channel.exchange_declare(exchange, "topic", durable=True)
        frames = channel.queue_declare("", exclusive=True, arguments={"x-max-length": KEPT_FRAMES}).method.queue
        channel.queue_bind(frames, "cameras", "#")
        events = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(events, "camera.metadata", "camera.metadata.event")
        channel.basic_consume(events, self.on_event, auto_ack=True)
        self.ready.set()
        while not self.stopping:
            connection.process_data_events(time_limit=0.2)
        connection.close()

    def on_event(self, _channel, _method, _properties, body):
        event = json.loads(body)
        captured = event["timestamp_ns"]
        delay = (time.time_ns() - captured) / 1e9
        with self.lock:
            self.seen[event["camera_id"]].append((time.monotonic(), delay, event["size_bytes"], captured / 1e9))

    def clear(self):
        with self.lock:
            self.seen.clear()

    def counts(self):
        with self.lock:
            return {camera: len(frames) for camera, frames in self.seen.items()}

    def between(self, begin, end, cameras):
        """What came of each of these cameras in this time."""
        with self.lock:
            return [[f for f in self.seen.get(camera, ()) if begin <= f[0] < end] for camera in cameras]

    def missing(self, begin, end, cameras, fps):
        """Frames that the capture times say are missing among those that came in this time."""
        n = 0
        for frames in self.between(begin, end, cameras):
            captured = sorted(frame[3] for frame in frames)
            n += sum(max(0, round((later - earlier) * fps) - 1) for earlier, later in zip(captured, captured[1:]))
        return n

    def close(self):
        self.stopping = True
        self.thread.join()

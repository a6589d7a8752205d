#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The independent consumer of the demo: a process of its own that shares no code with the elements.

"""consumer.py AMQP-URI REDIS-URI

Binds queues of its own to both exchanges and prints "ready". Counts what arrives, and looks for each announced key in
Redis the moment that it is announced. A line of JSON on stdin, {"cam1": {"frames": 10, "events": 9}, …}, says how much
will have come; once it is here, or nothing has come for a while, prints as one line of JSON what did come:

    {"cam1": {"frames": 10, "events": 9, "missing": 0, "repeated": 0, "first": …, "last": …, "latest": […]}, …}

missing: announced, but not in Redis; repeated: messages that came again, with the same message-id; first, last: capture
time of the first and the last frame, Unix ns; latest: events of the last frames, with the digest of the frame that came
by RabbitMQ as "digest" (null when none came).
"""

import collections
import hashlib
import json
import select
import sys
import time

import pika
import redis

QUIET = 5  # seconds without a message that mean that nothing more will come
LATEST = 30


class Camera:
    """What arrived from one camera."""

    def __init__(self):
        self.ids = {"frames": set(), "events": set()}
        self.missing = 0
        self.repeated = 0
        self.first = self.last = None
        self.digests = collections.OrderedDict()  # of the last frames, by sequence and capture time
        self.latest = collections.deque(maxlen=LATEST)

    def is_new(self, kind, message_id):
        if message_id in self.ids[kind]:
            self.repeated += 1
            return False
        self.ids[kind].add(message_id)
        return True

    def describe(self):
        latest = [{**event, "digest": self.digests.get((event["sequence"], event["timestamp_ns"]))}
                  for event in self.latest]
        return {"frames": len(self.ids["frames"]), "events": len(self.ids["events"]), "missing": self.missing,
                "repeated": self.repeated, "first": self.first, "last": self.last, "latest": latest}


class Consumer:
    """Both queues, and the cache."""

    def __init__(self, amqp_uri, redis_uri):
        self.cameras = collections.defaultdict(Camera)
        self.changed = time.monotonic()
        self.cache = redis.Redis.from_url(redis_uri)
        self.connection = pika.BlockingConnection(pika.URLParameters(amqp_uri))
        self.channel = self.connection.channel()
        self.consume("cameras", "camera.#", self.on_frame)
        self.consume("camera.metadata", "camera.metadata.event", self.on_event)

    def consume(self, exchange, key, callback):
        self.channel.exchange_declare(exchange, "topic", durable=True)
        queue = self.channel.queue_declare("", exclusive=True).method.queue
        self.channel.queue_bind(queue, exchange, key)
        self.channel.basic_consume(queue, callback, auto_ack=True)

    def on_frame(self, _channel, _method, properties, body):
        headers = properties.headers
        camera = self.cameras[headers["camera_id"]]
        self.changed = time.monotonic()
        if not camera.is_new("frames", properties.message_id):
            return
        camera.last = headers["timestamp_ns"]
        camera.first = camera.first or camera.last
        camera.digests[headers["sequence"], headers["timestamp_ns"]] = hashlib.sha256(body).hexdigest()
        while len(camera.digests) > 10 * LATEST:
            camera.digests.popitem(last=False)

    def on_event(self, _channel, _method, properties, body):
        event = json.loads(body)
        camera = self.cameras[event["camera_id"]]
        self.changed = time.monotonic()
        if not camera.is_new("events", properties.message_id):
            return
        if not self.cache.exists(event["redis_key"]):
            camera.missing += 1
        camera.latest.append(event)

    def has(self, expected):
        return all(len(self.cameras[name].ids[kind]) >= count
                   for name, counts in expected.items() for kind, count in counts.items())

    def run(self):
        """Until the expected is here; FALSE when nobody waits for it any more."""
        expected = None
        while True:
            self.connection.process_data_events(time_limit=0.1)
            if expected is None:
                if not select.select([sys.stdin], [], [], 0)[0]:
                    continue
                line = sys.stdin.readline()
                if not line:
                    return False
                expected = json.loads(line)
                self.changed = time.monotonic()
            if self.has(expected) or time.monotonic() - self.changed > QUIET:
                return True


def main():
    consumer = Consumer(*sys.argv[1:3])
    print("ready", flush=True)
    if consumer.run():
        print(json.dumps({name: camera.describe() for name, camera in consumer.cameras.items()}), flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The wire contract, as another implementation sees it.

"""Two marked cameras, decoded, encoded and delivered three ways by gst-launch-1.0; this process is the consumer.

It reads with pika and redis-py, so nothing here shares code with the elements.
"""

import json
import os
import re
import subprocess
import sys
import time
import unittest

import jsonschema
import pika
import redis

SOURCE_DIR = os.environ["EDGE_SOURCE_DIR"]
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))

import marks  # noqa: E402
from cameras import Cameras  # noqa: E402
from servers import Servers  # noqa: E402

CAMERAS = 2
SECONDS = 10
FPS = 10
TTL = 300
FRAMES_BEFORE_REPORT = 2 * FPS  # the first RTCP sender report comes within two seconds

KEY = re.compile(r"^/:frames:(cam[0-9]+):([0-9]+):([0-9]{5})$")

LINE = """
  rtspsrc location={uri} protocols=tcp latency=100 add-reference-timestamp-meta=true
    ! rtph264depay ! h264parse ! avdec_h264 max-threads=1
    ! videorate drop-only=true max-rate={fps}
    ! edgejpegenc ! framestamp camera-id={camera} ! tee name={camera}
  {camera}. ! amqpsink uri={amqp}
  {camera}. ! workerpool ! redisframesink uri={redis} ttl={ttl} ! metadatapub uri={amqp}
"""


class Consumer:
    """Binds its own queue before the pipeline starts, and looks at every event the moment it arrives."""

    def __init__(self, servers):
        self.redis = redis.Redis.from_url(servers.redis_uri)
        self.connection = pika.BlockingConnection(pika.URLParameters(servers.amqp_uri))
        self.channel = self.connection.channel()
        self.frames = {}  # message-id -> (key, properties, body)
        self.events = []  # (properties, JSON, JPEG in Redis, TTL in ms)
        self._bind("cameras", "camera.#", self._on_frame)
        self._bind("camera.metadata", "#", self._on_event)

    def _bind(self, exchange, key, callback):
        self.channel.exchange_declare(exchange, "topic", durable=True)
        queue = self.channel.queue_declare("", exclusive=True).method.queue
        self.channel.queue_bind(queue, exchange, key)
        self.channel.basic_consume(queue, callback, auto_ack=True)

    def _on_frame(self, _channel, method, properties, body):
        assert properties.message_id not in self.frames, "a frame came twice"
        self.frames[properties.message_id] = (method.routing_key, properties, body)

    def _on_event(self, _channel, method, properties, body):
        event = json.loads(body)
        stored = self.redis.get(event["redis_key"])
        ttl = self.redis.pttl(event["redis_key"])
        self.events.append((method.routing_key, properties, event, stored, ttl))

    def run_while(self, process):
        """Consumes until the process has ended and everything it sent has arrived."""
        while process.poll() is None:
            self.connection.process_data_events(time_limit=0.2)
        before = None
        while before != (len(self.frames), len(self.events)):
            before = (len(self.frames), len(self.events))
            self.connection.process_data_events(time_limit=0.5)

    def close(self):
        self.connection.close()
        self.redis.close()


def run_pipeline(servers, cameras, consumer, log):
    text = " ".join(
        LINE.format(uri=mount["uri"], camera="cam" + mount["number"], fps=FPS, ttl=TTL,
                    amqp=servers.amqp_uri, redis=servers.redis_uri)
        for mount in cameras.mounts)
    process = subprocess.Popen(["gst-launch-1.0", "-e", *text.split()], stdout=log, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + SECONDS
    try:
        while process.poll() is None and time.monotonic() < deadline:
            consumer.connection.process_data_events(time_limit=0.2)
        process.send_signal(2)
        consumer.run_while(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
    return process.returncode


class ContractTest(unittest.TestCase):
    """One run, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        cls.servers = Servers()
        cls.addClassCleanup(cls.servers.close)
        cls.cameras = Cameras("--marked", "--cameras", str(CAMERAS))
        cls.addClassCleanup(cls.cameras.close)
        cls.consumer = Consumer(cls.servers)
        cls.addClassCleanup(cls.consumer.close)
        log_name = os.path.join(cls.servers.directory, "pipeline.log")
        with open(log_name, "w", encoding="utf-8") as log:
            cls.status = run_pipeline(cls.servers, cls.cameras, cls.consumer, log)
        with open(log_name, encoding="utf-8") as log:
            cls.log = log.read()
        cls.frames, cls.events = cls.consumer.frames, cls.consumer.events

    def test_pipeline_ended_well(self):
        self.assertEqual(self.status, 0, self.log)
        self.assertNotIn("ERROR", self.log)
        self.assertNotIn("WARNING", self.log)

    def test_every_camera_delivered(self):
        self.assertGreater(len(self.events), CAMERAS * SECONDS * FPS // 3, self.log)
        self.assertEqual({e[2]["camera_id"] for e in self.events},
                         {"cam" + m["number"] for m in self.cameras.mounts})

    def test_same_frames_on_all_ways(self):
        announced = {(e[2]["camera_id"], e[2]["timestamp_ns"], e[2]["sequence"]) for e in self.events}
        published = {(f[1].headers["camera_id"], f[1].headers["timestamp_ns"], f[1].headers["sequence"])
                     for f in self.frames.values()}
        self.assertEqual(announced, published)
        self.assertEqual(len(announced), len(self.events), "an event came twice")
        self.assertEqual({k.decode() for k in self.consumer.redis.keys("*")},
                         {e[2]["redis_key"] for e in self.events})

    def test_event_matches_its_schema(self):
        path = os.path.join(SOURCE_DIR, "tests", "schema", "frame-event.schema.json")
        with open(path, encoding="utf-8") as text:
            validator = jsonschema.Draft7Validator(json.load(text))
        for routing_key, properties, event, _, _ in self.events:
            self.assertEqual(list(validator.iter_errors(event)), [])
            self.assertEqual(routing_key, "camera.metadata.event")
            self.assertEqual(properties.content_type, "application/json")

    def test_announced_frame_is_stored(self):
        for _, _, event, stored, ttl in self.events:
            self.assertIsNotNone(stored, f"{event['redis_key']} was announced and is not there")
            self.assertEqual(len(stored), event["size_bytes"])
            self.assertTrue(0 < ttl <= TTL * 1000, f"TTL is {ttl} ms")

    def test_key_headers_and_event_agree(self):
        by_id = {(f[1].headers["camera_id"], f[1].headers["sequence"]): f for f in self.frames.values()}
        for _, event_properties, event, stored, _ in self.events:
            routing_key, properties, body = by_id[(event["camera_id"], event["sequence"])]
            headers = properties.headers
            camera, timestamp, sequence = KEY.match(event["redis_key"]).groups()
            self.assertEqual((camera, int(timestamp), int(sequence)),
                             (event["camera_id"], event["timestamp_ns"], event["sequence"]))
            self.assertEqual(routing_key, "camera." + camera)
            self.assertEqual(set(headers), {"camera_id", "timestamp_ns", "sequence", "width", "height", "encoding"})
            for name in headers:
                self.assertEqual(headers[name], event[name])
            self.assertEqual((headers["width"], headers["height"], headers["encoding"]), (640, 360, "jpeg"))
            self.assertEqual(properties.content_type, "image/jpeg")
            self.assertEqual(properties.delivery_mode, 1)
            self.assertEqual(properties.timestamp, int(timestamp) // 10**9)
            self.assertEqual(properties.message_id, event_properties.message_id)
            self.assertEqual(body, stored, "published and stored are not the same picture")
            seconds, fraction = event["timestamp"].rstrip("Z").split(".")
            self.assertEqual(int(fraction), int(timestamp) % 10**9)
            self.assertEqual(time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(int(timestamp) // 10**9)), seconds)

    def test_sequence_has_no_gap(self):
        for mount in self.cameras.mounts:
            camera = "cam" + mount["number"]
            sequences = [e[2]["sequence"] for e in self.events if e[2]["camera_id"] == camera]
            self.assertEqual(sequences, list(range(1, len(sequences) + 1)))

    def test_picture_is_the_frame_that_it_claims_to_be(self):
        """The mark says which camera and which frame; the capture time says which frame was due.

        It does so to well under half a frame once the camera has sent its first report with its own time.
        """
        mounts = {"cam" + m["number"]: m for m in self.cameras.mounts}
        exact = 0
        for _, _, event, stored, _ in self.events:
            mount = mounts[event["camera_id"]]
            mark = marks.decode(stored)
            self.assertIsNotNone(mark, f"no mark in {event['redis_key']}")
            camera, frame = mark
            self.assertEqual("cam%d" % camera, event["camera_id"], "a picture of another camera")
            if event["sequence"] <= FRAMES_BEFORE_REPORT:
                continue
            due = marks.expected_frame(event["timestamp_ns"], int(mount["loop-ns"]), int(mount["frames"]))
            self.assertEqual(frame, due, f"{event['redis_key']} shows another moment")
            exact += 1
        self.assertGreater(exact, len(self.events) // 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)

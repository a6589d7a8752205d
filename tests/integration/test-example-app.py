#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# pipelines/example-app.c, as somebody uses it who starts from it.

"""The example application builds as it says, delivers on all ways, and ends as it says."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

import pika

SOURCE_DIR = os.environ["EDGE_SOURCE_DIR"]
SOURCE = os.path.join(SOURCE_DIR, "pipelines", "example-app.c")
PROGRAM = os.path.join(os.environ["EDGE_BUILD_DIR"], "tests", "integration", "example-app")
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))

from cameras import Cameras  # noqa: E402
from servers import Servers  # noqa: E402

CAMERAS = ("cam1", "cam2")
TENANT = "client a/1"  # the vhost
FRAMES = 5  # of each camera that are waited for
PATIENCE = 60  # seconds


class ExampleAppTest(unittest.TestCase):
    """With servers and cameras, of which Redis does not answer when the end comes."""

    @classmethod
    def setUpClass(cls):
        cls.servers = Servers()
        cls.addClassCleanup(cls.servers.close)
        cls.servers.rabbitmqctl("add_vhost", TENANT)
        cls.servers.rabbitmqctl("set_permissions", "-p", TENANT, "guest", ".*", ".*", ".*")
        cls.amqp_uri = cls.servers.amqp_uri.rpartition("/")[0] + "/" + urllib.parse.quote(TENANT, safe="")
        cls.cameras = Cameras("--marked", "--cameras", "2", "--size", "320x240")
        cls.addClassCleanup(cls.cameras.close)
        cls.uris = [mount["uri"] for mount in cls.cameras.mounts]

    def setUp(self):
        self.connection = pika.BlockingConnection(pika.URLParameters(self.amqp_uri))
        self.addCleanup(self.connection.close)
        self.channel = self.connection.channel()
        self.frames = dict.fromkeys(CAMERAS, 0)
        self.events = dict.fromkeys(CAMERAS, 0)
        self.listen("cameras", lambda properties, body: properties.headers["camera_id"], self.frames)
        self.listen("camera.metadata", lambda properties, body: self.camera_of_event(json.loads(body)), self.events)

    def camera_of_event(self, event):
        self.assertTrue(event["redis_key"].startswith("%s:frames:%s:" % (TENANT, event["camera_id"])), event)
        return event["camera_id"]

    def listen(self, exchange, camera_of, counts):
        def count(_channel, _method, properties, body):
            counts[camera_of(properties, body)] += 1

        self.channel.exchange_declare(exchange, "topic", durable=True)
        queue = self.channel.queue_declare("", exclusive=True).method.queue
        self.channel.queue_bind(queue, exchange, "#")
        self.channel.basic_consume(queue, count, auto_ack=True)

    def receive(self, process, arrived):
        """Until arrived() is true."""
        deadline = time.monotonic() + PATIENCE
        while not arrived() and process.poll() is None and time.monotonic() < deadline:
            self.connection.process_data_events(time_limit=0.2)
        self.assertTrue(arrived(), (self.frames, self.events, process.poll()))

    def start(self):
        """Starts it; returns when all has worked and then Redis has not answered for a while."""
        process = subprocess.Popen([PROGRAM, self.amqp_uri, self.servers.redis_uri, *self.uris],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.receive(process, lambda: min(*self.frames.values(), *self.events.values()) >= FRAMES)
        self.servers.freeze("redis")
        self.addCleanup(self.servers.thaw, "redis")
        published = dict(self.frames)
        self.receive(process, lambda: all(self.frames[camera] > published[camera] + 2 for camera in CAMERAS))
        return process

    def interrupt(self, process):
        """Ctrl-C; returns what it has said so far."""
        process.send_signal(signal.SIGINT)
        said = []
        while not any(line.startswith("ending") for line in said):
            said.append(process.stdout.readline())
            self.assertTrue(said[-1], said)
        return said

    def test_delivers_what_is_queued(self):
        process = self.start()
        said = self.interrupt(process)
        self.servers.thaw("redis")
        said += process.stdout.readlines()
        self.assertEqual(process.wait(PATIENCE), 0, said)

        for camera in CAMERAS:
            self.assertEqual(said.count("camera %s: active\n" % camera), 1, said)
            frames, stored, events = (self.delivered(said, camera, sink)
                                      for sink in ("amqpsink", "redisframesink", "metadatapub"))
            self.assertEqual((stored, events), (frames, frames), said)
            self.receive_all(camera, frames)

    def receive_all(self, camera, frames):
        deadline = time.monotonic() + PATIENCE
        while min(self.frames[camera], self.events[camera]) < frames and time.monotonic() < deadline:
            self.connection.process_data_events(time_limit=0.2)
        self.assertEqual((self.frames[camera], self.events[camera]), (frames, frames))

    def delivered(self, said, camera, sink):
        """All frames that came to this sink, for all were."""
        found = re.search(r"^%s-%s: (\d+) frames, \1 delivered, 0 dropped, 0 rejected$" % (camera, sink),
                          "".join(said), re.MULTILINE)
        self.assertIsNotNone(found, said)
        return int(found[1])

    def test_second_interrupt_ends_at_once(self):
        process = self.start()
        self.interrupt(process)
        process.send_signal(signal.SIGINT)
        said = process.stdout.readlines()
        self.assertEqual(process.wait(PATIENCE), 1, said)
        self.assertRegex("".join(said), "cam1-redisframesink: [0-9]+ frames, [0-9]+ delivered, [1-9][0-9]* dropped, ")


class WithoutServersTest(unittest.TestCase):
    def test_builds_as_it_says(self):
        with open(SOURCE, encoding="utf-8") as file:
            command = re.search(r"^ [*]   (gcc .*)$", file.read(), re.MULTILINE)[1]
        with tempfile.TemporaryDirectory() as folder:
            command = command.replace(" example-app ", " %s/example-app -Werror " % folder)
            self.assertIn(folder, command)
            done = subprocess.run(command, shell=True, cwd=SOURCE_DIR, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_what_can_never_work(self):
        amqp, redis, camera = "amqp://127.0.0.1:1", "redis://127.0.0.1:1/0", "rtsp://127.0.0.1:1/x"
        for arguments, status, sentence in (((), 2, "usage: "),
                                            (("amqp:/x", redis, camera), 1, ": uri: the URI must look like amqp://"),
                                            ((amqp, redis, "http://h/x"), 1, "error: cam1-rtspcamerasrc: uri: ")):
            done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(sentence, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)

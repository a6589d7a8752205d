#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What pipelines/ offers to be typed, typed.

"""Each pipeline runs as the README says, and its pictures have the right colours."""

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

import cv2
import numpy
import pika
import redis

SOURCE_DIR = os.environ["EDGE_SOURCE_DIR"]
PIPELINES = os.path.join(SOURCE_DIR, "pipelines")
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))

import marks  # noqa: E402
from cameras import Cameras  # noqa: E402
from servers import Servers  # noqa: E402

FRAMES = 10  # of each camera that are waited for
PATIENCE = 60  # seconds

# What the .launch files say, for the reader to change.
CAMERA = "rtsp://localhost:8554/cam1"
AMQP = "amqp://guest:guest@localhost:5672/%2f"
REDIS = "redis://localhost:6379/0"


class PipelinesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = Servers()
        cls.addClassCleanup(cls.servers.close)
        cls.cameras = Cameras("--marked", "--cameras", "2")
        cls.addClassCleanup(cls.cameras.close)
        cls.uris = [mount["uri"] for mount in cls.cameras.mounts]

    def setUp(self):
        self.connection = pika.BlockingConnection(pika.URLParameters(self.servers.amqp_uri))
        self.addCleanup(self.connection.close)
        self.channel = self.connection.channel()
        self.frames = {}  # camera -> JPEGs
        self.keys = {}  # camera -> Redis keys
        self.listen("cameras", "#", lambda _channel, _method, properties, body:
                    self.frames.setdefault(properties.headers["camera_id"], []).append(body))
        self.listen("camera.metadata", "#", self.on_event)

    def listen(self, exchange, key, callback):
        self.channel.exchange_declare(exchange, "topic", durable=True)
        queue = self.channel.queue_declare("", exclusive=True).method.queue
        self.channel.queue_bind(queue, exchange, key)
        self.channel.basic_consume(queue, callback, auto_ack=True)

    def on_event(self, _channel, _method, _properties, body):
        event = json.loads(body)
        self.keys.setdefault(event["camera_id"], []).append(event["redis_key"])

    def launch(self, words, arrived):
        """Runs the words behind gst-launch-1.0 -e until arrived() is true, then ends it as Ctrl-C does."""
        with tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(["bash", "-c", "exec gst-launch-1.0 -e " + words], stdout=log, stderr=log,
                                       env={**os.environ, "PIPELINES": PIPELINES})
            deadline = time.monotonic() + PATIENCE
            try:
                while not arrived() and process.poll() is None and time.monotonic() < deadline:
                    self.connection.process_data_events(time_limit=0.2)
                process.send_signal(signal.SIGINT)
                process.wait(PATIENCE)
            finally:
                process.kill()
                process.wait()
            log.seek(0)
            said = log.read()
        self.assertTrue(arrived(), said)
        self.assertEqual(process.returncode, 0, said)
        return said

    def file(self, name):
        """A copy of a .launch file with this test's addresses."""
        with open(os.path.join(PIPELINES, name), encoding="utf-8") as file:
            text = file.read()
        for theirs, ours in ((CAMERA, self.uris[0]), (AMQP, self.servers.amqp_uri), (REDIS, self.servers.redis_uri)):
            text = text.replace(theirs, ours)
        copy = tempfile.NamedTemporaryFile("w", suffix=".launch")
        self.addCleanup(copy.close)
        copy.write(text)
        copy.flush()
        return copy.name

    def readme(self, begins):
        """The block of the README that begins so, with this test's addresses."""
        with open(os.path.join(SOURCE_DIR, "README.md"), encoding="utf-8") as file:
            blocks = re.findall("^(?:    .*\n|\n(?=    ))+", file.read(), re.MULTILINE)
        block = next(textwrap.dedent(block).strip() for block in blocks if block.lstrip().startswith(begins))
        address = self.servers.redis_uri.split("//")[1].split(":")
        parameters = f'pika.URLParameters("{self.servers.amqp_uri}")'
        for theirs, ours in (("rtsp://camera/stream", self.uris[0]), (AMQP, self.servers.amqp_uri),
                             (REDIS, self.servers.redis_uri), ('pika.ConnectionParameters("localhost")', parameters),
                             ('host="localhost"', 'host="127.0.0.1", port=' + address[1].split("/")[0])):
            block = block.replace(theirs, ours)
        return block

    def test_readme_three_ways_and_consumer(self):
        consumer = subprocess.Popen([sys.executable, "-u", "-c", self.readme("import json, pika")],
                                    stdout=subprocess.PIPE, text=True)
        self.addCleanup(consumer.stdout.close)
        try:
            self.launch(self.readme("gst-launch-1.0 -e rtspcamerasrc camera-id").removeprefix("gst-launch-1.0 -e "),
                        lambda: min(len(x.get("cam1", [])) for x in (self.frames, self.keys)) >= FRAMES)
            camera, timestamp, size, word = consumer.stdout.readline().split()
        finally:
            consumer.kill()
            consumer.wait()
        self.assertEqual((camera, timestamp[-1], int(size) > 1000, word), ("cam1", "Z", True, "bytes"))
        cache = redis.Redis.from_url(self.servers.redis_uri)
        self.check_picture(cache.get(self.keys["cam1"][-1]), 1)

    def test_readme_camera(self):
        self.launch(self.readme("gst-launch-1.0 -e rtspcamerasrc uri").removeprefix("gst-launch-1.0 -e "),
                    lambda: len(self.frames.get("cam1", [])) >= FRAMES)
        self.check_picture(self.frames["cam1"][-1], 1)

    def test_readme_stock_source(self):
        source = re.compile("rtspcamerasrc .*? framerate=10/1")
        line, count = source.subn(lambda _: self.readme("rtspsrc location"),
                                  self.readme("gst-launch-1.0 -e rtspcamerasrc camera-id"))
        self.assertEqual(count, 1, line)
        self.launch(line.removeprefix("gst-launch-1.0 -e "),
                    lambda: min(len(x.get("cam1", [])) for x in (self.frames, self.keys)) >= FRAMES)
        self.check_picture(self.frames["cam1"][-1], 1)

    def check_picture(self, jpeg, number):
        """It is of that camera, and its white is white and its black black."""
        picture = cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)
        for channel in range(3):
            levels = marks.cell_levels(picture[:, :, channel])
            self.assertGreater(min(levels[0], levels[2], levels[45], levels[47]), 255 - 4)
            self.assertLess(max(levels[1], levels[3], levels[44], levels[46]), 4)
        self.assertEqual(marks.decode(jpeg)[0], number)

    def test_one_camera(self):
        self.launch("$(cat %s)" % self.file("one-camera.launch"),
                    lambda: len(self.frames.get("cam1", [])) >= FRAMES)
        self.check_picture(self.frames["cam1"][-1], 1)
        self.assertEqual(self.keys, {})

    def test_three_ways(self):
        self.launch("$(cat %s)" % self.file("three-ways.launch"),
                    lambda: min(len(x.get("cam1", [])) for x in (self.frames, self.keys)) >= FRAMES)
        cache = redis.Redis.from_url(self.servers.redis_uri)
        self.check_picture(cache.get(self.keys["cam1"][-1]), 1)

    def test_many_cameras(self):
        self.launch("$($PIPELINES/many-cameras --fps 5 --amqp %s --redis %s %s door=%s)" % (
            self.servers.amqp_uri, self.servers.redis_uri, *self.uris),
            lambda: all(len(x.get(camera, [])) >= FRAMES for x in (self.frames, self.keys)
                        for camera in ("cam1", "door")))
        cache = redis.Redis.from_url(self.servers.redis_uri)
        self.check_picture(cache.get(self.keys["cam1"][-1]), 1)
        self.check_picture(cache.get(self.keys["door"][-1]), 2)
        self.assertEqual(set(self.frames), {"cam1", "door"})


    def test_stock_elements(self):
        """The plain elements of GStreamer in the middle, and a sink that stamps by itself."""
        self.launch(f"rtspcamerasrc uri={self.uris[0]} camera-id=cam1 ! videorate drop-only=true "
                    "! video/x-raw,framerate=10/1 ! jpegenc ! framestamp camera-id=cam1 ! tee name=t "
                    f"t. ! amqpsink uri={self.servers.amqp_uri} exchange=cameras "
                    f"t. ! workerpool ! redisframesink uri={self.servers.redis_uri} ttl=300 "
                    f"! metadatapub uri={self.servers.amqp_uri} "
                    f"rtspsrc location={self.uris[1]} protocols=tcp ! rtph264depay ! h264parse ! avdec_h264 ! jpegenc "
                    f"! workerpool ! queue ! amqpsink camera-id=door uri={self.servers.amqp_uri}",
                    lambda: min(len(x) for x in (self.frames.get("cam1", []), self.frames.get("door", []),
                                                 self.keys.get("cam1", []))) >= FRAMES)
        cache = redis.Redis.from_url(self.servers.redis_uri)
        self.assertEqual(marks.decode(cache.get(self.keys["cam1"][-1]))[0], 1)
        self.assertEqual(marks.decode(self.frames["door"][-1])[0], 2)

    def doc_lines(self):
        """The examples of all elements, with this test's addresses."""
        for path in sorted(glob.glob(os.path.join(SOURCE_DIR, "plugins", "*", "*.c"))):
            with open(path, encoding="utf-8") as file:
                for block in re.findall(r"^ [*] \|\[\n(.*?)^ [*] \]\|", file.read(), re.MULTILINE | re.DOTALL):
                    text = re.sub(r"^ [*] ?", "", block, flags=re.MULTILINE).replace("\\\n", " ")
                    for theirs, ours in (
                            ("rtsp://camera/stream", self.uris[0]), ("rtsp://user:password@192.168.1.10/1", self.uris[0]),
                            (AMQP, self.servers.amqp_uri), (REDIS, self.servers.redis_uri),
                            ("port=9464", "port=0"), ("autovideosink", "fakesink"), ("pipelines/", PIPELINES + "/")):
                        text = text.replace(theirs, ours)
                    yield from ((os.path.basename(path), line) for line in text.splitlines())

    def test_examples_of_elements(self):
        lines = list(self.doc_lines())
        self.assertGreater(len(lines), 9)
        for name, line in lines:
            # the whole deployment is tested on its own, and uses fixed ports
            if "edge-video.yaml" in line and "check-only" not in line:
                continue
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                self.run_example(line, folder)

    def run_example(self, line, folder):
        """Until it ends, or plays for ever."""
        process = subprocess.Popen(["bash", "-c", re.sub("(^| )gst-launch", r"\1exec gst-launch", line, count=1)],
                                   cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        said = []
        try:
            for said_now in process.stdout:
                said.append(said_now)
                if said_now.startswith("New clock:") and "num-buffers" not in line and "check-only" not in line:
                    process.send_signal(signal.SIGINT)
            status = process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
        self.assertEqual(status, 0, "".join([line, "\n", *said]))
        self.assertNotIn("WARNING: erroneous pipeline", "".join(said))


class ServiceTest(unittest.TestCase):
    """The unit of systemd: what it starts starts, and ends as systemd ends it."""

    UNIT = os.path.join(PIPELINES, "edge-video.service")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.config = os.path.join(self.folder, "edge-video.yaml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("amqp: { amqp_url: \"amqp://127.0.0.1:1/%2f\" }\n"
                       "cameras: [ { id: cam1, url: \"rtsp://127.0.0.1:1/x\" } ]\n")

    def command(self, key):
        """The command of this line, with folders of this test."""
        with open(self.UNIT, encoding="utf-8") as file:
            unit = file.read().replace("\\\n", " ")
        line = re.search(f"^{key}=(.*)$", unit, re.MULTILINE)[1]
        line = line.replace("/etc/edge-video", self.folder).replace("/var/lib/edge-video", self.folder)
        return line.split()

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_verify(self):
        done = subprocess.run(["systemd-analyze", "verify", self.UNIT], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_check_before(self):
        self.assertEqual(subprocess.run(self.command("ExecStartPre"), check=False).returncode, 0)
        with open(self.config, "a", encoding="utf-8") as file:
            file.write("colour: red\n")
        done = subprocess.run(self.command("ExecStartPre"), capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("edge-video.yaml:3:1: unknown key", done.stdout + done.stderr)

    def test_start_and_stop(self):
        environment = {**os.environ, "GST_DEBUG": "edgevideobin:4", "GST_DEBUG_NO_COLOR": "1"}
        process = subprocess.Popen(self.command("ExecStart"), env=environment, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.wait_for_line(process, "starting camera cam1")
        with open(self.config, "a", encoding="utf-8") as file:
            file.write("target_fps: 5\n")
        self.wait_for_line(process, "new config: changed: cam1")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 0)
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            self.assertEqual([camera["id"] for camera in json.load(file)["cameras"]], ["cam1"])

    def wait_for_line(self, process, text):
        for line in process.stderr:
            if text in line:
                return
        self.fail("it ended before it said: " + text)


class ConfigTest(unittest.TestCase):
    """The commented example of a config file."""

    # What only goes together with something else.
    TOGETHER = {"amqps": ("ca_file", "cert_file", "key_file", "tls_verify"), "user": ("password",)}

    def setUp(self):
        with open(os.path.join(PIPELINES, "edge-video.yaml"), encoding="utf-8") as file:
            self.lines = file.read().split("\n")

    def check(self, lines):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("\n".join(lines))
            file.flush()
            done = subprocess.run(["gst-launch-1.0", "edgevideobin", "config=" + file.name, "check-only=true"],
                                  env={**os.environ, "CAM2_PASSWORD": "x"}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def with_key(self, number, key):
        """The file with the commented key in this line in force."""
        lines = [line for line in self.lines if "jpeg_quality" not in key or "frame_quality:" not in line]
        lines[lines.index(self.lines[number])] = self.lines[number].replace("# ", "", 1)
        if key in self.TOGETHER["user"]:
            lines = [line.replace("# user:", "user:") for line in lines]
        if key in self.TOGETHER["amqps"]:
            lines = [line.replace("amqp://", "amqps://").replace("# cert_file", "cert_file") for line in lines]
            lines = [re.sub(r"/etc/\S+[.](pem|key)", __file__, line) for line in lines]
        return lines

    def test_as_it_is(self):
        status, said = self.check(self.lines)
        self.assertEqual(status, 0, said)
        self.assertIn("the config is valid: 2 cameras", said)

    def test_commented_keys(self):
        tried = []
        for number, line in enumerate(self.lines):
            found = re.match(r" +# ([a-z_]+): ", line)
            if found is None or found[1] in ("tls", "redis_url"):  # TLS is not everywhere; the other is instead
                continue
            status, said = self.check(self.with_key(number, found[1]))
            self.assertEqual(status, 0, line + said)
            tried.append(found[1])
        self.assertGreater(len(tried), 15)


class ManyCamerasTest(unittest.TestCase):
    """The text that many-cameras prints."""

    def run_script(self, *arguments):
        return subprocess.run([os.path.join(PIPELINES, "many-cameras"), *arguments], capture_output=True, text=True,
                              check=False)

    def test_credentials_are_not_in_the_uri(self):
        text = self.run_script("rtsp://joe:p%40ss:word@host:554/a?b=c&d=*").stdout
        self.assertIn("uri=rtsp://host:554/a?b=c&d=* user=joe password=p@ss:word ", text)

    def test_tenant_is_the_vhost(self):
        for uri, tenant in (("amqp://h", "/"), ("amqp://h/", "/"), ("amqp://h/%2f", "/"),
                            ("amqp://u:p@h:5672/client-a?heartbeat=5", "client-a")):
            self.assertIn(" tenant=%s " % tenant, self.run_script("--amqp", uri, "rtsp://h/x").stdout)

    def test_bad_input_is_refused(self):
        for arguments, word in (((), "no camera"), (("http://h/x",), "rtsp://"), (("a.b=rtsp://h/x",), "camera id"),
                                (("cam2=rtsp://h/x", "rtsp://h/y"), "cam2"), (("--fps", "0", "rtsp://h/x"), "'0'"),
                                (("--fps",), "--fps"), (("--what", "1"), "--what")):
            done = self.run_script(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)

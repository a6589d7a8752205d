#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a config file says about servers, cameras and the live page, seen from outside.

"""edgevideobin in this process, with a broker that speaks TLS, and cameras that send H.264 and JPEGs."""

import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

import cv2
import gi
import numpy
import redis
from PIL import Image

import pages

SOURCE_DIR = os.environ["EDGE_SOURCE_DIR"]
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))

import marks  # noqa: E402
from cameras import Cameras  # noqa: E402
from deployment import Deployment, Gst, Watcher, to_python, wait_for  # noqa: E402
from servers import Servers  # noqa: E402

gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, GstRtspServer  # noqa: E402

JPEG_QUALITY = 30  # of the camera that sends JPEGs
TOKEN = "a-token-of-the-test"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def make_certificate(name, subject, *more):
    """NAME.pem and NAME.key."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + subject,
                    "-keyout", SettingsTest.file(name + ".key"), "-out", SettingsTest.file(name + ".pem"), *more],
                   check=True, capture_output=True)


class JpegCamera:
    """An RTSP camera that sends JPEGs."""

    def __init__(self):
        context = GLib.MainContext()
        self.loop = GLib.MainLoop.new(context, False)
        server = GstRtspServer.RTSPServer()
        server.set_address("127.0.0.1")
        server.set_service("0")
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch("( videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=15/1 "
                           f"! jpegenc quality={JPEG_QUALITY} ! rtpjpegpay name=pay0 )")
        server.get_mount_points().add_factory("/jpeg", factory)
        server.attach(context)
        self.server = server
        self.uri = f"rtsp://127.0.0.1:{server.get_bound_port()}/jpeg"
        self.thread = threading.Thread(target=self.loop.run, daemon=True)
        self.thread.start()

    def close(self):
        self.loop.quit()
        self.thread.join()


def setUpModule():  # the name is unittest's
    folder = tempfile.TemporaryDirectory(prefix="edge-test-")
    unittest.addModuleCleanup(folder.cleanup)
    SettingsTest.folder = folder.name
    for name in "authority", "stranger":
        make_certificate(name, name)
    for name, subject in ("server", "localhost"), ("client", "client"):
        make_certificate(name, subject, "-CA", SettingsTest.file("authority.pem"), "-CAkey",
                         SettingsTest.file("authority.key"), "-addext", "basicConstraints=CA:FALSE",
                         "-addext", "subjectAltName=DNS:" + subject)
    SettingsTest.servers = Servers()
    unittest.addModuleCleanup(SettingsTest.servers.close)
    SettingsTest.tls_port = free_port()
    SettingsTest.servers.stop("rabbitmq")
    SettingsTest.servers.start("rabbitmq", f"listeners.ssl.1 = 127.0.0.1:{SettingsTest.tls_port}",
                               f"ssl_options.cacertfile = {SettingsTest.file('authority.pem')}",
                               f"ssl_options.certfile = {SettingsTest.file('server.pem')}",
                               f"ssl_options.keyfile = {SettingsTest.file('server.key')}",
                               "ssl_options.verify = verify_peer",
                               "ssl_options.fail_if_no_peer_cert = true")
    SettingsTest.watcher = Watcher(SettingsTest.servers)
    unittest.addModuleCleanup(SettingsTest.watcher.close)
    SettingsTest.cameras = Cameras("--marked", "--cameras", "2", "--size", "320x180")
    unittest.addModuleCleanup(SettingsTest.cameras.close)


class SettingsTest(unittest.TestCase):
    """A config file for each test."""

    def setUp(self):
        self.watcher.clear()
        self.redis_address = self.servers.redis_address

    @classmethod
    def file(cls, name):
        return os.path.join(cls.folder, name)

    def write(self, *, amqp="", redis="", more="", camera="", cameras=(1,)):
        lines = ["amqp: { %s }" % (amqp or f'amqp_url: "{self.servers.amqp_uri}"'),
                 "redis: { %s }" % (redis or f'address: "{self.redis_address}"'), "metadata: {}", more, "cameras:"]
        for number in cameras:
            url = number if isinstance(number, str) else self.cameras.mounts[number - 1]["uri"]
            name = "jpeg" if isinstance(number, str) else f"cam{number}"
            lines.append(f'  - {{ id: {name}, url: "{url}"{camera} }}')
        with open(self.file("c.yaml"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return self.file("c.yaml")

    def deploy(self, **settings):
        deployment = Deployment(self.write(**settings))
        self.addCleanup(deployment.close)
        return deployment.play()

    def element(self, deployment, name):
        element = deployment.bin.get_by_name(name)
        self.assertIsNotNone(element)
        return element


class ServersTest(SettingsTest):
    """RabbitMQ and Redis."""

    def tls(self, authority="authority"):
        return (f'amqp_url: "amqps://guest:guest@localhost:{self.tls_port}/%2f", '
                f'ca_file: {self.file(authority + ".pem")}, cert_file: {self.file("client.pem")}, '
                f'key_file: {self.file("client.key")}')

    def test_tls(self):
        """Frames, events of frames and events about cameras: all over one encrypted connection."""
        deployment = self.deploy(amqp=self.tls())
        deployment.wait_frames("cam1", 3)
        wait_for(lambda: self.watcher.status and self.watcher.system, "events about cameras")
        listed = self.servers.rabbitmqctl("list_connections", "port", "ssl").split("\n")
        self.assertEqual([line.split() for line in listed if line.endswith("true")], [[str(self.tls_port), "true"]])
        deployment.finish()
        self.assertEqual(deployment.errors() + deployment.warnings(), [])

    def test_tls_is_verified(self):
        deployment = self.deploy(amqp=self.tls("stranger"))
        wait_for(lambda: any("not signed by an authority" in text for text in deployment.errors()), "the error")
        deployment.close()

    def test_settings_arrive(self):
        settings = "timeout_seconds: 7, max_in_flight: 9, max_size_buffers: 11, max_age_seconds: 13, leaky: downstream"
        deployment = self.deploy(
            amqp=f'amqp_url: "{self.servers.amqp_uri}", delivery_mode: 2, {settings}',
            redis=f'address: "{self.redis_address}", database: 3, latest: true, index: true, {settings}',
            camera=", decode: all, stall_timeout_seconds: 5")
        deployment.wait_frames("cam1", 3)
        for name in "publish-cam1", "store-cam1", "announce-cam1":
            sink = self.element(deployment, name)
            self.assertEqual([sink.get_property(p) for p in ("timeout", "max-in-flight", "max-size-buffers", "max-age")],
                             [7 * Gst.SECOND, 9, 11, 13 * Gst.SECOND], name)
            self.assertEqual(sink.get_property("leaky").value_nick, "downstream")
        self.assertEqual(self.element(deployment, "publish-cam1").get_property("delivery-mode"), 2)
        source = self.element(deployment, "source-cam1")
        self.assertEqual((source.get_property("decode").value_nick, source.get_property("stall-timeout")),
                         ("all", 5 * Gst.SECOND))
        cache = redis.Redis.from_url(self.servers.redis_uri.replace("/0", "/3"))
        key = cache.get("/:frames:cam1:latest")
        self.assertTrue(cache.exists(key))
        self.assertGreater(cache.zcard("/:frames:cam1:index"), 0)

        # what the connection has from its first user is the same for all: all restart
        self.write(amqp=f'amqp_url: "{self.servers.amqp_uri}", max_in_flight: 17')
        self.assertTrue(deployment.bin.emit("reload"))
        self.assertTrue(deployment.structures("edge-video-config")[-1]["full-restart"])
        wait_for(lambda: deployment.stats()["cam1"]["starts"] == 2, "the restart")
        deployment.wait_frames("cam1", 3)
        self.assertEqual(self.element(deployment, "publish-cam1").get_property("max-in-flight"), 17)
        deployment.finish()
        self.assertEqual(deployment.errors() + deployment.warnings(), [])

    def test_redis_url(self):
        deployment = self.deploy(redis=f'redis_url: "redis://{self.redis_address}/2"')
        deployment.wait_frames("cam1", 3)
        self.assertGreater(redis.Redis.from_url(self.servers.redis_uri.replace("/0", "/2")).dbsize(), 0)
        deployment.finish()

    def test_pool(self):
        """What may wait for workers is what the config says, stored frames that go on are not counted twice."""
        deployment = self.deploy(cameras=(1, 2))
        deployment.wait_frames("cam2", 3)
        pool = to_python(self.element(deployment, "workers-cam1").get_property("stats"))["pool"]
        self.assertEqual((pool["capacity"], pool["lanes"]), (200, 4))
        report = deployment.finish()
        self.assertEqual(report["pool"]["capacity"], 200)
        self.assertEqual(report["pool"]["processed"], report["totals"]["frames"])


class ColoursTest(SettingsTest):
    """White is white."""

    def test_colours(self):
        """A single cell may be off by more: what the camera and the encoder leave out."""
        deployment = self.deploy()
        deployment.wait_frames("cam1", 20)
        deployment.finish()
        pictures = [cv2.imdecode(numpy.frombuffer(stored, numpy.uint8), cv2.IMREAD_COLOR)
                    for _sequence, stored in self.watcher.stored["cam1"]]
        for channel in range(3):
            cells = [marks.cell_levels(picture[:, :, channel]) for picture in pictures]
            white = numpy.median([[levels[i] for i in (0, 2, 45, 47)] for levels in cells])
            black = numpy.median([[levels[i] for i in (1, 3, 44, 46)] for levels in cells])
            self.assertGreater(white, 255 - 4, f"channel {channel}")
            self.assertLess(black, 4, f"channel {channel}")


class CameraTest(SettingsTest):
    """Cameras that send JPEGs."""

    def setUp(self):
        super().setUp()
        self.camera = JpegCamera()
        self.addCleanup(self.camera.close)

    @staticmethod
    def tables(jpeg):
        with Image.open(io.BytesIO(jpeg)) as picture:
            picture.load()
            return picture.size, picture.quantization

    def cameras_own(self):
        pipeline = Gst.parse_launch("videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=320,height=240 "
                                    f"! jpegenc quality={JPEG_QUALITY} ! appsink name=s")
        pipeline.set_state(Gst.State.PLAYING)
        sample = pipeline.get_by_name("s").emit("pull-sample")
        pipeline.set_state(Gst.State.NULL)
        return self.tables(sample.get_buffer().extract_dup(0, sample.get_buffer().get_size()))

    def run_with(self, **settings):
        deployment = self.deploy(cameras=(self.camera.uri,), **settings)
        deployment.wait_frames("jpeg", 10)
        report = deployment.finish()
        self.assertEqual(deployment.errors(), [])
        return self.tables(self.watcher.stored["jpeg"][-1][1]), report["cameras"][0]["fps"]

    def test_jpegs_pass_through(self):
        """Nothing is decoded, also when frames are dropped for the rate."""
        found, fps = self.run_with(more="target_fps: 5\noptimization: { jpeg_quality: 90 }")
        self.assertEqual(found, self.cameras_own())
        self.assertLess(fps, 8)

    def test_scaled_ones_do_not(self):
        (size, tables), _ = self.run_with(more="optimization: { jpeg_quality: 90, frame_resolution: 160x120 }")
        self.assertEqual(size, (160, 120))
        self.assertNotEqual(tables, self.cameras_own()[1])


class PageTest(SettingsTest):
    """The live page follows the config."""

    def get(self, port, token=None):
        headers = {"Authorization": "Bearer " + token} if token else {}
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/stats.json", headers=headers),
                                    timeout=20) as answer:
            return answer.status

    def reload(self, deployment, more):
        self.write(more=more)
        self.assertTrue(deployment.bin.emit("reload"))

    def test_reload(self):
        first, second = free_port(), free_port()
        deployment = self.deploy(more=f"metrics: {{ port: {first} }}")
        deployment.wait_frames("cam1", 1)
        self.assertEqual(self.get(first), 200)

        self.reload(deployment, f"metrics: {{ port: {second} }}")
        self.assertEqual(self.get(second), 200)
        with self.assertRaises(urllib.error.URLError):
            self.get(first)

        with open(self.file("token"), "w", encoding="ascii") as file:
            file.write(TOKEN + "\n")
        self.reload(deployment, f"metrics: {{ port: {second}, token_file: {self.file('token')} }}")
        with self.assertRaises(urllib.error.HTTPError):
            self.get(second)
        self.assertEqual(self.get(second, TOKEN), 200)

        # a port that is taken: the old page stays, and somebody is told
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.reload(deployment, f"metrics: {{ port: {taken.getsockname()[1]} }}")
        self.assertIn("metrics: the old settings stay", deployment.warnings()[-1])
        self.assertEqual(self.get(second, TOKEN), 200)
        # the port is free now, but one more camera is no reason to try again
        started = len(deployment.structures("edge-video-metrics"))
        uri = self.cameras.mounts[1]["uri"]
        self.assertTrue(deployment.bin.emit("add-camera", Gst.Structure.from_string(f'c, id=cam2, url="{uri}"')[0]))
        self.assertEqual(len(deployment.structures("edge-video-metrics")), started)
        self.assertEqual(self.get(second, TOKEN), 200)
        with open(self.file("empty"), "w", encoding="ascii"):
            pass
        self.reload(deployment, f"metrics: {{ port: {second}, token_file: {self.file('empty')} }}")
        self.assertIn("token-file", deployment.warnings()[-1])
        self.assertEqual(self.get(second, TOKEN), 200)

        # who asks to read the file again has corrected something
        with open(self.file("empty"), "w", encoding="ascii") as file:
            file.write(TOKEN + "2\n")
        self.assertTrue(deployment.bin.emit("reload"))
        self.assertEqual(self.get(second, TOKEN + "2"), 200)

        self.reload(deployment, "")
        with self.assertRaises(urllib.error.URLError):
            self.get(second)
        self.assertEqual([s["location"] for s in deployment.structures("edge-video-metrics")][:2],
                         [f"http://127.0.0.1:{port}/" for port in (first, second)])
        self.assertEqual(deployment.stats()["cam1"]["starts"], 1)
        deployment.finish()

    def events(self, name):
        """What the log tells: event -> its lines; those of GST_DEBUG under None."""
        found = {}
        with open(self.file(name), encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                found.setdefault(record.get("event"), []).append(record)
        return found

    def test_log(self):
        """JSON lines, as often as the config says; a new file is gone over to, and no camera restarts for it."""
        port = free_port()
        deployment = self.deploy(more=f"metrics: {{ port: {port}, log_json: {self.file('a.jsonl')}, "
                                 "log_interval_seconds: 1, pictures: false }")
        deployment.wait_frames("cam1", 5)
        for name in "stamp-cam1", "workers-cam1":
            self.assertEqual(self.element(deployment, name).get_property("stats-interval"), Gst.SECOND, name)
        wait_for(lambda: len(self.events("a.jsonl").get("camera", [])) >= 3, "three summaries")
        told = self.events("a.jsonl")
        self.assertEqual({line["id"] for line in told["camera"]}, {"cam1"})
        self.assertLessEqual({"pool", "link"}, told.keys())
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/cameras/cam1.jpg", timeout=20)
        self.assertEqual(refused.exception.code, 404)

        self.reload(deployment, f"metrics: {{ port: {port}, log_json: {self.file('b.jsonl')}, log_interval_seconds: 1 }}")
        wait_for(lambda: len(self.events("b.jsonl").get("camera", [])) >= 2, "summaries in the new file")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/cameras/cam1.jpg", timeout=20) as answer:
            self.assertEqual(answer.headers["Content-Type"], "image/jpeg")
        self.reload(deployment, f"metrics: {{ port: {port}, log_json: /nonexistent/c.jsonl, log_interval_seconds: 1 }}")
        self.assertIn("the old settings stay: log-json: cannot write /nonexistent/c.jsonl", deployment.warnings()[-1])
        self.assertEqual(self.get(port), 200)
        self.reload(deployment, f"metrics: {{ port: {port}, log_json: {self.file('b.jsonl')}, log_interval_seconds: 7 }}")
        for name in "stamp-cam1", "workers-cam1":
            wait_for(lambda name=name: self.element(deployment, name).get_property("stats-interval") == 7 * Gst.SECOND,
                     f"the new interval of {name}")
        self.reload(deployment, f"metrics: {{ port: 0, log_json: {self.file('b.jsonl')} }}")
        self.assertIn("metrics: log_json is not written with port: 0", deployment.warnings()[-1])
        told = len(deployment.warnings())
        uri = self.cameras.mounts[1]["uri"]
        self.assertTrue(deployment.bin.emit("add-camera", Gst.Structure.from_string(f'c, id=cam2, url="{uri}"')[0]))
        self.assertEqual(len(deployment.warnings()), told)
        self.assertEqual(deployment.stats()["cam1"]["starts"], 1)
        deployment.finish()

    def break_camera(self, deployment, camera, code):
        """An element of the camera says that it cannot go on."""
        self.element(deployment, "encoder-" + camera).message_full(
            Gst.MessageType.ERROR, Gst.ResourceError.quark(), code, "broken", None, "test", "test", 0)

    def test_failed_cameras_are_shown(self):
        """A camera that waits for its next start, or was given up, is offline, with the reason, in all scrapes."""
        page = pages.Pages(free_port())
        deployment = self.deploy(more=f"metrics: {{ port: {page.port} }}", cameras=(1, 2))
        deployment.wait_frames("cam2", 1)
        self.break_camera(deployment, "cam2", Gst.ResourceError.FAILED)
        wait_for(lambda: deployment.stats()["cam2"]["state"] == "offline", "the failure")
        states = set()
        while deployment.stats()["cam2"]["starts"] < 2:
            samples = page.scrape()
            self.assertTrue(samples.has("edge_video_camera_state", camera="cam2"))
            states |= {state for state in ("active", "inactive", "offline")
                       if samples.get("edge_video_camera_state", camera="cam2", state=state)}
        self.assertIn("offline", states)
        deployment.wait_frames("cam2", 1)
        page.wait(lambda s: s.get("edge_video_camera_state", camera="cam2", state="active"), "the active cam2")

        self.break_camera(deployment, "cam2", Gst.ResourceError.SETTINGS)
        samples = page.wait(lambda s: s.get("edge_video_camera_state", camera="cam2", state="offline"), "cam2 given up")
        wait_for(lambda: deployment.children() == ["cam1"], "the end of cam2")
        samples = page.scrape()
        self.assertEqual([samples.get("edge_video_camera_state", camera="cam2", state=state)
                          for state in ("active", "inactive", "offline")], [0, 0, 1])
        self.assertGreater(samples.get("edge_video_frames_total", camera="cam2", stage="in"), 0)
        told = {camera["id"]: camera for camera in page.ask("/stats.json").json["cameras"]}["cam2"]
        self.assertEqual((told["state"], told["reason"]), ("offline", "broken"))

        # what is not wanted any more is not missed
        self.assertTrue(deployment.bin.emit("remove-camera", "cam2"))
        page.wait(lambda s: not s.has("edge_video_camera_state", camera="cam2"), "the end of cam2 in metrics")
        deployment.finish()

    def test_connects(self):
        """Events about cameras keep the connection while there is no camera: the next one connects nothing."""
        page = pages.Pages(free_port())
        deployment = self.deploy(more=f"metrics: {{ port: {page.port} }}")
        uri = self.cameras.mounts[0]["uri"]
        connects = set()
        for _ in range(3):
            deployment.wait_frames("cam1", 1)
            connects |= {link["connects"] for link in page.ask("/stats.json").json["links"]
                         if link["server"].startswith("amqp")}
            self.assertEqual(len(connects), 1, connects)
            self.assertTrue(deployment.bin.emit("remove-camera", "cam1"))
            wait_for(lambda: deployment.children() == [], "the end of cam1")
            self.assertTrue(deployment.bin.emit("add-camera", Gst.Structure.from_string(f'c, id=cam1, url="{uri}"')[0]))
        deployment.finish()

    def test_another_source(self):
        """One that cannot reach the camera says nothing about that of another pipeline, whose frames come."""
        page = pages.Pages(free_port())
        deployment = self.deploy(more=f"metrics: {{ port: {page.port} }}")
        deployment.wait_frames("cam1", 1)
        other = Gst.parse_launch("rtspcamerasrc name=s camera-id=cam1 uri=rtsp://127.0.0.1:1/none circuit-max-failures=1 "
                                 "reconnect-min-delay=1000000 ! fakesink")
        bus = other.get_bus()
        self.addCleanup(other.set_state, Gst.State.NULL)
        other.set_state(Gst.State.PLAYING)
        failed = bus.timed_pop_filtered(30 * Gst.SECOND, Gst.MessageType.WARNING)
        self.assertIsNotNone(failed)
        for _ in range(2):
            told = page.ask("/stats.json").json["cameras"]
            self.assertEqual([(camera["id"], camera["state"]) for camera in told], [("cam1", "active")])
            other.set_state(Gst.State.NULL)
        deployment.finish()


if __name__ == "__main__":
    unittest.main(verbosity=2)

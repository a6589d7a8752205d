#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a deployment does with cameras: what is told about them, flaps amid reloads, decoders, sizes, and the end.

"""Marked cameras, real servers, edgevideobin in this process."""

import os
import sys
import tempfile
import unittest

import cv2
import numpy

SOURCE_DIR = os.environ["EDGE_SOURCE_DIR"]
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))

import marks  # noqa: E402
from cameras import Cameras  # noqa: E402
from deployment import Deployment, Gst, Watcher, to_python, wait_for  # noqa: E402
from servers import Servers  # noqa: E402

USER, PASSWORD = "admin", "right"
N_CAMERAS = 4
N_ROUNDS = 4
N_FAILURES = 4
DEAD = "id: dead, url: \"rtsp://127.0.0.1:1/none\""


def setUpModule():  # the name is unittest's
    CamerasTest.servers = Servers()
    unittest.addModuleCleanup(CamerasTest.servers.close)
    CamerasTest.cameras = Cameras("--marked", "--cameras", str(N_CAMERAS), "--size", "320x180", "--gop", "10",
                                  "--user", USER, "--password", PASSWORD)
    unittest.addModuleCleanup(CamerasTest.cameras.close)
    CamerasTest.watcher = Watcher(CamerasTest.servers)
    unittest.addModuleCleanup(CamerasTest.watcher.close)


class CamerasTest(unittest.TestCase):
    """A config file for each test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="edge-test-")
        self.addCleanup(folder.cleanup)
        self.config = os.path.join(folder.name, "edge-video.yaml")
        self.watcher.clear()

    def camera(self, number, more="", password=PASSWORD):
        return (f'id: cam{number}, url: "{self.cameras.mounts[number - 1]["uri"]}", user: {USER}, '
                f'password: {password}{more}')

    def write(self, cameras, top=""):
        lines = [f'amqp: {{ amqp_url: "{self.servers.amqp_uri}" }}',
                 f'redis: {{ address: "{self.servers.redis_address}" }}', "metadata: {}",
                 top, "cameras:", *("  - { " + camera + " }" for camera in cameras)]
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def deploy(self, **properties):
        deployment = Deployment(self.config, **properties)
        self.addCleanup(deployment.close)
        return deployment.play()

    def pictures(self, camera):
        """What was published and stored of it, decoded."""
        return [cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)
                for frames in (self.watcher.frames, self.watcher.stored) for _sequence, jpeg in frames[camera]]


class StateTest(CamerasTest):
    """What is told about cameras that fail."""

    def told(self, deployment, camera):
        return [s for s in deployment.structures("camera-state") if s["camera-id"] == camera]

    def event(self, camera, state):
        return next((e for e in list(self.watcher.status) if e["camera_id"] == camera and e["state"] == state), None)

    def test_failures(self):
        self.write([self.camera(1), self.camera(2, password="wrong"), DEAD],
                   "optimization: { circuit_max_failures: 1, circuit_reset_seconds: 1 }")
        deployment = self.deploy()
        wait_for(lambda: len(self.told(deployment, "dead")) >= N_FAILURES, "failures of dead")
        dead = self.told(deployment, "dead")[:N_FAILURES]
        self.assertEqual([s["consecutive-failures"] for s in dead], list(range(1, N_FAILURES + 1)))
        for s in dead:
            self.assertEqual((s["state"], s["reason"]), ("inactive", "connect"))
            self.assertGreater(s["next-retry"], 0)
            self.assertIn("Camera dead cannot be connected to", s["message"])

        # wrong passwords lock users out: no more of them than the circuit allows
        wait_for(lambda: len(self.told(deployment, "cam2")) >= 2, "two tries of cam2")
        for s in self.told(deployment, "cam2"):
            self.assertEqual((s["state"], s["reason"]), ("offline", "auth"))
        wait_for(lambda: self.told(deployment, "cam1"), "cam1")
        active = self.told(deployment, "cam1")[-1]
        self.assertEqual((active["state"], active["consecutive-failures"], active["next-retry"]), ("active", 0, 0))
        self.assertNotIn("reason", active)
        self.assertEqual([deployment.bin.get_by_name("source-" + camera).get_property("state").value_nick
                          for camera in ("cam1", "cam2", "dead")], ["active", "offline", "inactive"])

        wait_for(lambda: self.event("dead", "inactive") and self.event("cam2", "offline") and self.event("cam1", "active"),
                 "events of all")
        self.assertGreaterEqual(self.event("dead", "inactive")["consecutive_failures"], 1)
        self.assertIn("cannot be connected to", self.event("dead", "inactive")["last_error"])
        self.assertIn("refuses the user or the password", self.event("cam2", "offline")["last_error"])
        self.assertEqual(self.event("cam1", "active")["consecutive_failures"], 0)
        self.assertEqual(self.event("cam1", "active")["last_error"], "")
        deployment.finish()
        self.assertEqual(deployment.errors(), [])
        warnings = deployment.warnings()
        self.assertEqual([sum(f"Camera {camera} " in w for w in warnings) for camera in ("cam1", "cam2", "dead")], [0, 1, 1])


class FlapTest(CamerasTest):
    """Cameras hang up while the config changes."""

    def test_reload_amid_flaps(self):
        stable = self.camera(4)
        self.write([self.camera(1), self.camera(2), self.camera(3), stable])
        deployment = self.deploy()
        for number in range(1, N_CAMERAS + 1):
            deployment.wait_frames(f"cam{number}", 3)
        for i in range(1, N_ROUNDS + 1):
            for number in 1, 2:
                self.cameras.command(f"hang-up {number}")
            # cam3 comes and goes, cam2 restarts, and the order changes
            self.write([stable, self.camera(2, f", jpeg_quality: {40 + i}"), self.camera(1)] + [self.camera(3)] * (i % 2 == 0))
            self.assertTrue(deployment.bin.emit("reload"))
            wait_for(lambda: deployment.stats()["cam2"]["starts"] == i + 1, "the restart of cam2")  # pylint: disable=W0640
            for number in 1, 2, 4:
                deployment.wait_frames(f"cam{number}", 3)
        deployment.wait_frames("cam3", 3)
        report = {camera["id"]: camera for camera in deployment.finish()["cameras"]}
        self.assertEqual(deployment.errors(), [])
        self.assertEqual((report["cam4"]["starts"], report["cam4"]["dropped"]), (1, {}))
        for frames in self.watcher.frames, self.watcher.stored:
            wait_for(lambda f=frames: len(f["cam4"]) == report["cam4"]["frames"], "all frames of cam4")
            self.assertEqual([s for s, _ in frames["cam4"]], list(range(1, report["cam4"]["frames"] + 1)))
            for camera, found in frames.items():
                self.assertGreater(len(found), N_ROUNDS)
                for sequence, jpeg in found:
                    shown = marks.decode(jpeg)
                    self.assertIsNotNone(shown, f"{camera} {sequence}")
                    self.assertEqual(camera, f"cam{shown[0]}")


class DecoderTest(CamerasTest):
    """Which one, and how it is set up."""

    def find_decoder(self, name, rank):
        """That of a camera when @name has this rank."""
        factory = Gst.ElementFactory.find(name)
        if factory is None:
            self.skipTest(f"there is no {name}")
        self.addCleanup(factory.set_rank, factory.get_rank())
        factory.set_rank(rank)
        found = [element for element in self.watch("")[1] if self.is_decoder(element)]
        self.assertEqual([decoder.get_factory().get_name() for decoder in found], [name])
        return found[0]

    def watch(self, properties):
        """A camera that runs: its sink, and the elements of its connection."""
        pipeline = Gst.parse_launch(f"rtspcamerasrc name=source uri={self.cameras.mounts[0]['uri']} user={USER} "
                                    f"password={PASSWORD} {properties} ! fakesink async=false name=sink")
        self.addCleanup(pipeline.set_state, Gst.State.NULL)
        source, sources = pipeline.get_by_name("source"), []
        source.connect("source-setup", lambda _element, inner: sources.append(inner))
        pipeline.set_state(Gst.State.PLAYING)
        sink = pipeline.get_by_name("sink")
        wait_for(lambda: self.rendered(sink) >= 3, "frames")
        inside, found = sources[-1].get_parent().iterate_recurse(), []
        while (step := inside.next())[0] == Gst.IteratorResult.OK:
            found.append(step[1])
        return sink, found

    @staticmethod
    def is_decoder(element):
        return "Decoder" in element.get_factory().get_metadata("klass")

    @staticmethod
    def rendered(sink):
        return sink.get_property("stats").get_value("rendered")

    def test_dropped_before_scaling(self):
        """What the frame rate does not want is decoded, but not scaled."""
        sink, inside = self.watch("decode=all framerate=5 width=160")
        decoded, scaled = [], []
        for element in inside:
            seen = decoded if self.is_decoder(element) else scaled
            if seen is decoded or element.get_factory().get_name() == "videoscale":
                element.get_static_pad("sink").add_probe(
                    Gst.PadProbeType.BUFFER, lambda *_, seen=seen: seen.append(1) or Gst.PadProbeReturn.OK)
        goal = self.rendered(sink) + 10
        wait_for(lambda: self.rendered(sink) >= goal, "ten frames")
        self.assertGreaterEqual(len(scaled), 9)
        self.assertLessEqual(len(scaled), 12 + self.rendered(sink) - goal)
        self.assertGreater(len(decoded), len(scaled))

    def test_one_thread_each(self):
        decoder = self.find_decoder("avdec_h264", Gst.Rank.PRIMARY + 100)
        self.assertEqual(decoder.get_property("max-threads"), 1)

    def test_the_highest_rank(self):
        """As that of VA-API, NVDEC or V4L2 has where there is such hardware."""
        self.find_decoder("openh264dec", Gst.Rank.PRIMARY + 200)


class SizeTest(CamerasTest):
    def test_of_one_camera(self):
        """As it is, as the file says, and as the camera says, also when that is another shape."""
        self.write([self.camera(1), self.camera(2)])
        sizes = {}
        for top, more in (("", ", resolution: 160x160"), ("optimization: { frame_resolution: 160x90 }", "")):
            self.watcher.clear()
            self.write([self.camera(1), self.camera(2, more)], top)
            deployment = self.deploy()
            for camera in "cam1", "cam2":
                deployment.wait_frames(camera, 3)
            deployment.finish()
            sizes[top] = [{picture.shape[1::-1] for picture in self.pictures(camera)} for camera in ("cam1", "cam2")]
        self.assertEqual(list(sizes.values()), [[{(320, 180)}, {(160, 160)}], [{(160, 90)}, {(160, 90)}]])


class ShutdownTest(CamerasTest):
    def test_broker_comes_back(self):
        """First the cameras end, then what they gave is delivered, however long that takes within the timeout."""
        self.write([self.camera(1), self.camera(2)])
        deployment = self.deploy(shutdown_timeout=120 * Gst.SECOND)
        for camera in "cam1", "cam2":
            deployment.wait_frames(camera, 3)
        self.servers.freeze("rabbitmq")
        try:
            goal = {camera: counts["frames"] + 5 for camera, counts in deployment.stats().items()}
            wait_for(lambda: all(deployment.stats()[camera]["frames"] >= n for camera, n in goal.items()), "more frames")
            deployment.pipeline.send_event(Gst.Event.new_eos())
            sources = [deployment.bin.get_by_name(f"source-cam{number}") for number in (1, 2)]
            wait_for(lambda: all(s.get_state(0)[1] == Gst.State.NULL for s in sources), "the end of the cameras")
            held = deployment.stats()
            self.assertGreater(sum(c["frames"] - c["published"] for c in held.values()), 0)
            self.assertFalse(any(m.type == Gst.MessageType.EOS for m in deployment.look()))
        finally:
            self.servers.thaw("rabbitmq")
        report = deployment.finish()
        for camera in report["cameras"]:
            self.assertEqual(camera["dropped"], {}, camera["id"])
            self.assertEqual(camera["frames"], held[camera["id"]]["frames"])
            self.assertEqual([camera[way] for way in ("published", "stored", "announced")], [camera["frames"]] * 3)
            self.assertGreater(camera["uptime"], 0)
        self.assertEqual(to_python(deployment.bin.get_property("stats"))["totals"], report["totals"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A whole deployment from a config file, and what happens when that changes.

"""Marked cameras, real servers, edgevideobin in this process; the pictures tell whose they are."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema

SOURCE_DIR = os.environ["EDGE_SOURCE_DIR"]
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))

import marks  # noqa: E402
from cameras import Cameras  # noqa: E402
from deployment import Deployment, Gst, Watcher, to_python, wait_for  # noqa: E402
from servers import Servers  # noqa: E402

USER, CANARY = "admin", "c4narySecret"
PATIENCE = 60  # seconds


def schema(name):
    with open(os.path.join(SOURCE_DIR, "tests", "schema", name + "-event.schema.json"), encoding="utf-8") as file:
        return json.load(file)


def sum_of(dropped, way):
    return sum(dropped[name] for name in dropped if name.startswith(way + "-"))


def setUpModule():  # the name is unittest's
    DeploymentTest.servers = Servers()
    unittest.addModuleCleanup(DeploymentTest.servers.close)
    DeploymentTest.cameras = Cameras(
        "--marked", "--cameras", "5", "--size", "320x180", "--user", USER, "--password", CANARY)
    unittest.addModuleCleanup(DeploymentTest.cameras.close)
    DeploymentTest.watcher = Watcher(DeploymentTest.servers)
    unittest.addModuleCleanup(DeploymentTest.watcher.close)
    os.environ["EDGE_TEST_PASSWORD"] = CANARY


class DeploymentTest(unittest.TestCase):
    """A config file and a deployment for each test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="edge-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.config = os.path.join(folder.name, "edge-video.yaml")
        self.watcher.clear()

    def write(self, cameras, top="", config=None):
        """A config with these cameras: numbers, or (number, more keys)."""
        lines = [f'amqp: {{ amqp_url: "{self.servers.amqp_uri}" }}',
                 f'redis: {{ address: "{self.servers.redis_address}" }}', "metadata: {}",
                 top, "cameras:"]
        for camera in cameras:
            number, more = camera if isinstance(camera, tuple) else (camera, "")
            lines.append("  - { " + self.keys(number) + more + " }")
        text = "\n".join(lines) + ("\n" if cameras else " []\n")
        # as editors do it: another file that is renamed
        with open(self.config + "~", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(self.config + "~", config or self.config)

    def keys(self, number):
        return (f'id: cam{number}, url: "{self.cameras.mounts[number - 1]["uri"]}", user: {USER}, '
                'password: "${EDGE_TEST_PASSWORD}"')

    def deploy(self, **properties):
        deployment = Deployment(self.config, **properties)
        self.addCleanup(deployment.close)
        return deployment.play()

    def wait_state(self, camera, state):
        wait_for(lambda: any(e["camera_id"] == camera and e["state"] == state for e in list(self.watcher.status)),
                 f"{state} of {camera}")

    # what must always hold

    def check_report(self, report):
        """Each frame of each camera ended in one counted way, on each of its ways."""
        for camera in report["cameras"]:
            dropped = camera["dropped"]
            self.assertEqual(camera["frames"], camera["published"] + sum_of(dropped, "publish"), camera["id"])
            self.assertEqual(camera["frames"], sum_of(dropped, "pool") + camera["stored"] + sum_of(dropped, "store")
                             - dropped.get("store-not-passed-on", 0), camera["id"])
            self.assertEqual(camera["stored"], camera["announced"] + sum_of(dropped, "announce")
                             + dropped.get("store-not-passed-on", 0), camera["id"])
        for name in "frames", "published", "stored", "announced":
            self.assertEqual(report["totals"][name], sum(c[name] for c in report["cameras"]))

    def check_marks(self):
        """Each picture shows the camera under whose id it came."""
        looked = 0
        for frames in self.watcher.frames, self.watcher.stored:
            for camera, pictures in frames.items():
                for _sequence, picture in pictures[::3]:
                    shown = marks.decode(picture)
                    self.assertIsNotNone(shown, f"a picture of {camera} shows no mark")
                    self.assertEqual(camera, f"cam{shown[0]}")
                    looked += 1
        self.assertGreater(looked, 0)

    def check_no_gap(self, camera, report):
        """The camera was started once, and none of its frames is missing."""
        counts = {c["id"]: c for c in report["cameras"]}[camera]
        self.assertEqual(counts["starts"], 1)
        self.assertEqual(counts["dropped"], {})
        for frames in self.watcher.frames, self.watcher.stored:
            wait_for(lambda f=frames: len(f[camera]) == counts["frames"], f"all frames of {camera}")
            self.assertEqual([s for s, _ in frames[camera]], list(range(1, counts["frames"] + 1)))


class ReloadTest(DeploymentTest):
    """Others lose no frame."""

    def test_reload(self):
        self.write([1, 2, 3])
        deployment = self.deploy()
        for camera in "cam1", "cam2", "cam3":
            deployment.wait_frames(camera, 5)

        # cam1 goes, cam2 changes, cam3 stays, cam4 comes
        self.write([(2, ", fps: 5, quality: 20"), 3, 4])
        self.assertTrue(deployment.bin.emit("reload"))
        accepted = deployment.structures("edge-video-config")[-1]
        self.assertEqual([accepted[n] for n in ("added", "removed", "changed", "unchanged")],
                         [["cam4"], ["cam1"], ["cam2"], ["cam3"]])
        self.assertFalse(accepted["full-restart"])
        wait_for(lambda: deployment.children() == ["cam2", "cam3", "cam4"], "the new cameras")
        wait_for(lambda: deployment.stats()["cam2"]["starts"] == 2, "the new cam2")
        for camera in "cam2", "cam3", "cam4":
            deployment.wait_frames(camera, 5)
        encoder = deployment.bin.get_by_name("encoder-cam2")
        self.assertLess(encoder.get_property("quality"), 20)
        self.assertIn("framerate=5/1", deployment.bin.get_by_name("cam2").get_property("description"))
        self.assertEqual(deployment.stats()["cam1"]["state"], "inactive")

        report = deployment.finish()
        self.assertEqual(deployment.errors(), [])
        self.check_report(report)
        # what went and what restarted gave out what it had
        self.assertEqual([camera["dropped"] for camera in report["cameras"]], [{}] * 4)
        self.check_no_gap("cam3", report)
        self.check_marks()

    def test_refused(self):
        self.write([1])
        deployment = self.deploy()
        deployment.wait_frames("cam1", 3)
        before = deployment.bin.get_property("description")
        self.write([1, (2, ", colour: red")])
        self.assertFalse(deployment.bin.emit("reload"))
        self.assertIn("edge-video.yaml:7:", deployment.warnings()[-1])
        self.assertIn('unknown key "colour"', deployment.warnings()[-1])
        self.assertEqual(deployment.structures("edge-video-config")[-1]["action"], "refused")
        os.unlink(self.config)
        self.assertFalse(deployment.bin.emit("reload"))
        self.assertIn("cannot be read", deployment.warnings()[-1])
        self.assertEqual(deployment.bin.get_property("description"), before)
        deployment.wait_frames("cam1", 5)
        report = deployment.finish()
        self.check_report(report)
        self.check_no_gap("cam1", report)

    def test_watch(self):
        self.write([1])
        deployment = self.deploy(watch=True)
        deployment.wait_frames("cam1", 3)
        self.write([1, 2])
        wait_for(lambda: deployment.children() == ["cam1", "cam2"], "cam2")
        deployment.wait_frames("cam2", 3)
        with open(self.config, "a", encoding="utf-8") as file:
            file.write("redis: {}\n")
        wait_for(lambda: any("given twice" in w for w in deployment.warnings()), "the refusal")
        # the same content again, and other files of the folder, are no news
        with open(os.path.join(self.folder, "other"), "w", encoding="utf-8"):
            pass
        self.write([1])
        wait_for(lambda: deployment.children() == ["cam1"], "the end of cam2")
        self.assertEqual([s["action"] for s in deployment.structures("edge-video-config")],
                         ["accepted", "refused", "accepted"])
        report = deployment.finish()
        self.check_report(report)
        self.check_no_gap("cam1", report)
        self.check_marks()

    def test_full_restart(self):
        self.write([1, 2])
        deployment = self.deploy()
        deployment.wait_frames("cam1", 3)
        self.write([1, 2], "optimization: { max_workers: 3, buffer_size: 20 }")
        self.assertTrue(deployment.bin.emit("reload"))
        self.assertTrue(deployment.structures("edge-video-config")[-1]["full-restart"])
        wait_for(lambda: [c["starts"] for c in deployment.stats().values()] == [2, 2], "the restart")
        deployment.wait_frames("cam1", 3)
        deployment.wait_frames("cam2", 3)
        pool = to_python(deployment.bin.get_by_name("workers-cam1").get_property("stats"))["pool"]
        self.assertEqual(pool["workers"], 3)

        # the share of each camera changes without a restart
        self.write([1, 2, 3, 4], "optimization: { max_workers: 3, buffer_size: 20 }")
        self.assertTrue(deployment.bin.emit("reload"))
        wait_for(lambda: deployment.bin.get_by_name("workers-cam1").get_property("max-size-buffers") == 5, "the share")
        self.assertIn("max-size-buffers=5", deployment.bin.get_property("description"))
        deployment.wait_frames("cam4", 3)
        report = deployment.finish()
        self.assertEqual(report["pool"]["workers"], 3)
        self.assertEqual(report["pool"]["capacity"], 20)
        self.assertEqual([c["starts"] for c in report["cameras"]], [2, 2, 1, 1])
        self.check_report(report)
        self.check_marks()

    def test_other_broker(self):
        """Events that the old broker does not take are counted in the log; the new one gets those that follow."""
        lines = []

        def note(_category, _level, _file, _function, _line, _object, message, _data):
            lines.append(message.get())

        self.write([1])
        with open(self.config, encoding="utf-8") as file:
            good = file.read()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(good.replace(self.servers.amqp_uri, "amqp://127.0.0.1:1/"))
        deployment = self.deploy(shutdown_timeout=Gst.SECOND)
        wait_for(lambda: deployment.stats()["cam1"]["frames"] > 3, "frames")
        Gst.debug_add_log_function(note, None)
        Gst.debug_set_threshold_for_name("edgevideobin", Gst.DebugLevel.WARNING)
        self.addCleanup(Gst.debug_set_threshold_for_name, "edgevideobin", Gst.DebugLevel.NONE)
        self.write([1])
        self.assertTrue(deployment.bin.emit("reload"))
        self.wait_state("cam1", "active")
        self.assertEqual(len([line for line in lines if re.match("[1-9][0-9]* status events were not", line)]), 1)
        deployment.finish()


class SignalsTest(DeploymentTest):
    """Applications add and remove cameras."""

    def structure(self, number, more=""):
        return Gst.Structure.from_string(
            f'camera, id=cam{number}, url="{self.cameras.mounts[number - 1]["uri"]}", user={USER}, '
            f'password={CANARY}{more}')[0]

    def test_add_and_remove(self):
        self.write([1])
        deployment = self.deploy()
        deployment.wait_frames("cam1", 3)
        self.assertTrue(deployment.bin.emit("add-camera", self.structure(5, ", fps=5, jpeg-quality=40")))
        deployment.wait_frames("cam5", 3)
        self.assertEqual(deployment.children(), ["cam1", "cam5"])
        self.assertEqual(deployment.bin.get_by_name("encoder-cam5").get_property("quality"), 40)

        # it stays when the file is read again
        self.write([1, 2])
        self.assertTrue(deployment.bin.emit("reload"))
        deployment.wait_frames("cam2", 3)
        self.assertEqual(deployment.children(), ["cam1", "cam2", "cam5"])

        for structure, reason in ((self.structure(1), 'there is a camera "cam1" already'),
                                  (self.structure(3, ", fps=999"), 'fps: "999" is not allowed'),
                                  (Gst.Structure.new_empty("camera"), "id: missing")):
            self.assertFalse(deployment.bin.emit("add-camera", structure))
            self.assertIn(reason, deployment.warnings()[-1])
        self.assertFalse(deployment.bin.emit("remove-camera", "cam9"))
        self.assertIn("no camera with this id", deployment.warnings()[-1])

        self.assertTrue(deployment.bin.emit("remove-camera", "cam5"))
        self.assertTrue(deployment.bin.emit("remove-camera", "cam2"))
        wait_for(lambda: deployment.children() == ["cam1"], "the end of the others")
        self.assertTrue(deployment.bin.emit("add-camera", self.structure(5)))
        deployment.wait_frames("cam5", 3)
        report = deployment.finish()
        self.check_report(report)
        self.check_no_gap("cam1", report)
        self.check_marks()

    def test_empty(self):
        self.write([])
        deployment = self.deploy()
        self.assertEqual(deployment.children(), [])
        self.assertTrue(deployment.bin.emit("add-camera", self.structure(1)))
        deployment.wait_frames("cam1", 3)
        self.check_report(deployment.finish())

    def test_empty_ends(self):
        self.write([])
        self.assertEqual(len(self.deploy().finish()["cameras"]), 0)


class DescriptionTest(DeploymentTest):
    """What is described is what runs."""

    SKIPPED = {"parent", "stats", "state", "description", "last-sample", "current-level-buffers",
               "current-level-bytes", "current-level-time"}

    def properties(self, element):
        found = {}
        for spec in element.list_properties():
            if spec.flags & 1 and spec.flags & 2 and spec.name not in self.SKIPPED:
                try:
                    value = element.get_property(spec.name)
                except TypeError:  # a fraction, without python3-gst-1.0
                    continue
                found[spec.name] = value.to_string() if isinstance(value, Gst.Caps) else str(value)
        return found

    @staticmethod
    def elements(*bins):
        return {element.get_name(): element for container in bins for element in container.children}

    @staticmethod
    def links(element):
        found = []
        for pad in element.pads:
            peer = pad.get_peer()
            if peer is not None and pad.get_direction() == Gst.PadDirection.SRC:
                found.append(peer.get_parent_element().get_name())
        return sorted(found)

    def test_description(self):
        for top in ("", "target_fps: 2.5\noptimization: { frame_resolution: 640x360, frame_quality: 10 }"):
            self.write([1, (2, ", protocol: udp, latency_ms: 77, jpeg_quality: 12, fps: 0")], top)
            deployment = self.deploy()
            text = deployment.bin.get_property("description")
            self.assertNotIn(CANARY, text)
            running = self.elements(*deployment.bin.children)
            by_hand = Gst.parse_launch(text)
            made = self.elements(by_hand)
            self.assertEqual(running.keys(), made.keys())
            for name, element in running.items():
                self.assertEqual(element.get_factory().get_name(), made[name].get_factory().get_name())
                self.assertEqual(self.properties(element), self.properties(made[name]), name)
                self.assertEqual(self.links(element), self.links(made[name]), name)
            self.assertEqual(text, "\n".join(deployment.bin.get_by_name(camera).get_property("description")
                                             for camera in ("cam1", "cam2")))
            deployment.close()

    def test_before_and_after(self):
        self.write([1, 2])
        deployment = Deployment(self.config)
        before = deployment.bin.get_property("description")
        deployment.play()
        self.assertEqual(deployment.bin.get_property("description"), before)
        deployment.close()

    def test_parts(self):
        self.write([1])
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        for redis, metadata, ways in (("false", "false", []), ("true", "false", ["workerpool", "redisframesink"]),
                                      ("false", "true", ["workerpool", "metadatapub"])):
            with open(self.config, "w", encoding="utf-8") as file:
                file.write(text.replace("redis: {", f"redis: {{ enabled: {redis},")
                           .replace("metadata: {", f"metadata: {{ enabled: {metadata}"))
            deployment = self.deploy()
            description = deployment.bin.get_property("description")
            self.assertEqual([f for f in ("workerpool", "redisframesink", "metadatapub") if f in description], ways)
            self.assertEqual("tee name" in description, bool(ways))
            wait_for(lambda d=deployment: d.stats()["cam1"]["published"] >= 3, "frames")
            report = deployment.finish()
            counts = report["cameras"][0]
            self.assertEqual(counts["published"], counts["frames"])
            self.assertEqual(counts["stored"], counts["frames"] if redis == "true" else 0)
            self.assertEqual(counts["announced"], counts["frames"] if metadata == "true" else 0)


class EventsTest(DeploymentTest):
    """What is told about cameras."""

    def test_status(self):
        self.write([1, 2])
        with open(self.config, "a", encoding="utf-8") as file:
            file.write('  - { id: dead, url: "rtsp://127.0.0.1:1/none" }\n')
        deployment = self.deploy()
        self.wait_state("cam1", "active")
        self.wait_state("cam2", "active")
        self.wait_state("dead", "inactive")
        wait_for(lambda: [e for e in list(self.watcher.system) if e["active_cameras"] == 2], "system_status")
        deployment.wait_frames("cam1", 3)
        report = deployment.finish()
        self.check_report(report)
        self.assertEqual(deployment.errors(), [])
        dead = [c for c in report["cameras"] if c["id"] == "dead"][0]
        self.assertEqual((dead["frames"], dead["fps"]), (0, 0))
        self.assertIn("dead", dead["last-error"])
        wait_for(lambda: self.watcher.system[-1]["message"] == "stopped", "the last system_status")
        for event in self.watcher.status:
            jsonschema.validate(event, schema("camera-status"))
        for event in self.watcher.system:
            jsonschema.validate(event, schema("system-status"))
            self.assertEqual(event["total_cameras"], 3)
        last = self.watcher.system[-1]
        self.assertEqual((last["active_cameras"], last["inactive_cameras"]), (0, 3))

    def test_failing_camera(self):
        """An element of one camera fails: that camera restarts, the others lose nothing."""
        self.write([1, 2])
        deployment = self.deploy()
        deployment.wait_frames("cam1", 3)
        deployment.wait_frames("cam2", 3)
        encoder = deployment.bin.get_by_name("encoder-cam1")
        encoder.message_full(Gst.MessageType.ERROR, Gst.StreamError.quark(), Gst.StreamError.ENCODE, "broken", None,
                             "test", "test", 0)
        wait_for(lambda: any("Camera cam1 was stopped: broken" in w for w in deployment.warnings()), "the warning")
        wait_for(lambda: deployment.stats()["cam1"]["starts"] == 2, "the restart")
        deployment.wait_frames("cam1", 3)
        self.wait_state("cam1", "offline")
        report = deployment.finish()
        self.assertEqual(deployment.errors(), [])
        self.check_report(report)
        self.check_no_gap("cam2", report)
        self.check_marks()


class ShutdownTest(DeploymentTest):
    """The end."""

    def test_broker_away(self):
        """With the broker frozen the end takes as long as it may, and everything is counted."""
        self.write([1, 2])
        path = os.path.join(self.folder, "report.json")
        deployment = self.deploy(report_file=path, shutdown_timeout=Gst.SECOND)
        deployment.wait_frames("cam1", 5)
        self.servers.freeze("rabbitmq")
        try:
            before = deployment.stats()["cam1"]["frames"]
            wait_for(lambda: deployment.stats()["cam1"]["frames"] > before + 5, "more frames")
            report = deployment.finish()
        finally:
            self.servers.thaw("rabbitmq")
        self.check_report(report)
        counts = report["cameras"][0]
        self.assertGreater(sum_of(counts["dropped"], "publish"), 0)
        self.assertEqual(counts["stored"], counts["frames"])
        with open(path, encoding="utf-8") as file:
            written = json.load(file)
        self.assertEqual(written["cameras"][0]["frames"], counts["frames"])
        self.assertEqual(written["totals"]["stored"], report["totals"]["stored"])
        self.assertLessEqual({"id", "frames", "published", "stored", "announced", "dropped", "fps", "uptime"},
                             written["cameras"][0].keys())
        self.assertEqual(written["cameras"][0]["dropped"],
                         {reason.replace("-", "_"): n for reason, n in counts["dropped"].items()})
        self.assertEqual({"workers", "capacity", "processed", "dropped"}, written["pool"].keys())

    def test_without_eos(self):
        """Stopped at any moment, also while it drains: no hang, and a report."""
        self.write([1, 2])
        for finishing in False, True:
            deployment = self.deploy()
            deployment.wait_frames("cam1", 3)
            if finishing:
                deployment.pipeline.send_event(Gst.Event.new_eos())
            deployment.close()
            self.assertEqual(len(deployment.structures("edge-video-report")), 1)
            self.check_report(deployment.structures("edge-video-report")[0])

    def test_cycles(self):
        self.write([1, 2])
        deployment = self.deploy()
        for _ in range(3):
            deployment.wait_frames("cam1", 1)
            deployment.pipeline.set_state(Gst.State.PAUSED)
            deployment.pipeline.set_state(Gst.State.PLAYING)
            deployment.wait_frames("cam2", 1)
            deployment.pipeline.set_state(Gst.State.READY)
            deployment.pipeline.set_state(Gst.State.PLAYING)
        deployment.close()
        self.assertEqual(deployment.errors(), [])


class LaunchTest(DeploymentTest):
    """gst-launch-1.0."""

    def launch(self, *properties, **options):
        return subprocess.Popen(["gst-launch-1.0", "-e", "edgevideobin", "config=" + self.config, *properties],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)

    def test_check_only(self):
        self.write([1, 2])
        process = self.launch("check-only=true")
        output = process.communicate()[0]
        self.assertEqual(process.returncode, 0, output)
        self.assertIn("edge-video.yaml: the config is valid: 2 cameras", output)
        self.assertIn("rtspcamerasrc name=source-cam1", output)
        self.assertNotIn(CANARY, output)
        # pasted into a shell, with the secrets, it is the same
        line = re.search(r"^gst-launch-1.0 -e(.*\\\n)+.*$", output, re.MULTILINE)[0]
        line = line.replace("guest:***@", "guest:guest@").replace("***", CANARY)
        process = subprocess.Popen(["bash", "-c", "exec " + line], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True)
        try:
            wait_for(lambda: all(len(self.watcher.stored[camera]) >= 3 for camera in ("cam1", "cam2")), "frames")
        finally:
            process.send_signal(signal.SIGINT)
            output = process.communicate(timeout=30)[0]
        self.assertEqual(process.returncode, 0, output)
        self.check_marks()

        self.write([1, 1])
        process = self.launch("check-only=true")
        output = process.communicate()[0]
        self.assertNotEqual(process.returncode, 0)
        self.assertIn('edge-video.yaml:7:11: cameras[1].id: "cam1" is already the id', output)

    def test_wrong_broker(self):
        """What can never work ends the pipeline with a sentence."""
        self.write([1])
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace(self.servers.amqp_uri,
                                    self.servers.amqp_uri.replace("guest:guest@", f"guest:{CANARY}@")))
        process = self.launch()
        output = process.communicate(timeout=30)[0]
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("ERROR", output)
        self.assertNotIn(CANARY, output)

    def test_no_secret(self):
        """Run with a high debug level: the password is nowhere."""
        self.write([1])
        log = os.path.join(self.folder, "log")
        report = os.path.join(self.folder, "report.json")
        process = self.launch("report-file=" + report, env=dict(
            os.environ, GST_DEBUG="edgevideobin:9,rtsp*:7,amqp*:9,redis*:9,edge*:9,GST_ELEMENT*:9,GST_BUS:9,bin:9",
            GST_DEBUG_FILE=log, GST_DEBUG_DUMP_DOT_DIR=self.folder))
        try:
            wait_for(lambda: len(self.watcher.stored["cam1"]) >= 3, "frames")
        finally:
            process.send_signal(signal.SIGINT)
            output = process.communicate(timeout=30)[0]
        self.assertEqual(process.returncode, 0, output)
        self.assertNotIn(CANARY, output)
        names = [name for name in os.listdir(self.folder) if name != os.path.basename(self.config)]
        self.assertTrue(any(name.endswith(".dot") for name in names))
        for name in names:
            with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as file:
                self.assertFalse(any(CANARY in line for line in file), name)


class JournalTest(DeploymentTest):
    """What the log says with what the unit of systemd sets."""

    UNIT = os.path.join(SOURCE_DIR, "pipelines", "edge-video.service")

    def serve(self, port):
        cameras = Cameras("--marked", "--size", "320x180", "--port", port)
        self.addCleanup(lambda: cameras.process.poll() is None and cameras.close())
        return cameras

    def refuse(self, port, times):
        """Somebody else answers at this port, and hangs up."""
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.settimeout(PATIENCE)
            listener.bind(("127.0.0.1", port))
            listener.listen()
            for _ in range(times):
                listener.accept()[0].close()

    def read_to(self, process, text):
        """The lines up to the one with this text."""
        said = []
        for line in process.stderr:
            said.append(line)
            if text in line:
                return said
        return self.fail(f"it ended before it said {text}: {''.join(said)}")

    def test_each_change_once(self):
        """A camera goes, refuses several times and comes back: each change is one line, and there are summaries."""
        with open(self.UNIT, encoding="utf-8") as file:
            debug = re.search(r"GST_DEBUG=(\S+)", file.read())[1]
        cameras = self.serve("0")
        port = int(cameras.mounts[0]["uri"].split(":")[2].partition("/")[0])
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f'amqp: {{ amqp_url: "{self.servers.amqp_uri}" }}\nmetadata: {{}}\n'
                       "metrics: { port: 0, log_interval_seconds: 1 }\n"
                       f'cameras: [ {{ id: cam1, url: "rtsp://127.0.0.1:{port}/cam1" }} ]\n')
        process = subprocess.Popen(["gst-launch-1.0", "-e", "-q", "edgevideobin", "config=" + self.config],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "GST_DEBUG": debug, "GST_DEBUG_NO_COLOR": "1"})
        self.addCleanup(process.stderr.close)
        said = self.read_to(process, "Camera cam1 is active")
        said += self.read_to(process, "Worker pool default: Workers: ")
        said += self.read_to(process, "Camera cam1: ")
        cameras.close()
        self.refuse(port, 4)
        self.serve(str(port))
        said += self.read_to(process, "Camera cam1 is active")
        process.send_signal(signal.SIGINT)
        said += process.stderr.readlines()
        self.assertEqual(process.wait(PATIENCE), 0)

        told = re.findall(r"\b(rtspcamerasrc|rtspsrc|default) +\S+:\d+:\S+ (.*)", "".join(said))
        self.assertEqual({category for category, _ in told}, {"rtspcamerasrc"}, told)
        changes = [text.partition(":")[0] for _, text in told]
        self.assertEqual(changes.count("Camera cam1 is active"), 2, changes)
        troubles = [text for text in changes if text != "Camera cam1 is active"]
        self.assertGreater(len(troubles), 0)
        self.assertEqual(len(set(troubles)), len(troubles), troubles)
        self.assertRegex("".join(said), "final report: .*edge-video.yaml: 1 cameras, .*\n"
                         r"cam1: \d+ frames, .*; up [0-9.]+ s, started 1 times; last error: Camera cam1 .*\ntotal: ")


if __name__ == "__main__":
    unittest.main(verbosity=2)

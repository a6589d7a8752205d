#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Forty small cameras in one deployment, run as a user runs them.

"""All become active, deliver and stop; threads and descriptors grow with cameras and not with time."""

import collections
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE_DIR = os.environ["EDGE_SOURCE_DIR"]
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))

import processes  # noqa: E402
from cameras import Cameras  # noqa: E402
from deployment import Watcher, wait_for, write_config_of_all  # noqa: E402
from servers import Servers  # noqa: E402

N_CAMERAS = int(os.environ.get("EDGE_CAMERAS", "40"))
FPS = 5
SECONDS = 10
PATIENCE = 120


def thread_names(pid):
    names = collections.Counter()
    for task in os.listdir(f"/proc/{pid}/task"):
        names[processes.read(f"/proc/{pid}/task/{task}/comm").strip()] += 1
    return names


class ManyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="edge-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.servers = Servers()
        cls.addClassCleanup(cls.servers.close)
        cls.watcher = Watcher(cls.servers)
        cls.addClassCleanup(cls.watcher.close)
        cls.cameras = Cameras("--marked", "--cameras", str(N_CAMERAS), "--size", "320x180", "--fps", str(FPS),
                              "--loop-frames", "50", "--gop", "5")
        cls.addClassCleanup(cls.cameras.close)

    def test_many(self):
        write_config_of_all(self.folder + "/c.yaml", self.servers, self.cameras)
        self.log = open(self.folder + "/log", "w+", encoding="utf-8")
        self.addCleanup(self.log.close)
        began = time.monotonic()
        launch = subprocess.Popen(
            ["gst-launch-1.0", "-e", "edgevideobin", "config=" + self.folder + "/c.yaml",
             "report-file=" + self.folder + "/report.json"], stdout=self.log, stderr=self.log)
        try:
            self.watch(launch, began)
            began = time.monotonic()
            launch.send_signal(signal.SIGINT)
            self.assertEqual(launch.wait(PATIENCE), 0, self.said())
            stopped = time.monotonic() - began
        finally:
            launch.kill()
            launch.wait()
        with open(self.folder + "/report.json", encoding="utf-8") as file:
            report = json.load(file)
        print(f"stopped in {stopped:.1f} s; report: {report['totals']}, pool {report['pool']}", flush=True)
        self.assertNotIn("WARNING", self.said())
        self.assertNotIn("ERROR", self.said())
        self.check(report)

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def watch(self, launch, began):
        def active():
            return {event["camera_id"] for event in list(self.watcher.status) if event["state"] == "active"}
        wait_for(lambda: launch.poll() is not None or len(active()) == N_CAMERAS, "all cameras", PATIENCE)
        self.assertIsNone(launch.poll(), self.said())
        pids = [launch.pid]
        started, cpu = time.monotonic() - began, processes.cpu(pids)
        before = processes.threads(pids), processes.descriptors(pids)
        seen = {camera: len(frames) for camera, frames in list(self.watcher.stored.items())}
        time.sleep(SECONDS)  # what is measured is what happens meanwhile
        after = processes.threads(pids), processes.descriptors(pids)
        delivered = sum(len(frames) for frames in list(self.watcher.stored.values())) - sum(seen.values())
        load = (processes.cpu(pids) - cpu) / SECONDS
        print(f"{N_CAMERAS} cameras active after {started:.1f} s; threads and descriptors {before}, {SECONDS} s later "
              f"{after}; {processes.rss_kb(pids) / 1024:.0f} MB; {load * 100:.0f} % of one CPU; "
              f"{delivered / SECONDS:.0f} frames/s announced", flush=True)
        print(dict(thread_names(launch.pid).most_common(12)), flush=True)
        # five threads a camera, four of them rtspsrc's; the others do not depend on the number of cameras
        self.assertLessEqual(after[0], 30 + 5 * N_CAMERAS)
        self.assertLessEqual(after[1], 50 + 9 * N_CAMERAS)
        self.assertLessEqual(after[0], before[0] + 5)
        self.assertLessEqual(after[1], before[1] + 5)

    def check(self, report):
        self.assertEqual(len(report["cameras"]), N_CAMERAS)
        for camera in report["cameras"]:
            self.assertEqual((camera["starts"], camera["dropped"]), (1, {}), camera)
            self.assertGreater(camera["frames"], SECONDS, camera)
            self.assertEqual(camera["frames"], camera["published"])
            self.assertEqual(camera["frames"], camera["stored"])
            self.assertEqual(camera["frames"], camera["announced"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

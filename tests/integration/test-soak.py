#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A deployment for a while: does it stay as it is? tests/bench/run cameras --soak MINUTES does the same at full size.

"""Memory, descriptors and threads do not grow with time, and every frame is delivered."""

import json
import os
import signal
import statistics
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

N_CAMERAS = 8
FPS = 30
# of frames announced: how far to go is told by work done, not by time
WARM_UP = 4000
FRAMES = int(os.environ.get("EDGE_SOAK_FRAMES", "16000"))
PATIENCE = 300
# less than any structure that might be forgotten for each frame
BYTES_PER_FRAME = 200


class SoakTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="edge-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.servers = Servers()
        self.addCleanup(self.servers.close)
        self.watcher = Watcher(self.servers)
        self.addCleanup(self.watcher.close)
        self.cameras = Cameras("--marked", "--cameras", str(N_CAMERAS), "--size", "160x90", "--fps", str(FPS),
                               "--loop-frames", "50", "--gop", "10")
        self.addCleanup(self.cameras.close)
        self.announced = 0

    def count(self):
        """Announced so far; what has been read is forgotten."""
        with self.watcher.lock:
            self.announced += sum(map(len, self.watcher.stored.values()))
            self.watcher.stored.clear()
            self.watcher.frames.clear()
        return self.announced

    def look(self, pid, frames):
        """What the process uses while so many frames pass, looked at every hundred of them."""
        looks = []
        goal = self.count() + frames
        while self.count() < goal:
            step = self.announced + 100
            wait_for(lambda: self.count() >= step, f"frame {step}", PATIENCE)
            looks.append((processes.rss_kb([pid]), processes.descriptors([pid]), processes.threads([pid])))
        return looks

    def test_soak(self):
        write_config_of_all(self.folder + "/c.yaml", self.servers, self.cameras, ", ttl_seconds: 2")
        with open(self.folder + "/log", "w+", encoding="utf-8") as log:
            launch = subprocess.Popen(
                ["gst-launch-1.0", "-e", "edgevideobin", "config=" + self.folder + "/c.yaml",
                 "report-file=" + self.folder + "/report.json"], stdout=log, stderr=log)
            try:
                warm_up = self.look(launch.pid, WARM_UP)
                begin = time.monotonic()
                looks = self.look(launch.pid, FRAMES)
                seconds = time.monotonic() - begin
                launch.send_signal(signal.SIGINT)
                self.assertEqual(launch.wait(PATIENCE), 0)
            finally:
                launch.kill()
                launch.wait()
                log.seek(0)
                said = log.read()
        self.assertNotIn("ERROR", said)
        with open(self.folder + "/report.json", encoding="utf-8") as file:
            self.check_report(json.load(file))
        self.check_looks(warm_up, looks, seconds)

    def check_looks(self, warm_up, looks, seconds):
        third = len(looks) // 3
        first, last = (statistics.median(look[0] for look in part) for part in (looks[:third], looks[-third:]))
        growth = (last - first) * 1024 / (FRAMES * 2 / 3)
        print(f"{FRAMES} frames in {seconds:.0f} s after {WARM_UP}: RSS {warm_up[-1][0] / 1024:.1f}, {first / 1024:.1f}, "
              f"{last / 1024:.1f} MB, {growth:+.0f} bytes per frame; descriptors {looks[0][1]} to {looks[-1][1]}, "
              f"threads {looks[0][2]} to {looks[-1][2]}", flush=True)
        self.assertLess(growth, BYTES_PER_FRAME)
        for index in 1, 2:
            highest = max(look[index] for look in warm_up)
            self.assertLessEqual(max(look[index] for look in looks), highest)

    def check_report(self, report):
        self.assertEqual(len(report["cameras"]), N_CAMERAS)
        for camera in report["cameras"]:
            ways = camera["published"], camera["stored"], camera["announced"]
            # a busy machine may drop, and says so
            lost = sum(camera["dropped"].values())
            self.assertEqual(camera["starts"], 1, camera)
            self.assertGreaterEqual(min(ways) + lost, camera["frames"], camera)


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# pipelines/demo, as a newcomer runs it, and as one who mistypes.

"""The demo ends well when all is well, says what is wrong otherwise, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from PIL import Image

SOURCE_DIR = os.environ["EDGE_SOURCE_DIR"]
BUILD_DIR = os.environ["EDGE_BUILD_DIR"]
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))

from cameras import Cameras  # noqa: E402

DEMO = [os.path.join(SOURCE_DIR, "pipelines", "demo"), "--no-install", "--build-dir", BUILD_DIR]
TIMEOUT = 120
SECRET = "canary-7Xq"


class DemoTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.temporary = os.path.join(self.folder, "tmp")
        os.mkdir(self.temporary)
        # the cameras' clip may stay: it is made once
        self.environment = {**os.environ, "TMPDIR": self.temporary}

    def demo(self, *arguments):
        done = subprocess.run(DEMO + ["--report", "report.json", *arguments], cwd=self.folder, env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT, check=False)
        return done.returncode, done.stdout

    def report(self):
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            return json.load(file)

    def assert_nothing_left(self, *more):
        self.assertEqual(os.listdir(self.temporary), [])
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(["contact-sheet.jpg", "report.json", "tmp", *more]))

    def check_config(self, name, passwords):
        """What the demo ran is a config file for edgevideobin, without the passwords; returns what is said of it."""
        path = os.path.join(self.folder, name)
        with open(path, encoding="utf-8") as file:
            self.assertNotIn(SECRET, file.read())
        done = subprocess.run(["gst-launch-1.0", "edgevideobin", "config=" + path, "check-only=true"],
                              env={**os.environ, **passwords}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_all_is_well(self):
        status, said = self.demo("--cameras", "2", "--seconds", "5", "--fps", "5", "--config", "c.yaml")
        self.assertEqual(status, 0, said)
        report = self.report()
        self.assertEqual(report["errors"], [])
        self.assertEqual([camera["id"] for camera in report["cameras"]], ["cam1", "cam2"])
        for camera in report["cameras"]:
            self.assertGreater(camera["frames"], 5, said)
            self.assertGreater(camera["fps"], 1)
            lost = sum(camera["dropped"].values())
            for way in ("published", "stored", "announced"):
                self.assertTrue(camera["frames"] - lost <= camera[way] <= camera["frames"], said)
            self.assertLess(camera["fps"], 6)
        self.assertEqual(set(report["pool"]), {"workers", "capacity", "processed", "dropped"})
        self.assertEqual(report["pool"]["capacity"], 200)
        with Image.open(os.path.join(self.folder, "contact-sheet.jpg")) as sheet:
            self.assertGreater(sheet.width, 2 * 640)
        self.assertIn("the config is valid: 2 cameras", self.check_config("c.yaml", {}))
        self.assert_nothing_left("c.yaml")

    def test_bad_cameras_are_named(self):
        with Cameras("--marked", "--user", "joe", "--password", SECRET) as cameras:
            good = cameras.mounts[0]["uri"]
            with_login = "rtsp://joe:%s@" % SECRET + good.split("//")[1]
            status, said = self.demo("--seconds", "3", "--config", "c.yaml", with_login, with_login.replace("/cam1", "/cam7"),
                                     good.replace("//", "//joe:wrong@"), "rtsp://127.0.0.1:1/x")
        self.assertEqual(status, 1, said)
        report = self.report()
        self.assertGreater(report["cameras"][0]["announced"], 0, said)
        self.assertEqual([error.split(" ")[0] for error in report["errors"]], ["cam2", "cam3", "cam4"], said)
        for error, word in zip(report["errors"], ("no such stream", "password", "answers")):
            self.assertIn(word, error)
            self.assertIn(error, said)
        self.assertNotIn(SECRET, said + json.dumps(report))
        self.check_config("c.yaml", {"DEMO_URL_CAM%d" % number: with_login for number in (1, 2, 3)})
        self.assert_nothing_left("c.yaml")

    def test_no_camera_answers(self):
        """It does not wait for the end of the time."""
        status, said = self.demo("--seconds", "600", "rtsp://127.0.0.1:1/x")
        self.assertEqual(status, 1, said)
        self.assertEqual(len(self.report()["errors"]), 1, said)
        self.assert_nothing_left()

    def test_passwords_are_not_shown(self):
        """Wherever in a URL people write them."""
        urls = ["rtsp://joe:a#%s@127.0.0.1:1/x", "rtsp://joe:a@b%s@127.0.0.1:1/x",
                "rtsp://127.0.0.1:1/x?user=joe&password=%s", "rtsp://127.0.0.1:1/user=joe&password=%s"]
        urls = [url % SECRET for url in urls]
        status, said = self.demo("--config", "c.yaml", *urls)
        self.assertEqual(status, 1, said)
        self.assertEqual([said.count("cam%d (rtsp://" % (i + 1)) > 0 for i in range(len(urls))], [True] * len(urls), said)
        self.assertNotIn(SECRET, said + json.dumps(self.report()))
        self.check_config("c.yaml", {"DEMO_URL_CAM%d" % (i + 1): url for i, url in enumerate(urls)})
        # one that nobody can take apart
        status, said = self.demo("--config", "c.yaml", "rtsp://joe:12/%s@127.0.0.1/x" % SECRET)
        self.assertEqual(status, 1, said)
        self.assertIn("write %2f", said)
        with open(os.path.join(self.folder, "c.yaml"), encoding="utf-8") as file:
            self.assertNotIn(SECRET, said + file.read())

    def test_interrupted(self):
        process = subprocess.Popen(DEMO + ["--report", "report.json", "--cameras", "1", "--seconds", "600"],
                                   cwd=self.folder, env=self.environment, start_new_session=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = page = ""
        for line in process.stdout:
            said += line
            if line.startswith("page "):
                page = line.split()[1]
            if " announced," in line and " 0 announced," not in line:
                with urllib.request.urlopen(page + "stats.json") as answer:
                    self.assertEqual([camera["id"] for camera in json.load(answer)["cameras"]], ["cam1"])
                os.killpg(process.pid, signal.SIGINT)  # as the terminal does
                break
        said += process.communicate(timeout=TIMEOUT)[0]
        self.assertEqual(process.returncode, 0, said)
        self.assertGreater(self.report()["cameras"][0]["announced"], 0)
        self.assert_nothing_left()

    def test_wrong_arguments(self):
        for arguments in (["--cameras", "0"], ["--seconds", "x"], ["--what"], ["http://h/x"], ["--fps"],
                          ["--sheet", "/nowhere/x.jpg"]):
            done = subprocess.run(DEMO + arguments, cwd=self.folder, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)

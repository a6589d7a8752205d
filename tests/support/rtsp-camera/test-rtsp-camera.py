#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The camera simulator, seen by stock rtspsrc.

"""Numbers without a gap over the loop's end, several clients, reconnects, passwords, a clean end."""

import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import marks  # noqa: E402

PROGRAM = os.path.join(os.environ["EDGE_BUILD_DIR"], "tests", "support", "rtsp-camera", "edge-rtsp-camera")
LOOP = 40  # frames, so that each client sees the loop's end twice
FRAMES = 100
MARKED = ("--marked", "--size", "320x180", "--loop-frames", str(LOOP))
PATIENCE = 60  # seconds until a wait counts as failed


class Camera:
    """The simulator's process."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([PROGRAM, "--exit-with-stdin", *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.mounts = []
        for line in self.process.stdout:
            if line.startswith("ready "):
                return
            self.mounts.append(dict(field.split("=", 1) for field in line.split()[1:]))
        raise AssertionError("the simulator did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.status = self.process.wait(PATIENCE)

    def count(self, what):
        """The number of threads ("task") or file descriptors ("fd")."""
        return len(os.listdir(f"/proc/{self.process.pid}/{what}"))

    def clients(self):
        """How many clients are connected."""
        self.process.stdin.write("stats\n")
        self.process.stdin.flush()
        return int(re.match(r"stats clients=(\d+) ", self.process.stdout.readline())[1])


def watch(uri, folder, frames=FRAMES, options=()):
    """Starts a client that writes each frame as a JPEG."""
    return subprocess.Popen(
        ["gst-launch-1.0", "-q", "rtspsrc", f"location={uri}", "protocols=tcp", "latency=100", *options,
         "!", "rtph264depay", "!", "h264parse", "!", "avdec_h264", "max-threads=1",
         "!", "identity", f"eos-after={frames + 1}",
         "!", "jpegenc", "quality=30", "!", "multifilesink", f"location={folder}/%05d.jpg"],
        stderr=subprocess.PIPE, text=True)


def numbers(folder):
    """What the frames that a client wrote show, in order."""
    found = []
    for name in sorted(glob.glob(f"{folder}/*.jpg")):
        with open(name, "rb") as file:
            found.append(marks.decode(file.read()))
    return found


class CameraTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="edge-camera.")
        self.addCleanup(self.folder.cleanup)

    def subfolder(self, name):
        path = os.path.join(self.folder.name, name)
        os.mkdir(path)
        return path

    def finish(self, client):
        """Waits for a client; returns its exit status and what it complained about."""
        self.addCleanup(client.stderr.close)
        self.addCleanup(lambda: client.poll() is None and client.kill())
        _, complaints = client.communicate(timeout=PATIENCE)
        return client.returncode, complaints

    def assert_consecutive(self, folder, camera):
        found = numbers(folder)
        self.assertEqual(len(found), FRAMES)
        self.assertNotIn(None, found, "a mark is unreadable")
        first = found[0][1]
        self.assertEqual(found, [(camera, (first + i) % LOOP) for i in range(FRAMES)])

    def test_cameras_clients_reconnects(self):
        """Each client of each camera gets that camera's frames, all of them, in order."""
        with Camera(*MARKED, "--cameras", "2") as camera:
            for turn in range(2):
                clients = []
                for number, name in ((1, "first"), (1, "second"), (2, "other")):
                    folder = self.subfolder(f"{turn}-{name}")
                    clients.append((watch(camera.mounts[number - 1]["uri"], folder), folder, number))
                for client, folder, number in clients:
                    # Only the frames count: an rtspsrc that stops on a busy machine may fail to say so to the camera.
                    self.finish(client)
                    self.assert_consecutive(folder, number)
        self.assertEqual(camera.status, 0)

    def test_clip_file(self):
        """A file is served as it is: its size, rate and length, the loop without a gap."""
        clip = os.path.join(self.folder.name, "clip.mp4")
        subprocess.run(
            ["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=50", "pattern=ball",
             "!", "video/x-raw,format=I420,width=160,height=120,framerate=25/1", "!", "x264enc", "bframes=0",
             "speed-preset=ultrafast", "key-int-max=25", "!", "h264parse", "!", "mp4mux",
             "!", "filesink", f"location={clip}"], check=True)
        with Camera("--clip", clip, "--cameras", "2") as camera:
            mount = camera.mounts[1]
            facts = [mount[name] for name in ("width", "height", "framerate", "frames", "loop-ns", "marked")]
            self.assertEqual(facts, ["160", "120", "25/1", "50", str(2 * 10**9), "no"])
            folder = self.subfolder("file")
            self.assertEqual(self.finish(watch(mount["uri"], folder)), (0, ""))
            self.assertEqual(len(os.listdir(folder)), FRAMES)

    def test_clients_that_vanish_leave_nothing(self):
        """Threads and sockets of killed clients go away."""
        with Camera(*MARKED) as camera:
            threads, sockets = camera.count("task"), camera.count("fd")
            for turn in range(5):
                folder = self.subfolder(str(turn))
                client = watch(camera.mounts[0]["uri"], folder, 10000)
                self.addCleanup(client.stderr.close)
                deadline = time.monotonic() + PATIENCE
                while not os.listdir(folder):
                    self.assertIsNone(client.poll())
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.02)
                client.kill()
                client.wait()
            # a pool keeps idle threads for a while
            while camera.clients() > 0 or camera.count("fd") > sockets or camera.count("task") > threads + 6:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)

    def test_password(self):
        """Digest authentication: nobody else gets in."""
        with Camera(*MARKED, "--user", "viewer", "--password", "s3same") as camera:
            uri = camera.mounts[0]["uri"]
            folder = self.subfolder("password")
            for options in ((), ("user-id=viewer", "user-pw=wrong")):
                status, complaints = self.finish(watch(uri, folder, 1, options))
                self.assertNotEqual(status, 0)
                self.assertIn("Unauthorized", complaints)
            status, complaints = self.finish(watch(uri, folder, 10, ("user-id=viewer", "user-pw=s3same")))
            self.assertEqual((status, complaints), (0, ""))
            self.assertEqual(len(os.listdir(folder)), 10)

    def test_signal_while_serving(self):
        """SIGTERM ends it cleanly, with clients connected."""
        with Camera(*MARKED) as camera:
            folder = self.subfolder("signal")
            client = watch(camera.mounts[0]["uri"], folder, 10000)
            deadline = time.monotonic() + PATIENCE
            while not os.listdir(folder):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            camera.process.send_signal(signal.SIGTERM)
            self.assertEqual(camera.process.wait(PATIENCE), 0)
            self.finish(client)

    def test_bad_options(self):
        """A wrong command line is explained."""
        for arguments, text in (
                ([], "--clip FILE or --marked"),
                (["--marked", "--clip", "x"], "--clip FILE or --marked"),
                (["--clip", "/nonexistent.mp4"], "/nonexistent.mp4"),
                (["--clip", __file__], "test-rtsp-camera.py"),
                (["--marked", "--cameras", "256"], "--cameras"),
                (["--marked", "--size", "641x360"], "--size"),
                (["--marked", "--fps", "0"], "--fps"),
                (["--marked", "--user", "x"], "--password"),
                (["--marked", "--port", "70000"], "--port")):
            done = subprocess.run([PROGRAM, *arguments], stderr=subprocess.PIPE, text=True, check=False)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn(text, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)

# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The camera simulator as a Python context manager.

"""Simulated RTSP cameras for a test: see tests/support/rtsp-camera."""

import os
import subprocess

BUILD_DIR = os.environ["EDGE_BUILD_DIR"]
PROGRAM = os.path.join(BUILD_DIR, "tests", "support", "rtsp-camera", "edge-rtsp-camera")


class Cameras:
    """`with Cameras("--marked", "--cameras", "2") as cameras:` serves until the end of the block.

    cameras.mounts: one dict a camera, as the simulator prints it (number, uri, frames, loop-ns …)
    """

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [PROGRAM, "--exit-with-stdin", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True)  # a Ctrl-C of the terminal is not for the cameras
        self.mounts = []
        for line in self.process.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == "camera":
                self.mounts.append(dict(field.split("=", 1) for field in rest.split()))
            elif word == "ready":
                return
        self.close()
        raise RuntimeError("the camera simulator did not start")

    def command(self, line):
        """One line to the simulator."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def close(self):
        """Ends the simulator."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs gst-launch-1.0 for a test.

"""gst-launch-1.0 as a test runs it: to its end, with everything it said."""

import subprocess

FRAMES = "videotestsrc num-buffers={n} ! video/x-raw,width=64,height=64 ! jpegenc ! framestamp camera-id=cam1"


def launch(sink, frames=20, timeout=60):
    """Sends some JPEG frames into the launch text `sink`; returns (exit status, what it printed)."""
    line = FRAMES.format(n=frames) + " ! " + sink
    process = subprocess.run(["gst-launch-1.0", "-e", *line.split()], capture_output=True, text=True,
                             timeout=timeout, check=False)
    return process.returncode, process.stdout + process.stderr

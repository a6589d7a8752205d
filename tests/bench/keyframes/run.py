#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What one frame per second costs rtspcamerasrc, decoding everything and decoding keyframes only.

"""tests/bench/run keyframes [--cameras N] [--seconds S] [--rounds N] [--protocols tcp|udp]

N cameras with 1280x720, 30 frames and a keyframe per second each are watched by three processes at the same time, with
framerate=1 and another `decode` each: CPU time per camera, as a share of a core. Prints a table in Markdown.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

SOURCE_DIR = os.environ["EDGE_SOURCE_DIR"]
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))

from cameras import Cameras  # noqa: E402

MODES = ("all", "keyframes", "auto")
SETTLE = 8  # seconds: two keyframes and their interval are seen first


class Watcher:
    """A process that watches all cameras."""

    def __init__(self, cameras, mode, protocols):
        line = " ".join(f"rtspcamerasrc uri={mount['uri']} framerate=1 decode={mode} protocols={protocols} "
                        "! fakesink async=false" for mount in cameras.mounts)
        self.process = subprocess.Popen(["gst-launch-1.0", "-q", *line.split()])

    def cpu(self):
        """CPU time in seconds."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.process.terminate()
        self.process.wait()


def measure(cameras, options):
    """Mode -> share of a core per camera."""
    watchers = {mode: Watcher(cameras, mode, options.protocols) for mode in MODES}
    try:
        time.sleep(SETTLE)
        before = {mode: watcher.cpu() for mode, watcher in watchers.items()}
        time.sleep(options.seconds)
        after = {mode: watcher.cpu() for mode, watcher in watchers.items()}
    finally:
        for watcher in watchers.values():
            watcher.close()
    return {mode: (after[mode] - before[mode]) / options.seconds / len(cameras.mounts) for mode in MODES}


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--protocols", choices=("tcp", "udp"), default="tcp")
    options = parser.parse_args()

    clip = subprocess.run([os.path.join(SOURCE_DIR, "tests", "support", "make-clip")], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()
    rounds = []
    with Cameras("--cameras", str(options.cameras), "--clip", clip) as cameras:
        for _ in range(options.rounds):
            rounds.append(measure(cameras, options))
    print("| `decode` | % of a core per camera | of `all` |\n|---|---:|---:|")
    for mode in MODES:
        share = statistics.median(100 * found[mode] for found in rounds)
        ratio = statistics.median(found[mode] / found["all"] for found in rounds)
        print(f"| `{mode}` | {share:.2f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()

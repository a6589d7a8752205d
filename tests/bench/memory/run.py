#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Who allocates memory of the size of a frame? Prints a table in Markdown.

"""tests/bench/run memory [--cameras N] [--seconds S] [--bytes B] [--contenders a,b2] [--clip FILE]

Runs contenders of the benchmark `cameras` under heaptrack and tells, for the time after the start, how often per frame
that went through who allocated B bytes or more. Who: the first library up from the allocation that is not GStreamer's or
GLib's own.
"""

import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
for folder in "support", "integration", "bench/cameras":
    sys.path.insert(0, os.path.join(HERE, "..", "..", folder))

import contenders  # noqa: E402
import servers  # noqa: E402
from announcements import Announcements  # noqa: E402
from cameras import Cameras  # noqa: E402

QUALITIES = {"plain": 60, "colours": 54, "ffmpeg": 4.5}
BETWEEN = re.compile(r"libheaptrack|libc\.so|libstdc|libgcc|ld-linux|libglib-|libgobject-|libgstreamer-|libgstbase-|libgstvideo-"
                     r"|libgstapp-")
START = 60


class Trace:
    """What heaptrack has written: see its libheaptrack documentation. Numbers are hexadecimal and count from 1."""

    def __init__(self, path):
        self.strings, self.modules, self.traces, self.kinds = [""], [0], [(0, 0)], []
        self.events = []  # (ms, kind)
        now = 0
        with subprocess.Popen(["zstdcat", path], stdout=subprocess.PIPE, text=True, errors="replace") as unpacked:
            for line in unpacked.stdout:
                word, _, rest = line.rstrip("\n").partition(" ")
                if word == "s":
                    self.strings.append(rest.partition(" ")[2])
                elif word == "i":
                    self.modules.append(int(rest.split()[1], 16))
                elif word == "t":
                    ip, parent = rest.split()
                    self.traces.append((int(ip, 16), int(parent, 16)))
                elif word == "a":
                    size, trace = rest.split()
                    self.kinds.append((int(size, 16), int(trace, 16)))
                elif word == "c":
                    now = int(rest, 16)
                elif word == "+":
                    self.events.append((now, int(rest, 16)))

    def who(self, trace):
        while trace:
            ip, trace = self.traces[trace]
            name = os.path.basename(self.strings[self.modules[ip]])
            if not BETWEEN.search(name):
                return name
        return "?"

    def big(self, least, begin, end):
        """Who -> sizes, between two times in ms."""
        found = collections.defaultdict(list)
        for at, kind in self.events:
            size, trace = self.kinds[kind]
            if size >= least and begin <= at < end:
                found[self.who(trace)].append(size)
        return found


def wait_for(contender, number, goal):
    deadline = time.monotonic() + START
    while sum(count >= goal for count in contender.counts().values()) < number:
        if time.monotonic() > deadline:
            raise RuntimeError("no frames")
        time.sleep(0.2)


def measure(make, setting, args):
    target = os.path.join(setting.folder, "heap")
    contenders.Launched.wrapper = ["heaptrack", "-o", target]
    start = time.monotonic()
    contender = make(setting, None)
    try:
        wait_for(contender, args.cameras, 3 * setting.fps)
        begin, before = time.monotonic(), sum(contender.counts().values())
        time.sleep(args.seconds)
        end, after = time.monotonic(), sum(contender.counts().values())
    finally:
        contender.close()
    trace = Trace(target + ".zst")
    return after - before, trace.big(args.bytes, 1000 * (begin - start), 1000 * (end - start))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--cameras", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--bytes", type=int, default=32768)
    parser.add_argument("--contenders", type=lambda text: text.split(","), default=["a", "b2"])
    parser.add_argument("--clip")
    args = parser.parse_args()
    support = os.path.join(HERE, "..", "..", "support")
    subprocess.run([os.path.join(support, "install-packages"), "build", "demo", "bench"], check=True, stdout=sys.stderr)
    clip = os.path.abspath(args.clip) if args.clip else subprocess.run(
        [os.path.join(support, "make-clip")], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    print(f"Allocations of {args.bytes} bytes and more, {args.cameras} cameras, {args.seconds:g} s\n")
    print("| contender | frames | allocated by | allocations per frame | mean kB |")
    print("|---|---:|---|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="edge-bench-") as folder, servers.Servers() as started:
        announcements = Announcements(started.amqp_uri)
        try:
            for key in args.contenders:
                announcements.clear()
                with Cameras("--cameras", str(args.cameras), "--clip", clip) as cameras:
                    setting = contenders.Setting([mount["uri"] for mount in cameras.mounts], 10, QUALITIES, started,
                                                 announcements, folder)
                    frames, found = measure(contenders.CONTENDERS[key][1], setting, args)
                for who, sizes in sorted(found.items(), key=lambda item: -len(item[1])):
                    print(f"| {contenders.CONTENDERS[key][0]} | {frames} | {who} | {len(sizes) / max(frames, 1):.3f} "
                          f"| {sum(sizes) / len(sizes) / 1000:.0f} |", flush=True)
                if not found:
                    print(f"| {contenders.CONTENDERS[key][0]} | {frames} | nobody | 0 | |", flush=True)
        finally:
            announcements.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

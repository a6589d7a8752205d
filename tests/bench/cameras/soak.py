# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Does it stay as it is? Memory and file descriptors of edgevideobin over a long time.

"""The soak: RSS and its slope after warm-up, descriptors, threads, drops."""

import datetime
import os
import re
import sys
import time

import processes
from cameras import Cameras
from contenders import CONTENDERS

WARM_UP = 0.25  # of the time, at most 5 minutes
LOOKS = 240


def slope(points):
    """Least squares: change of y per x."""
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0


def counters(looked):
    """Sums over all elements that deliver."""
    sums = {}
    for text in looked.values():
        if text.startswith("link-stats"):
            for field, value in re.findall(r"\b([\w-]+)=\((?:guint64|uint)\)(\d+)", text):
                sums[field] = sums.get(field, 0) + int(value)
    return sums


def look(contender):
    """RSS, what malloc has given out and has free, in bytes; descriptors, threads. Asking also empties its bus."""
    memory = re.search(r"used=(\d+) free=(\d+)", contender.look()["malloc"])
    return (1024 * processes.rss_kb(contender.pids()), int(memory[1]), int(memory[2]),
            processes.descriptors(contender.pids()), processes.threads(contender.pids()))


ROWS = (("RSS, MB", 1e6, "%.1f"), ("in use (malloc), MB", 1e6, "%.2f"), ("free (malloc), MB", 1e6, "%.1f"),
        ("descriptors", 1, "%d"), ("threads", 1, "%d"))


def run(bench, args):
    number = args.cameras[0]
    seconds = 60 * args.soak
    bench.choose_qualities()
    with Cameras("--cameras", str(number), "--clip", bench.clip) as cameras:
        setting = bench.setting(cameras, number, 0)
        contender = CONTENDERS["a"][1](setting, None)
        try:
            bench.wait_started(contender, setting.names)
            begin, cpu = time.monotonic(), contender.cpu()
            looks = []
            while (now := time.monotonic() - begin) < seconds:
                looks.append((now, look(contender)))
                print("%.0f s: %s, load %.1f" % (now, looks[-1][1], os.getloadavg()[0]), file=sys.stderr, flush=True)
                bench.announcements.clear()
                time.sleep(max(0.5, seconds / LOOKS))
            sums = counters(contender.look())
            cpu = (contender.cpu() - cpu) / (time.monotonic() - begin)
        finally:
            contender.close()
    warm = [(now, values) for now, values in looks if now >= min(WARM_UP * seconds, 300)]
    print(f"{datetime.date.today()}, {number} cameras, {args.fps} fps, {args.soak:g} minutes, "
          f"{warm[0][0] / 60:.1f} of them warm-up\n")
    print("| | first | lowest | highest | last | per hour |")
    print("|---|---:|---:|---:|---:|---:|")
    for index, (name, unit, form) in enumerate(ROWS):
        points = [(now / 3600, values[index] / unit) for now, values in warm]
        values = [y for _, y in points]
        cells = [form % value for value in (values[0], min(values), max(values), values[-1])]
        print(f"| {name} | " + " | ".join([*cells, "%+.2f" % slope(points)]) + " |")
    print(f"\nCPU {100 * cpu:.0f} % of one; " + ", ".join(
        f"{name} {sums.get(name, 0)}" for name in ("in", "delivered", "dropped", "rejected", "resent", "connects")))
    return 0

# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Does it stay as it is? Memory and file descriptors of edgevideobin over a long time.

"""The soak: RSS and its slope after warm-up, descriptors, threads, drops."""

import datetime
import re
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
            for field, value in re.findall(r"\b([\w-]+)=\(guint64\)(\d+)", text):
                sums[field] = sums.get(field, 0) + int(value)
    return sums


def run(bench, args):
    number = args.cameras[0]
    seconds = 60 * args.soak
    bench.choose_qualities()
    with Cameras("--cameras", str(number), "--clip", bench.clip) as cameras:
        contender = CONTENDERS["a"][1](bench.setting(cameras), None)
        try:
            bench.wait_started(contender, number)
            begin, cpu = time.monotonic(), contender.cpu()
            looks = []
            while (now := time.monotonic() - begin) < seconds:
                looks.append((now, processes.rss_kb(contender.pids()), processes.descriptors(contender.pids()),
                              processes.threads(contender.pids())))
                bench.announcements.clear()
                time.sleep(max(0.5, seconds / LOOKS))
            sums = counters(contender.look())
            cpu = (contender.cpu() - cpu) / (time.monotonic() - begin)
        finally:
            contender.close()
    warm = [look for look in looks if look[0] >= min(WARM_UP * seconds, 300)]
    change = slope([(x / 3600, rss / 1024) for x, rss, _, _ in warm])
    print(f"{datetime.date.today()}, {number} cameras, {args.fps} fps, {args.soak:g} minutes, "
          f"{warm[0][0] / 60:.1f} of them warm-up\n")
    print("| | first | lowest | highest | last |")
    print("|---|---:|---:|---:|---:|")
    for name, index, unit in ("RSS, MB", 1, 1024), ("descriptors", 2, 1), ("threads", 3, 1):
        values = [look[index] / unit for look in warm]
        print(f"| {name} | {values[0]:.1f} | {min(values):.1f} | {max(values):.1f} | {values[-1]:.1f} |")
    print(f"\nRSS slope {change:+.2f} MB/h; CPU {100 * cpu:.0f} % of one; " + ", ".join(
        f"{name} {sums.get(name, 0)}" for name in ("in", "delivered", "dropped", "rejected", "resent", "connects")))
    return 0

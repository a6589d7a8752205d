#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# workerpool against stock queue, side by side; prints tables in Markdown.

"""tests/bench/run pool [--seconds S] [--rounds N] [--lanes N,N,…] [--rates R,R,…] [--workers M]

Each row is a process of its own: N streams, each from a thread of its own, through `queue` (one thread each) or
`workerpool` (M workers in all). "hand-over" is the CPU time beyond that of the same streams without any element in
between. A rate of 0 is flat out.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

ELEMENTS = ("none", "queue", "workerpool")


def numbers(text):
    return [int(word) for word in text.split(",")]


def measure(args, element, lanes, rate):
    program = os.path.join(os.environ["EDGE_BUILD_DIR"], "tests/bench/pool/bench-pool")
    command = [program, "--element", element, "--lanes", str(lanes), "--workers", str(args.workers),
               "--rate", str(rate), "--seconds", str(args.seconds)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def median(results, field):
    return statistics.median(result[field] for result in results)


def per_million(results):
    """CPU seconds per million buffers: the median over the rounds."""
    return statistics.median(1e6 * result["cpu"] / max(result["buffers"], 1) for result in results)


def row(element, results, base):
    buffers = max(median(results, "buffers"), 1)
    cpu = per_million(results)
    extra = "" if element == "none" else "%.2f" % (cpu - base)
    return "| %s | %d | %.2f | %s | %.2f | %d | %d | %d | %d | %d |" % (
        element, median(results, "lanes"), cpu, extra, median(results, "switches") / buffers,
        median(results, "threads"), median(results, "rss_kb") // 1024, median(results, "per_second"),
        median(results, "p50_us"), median(results, "p99_us"))


def table(args, rate):
    title = "flat out" if rate == 0 else "%d buffers/s per lane" % rate
    print("\n%s, %d workers, %d x %g s:\n" % (title[0].upper() + title[1:], args.workers, args.rounds, args.seconds))
    print("| element | lanes | CPU s/million | hand-over | switches/buffer | threads | RSS MB | buffers/s | p50 us | p99 us |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for lanes in args.lanes:
        results = {element: [] for element in ELEMENTS}
        # in turn, so that what else the machine does hits all alike
        for _ in range(args.rounds):
            for element in ELEMENTS:
                results[element].append(measure(args, element, lanes, rate))
        base = per_million(results["none"])
        for element in ELEMENTS:
            print(row(element, results[element], base))
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lanes", type=numbers, default=[1, 10, 40, 100, 200])
    parser.add_argument("--rates", type=numbers, default=[10, 30, 0])
    parser.add_argument("--workers", type=int, default=4)
    args = parser.parse_args()
    for rate in args.rates:
        table(args, rate)


if __name__ == "__main__":
    main()

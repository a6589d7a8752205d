#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Deliveries alone: JPEG frames from memory, nothing decoded nor encoded; prints a table in Markdown.

"""tests/bench/run deliveries [--cameras N,N,…] [--seconds S] [--rounds N] [--fps F] [--size BYTES] [--workers M]

Frames of N cameras come from memory, each camera from a thread of its own, are published, stored and announced, and
all of it confirmed. "beyond feeding" is the CPU time beyond that of the same frames into fakesink. "lost" are frames
that were fed and not delivered on one of the three ways once the queues were empty.
"""

import argparse
import datetime
import os
import statistics
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
for folder in "support", "integration", "bench/cameras":
    sys.path.insert(0, os.path.join(HERE, "..", "..", folder))

import faults  # noqa: E402
import processes  # noqa: E402
import servers  # noqa: E402

SETTLE = 2
WAYS = ("frames", "store", "events")
FIELDS = ("user", "system", "threads", "rss_mb", "rate", "p99", "lost")


def numbers(text):
    return [int(word) for word in text.split(",")]


def run(pipeline, number, args, delivers):
    with faults.App(pipeline, cameras=number, size=args.size) as app:
        app("start")
        if delivers:
            app.wait(lambda look: look.states() == {"ready"})
        app("rate", args.fps)
        time.sleep(SETTLE)
        pid = [app.process.pid]
        before, begin, fed = processes.cpu_split(pid), time.monotonic(), app.look().frames
        time.sleep(args.seconds)
        after, took = processes.cpu_split(pid), time.monotonic() - begin
        look = app.look()
        result = {
            "user": 100 * (after[0] - before[0]) / took,
            "system": 100 * (after[1] - before[1]) / took,
            "threads": processes.threads(pid) - number,
            "rss_mb": processes.rss_kb(pid) / 1024,
            "rate": (look.frames - fed) * number / took,
            "p99": None,
            "lost": None,
        }
        app("rate", 0)
        if delivers:
            look = app.wait(lambda look: look.total("queued") + look.total("in-flight") == 0
                            and look.total("in", "events") == look.total("delivered", "store"))
            result["p99"] = max(stats["latency-p99"] for stats in look.sinks().values()) / 1e6
            result["lost"] = sum(look.frames * number - look.total("delivered", way) for way in WAYS)
        app("stop")
        return result


def median(results, field):
    values = [result[field] for result in results if result[field] is not None]
    return statistics.median(values) if values else None


def cell(value, form="%.0f"):
    return "–" if value is None else form % value


def measure(number, args, started):
    delivering = faults.three_ways(started.amqp_uri, started.redis_uri).replace(
        "workerpool ", f"workerpool max-workers={args.workers} ")
    delivering = delivering.replace("redisframesink ", "redisframesink ttl=5 ")
    rows = {"all three": (delivering, True), "feeding alone": ("fakesink", False)}
    results = {name: [] for name in rows}
    for _ in range(args.rounds):
        for name, (pipeline, delivers) in rows.items():
            results[name].append(run(pipeline, number, args, delivers))
    alone = results["feeding alone"]
    for name, found in results.items():
        cells = [number, name]
        for field in "user", "system":
            cells += [cell(median(found, field)), cell(median(found, field) - median(alone, field))]
        cells += [cell(median(found, field)) for field in FIELDS[2:]]
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--cameras", type=numbers, default=[10, 40, 100])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fps", type=int, default=10)
    parser.add_argument("--size", type=int, default=70000)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    print(f"{datetime.date.today()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} at the start. {args.fps} fps, "
          f"{args.size} bytes, {args.workers} workers, medians of {args.rounds} x {args.seconds:g} s. CPU in % of one.\n")
    print("| cameras | what | user % | beyond feeding | system % | beyond feeding | threads | RSS MB | frames/s | p99 ms | lost |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    with servers.Servers() as started:
        for number in args.cameras:
            measure(number, args, started)
    return 0


if __name__ == "__main__":
    sys.exit(main())

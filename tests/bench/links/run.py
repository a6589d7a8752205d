#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# amqpsink and redisframesink against plain loops of librabbitmq and hiredis, side by side, and over a long way.

"""run.py [--rounds N] [--seconds S] [--only amqp|redis|rtt] [--in-flight N,...] [--windows N,...]

Prints tables. A plain loop sends one key and no headers; the others send what so many elements send, which is more work
for RabbitMQ. Every row is measured once per round, in turn, and the median is shown, so that what else the machine does
hits all rows alike. --in-flight: windows of loops and elements (8,32,64). --windows: values of max-in-flight to compare
over a long way, 0 is the default. EDGE_BUILD_DIR says which build.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "support"))
sys.path.insert(0, os.path.join(HERE, "..", "..", "integration"))

import faults  # noqa: E402
import servers  # noqa: E402
from faultproxy import FaultProxy  # noqa: E402

SINKS = {
    "amqp": "amqpsink uri={uri} camera-id=cam{{n}} exchange=bench leaky=no max-in-flight={window}",
    "redis": "redisframesink uri={uri} camera-id=cam{{n}} key=bench:{{camera-id}} leaky=no max-in-flight={window}",
}
SIZE = 100000


def measure(*arguments):
    """(messages per second, CPU microseconds per message, those of the server)"""
    program = os.path.join(os.environ["EDGE_BUILD_DIR"], "tests/bench/links/bench-links")
    output = subprocess.run([program, *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout
    return tuple(map(float, output.split()))


def loops_of(protocol):
    """Plain loops by their name: what they send, and the number of elements that send the same."""
    if protocol == "redis":  # nothing but key and value
        return {"plain loop": ([], 1), "plain loop, 40 keys": (["--keys=40"], 40)}
    return {
        "plain loop": ([], 0),
        "the same messages as x 1": (["--headers"], 1),
        "the same messages as x 40": (["--headers", "--keys=40"], 40),
    }


def rows_of(protocol, uri, port, windows):
    """By name: arguments, and the number of elements whose messages these are."""
    rows = {}
    for name, (more, same) in loops_of(protocol).items():
        for window in [1, *windows] if name == "plain loop" else windows:
            rows[f"{name}, window {window}"] = (
                [f"--raw={protocol}", f"--port={port}", f"--window={window}", *more], same
            )
    for elements in (1, 40):
        for window in windows:
            sink = SINKS[protocol].format(uri=uri, window=window)
            name = f"{sink.split()[0]} x {elements}, max-in-flight={window}"
            rows[name] = ([f"--sink={sink}", f"--elements={elements}"], elements)
    return rows


def shares(median, of):
    return f"{100 * median[0] / of[0]:.0f} % | {median[1] / of[1]:.2f} x"


def compare(protocol, started, options):
    server = {"amqp": "rabbitmq", "redis": "redis"}[protocol]
    uri = {"amqp": started.amqp_uri, "redis": started.redis_uri}[protocol]
    rows = rows_of(protocol, uri, started.ports[server], list(map(int, options.in_flight.split(","))))
    results = {name: [] for name in rows}
    for _ in range(options.rounds):
        for name, (arguments, _) in rows.items():
            results[name].append(
                measure(*arguments, f"--seconds={options.seconds}", f"--server-pid={started.pid(server)}")
            )
    medians = {name: tuple(map(statistics.median, zip(*found))) for name, found in results.items()}

    def best(wanted):
        return max(m for name, m in medians.items() if "sink" not in name and wanted(name))

    plain = best(lambda name: name.startswith("plain loop, window"))
    print(f"\n{protocol}: {SIZE} bytes per message, median of {options.rounds} x {options.seconds} s\n")
    print("| what | answered/s | CPU us/message | server's | of the best plain loop: rate | CPU "
          "| of the best with the same messages: rate | CPU |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, median in medians.items():
        same = " | "
        if "sink" in name:
            same = shares(median, best(lambda loop, n=rows[name][1]: rows[loop][1] == n))
        print(f"| {name} | {median[0]:.0f} | {median[1]:.1f} | {median[2]:.1f} | {shares(median, plain)} | {same} |")


def far_away(started, delay, window, seconds):
    """40 cameras at 10 frames per second, all three ways, 4 workers; returns a row."""
    more = f"max-in-flight={window}" if window else ""
    with FaultProxy(started.ports["rabbitmq"]) as amqp, FaultProxy(started.ports["redis"]) as redis:
        for proxy in (amqp, redis):
            proxy("delay", delay)
        pipeline = faults.three_ways(
            f"amqp://guest:guest@127.0.0.1:{amqp.port}/%2f", f"redis://127.0.0.1:{redis.port}/0", more
        ).replace("workerpool ", "workerpool max-workers=4 ")
        pipeline = pipeline.replace("redisframesink ", "redisframesink key=bench:{camera-id} ")
        with faults.App(pipeline, cameras=40, size=SIZE) as app:
            app("start")
            app.wait(lambda look: look.states() == {"ready"})
            app("rate", 10)
            app.wait(lambda look: look.total("delivered", "events") > 0)
            before, begin = app.look(), time.monotonic()
            time.sleep(seconds)
            after, took = app.look(), time.monotonic() - begin
            rates = [
                (after.total("delivered", sink) - before.total("delivered", sink)) / took
                for sink in ("frames", "store", "events")
            ]
            waits = [
                f"{statistics.median(s['latency-p50'] for s in after.sinks(n).values()) / 1e6:.0f} "
                f"{max(s['latency-p99'] for s in after.sinks(n).values()) / 1e6:.0f}"
                for n in ("frames", "store", "events")
            ]
            dropped = after.total("dropped")
            threads = after.process["threads"]
            app.stop()
    cells = [f"{2 * delay} ms", window or "default", *(f"{r:.0f}" for r in rates), dropped, *waits, threads]
    return "| " + " | ".join(map(str, cells)) + " |"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--only", choices=("amqp", "redis", "rtt"))
    parser.add_argument("--in-flight", default="8,32,64")
    parser.add_argument("--windows", default="0")
    options = parser.parse_args()
    with servers.Servers() as started:
        if options.only in (None, "redis"):
            compare("redis", started, options)
        if options.only in (None, "amqp"):
            compare("amqp", started, options)
        if options.only in (None, "rtt"):
            print(f"\n40 cameras x 10 fps x {SIZE} bytes, three ways, 4 workers; from submit to answer: median and p99\n")
            print("| round trip | max-in-flight | published/s | stored/s | announced/s | dropped "
                  "| ms publish | store | announce | threads |")
            print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
            for delay in (0, 25):
                for window in map(int, options.windows.split(",")):
                    print(far_away(started, delay, window, 4 * options.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())

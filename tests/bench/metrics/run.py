#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What edgemetrics costs each frame and each scrape; prints tables in Markdown.

"""tests/bench/run metrics [--seconds S] [--rounds N] [--cameras N]

First one camera flat out through framestamp: CPU time per frame without edgemetrics, with it, with pictures, and while
somebody scrapes as fast as he can. Then N cameras at 10 frames per second through framestamp and workerpool: how long
gst_pad_push() takes while nobody looks and while somebody scrapes ten times per second, and how long a scrape takes.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

COLLECTED = "edge_video_collection_duration_seconds "
MODES = ("without edgemetrics", "with it, pictures=false", "with it", "with it, scraped")


class Scraper(threading.Thread):
    """Asks for /metrics until it is stopped; with @pause seconds in between."""

    def __init__(self, location, pause):
        super().__init__()
        self.address = urllib.parse.urlsplit(location)
        self.pause = pause
        self.ended = threading.Event()
        self.fetched = []
        self.made = []
        self.size = 0

    def run(self):
        while not self.ended.wait(self.pause):
            connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=30)
            started = time.monotonic()
            try:
                connection.request("GET", "/metrics")
                text = connection.getresponse().read().decode()
            except (ConnectionError, http.client.HTTPException):
                return  # it is over
            finally:
                connection.close()
            self.fetched.append(time.monotonic() - started)
            self.made.append(float(text[text.index("\n" + COLLECTED) + 1 + len(COLLECTED):].split()[0]))
            self.size = len(text)


def measure(args, mode, cameras, rate, pause):
    command = [os.path.join(os.environ["EDGE_BUILD_DIR"], "tests/bench/metrics/bench-metrics"),
               "--cameras", str(cameras), "--rate", str(rate), "--seconds", str(args.seconds)]
    command += [] if mode == MODES[0] else ["--serve"] if mode == MODES[1] else ["--serve", "--pictures"]
    command += ["--pool"] if cameras > 1 else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        scraper = None
        line = process.stdout.readline()
        if line.startswith("http"):
            if mode == MODES[3]:
                scraper = Scraper(line.strip(), pause)
                scraper.start()
            line = process.stdout.readline()
        if scraper is not None:
            scraper.ended.set()
            scraper.join()
        return json.loads(line), scraper


def rounds(args, cameras, rate, pause):
    """Mode -> its results, in turn, so that what else the machine does hits all alike."""
    results = {mode: [] for mode in MODES}
    scrapers = []
    for _ in range(args.rounds):
        for mode in MODES:
            result, scraper = measure(args, mode, cameras, rate, pause)
            results[mode].append(result)
            scrapers += [scraper] if scraper else []
    return results, scrapers


def median(results, read):
    return statistics.median(read(result) for result in results)


def show_frames(args):
    results, scrapers = rounds(args, 1, 0, 0)
    print(f"\nOne camera flat out, {args.rounds} x {args.seconds:g} s:\n")
    print("| | frames/s | CPU ns/frame | more | push p50 ns | scrapes/s |\n|---|---:|---:|---:|---:|---:|")
    base = None
    for mode in MODES:
        cpu = median(results[mode], lambda result: 1e9 * result["cpu"] / result["frames"])
        base = cpu if base is None else base
        asked = statistics.median(len(one.fetched) for one in scrapers) / args.seconds if mode == MODES[3] else 0
        print("| %s | %.0f | %.0f | %+.0f | %d | %s |" % (
            mode, median(results[mode], lambda result: result["frames"] / args.seconds), cpu, cpu - base,
            median(results[mode], lambda result: result["p50_ns"]), "%.0f" % asked if asked else ""))
    sys.stdout.flush()


def show_scrapes(args):
    results, scrapers = rounds(args, args.cameras, 10, 0.1)
    print(f"\n{args.cameras} cameras, 10 frames per second each, {args.rounds} x {args.seconds:g} s:\n")
    print("| | frames | CPU us/frame | push p50 us | push p99 us |\n|---|---:|---:|---:|---:|")
    for mode in MODES:
        print("| %s | %d | %.1f | %.1f | %.1f |" % (
            mode, sum(result["frames"] for result in results[mode]),
            median(results[mode], lambda result: 1e6 * result["cpu"] / result["frames"]),
            median(results[mode], lambda result: result["p50_ns"] / 1e3),
            median(results[mode], lambda result: result["p99_ns"] / 1e3)))
    made = [1e3 * value for scraper in scrapers for value in scraper.made]
    fetched = [1e3 * value for scraper in scrapers for value in scraper.fetched]
    print(f"\n{len(made)} scrapes of {scrapers[0].size / 1024:.0f} KiB: made in {statistics.median(made):.2f} ms "
          f"(worst {max(made):.2f}), fetched in {statistics.median(fetched):.2f} ms (worst {max(fetched):.2f})")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cameras", type=int, default=100)
    args = parser.parse_args()
    show_frames(args)
    show_scrapes(args)


if __name__ == "__main__":
    main()

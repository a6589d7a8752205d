#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Cameras to JPEGs: this project against stock elements and ffmpeg, side by side; prints a table in Markdown.

"""tests/bench/run cameras [--cameras N,N,…] [--seconds S] [--rounds N] [--contenders a,a2,b,b2,c,c2,d] [--clip FILE]
                        [--fps F] [--decode keyframes,all] [--jpeg-size BYTES] [--together] [--soak MINUTES]

Every camera is a simulated one (RTSP over TCP on loopback). In each round each contender runs once, in turn, so that
what else the machine does hits all alike; shown are medians. With --together all run at the same time, each with N
cameras of its own, which compares their CPU to a few per cent on any machine that is not full. Contenders: a
edgevideobin, a2 the plain elements of this project, a3 the same behind stock rtspsrc, b stock elements that deliver
nothing, b2 the same with right colours, c one ffmpeg per camera that delivers nothing, c2 the same with a program that
delivers, d one ffmpeg per frame. All make JPEGs of the same mean size.

--decode runs a2 once for each of these values of its property. --soak runs only edgevideobin, for so long.
"""

import argparse
import datetime
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
for folder in "support", "integration":
    sys.path.insert(0, os.path.join(HERE, "..", "..", folder))

import processes  # noqa: E402
import servers  # noqa: E402
import soak  # noqa: E402
from announcements import Announcements  # noqa: E402
from cameras import Cameras  # noqa: E402
from contenders import CONTENDERS, Setting  # noqa: E402
from jpeg_size import Picker  # noqa: E402

START = 40  # seconds within which each camera has given its first frame
SETTLE = 6  # seconds from there: the cameras' clocks are known, and the frames are in step with the keyframes

OTHERS = ("cameras", "rabbitmq", "redis", "benchmark")


def numbers(text):
    return [int(word) for word in text.split(",")]


def words(text):
    return text.split(",")


def quantile(values, q):
    values = sorted(values)
    return values[min(int(q * len(values)), len(values) - 1)]


class Bench:
    """The servers and the cameras, and what one contender does with them in one round."""

    def __init__(self, args, folder, started, announcements, clip):
        self.args = args
        self.folder = folder
        self.servers = started
        self.announcements = announcements
        self.clip = clip
        self.qualities = {}
        self.sizes = {}

    def choose_qualities(self):
        with Cameras("--cameras", "1", "--clip", self.clip) as cameras:
            mount = cameras.mounts[0]
        picker = Picker(self.clip, int(mount["width"]), int(mount["height"]), self.folder)
        wanted = self.args.jpeg_size
        for name, choose in (("plain", lambda: picker.for_jpegenc(wanted, False)),
                             ("colours", lambda: picker.for_jpegenc(wanted, True)),
                             ("ffmpeg", lambda: picker.for_ffmpeg(wanted))):
            self.qualities[name], self.sizes[name] = choose()
        return mount

    def setting(self, cameras, number, place):
        """For the contender at this place of those that run now."""
        uris = [mount["uri"] for mount in cameras.mounts[place * number:(place + 1) * number]]
        folder = os.path.join(self.folder, str(place))
        os.makedirs(folder, exist_ok=True)
        return Setting(uris, self.args.fps, self.qualities, self.servers, self.announcements, folder,
                       place * number + 1)

    @staticmethod
    def wait_started(contender, names):
        deadline = time.monotonic() + START
        while time.monotonic() < deadline:
            counts = contender.counts()
            if all(counts.get(name, 0) > 0 for name in names):
                break
            time.sleep(0.1)
        time.sleep(SETTLE)

    def others(self, cameras):
        pids = {"cameras": cameras.process.pid, "rabbitmq": self.servers.pid("rabbitmq"),
                "redis": self.servers.pid("redis")}
        used = {name: processes.cpu([pid]) for name, pid in pids.items()}
        times = os.times()
        used["benchmark"] = times.user + times.system
        return used

    def measure(self, running, cameras, number):
        """One result for each of these contenders."""
        for one in running:
            self.wait_started(one.contender, one.names)
        for one in running:
            one.begin()
        busy, others, begin = processes.machine_busy(), self.others(cameras), time.monotonic()
        time.sleep(self.args.seconds)
        results = [one.end(self.announcements, self.args.fps) for one in running]
        busy, took = processes.machine_busy() - busy, time.monotonic() - begin
        others = {name: (used - others[name]) / took for name, used in self.others(cameras).items()}
        rest = busy / took - sum(others.values()) - sum(result["cpu_share"] for result in results) * number / 100
        return [dict(result, others=others, rest=rest) for result in results]

    def run(self, rows, number):
        """These contenders at the same time, one round: a dict for each, or one with "failed"."""
        running = []
        try:
            with Cameras("--cameras", str(number * len(rows)), "--clip", self.clip) as cameras:
                self.announcements.clear()
                try:
                    for place, row in enumerate(rows):
                        setting = self.setting(cameras, number, place)
                        running.append(Running(row.start(setting), setting.names))
                    return self.measure(running, cameras, number)
                finally:
                    for one in running:
                        one.close()
        except (RuntimeError, OSError) as error:
            return [{"failed": str(error)} for _ in rows]


class Running:
    """A contender while it is measured."""

    def __init__(self, contender, names):
        self.contender = contender
        self.names = names
        self.sampler = None

    def look(self):
        counts = self.contender.counts()
        return [counts.get(name, 0) for name in self.names], self.contender.cpu(), time.monotonic()

    def close(self):
        if self.sampler is not None:
            self.sampler.close()
        self.contender.close()

    def begin(self):
        self.sampler = processes.Sampler(self.contender.pids)
        self.before = self.look()

    def end(self, announcements, fps):
        (before, cpu, begin), (after, cpu_now, end) = self.before, self.look()
        self.sampler.close()
        took, cpu = end - begin, cpu_now - cpu
        frames = [now - then for now, then in zip(after, before)]
        result = {
            "frames": sum(frames),
            "cpu_ms": 1000 * cpu / sum(frames) if sum(frames) else None,
            "cpu_share": 100 * cpu / took / len(frames),
            "pss_mb": self.sampler.peak_pss_kb / 1024,
            "threads": self.sampler.peak_threads,
            "fps": sum(frames) / len(frames) / took,
            "worst_fps": min(frames) / took,
            # a window begins and ends somewhere between two frames, and they do not come at equal distances
            "lost": sum(max(0, int(fps * took - got - 1)) for got in frames),
        }
        if self.contender.tells_capture_time:
            result["lost"] = announcements.missing(begin, end, self.names, fps)
            arrived = [f for seen in announcements.between(begin, end, self.names) for f in seen]
            result["p50"] = 1000 * quantile([f[1] for f in arrived], 0.5) if arrived else None
            result["p99"] = 1000 * quantile([f[1] for f in arrived], 0.99) if arrived else None
            result["size"] = statistics.mean(f[2] for f in arrived) if arrived else None
        return result


class Row:
    """A contender with its options, and what came out of its rounds."""

    def __init__(self, key, decode=None):
        self.key = key
        self.name, self.make = CONTENDERS[key]
        self.decode = decode
        if decode:
            self.name += f", decode={decode}"
        self.results = []

    def start(self, setting):
        return self.make(setting, self.decode)

    def good(self):
        return [result for result in self.results if "failed" not in result]

    def median(self, field):
        values = [result[field] for result in self.good() if result.get(field) is not None]
        return statistics.median(values) if values else None


def rows_of(args):
    rows = []
    for key in args.contenders:
        rows += [Row(key, decode) for decode in args.decode] if key == "a2" and args.decode else [Row(key)]
    return rows


def cell(value, form="%.0f"):
    return "–" if value is None else form % value


def ratio(row, base, field):
    if base is None:
        return "–"
    pairs = [(mine[field], theirs[field]) for mine, theirs in zip(row.results, base.results)
             if mine.get(field) and theirs.get(field)]
    return "%.2f" % statistics.median(mine / theirs for mine, theirs in pairs) if pairs else "–"


HEADER = """
| cameras | contender | CPU ms/frame | of b | of c | CPU %/camera | PSS MB | of b | of c | threads | fps | worst fps | lost | \
p50 ms | p99 ms | other work |
|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


def line(number, row, rows):
    if not row.good():
        return f"| {number} | {row.name} | failed: {row.results[-1]['failed']} |" + " |" * 13
    floor, ffmpeg = (next((r for r in rows if r.key == key and r.good()), None) for key in "bc")
    cells = [number, row.name]
    for field, form in (("cpu_ms", "%.2f"), ("pss_mb", "%.0f")):
        cells += [cell(row.median(field), form), ratio(row, floor, field), ratio(row, ffmpeg, field)]
        if field == "cpu_ms":
            cells.append(cell(row.median("cpu_share"), "%.1f"))
    cells += [cell(row.median("threads")), cell(row.median("fps"), "%.2f"), cell(row.median("worst_fps"), "%.2f"),
              cell(row.median("lost")), cell(row.median("p50")), cell(row.median("p99")),
              "%.0f %%" % (100 * row.median("rest"))]
    failed = len(row.results) - len(row.good())
    if failed:
        cells[1] += f" ({failed} of {len(row.results)} rounds failed)"
    return "| " + " | ".join(map(str, cells)) + " |"


def others_line(number, rows):
    known = [result for row in rows for result in row.good()]
    shares = ("%s %.0f %%" % (name, 100 * statistics.median(r["others"][name] for r in known)) for name in OTHERS)
    return f"{number} cameras: " + ", ".join(shares) if known else ""


def machine():
    model = next((text.partition(":")[2].strip() for text in processes.read("/proc/cpuinfo").splitlines()
                  if text.startswith("model name")), "unknown CPU")
    gst = subprocess.run(["gst-launch-1.0", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout
    return f"{os.cpu_count()} x {model}, {gst.splitlines()[-2] if gst else ''}, load {os.getloadavg()[0]:.1f} at the start"


def compare(bench, args):
    mount = bench.choose_qualities()
    print(f"{datetime.date.today()}, {machine()}. {mount['width']}x{mount['height']} at {mount['framerate']}, {args.fps} fps out, "
          f"medians of {args.rounds} x {args.seconds:g} s{', all at the same time' if args.together else ''}. JPEGs: " + ", ".join(
              f"{name} quality {bench.qualities[name]} = {bench.sizes[name] / 1000:.1f} kB" for name in bench.qualities) + ".")
    print(HEADER, flush=True)
    others = []
    for number in args.cameras:
        rows = rows_of(args)
        for _ in range(args.rounds):
            for some in [rows] if args.together else [[row] for row in rows]:
                for row, result in zip(some, bench.run(some, number)):
                    row.results.append(result)
                    print(f"{number} {row.name}: {result}", file=sys.stderr, flush=True)
        for row in rows:
            print(line(number, row, rows), flush=True)
        others.append(others_line(number, rows))
    print("\nCPU of the others, of one CPU, medians over the contenders:\n")
    for text in filter(None, others):
        print(f"- {text}")


def find_clip(args):
    if args.clip:
        return os.path.abspath(args.clip)
    return subprocess.run([os.path.join(HERE, "..", "..", "support", "make-clip")], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()


def parse():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--cameras", type=numbers, default=None)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contenders", type=words, default=None)
    parser.add_argument("--fps", type=int, default=10)
    parser.add_argument("--decode", type=words, default=[])
    parser.add_argument("--jpeg-size", type=int, default=70000)
    parser.add_argument("--clip")
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--soak", type=float)
    args = parser.parse_args()
    args.cameras = args.cameras or ([8] if args.soak or args.decode else [1, 4, 8, 12, 16])
    args.contenders = args.contenders or (["a2", "b"] if args.decode else ["a", "a2", "b", "b2", "c", "c2", "d"])
    unknown = set(args.contenders) - set(CONTENDERS)
    if unknown:
        parser.error(f"no such contender: {', '.join(sorted(unknown))}")
    return args


def main():
    args = parse()
    support = os.path.join(HERE, "..", "..", "support")
    subprocess.run([os.path.join(support, "install-packages"), "build", "demo", "bench"], check=True, stdout=sys.stderr)
    clip = find_clip(args)
    with tempfile.TemporaryDirectory(prefix="edge-bench-") as folder, servers.Servers() as started:
        announcements = Announcements(started.amqp_uri)
        bench = Bench(args, folder, started, announcements, clip)
        try:
            if args.soak:
                return soak.run(bench, args)
            compare(bench, args)
        finally:
            announcements.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The demo, once everything is installed and built; pipelines/demo starts it.

"""Runs cameras into private servers and checks from outside what came of it."""

import argparse
import contextlib
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TESTS = os.path.join(HERE, "..", "..", "tests")
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(TESTS, "support")]

import redis  # noqa: E402

import pictures  # noqa: E402
from cameras import Cameras  # noqa: E402
from deployment import Deployment  # noqa: E402
from servers import ServerError, Servers  # noqa: E402
from show import Progress, row_of, say, table  # noqa: E402

FIRST_FRAME = 10  # seconds after which the time starts to count without any
FINISH = 20  # seconds to deliver everything at the end
PAGE_PORT = 9464  # of the live page, if it is free


class Failure(Exception):
    """A sentence that ends the demo."""


class Interrupt:
    """The first Ctrl-C (or SIGTERM) ends the run, with the report; the second one ends everything at once."""

    def __init__(self):
        self.came = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.on_signal)

    def on_signal(self, *_):
        if self.came:
            raise KeyboardInterrupt
        self.came = True


class Consumer:
    """consumer.py as a process."""

    def __init__(self, servers):
        self.process = subprocess.Popen(
            [os.path.join(HERE, "consumer.py"), servers.amqp_uri, servers.redis_uri],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        if self.process.stdout.readline() != "ready\n":
            self.close()
            raise Failure("the independent consumer did not start")

    def report(self, expected):
        self.process.stdin.write(json.dumps(expected) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failure("the independent consumer failed")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def parse_arguments():
    parser = argparse.ArgumentParser(prog="pipelines/demo", add_help=False)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--fps", type=int, default=10)
    parser.add_argument("--report")
    parser.add_argument("--sheet", default="contact-sheet.jpg")
    parser.add_argument("--config")
    parser.add_argument("--clip")
    parser.add_argument("urls", nargs="*")
    options = parser.parse_args()
    if not 1 <= options.cameras <= 1000:
        parser.error("--cameras: 1 to 1000")
    if not 1 <= options.seconds <= 24 * 3600:
        parser.error("--seconds: 1 to 86400")
    if not 1 <= options.fps <= 240:
        parser.error("--fps: 1 to 240")
    for url in options.urls:
        if not re.fullmatch(r"rtsps?://[^\s]+", url):
            parser.error("what is not an option must be a camera, such as rtsp://192.168.1.10/stream1")
    for path in (options.report, options.sheet, options.config):
        if path and not os.access(os.path.dirname(path) or ".", os.W_OK):
            parser.error("cannot write to " + path)
    return options


def start_servers(stack):
    started = time.monotonic()
    try:
        servers = stack.enter_context(contextlib.closing(Servers()))
    except ServerError as error:
        raise Failure("a server does not start: %s" % error) from error
    say("servers", "RabbitMQ on 127.0.0.1:%d and Redis on 127.0.0.1:%d, private, for this run (%.1f s)" % (
        servers.ports["rabbitmq"], servers.ports["redis"], time.monotonic() - started))
    return servers


def choose_page_port():
    """The usual port, or another one that is free; 0 where the metrics are not built."""
    if not os.path.exists(os.path.join(os.environ["EDGE_BUILD_DIR"], "plugins", "metrics", "libgstedgemetrics.so")):
        return 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PAGE_PORT))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tell_page(location):
    say("page", "%s shows it live; /metrics is for Prometheus" % location)


def start_cameras(stack, options):
    """The URLs of the cameras: given or simulated."""
    if options.urls:
        say("cameras", "%d given" % len(options.urls))
        return options.urls
    cameras = stack.enter_context(contextlib.closing(
        Cameras("--clip", options.clip, "--cameras", str(options.cameras))))
    first = cameras.mounts[0]
    say("cameras", "%d simulated, %sx%s at %s fps, %s …" % (
        len(cameras.mounts), first["width"], first["height"], first["framerate"].replace("/1", ""), first["uri"]))
    return [mount["uri"] for mount in cameras.mounts]


def run(deployment, options, interrupt):
    """Until the time is over, nobody is left, or Ctrl-C."""
    progress = Progress(options.seconds)
    began = time.monotonic()
    first = None
    deployment.start()
    while not interrupt.came:
        deployment.run(0.25)
        now = time.monotonic()
        counts = deployment.counts()
        alive = [camera for camera in counts if counts[camera].frames or camera not in deployment.failing()]
        if first is None and (any(c.frames for c in counts.values()) or now - began > FIRST_FRAME):
            first = now
        elapsed = now - first if first is not None else 0
        progress.update(elapsed, counts, deployment.sentences() + deployment.warnings())
        if not alive or deployment.errors or elapsed >= options.seconds:
            break
    progress.end()


def check_counts(deployment, all_counts, received):
    """Sentences about what does not fit together."""
    for camera, counts in all_counts.items():
        got = received.get(camera, {"frames": 0, "events": 0, "missing": 0})
        nothing = [way for way in ("published", "stored", "announced") if getattr(counts, way) == 0]
        if nothing and camera not in deployment.failing():
            if counts.frames:
                yield "%s: %d frames came, none was %s" % (camera, counts.frames, " or ".join(nothing))
            else:
                yield "%s (%s) delivered no frame" % (camera, deployment.urls[camera].shown)
        if counts.published != got["frames"]:
            yield "%s: %d frames published, but the consumer received %d" % (camera, counts.published, got["frames"])
        if counts.announced != got["events"]:
            yield "%s: %d frames announced, but the consumer received %d events" % (
                camera, counts.announced, got["events"])
        if got["missing"]:
            yield "%s: %d frames were announced and not in Redis at that moment" % (camera, got["missing"])
        for sentence in counts.contradictions():
            yield "%s: %s" % (camera, sentence)


def check_store(cache, all_counts):
    """What Redis itself counted."""
    commands = cache.info("commandstats").get("cmdstat_set", {"calls": 0})
    done = commands["calls"] - commands.get("failed_calls", 0) - commands.get("rejected_calls", 0)
    stored = sum(counts.stored for counts in all_counts.values())
    unsure = sum(counts.lost("store") for counts in all_counts.values())
    if not stored <= done <= stored + unsure:
        yield "%d frames stored, but Redis counted %d" % (stored, done)


def measure_fps(got):
    """Frames per second that arrived, by capture time."""
    if not got or got["frames"] < 2 or got["last"] <= got["first"]:
        return 0.0
    return (got["frames"] - 1) / (got["last"] - got["first"]) * 1e9


def make_report(all_counts, received, pool, errors):
    return {
        "cameras": [
            {"id": camera, "frames": counts.frames, "published": counts.published, "stored": counts.stored,
             "announced": counts.announced, "dropped": counts.dropped,
             "fps": round(measure_fps(received.get(camera)), 2)}
            for camera, counts in all_counts.items()],
        "pool": {name: pool.get(name, 0) for name in ("workers", "capacity", "processed", "dropped")},
        "errors": errors,
    }


def print_report(report, all_counts, wall, deployment):
    print()
    print("\n".join(table(row_of(c["id"], all_counts[c["id"]], c["fps"]) for c in report["cameras"])))
    for camera in report["cameras"]:
        if camera["dropped"]:
            print("  %s dropped: %s" % (camera["id"], ", ".join("%s %d" % d for d in camera["dropped"].items())))
    pool = report["pool"]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print()
    say("pool", "%(workers)d workers, room for %(capacity)d frames, %(processed)d processed, %(dropped)d dropped" % pool)
    say("process", "%.0f %% of one CPU, %d MB at most" % (
        (usage.ru_utime + usage.ru_stime - wall[1]) / wall[0] * 100, usage.ru_maxrss // 1024))
    for warning in deployment.warnings():
        say("warning", warning)


def print_checks(received, good):
    n_frames, n_events, missing = (sum(got[kind] for got in received.values()) for kind in (
        "frames", "events", "missing"))
    if n_frames or n_events:
        say("consumer", "an independent one received %d frames and %d events, and found %d of %d announced frames "
            "in Redis" % (n_frames, n_events, n_events - missing, n_events))
    else:
        say("consumer", "an independent one received nothing")
    if good:
        say("read back", "%d frames from Redis; they decode and are the ones that RabbitMQ delivered" % good)


def demo(options, interrupt, stack):
    stack.enter_context(contextlib.closing(scratch()))
    servers = start_servers(stack)
    urls = start_cameras(stack, options)
    consumer = stack.enter_context(contextlib.closing(Consumer(servers)))
    cache = redis.Redis.from_url(servers.redis_uri)
    config = options.config or os.path.join(tempfile.tempdir, "edge-video.yaml")
    deployment = stack.enter_context(contextlib.closing(
        Deployment(urls, servers, options.fps, config, choose_page_port(), tell_page)))
    say("config", "%s is what edgevideobin runs" % config)

    say("running", "%g s; each camera is published, stored and announced" % options.seconds)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    began = time.monotonic()
    run(deployment, options, interrupt)
    in_time = deployment.finish(FINISH)
    wall = time.monotonic() - began, usage.ru_utime + usage.ru_stime
    all_counts, pool = deployment.counts(), deployment.pool()
    deployment.close()

    received = consumer.report({camera: {"frames": counts.published, "events": counts.announced}
                                for camera, counts in all_counts.items()})
    errors = deployment.sentences()
    if not in_time:
        errors.append("not everything was delivered within %d s after the end" % FINISH)
    errors += check_counts(deployment, all_counts, received)
    errors += check_store(cache, all_counts)
    latest, good = {}, 0
    for camera in all_counts:
        n_good, latest[camera], bad = pictures.read_back(cache, received.get(camera, {}).get("latest", []))
        good += n_good
        errors += bad
    pictures.save_sheet(latest, options.sheet)

    report = make_report(all_counts, received, pool, errors)
    print_report(report, all_counts, wall, deployment)
    print_checks(received, good)
    say("pictures", "%s shows the latest frame of each camera" % options.sheet)
    if options.report:
        with open(options.report, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=2)
            file.write("\n")
        say("report", options.report)
    return errors


def scratch():
    """A private folder for all temporary files of this run, the servers' too."""
    folder = tempfile.TemporaryDirectory(prefix="edge-demo.")
    tempfile.tempdir = os.environ["TMPDIR"] = folder.name
    folder.close = folder.cleanup
    return folder


def main():
    options = parse_arguments()
    interrupt = Interrupt()
    try:
        with contextlib.ExitStack() as stack:
            errors = demo(options, interrupt, stack)
    except Failure as failure:
        errors = [str(failure)]
    except KeyboardInterrupt:
        print("\nended before there was anything to report")
        return 130
    for error in errors:
        say("ERROR", error)
    if not errors:
        say("result", "every camera delivered on all three ways")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())

# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Asks what edgemetrics serves, and understands it.

"""edgemetrics as a client sees it."""

import http.client
import json
import os
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

from browser import free_port  # noqa: E402

LONG = 30
DOCUMENT = os.path.join(HERE, "..", "..", "pipelines", "monitoring", "README.md")
SAMPLE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Answer:
    """What came back: status, headers (small letters), body."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class Samples:
    """The samples of one scrape."""

    def __init__(self, text):
        self.types = {}
        self.samples = []
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.types[name] = kind
            elif not line.startswith("#"):
                match = SAMPLE.match(line)
                assert match, f"not a sample: {line}"
                self.samples.append((match[1], dict(LABEL.findall(match[2] or "")), float(match[3])))

    def family(self, name):
        """The family that a sample belongs to."""
        for suffix in ("_bucket", "_sum", "_count"):
            if name.endswith(suffix) and self.types.get(name[: -len(suffix)]) == "histogram":
                return name[: -len(suffix)]
        return name

    def get(self, name, **labels):
        """Sum of the samples with these labels."""
        return sum(value for sample, have, value in self.samples
                   if sample == name and labels.items() <= have.items())

    def has(self, name, **labels):
        return any(sample == name and labels.items() <= have.items() for sample, have, _ in self.samples)


def documented():
    """Name -> (type, labels) of the table in the documentation."""
    table = {}
    with open(DOCUMENT, encoding="utf-8") as file:
        for line in file:
            match = re.match(r"\| `([\w:]+)` \| (counter|gauge|histogram) \| ([\w, ]*) \|", line)
            if match:
                table[match[1]] = (match[2], {label for label in match[3].split(", ") if label})
    return table


class Pages:
    """What a process serves on a port of 127.0.0.1."""

    def __init__(self, port):
        self.port = port

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/"

    def ask(self, path, method="GET", body=None, **headers):
        """One request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        try:
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def wait_for_server(self):
        """Until it answers, also where it wants a token for more than that."""
        deadline = time.monotonic() + LONG
        while True:
            try:
                return self.ask("/healthz")
            except ConnectionError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def scrape(self, **headers):
        answer = self.ask("/metrics", **headers)
        assert answer.status == 200, answer.status
        return Samples(answer.text)

    def describe(self):
        """For the message of a test that fails."""
        try:
            return self.ask("/stats.json").text
        except ConnectionError as error:
            return str(error)

    def wait(self, condition, what, seconds=LONG):
        """Until condition(scrape) is true; returns that scrape."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                samples = self.scrape()
                if condition(samples):
                    return samples
            except ConnectionError:
                pass
            if time.monotonic() > deadline:
                raise AssertionError(f"{what} did not come within {seconds} s; {self.describe()}")
            time.sleep(0.1)


class Launch:
    """gst-launch-1.0 with edgemetrics on a free port."""

    def __init__(self, line, parameters="", environment=None):
        self.pages = Pages(free_port())
        tracers = f"edgemetrics(port={self.pages.port}{',' if parameters else ''}{parameters})"
        environment = dict(os.environ, GST_TRACERS=tracers, **(environment or {}))
        self.process = subprocess.Popen(["gst-launch-1.0", "-q", *line.split()], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def close(self):
        """Ends it; returns what it said."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.communicate(timeout=LONG)[0].decode()


def camera(name, ways, rate=10, size="320x240", pattern="ball", more=""):
    """A camera of videotestsrc, as part of a launch line; `ways` name its tee as <tee>."""
    width, height = size.split("x")
    return (f"videotestsrc is-live=true pattern={pattern} {more} "
            f"! video/x-raw,width={width},height={height},framerate={rate}/1 ! jpegenc "
            f"! framestamp camera-id={name} ! tee name={name} {ways.replace('<tee>', name)} ")


def three_ways(amqp, redis):
    """For camera()."""
    return (f"<tee>. ! amqpsink uri={amqp} timeout=1000000000 "
            f"<tee>. ! workerpool ! redisframesink uri={redis} timeout=1000000000 ! metadatapub uri={amqp} timeout=1000000000")

# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The deployment of the demo: a config file, and edgevideobin that runs it in this process.

"""Deployment: cameras that deliver three ways, from a config file that this writes."""

import json
import os
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst  # noqa: E402

# What a camera's state means to the one who gave the URL.
HINTS = {
    "connect": "no camera answers there; check address and port",
    "auth": "the camera refuses the user or the password",
    "not-found": "the camera has no such stream; check what follows the host",
    "timeout": "the camera answers, but sends no video",
    "eos": "the camera ended the stream",
    "stall": "the camera stopped sending",
    "decode": "the camera sends nothing that can be decoded",
}

CONFIG = """# What pipelines/demo ran. The same by hand, while its servers and cameras run:
#   gst-launch-1.0 -e edgevideobin config={file}
# A camera's URL that may contain a password is not in here: put it into the environment variable that is named instead.
target_fps: {fps}
amqp: {{ amqp_url: {amqp} }}
redis: {{ address: {redis} }}
metadata: {{}}
{metrics}cameras:
"""


class Url:
    """An RTSP URL as it was given, and what may be shown of it: what the element that connects to it shows."""

    def __init__(self, text):
        source = Gst.ElementFactory.make("rtspcamerasrc", None)
        source.set_property("uri", text)
        self.text = text
        self.shown = source.get_property("uri") or "rtsp://***"  # a wrong one, which edgevideobin will explain


def quote(text):
    """A text as YAML; JSON's strings are YAML's, too. A "${" stays what it is."""
    return json.dumps(text.replace("${", "$${"))


def write_config(file, urls, servers, fps, page_port):
    """The config; a URL of which something must not be shown is in the environment, not in the file."""
    text = CONFIG.format(
        file=file, fps=fps, amqp=quote(servers.amqp_uri), redis=quote("127.0.0.1:%d" % servers.ports["redis"]),
        metrics="metrics: { port: %d }\n" % page_port if page_port else "")
    for camera, url in urls.items():
        quoted = quote(url.text)
        if url.shown != url.text:
            name = "DEMO_URL_" + camera.upper()
            os.environ[name] = url.text
            quoted = "\"${%s}\"" % name
        text += "  - { id: %s, url: %s }\n" % (camera, quoted)
    with open(file, "w", encoding="utf-8") as output:
        output.write(text)


def to_python(value):
    """A Gst.Structure as a dict, an array in it as a list."""
    if isinstance(value, GObject.ValueArray):
        return [to_python(value.get_nth(i)) for i in range(value.n_values)]
    if not isinstance(value, Gst.Structure):
        return value
    fields = {}
    for i in range(value.n_fields()):
        name = value.nth_field_name(i)
        found, array = value.get_array(name)
        fields[name] = to_python(array if found else value.get_value(name))
    return fields


class Counts:
    """The counters of one camera, from the report of edgevideobin."""

    def __init__(self, camera):
        self.frames, self.published, self.stored, self.announced = (
            camera[way] for way in ("frames", "published", "stored", "announced"))
        self.dropped = camera["dropped"]

    def lost(self, way):
        return sum(count for name, count in self.dropped.items() if name.startswith(way + "-"))

    def contradictions(self):
        """Sentences about sums that are not what they must be at the end."""
        passed_on = self.stored - self.dropped.get("store-not-passed-on", 0)
        lost_by_store = self.lost("store") - self.dropped.get("store-not-passed-on", 0)
        for way, came, went in (("published", self.frames, self.published + self.lost("publish")),
                                ("stored", self.frames - self.lost("pool"), self.stored + lost_by_store),
                                ("announced", passed_on, self.announced + self.lost("announce"))):
            if came != went:
                yield "of %d frames that were to be %s, %d are accounted for" % (came, way, went)


class Deployment:
    """Cameras named cam1, cam2, …, from URLs."""

    def __init__(self, urls, servers, fps, config, page_port, told_page):
        Gst.init(None)
        self.urls = {"cam%d" % (i + 1): url for i, url in enumerate(map(Url, urls))}
        write_config(config, self.urls, servers, fps, page_port)
        self.states = {camera: {"state": "inactive"} for camera in self.urls}  # as camera-state says
        self.errors = []  # what ends everything, sentences
        self.warned = {}  # sentence -> name of the element
        self.told_page = told_page
        self.report = None  # the final one
        self.ending = self.ended = False
        self.pipeline = Gst.Pipeline.new(None)
        self.bin = Gst.ElementFactory.make("edgevideobin", None)
        self.bin.set_property("config", config)
        self.pipeline.add(self.bin)
        self.bus = self.pipeline.get_bus()

    def start(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        self.run(0)

    def run(self, seconds):
        """Handles messages for so long."""
        deadline = time.monotonic() + seconds
        types = Gst.MessageType.ERROR | Gst.MessageType.WARNING | Gst.MessageType.EOS | Gst.MessageType.ELEMENT
        while True:
            # in short pieces, so that Ctrl-C is noticed
            left = max(deadline - time.monotonic(), 0)
            message = self.bus.timed_pop_filtered(min(left, 0.1) * Gst.SECOND, types)
            if message is not None:
                self.handle(message)
            elif left == 0:
                return

    def handle(self, message):
        if message.type == Gst.MessageType.ERROR:
            self.errors.append(message.parse_error()[0].message)
        elif message.type == Gst.MessageType.WARNING:
            self.warned[message.parse_warning()[0].message] = message.src.get_name()
        elif message.type == Gst.MessageType.EOS:
            self.ended = True
        else:
            self.hear(to_python(message.get_structure()), message.get_structure().get_name())

    def hear(self, news, name):
        if name == "camera-state" and news.get("camera-id") in self.states and not self.ending:
            self.states[news["camera-id"]] = news
        elif name == "edge-video-report":
            self.report = news
        elif name == "edge-video-metrics":
            self.told_page(news["location"])

    def explain(self, camera):
        reason = self.states[camera].get("reason")
        return "%s (%s): %s" % (camera, self.urls[camera].shown, HINTS.get(reason, "the camera delivers nothing"))

    def failing(self):
        """Cameras that were tried and do not deliver now."""
        return [camera for camera, state in self.states.items() if "reason" in state]

    def sentences(self):
        """What fails now, by camera."""
        return self.errors + [self.explain(camera) for camera in self.failing()]

    def warnings(self):
        """What else was said, but not twice what sentences() says."""
        told = {"source-" + camera for camera in self.failing()}
        return [warning for warning, element in self.warned.items() if element not in told]

    def numbers(self):
        """The report of edgevideobin, so far or at the end."""
        return self.report or to_python(self.bin.get_property("stats"))

    def counts(self):
        """Camera -> Counts."""
        found = {camera["id"]: Counts(camera) for camera in self.numbers().get("cameras", [])}
        nothing = dict(frames=0, published=0, stored=0, announced=0, dropped={})
        return {camera: found.get(camera) or Counts(nothing) for camera in self.urls}

    def pool(self):
        """The counters of the worker pool that all cameras share."""
        return self.numbers().get("pool", {})

    def finish(self, timeout):
        """Ends the streams and waits until everything is delivered; FALSE if that took too long."""
        self.ending = True
        self.pipeline.send_event(Gst.Event.new_eos())
        deadline = time.monotonic() + timeout
        while not self.ended and not self.errors and time.monotonic() < deadline:
            self.run(0.1)
        return self.ended or bool(self.errors)

    def close(self):
        self.pipeline.set_state(Gst.State.READY)
        self.run(0)  # NULL would throw away what is said last
        self.pipeline.set_state(Gst.State.NULL)

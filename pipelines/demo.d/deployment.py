# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The pipeline of the demo: what pipelines/many-cameras prints, run in this process.

"""Deployment: a pipeline of cameras that deliver three ways."""

import os
import subprocess
import time
import urllib.parse

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

MANY_CAMERAS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "many-cameras")

# What an RTSP source's error means to the one who gave the URL.
HINTS = {
    Gst.ResourceError.NOT_FOUND: "the camera has no such stream; check what follows the host",
    Gst.ResourceError.OPEN_READ_WRITE: "no camera answers there; check address and port",
    Gst.ResourceError.OPEN_READ: "no camera answers there; check address and port",
    Gst.ResourceError.NOT_AUTHORIZED: "the camera refuses the user or the password",
}


class Url:
    """An RTSP URL, and apart from it the credentials, so that they cannot show anywhere."""

    def __init__(self, text):
        parts = urllib.parse.urlsplit(text)
        self.user, self.password = (urllib.parse.unquote(part or "") for part in (parts.username, parts.password))
        self.shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


class Counts:
    """The counters of one camera, from the stats of its elements."""

    ELEMENTS = ("stamp", "amqp", "pool", "redis", "event")

    def __init__(self, stats):
        self.stats = stats
        self.frames = self.get("stamp", "in")
        self.published = self.get("amqp", "delivered")
        self.stored = self.get("redis", "delivered")
        self.announced = self.get("event", "delivered")
        self.dropped = dict(self.losses())

    def get(self, element, field):
        return self.stats[element].get(field, 0)

    def losses(self):
        """Why frames did not arrive: (reason, count)."""
        for element in ("amqp", "pool", "redis", "event"):
            for field, count in self.stats[element].items():
                if count and (field.startswith("dropped-") or field in ("rejected", "cancelled", "errors", "not-pushed")):
                    yield element + "-" + field.replace("dropped-", ""), count

    def contradictions(self):
        """Sentences about sums that are not what they must be at the end."""
        for element in ("amqp", "redis", "event"):
            ends = sum(self.get(element, field) for field in (
                "delivered", "unconfirmed", "rejected", "dropped", "queued", "in-flight"))
            if self.get(element, "in") != ends:
                yield "%s got %d frames and accounts for %d" % (element, self.get(element, "in"), ends)
        ends = sum(self.get("pool", field) for field in ("out", "errors", "dropped", "cancelled", "queued", "running"))
        if self.get("pool", "in") != ends:
            yield "pool got %d frames and accounts for %d" % (self.get("pool", "in"), ends)
        for element, came, before, went in (("amqp", "in", "stamp", "in"), ("pool", "in", "stamp", "in"),
                                            ("redis", "in", "pool", "out"), ("event", "in", "redis", "pushed")):
            if self.get(element, came) != self.get(before, went):
                yield "%s got %d frames of the %d that %s sent" % (
                    element, self.get(element, came), self.get(before, went), before)


def to_dict(structure):
    """A Gst.Structure as a dict, the ones in it too."""
    values = {}
    for i in range(structure.n_fields()):
        name = structure.nth_field_name(i)
        value = structure.get_value(name)
        values[name] = to_dict(value) if isinstance(value, Gst.Structure) else value
    return values


class Deployment:
    """Cameras named cam1, cam2, …, from URLs."""

    def __init__(self, urls, amqp_uri, redis_uri, fps):
        Gst.init(None)
        urls = [Url(url) for url in urls]
        self.urls = {"cam%d" % (i + 1): url for i, url in enumerate(urls)}
        self.errors = {}  # camera -> sentence
        self.warnings = []  # sentences
        text = subprocess.run(
            [MANY_CAMERAS, "--amqp", amqp_uri, "--redis", redis_uri, "--fps", str(fps)]
            + ["%s=%s" % (camera, url.shown) for camera, url in self.urls.items()],
            stdout=subprocess.PIPE, text=True, check=True).stdout
        self.pipeline = Gst.parse_launch(text)
        self.pipeline.set_property("message-forward", True)
        self.owners = {}  # name of an element -> camera
        for camera, url in self.urls.items():
            self.set_credentials(camera, url)
            self.own(camera)
        self.ended = set()  # names of sinks
        self.bus = self.pipeline.get_bus()

    def element(self, camera, role):
        return self.pipeline.get_by_name(camera + "-" + role)

    def set_credentials(self, camera, url):
        source = self.element(camera, "rtsp")
        source.set_property("user-id", url.user or None)
        source.set_property("user-pw", url.password or None)

    def own(self, camera):
        """Notes which elements are of this camera: all that hang together with its framestamp."""
        waiting = [self.element(camera, "rtsp"), self.element(camera, "stamp")]
        while waiting:
            element = waiting.pop()
            if element.get_name() in self.owners:
                continue
            self.owners[element.get_name()] = camera
            peers = [pad.get_peer() for pad in element.pads]
            waiting += [peer.get_parent_element() for peer in peers if peer is not None]

    def start(self):
        self.pipeline.set_state(Gst.State.PLAYING)

    def run(self, seconds):
        """Handles messages for so long."""
        deadline = time.monotonic() + seconds
        types = Gst.MessageType.ERROR | Gst.MessageType.WARNING | Gst.MessageType.EOS | Gst.MessageType.ELEMENT
        left = seconds
        while left > 0:
            # in short pieces, so that Ctrl-C is noticed
            message = self.bus.timed_pop_filtered(min(left, 0.1) * Gst.SECOND, types)
            if message is not None:
                self.handle(message)
            left = deadline - time.monotonic()

    def camera_of(self, element):
        while element is not None:
            if element.get_name() in self.owners:
                return self.owners[element.get_name()]
            element = element.get_parent()
        return None

    def handle(self, message):
        camera = self.camera_of(message.src)
        if message.type == Gst.MessageType.ERROR:
            error, _ = message.parse_error()
            self.errors.setdefault(camera, self.explain(camera, error))
        elif message.type == Gst.MessageType.WARNING:
            warning, _ = message.parse_warning()
            sentence = "%s: %s" % (camera or message.src.get_name(), warning.message)
            if sentence not in self.warnings:
                self.warnings.append(sentence)
        elif message.type == Gst.MessageType.EOS:
            self.ended.update(camera + "-" + role for camera in self.urls for role in ("amqp", "event"))
        elif message.get_structure().get_name() == "GstBinForwarded":
            inner = message.get_structure().get_value("message")
            if inner.type == Gst.MessageType.EOS:
                self.ended.add(inner.src.get_name())

    def explain(self, camera, error):
        hint = next((hint for code, hint in HINTS.items() if error.matches(Gst.ResourceError.quark(), code)), None)
        text = error.message.rstrip(".")
        if camera is None:
            return text
        return "%s (%s): %s" % (camera, self.urls[camera].shown, hint or text)

    def sentences(self):
        """What failed, by camera."""
        return [self.errors[camera] for camera in (None, *self.urls) if camera in self.errors]

    def counts(self):
        """Camera -> Counts."""
        return {camera: Counts({role: to_dict(self.element(camera, role).get_property("stats"))
                                for role in Counts.ELEMENTS}) for camera in self.urls}

    def pool(self):
        """The counters of the worker pool that all cameras share."""
        stats = to_dict(self.element(next(iter(self.urls)), "pool").get_property("stats"))
        return stats.get("pool", {})

    def finish(self, timeout):
        """Ends the streams and waits until everything is delivered; FALSE if that took too long."""
        delivering = [camera for camera, counts in self.counts().items() if counts.frames > 0]
        wanted = {camera + "-" + role for camera in delivering for role in ("amqp", "event")}
        self.pipeline.send_event(Gst.Event.new_eos())
        deadline = time.monotonic() + timeout
        while not wanted <= self.ended and time.monotonic() < deadline:
            self.run(0.1)
        return wanted <= self.ended

    def close(self):
        self.pipeline.set_state(Gst.State.NULL)

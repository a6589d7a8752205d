# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# edgevideobin as an application runs it, and a consumer of all that it sends.

"""A deployment from a config file, in this process, and who watches it."""

import collections
import json
import threading
import time

import gi
import pika
import redis

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst  # noqa: E402

Gst.init(None)

LONG = 30  # seconds: what takes so long never comes


def wait_for(condition, what, seconds=LONG):
    """Returns what condition() does, once that is true."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.02)


def to_python(value):
    """A structure as a dict, an array as a list; python3-gst-1.0 is not needed for it."""
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


def write_config_of_all(path, servers, cameras, redis=""):
    """All simulated cameras as cam1, cam2, …, every frame on all three ways; `redis`: more settings of it."""
    lines = [f'amqp: {{ amqp_url: "{servers.amqp_uri}" }}', f'redis: {{ address: "{servers.redis_address}"{redis} }}',
             "metadata: {}", "target_fps: 0", "cameras:"]
    lines += [f'  - {{ id: cam{i + 1}, url: "{mount["uri"]}" }}' for i, mount in enumerate(cameras.mounts)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


class Deployment:
    """A pipeline with one edgevideobin; `messages` has what came over the bus until the last look."""

    def __init__(self, config, **properties):
        self.pipeline = Gst.Pipeline.new(None)
        self.bin = Gst.ElementFactory.make("edgevideobin", None)
        self.bin.set_property("config", config)
        for name, value in properties.items():
            self.bin.set_property(name.replace("_", "-"), value)
        self.pipeline.add(self.bin)
        self.bus = self.pipeline.get_bus()
        self.messages = []

    def play(self):
        assert self.pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE, self.errors()
        return self

    def look(self):
        while (message := self.bus.pop()) is not None:
            self.messages.append(message)
        return self.messages

    def errors(self):
        return [m.parse_error()[0].message for m in self.look() if m.type == Gst.MessageType.ERROR]

    def warnings(self):
        return [m.parse_warning()[0].message for m in self.look() if m.type == Gst.MessageType.WARNING]

    def structures(self, name):
        return [to_python(m.get_structure()) for m in self.look()
                if m.type == Gst.MessageType.ELEMENT and m.get_structure().get_name() == name]

    def stats(self):
        """camera id -> its structure"""
        report = to_python(self.bin.get_property("stats"))
        return {c["id"]: c for c in report["cameras"]}

    def wait_frames(self, camera, more=1):
        """Until the camera has delivered so many more frames on all ways."""
        def done():
            counts = self.stats().get(camera)
            return counts and min(counts["published"], counts["announced"]) >= goal
        goal = 0
        counts = self.stats().get(camera)
        if counts:
            goal = counts["announced"]
        goal += more
        wait_for(done, f"frame {goal} of {camera}")

    def children(self):
        """Ids of the cameras that run, as GstChildProxy lists them."""
        return sorted(self.bin.get_child_by_index(i).get_name() for i in range(self.bin.get_children_count()))

    def finish(self):
        """EOS; returns the report."""
        self.pipeline.send_event(Gst.Event.new_eos())
        wait_for(lambda: any(m.type == Gst.MessageType.EOS for m in self.look()), "EOS")
        self.close()
        return self.structures("edge-video-report")[-1]

    def close(self):
        self.pipeline.set_state(Gst.State.READY)
        self.look()  # NULL would throw it away
        self.pipeline.set_state(Gst.State.NULL)


class Watcher:
    """Reads frames and events on a thread of its own, and the store at the moment of the announcement."""

    def __init__(self, servers):
        self.redis = redis.Redis.from_url(servers.redis_uri)
        self.uri = servers.amqp_uri
        self.lock = threading.Lock()
        self.clear()
        self.stopping = False
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        assert self.ready.wait(LONG)

    def clear(self):
        with self.lock:
            self.frames = collections.defaultdict(list)  # camera id -> [(sequence, JPEG)]
            self.stored = collections.defaultdict(list)  # camera id -> [(sequence, JPEG)]
            self.status = []  # camera_status events
            self.system = []  # system_status events

    def run(self):
        connection = pika.BlockingConnection(pika.URLParameters(self.uri))
        channel = connection.channel()
        for exchange, callback in ("cameras", self.on_frame), ("camera.metadata", self.on_event):
            channel.exchange_declare(exchange, "topic", durable=True)
            queue = channel.queue_declare("", exclusive=True).method.queue
            channel.queue_bind(queue, exchange, "#")
            channel.basic_consume(queue, callback, auto_ack=True)
        self.ready.set()
        while not self.stopping:
            connection.process_data_events(time_limit=0.1)
        connection.close()

    def on_frame(self, _channel, method, properties, body):
        camera = method.routing_key.removeprefix("camera.")
        assert properties.headers["camera_id"] == camera
        with self.lock:
            self.frames[camera].append((properties.headers["sequence"], body))

    def on_event(self, _channel, method, _properties, body):
        event = json.loads(body)
        stored = self.redis.get(event["redis_key"]) if "redis_key" in event else None
        with self.lock:
            if event["event_type"] == "frame":
                self.stored[event["camera_id"]].append((event["sequence"], stored))
            elif event["event_type"] == "camera_status":
                assert method.routing_key == "camera.metadata.event.status"
                self.status.append(event)
            else:
                assert method.routing_key == "camera.metadata.event.system"
                self.system.append(event)

    def close(self):
        self.stopping = True
        self.thread.join()
        self.redis.close()

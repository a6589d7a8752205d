# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The other end of the fault tests: consumers that trust nothing.

"""Consumers of frames and of events, each on a thread of its own, that survive their broker."""

import json
import threading
import time

import pika
import redis

from faults import LONG

FRAMES = "cameras"
EVENTS = "camera.metadata"


def content_of(body):
    """(camera, number) of a frame of link-app, or a text that says what is wrong with it."""
    head, _, rest = body.partition(b"\n")
    try:
        camera, number = head.decode().split(" ")
        filler = (int(number) * 7 + int(camera[3:])) & 0xFF
    except ValueError:
        return f"not a frame: {body[:40]!r}"
    if rest.count(bytes([filler])) != len(rest):
        return f"damaged: {head!r}"
    return camera, int(number)


class Consumer:
    """Reads a durable queue, and goes on reading when the broker comes back."""

    exchange, key = FRAMES, "camera.#"

    def __init__(self, uri, queue="test"):
        self.uri = uri
        self.queue = queue + "." + self.exchange
        self.frames = {}  # message-id -> (camera, number)
        self.repeated = 0
        self.wrong = []  # texts
        self.changed = threading.Condition()
        self.ready = threading.Event()
        self.stopping = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        assert self.ready.wait(LONG)

    def run(self):
        while not self.stopping:
            try:
                self.consume()
            except (pika.exceptions.AMQPError, OSError):
                time.sleep(0.1)

    def consume(self):
        parameters = pika.URLParameters(self.uri)
        parameters.socket_timeout = parameters.stack_timeout = 5
        connection = pika.BlockingConnection(parameters)
        try:
            channel = connection.channel()
            channel.exchange_declare(self.exchange, "topic", durable=True)
            channel.queue_declare(self.queue, durable=True)
            channel.queue_bind(self.queue, self.exchange, self.key)
            channel.basic_qos(prefetch_count=500)
            self.ready.set()
            for method, properties, body in channel.consume(self.queue, inactivity_timeout=0.2):
                if self.stopping:
                    return
                if method is None:
                    continue
                with self.changed:
                    self.take(method, properties, body)
                    self.changed.notify_all()
                channel.basic_ack(method.delivery_tag)
        finally:
            if connection.is_open:
                connection.close()

    def take(self, method, properties, body):
        content = content_of(body)
        if isinstance(content, str):
            self.wrong.append(content)
            return
        headers = properties.headers
        if headers["camera_id"] != content[0] or method.routing_key != "camera." + content[0]:
            self.wrong.append(f"{content} as {headers} to {method.routing_key}")
        self.remember(properties.message_id, content)

    def remember(self, message_id, content):
        known = self.frames.get(message_id)
        if known is not None and known != content:
            self.wrong.append(f"{message_id} is {known} and {content}")
        self.repeated += known is not None
        self.frames[message_id] = content

    def contents(self):
        """What arrived; a frame under two ids shows in the length."""
        with self.changed:
            contents = list(self.frames.values())
        if len(set(contents)) != len(contents):
            self.wrong.append("the same frame under two ids")
        return set(contents)

    def wait(self, condition, seconds=LONG):
        with self.changed:
            if not self.changed.wait_for(condition, seconds):
                raise AssertionError(f"{len(self.frames)} arrived, {self.repeated} more than once")
        self.contents()

    def close(self):
        self.stopping = True
        self.thread.join()


class EventConsumer(Consumer):
    """Looks at once whether what is announced exists."""

    exchange, key = EVENTS, "camera.metadata.event"

    def __init__(self, uri, redis_uri, queue="test"):
        self.store = redis.Redis.from_url(redis_uri)
        super().__init__(uri, queue)

    def get(self, key):
        deadline = time.monotonic() + LONG
        while True:
            try:
                return self.store.get(key)
            except redis.exceptions.RedisError:  # down or frozen: that is not the question
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def take(self, method, properties, body):
        event = json.loads(body)
        frame = self.get(event["redis_key"])
        if frame is None:
            self.wrong.append(f"announced but not there: {event['redis_key']}")
            return
        content = content_of(frame)
        if content[0] != event["camera_id"] or len(frame) != event["size_bytes"]:
            self.wrong.append(f"{event} is {content}")
        self.remember(properties.message_id, content)

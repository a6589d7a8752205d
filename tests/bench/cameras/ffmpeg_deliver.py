# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What people write around ffmpeg to get frames delivered: reads JPEGs from pipes, publishes, stores and announces them.

"""ffmpeg_deliver.py SETTING-FILE: one ffmpeg per camera and a loop that delivers what they give.

One thread and one connection for each server; each frame is published, stored with a TTL and announced, one answer
after the other.
"""

import json
import os
import selectors
import subprocess
import sys
import time

import pika
import redis

START, END = b"\xff\xd8\xff", b"\xff\xd9"


class Pipe:
    """JPEGs of one ffmpeg. In image2pipe they follow each other; the two bytes of END occur nowhere else in them."""

    def __init__(self, camera, command):
        self.camera = camera
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.fd = self.process.stdout.fileno()
        self.data = bytearray()

    def read(self):
        """The pictures that are complete now; None when there will be no more."""
        piece = os.read(self.fd, 1 << 20)
        if not piece:
            return None
        searched = max(0, len(self.data) - 1)
        self.data += piece
        pictures = []
        while (end := self.data.find(END, searched)) >= 0:
            pictures.append(bytes(self.data[:end + 2]))
            del self.data[:end + 2]
            searched = 0
        return pictures


class Deliverer:
    def __init__(self, setting):
        self.redis = redis.Redis.from_url(setting["redis"])
        connection = pika.BlockingConnection(pika.URLParameters(setting["amqp"]))
        self.channel = connection.channel()
        self.channel.confirm_delivery()
        for exchange in "cameras", "camera.metadata":
            self.channel.exchange_declare(exchange, "topic", durable=True)
        self.ttl = setting["ttl"]
        self.sequences = {}

    def deliver(self, camera, picture):
        now = time.time_ns()
        sequence = self.sequences[camera] = self.sequences.get(camera, 0) + 1
        key = f"frames:{camera}:{now}:{sequence:010d}"
        self.channel.basic_publish("cameras", f"camera.{camera}", picture, pika.BasicProperties(
            content_type="image/jpeg", headers={"camera_id": camera, "sequence": sequence, "timestamp_ns": now}))
        self.redis.set(key, picture, ex=self.ttl)
        event = {"event_type": "frame", "camera_id": camera, "timestamp_ns": now, "sequence": sequence,
                 "redis_key": key, "size_bytes": len(picture)}
        self.channel.basic_publish("camera.metadata", "camera.metadata.event", json.dumps(event).encode())


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        setting = json.load(file)
    deliverer = Deliverer(setting)
    selector = selectors.DefaultSelector()
    for camera, command in setting["commands"].items():
        pipe = Pipe(camera, command)
        selector.register(pipe.fd, selectors.EVENT_READ, pipe)
    while selector.get_map():
        for key, _ in selector.select():
            pictures = key.data.read()
            if pictures is None:
                selector.unregister(key.fd)
                continue
            for picture in pictures:
                deliverer.deliver(key.data.camera, picture)


if __name__ == "__main__":
    main()

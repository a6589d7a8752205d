# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Who takes part: each starts its processes for N cameras and says how many frames of each camera are through.

"""The contenders of the benchmark. Each is a class with `counts()`, `pids()`, `cpu()` and `close()`."""

import json
import os
import re
import selectors
import signal
import subprocess
import sys
import threading
import time

import processes
from jpeg_size import COLOURS


class Setting:
    """`uris` of a contender's cameras, the first of which is cam`first`, where to deliver, and a folder of its own."""

    def __init__(self, uris, fps, qualities, servers, announcements, folder, first=1):
        self.uris = uris
        self.first = first
        self.fps = fps
        self.qualities = qualities  # of "plain" jpegenc, with "colours", of "ffmpeg"
        self.servers = servers
        self.announcements = announcements
        self.folder = folder

    @property
    def numbered(self):
        """(number, uri) of each camera."""
        return enumerate(self.uris, self.first)

    @property
    def names(self):
        return [f"cam{n}" for n, _ in self.numbered]

    @property
    def redis_address(self):
        return f"127.0.0.1:{self.servers.ports['redis']}"


class Launched:
    """A pipeline in a process of its own."""

    tells_capture_time = False
    wrapper = []  # in front of the command

    def __init__(self, setting, pipeline):
        path = os.path.join(setting.folder, "pipeline.launch")
        with open(path, "w", encoding="utf-8") as file:
            file.write(pipeline)
        self.log = os.path.join(setting.folder, "contender.log")
        program = os.path.join(os.environ["EDGE_BUILD_DIR"], "tests/bench/cameras/bench-launch")
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)

    def look(self):
        """Element -> text of its statistics."""
        found = {}
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self.fail()
        for line in self.process.stdout:
            if line == ".\n":
                return found
            name, _, text = line.partition(" ")
            found[name] = text
        return self.fail()

    def fail(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            lines = log.read().strip().splitlines()
        raise RuntimeError(lines[-1] if lines else f"ended with status {self.process.wait()}")

    def sum_of(self, field, looked=None):
        texts = (looked or self.look()).values()
        return sum(int(n) for text in texts for n in re.findall(rf"\b{field}=\(guint64\)(\d+)", text))

    def pids(self):
        return [self.process.pid]

    def cpu(self):
        return processes.cpu(self.pids())

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Project(Launched):
    """What this project delivers; what counts is what has been announced."""

    tells_capture_time = True

    def __init__(self, setting, pipeline):
        self.announcements = setting.announcements
        super().__init__(setting, pipeline)

    def counts(self):
        if self.process.poll() is not None:
            self.fail()
        return self.announcements.counts()


def edgevideobin(setting, _decode):
    lines = [
        f"target_fps: {setting.fps}",
        f"amqp: {{ amqp_url: \"{setting.servers.amqp_uri}\" }}",
        f"redis: {{ address: \"{setting.redis_address}\", ttl_seconds: 10 }}",
        "metadata: { enabled: true }",
        f"optimization: {{ jpeg_quality: {setting.qualities['colours']} }}",
        "cameras:",
        *(f"  - {{ id: cam{n}, url: \"{uri}\" }}" for n, uri in setting.numbered),
    ]
    path = os.path.join(setting.folder, "edge-video.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return Project(setting, f"edgevideobin config={path}")


def three_ways(setting, n):
    """From the unencoded picture on."""
    return (
        f"edgejpegenc quality={setting.qualities['colours']} ! framestamp camera-id=cam{n} ! tee name=t{n} "
        f"t{n}. ! amqpsink uri={setting.servers.amqp_uri} t{n}. ! workerpool "
        f"! redisframesink uri={setting.servers.redis_uri} ttl=10 ! metadatapub uri={setting.servers.amqp_uri}\n")


def plain_elements(setting, decode):
    return Project(setting, "".join(
        f"rtspcamerasrc uri={uri} camera-id=cam{n} framerate={setting.fps}/1 decode={decode or 'auto'} ! "
        + three_ways(setting, n) for n, uri in setting.numbered))


def stock_source(setting, _decode):
    return Project(setting, "".join(
        f"rtspsrc location={uri} protocols=tcp latency=200 add-reference-timestamp-meta=true ! rtph264depay ! h264parse "
        f"! avdec_h264 max-threads=1 ! videorate drop-only=true max-rate={setting.fps} ! " + three_ways(setting, n)
        for n, uri in setting.numbered))


class Floor(Launched):
    """Stock elements that deliver nothing; their sinks count."""

    def __init__(self, setting, colours):
        quality = setting.qualities["colours" if colours else "plain"]
        convert = f"{COLOURS} ! " if colours else ""
        super().__init__(setting, "".join(
            f"rtspsrc location={uri} protocols=tcp latency=0 ! rtph264depay ! h264parse ! avdec_h264 "
            f"! videorate drop-only=true ! video/x-raw,framerate={setting.fps}/1 ! {convert}jpegenc quality={quality} "
            f"! fakesink name=cam{n}\n" for n, uri in setting.numbered))

    def counts(self):
        return {name: self.sum_of("rendered", {name: text}) for name, text in self.look().items()
                if re.fullmatch(r"cam\d+", name)}


def ffmpeg_command(setting, uri):
    return ["ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", uri,
            "-vf", f"fps={setting.fps}", "-f", "image2pipe", "-c:v", "mjpeg",
            "-q:v", str(setting.qualities["ffmpeg"]), "-"]


class Ffmpegs:
    """One ffmpeg per camera; its JPEGs are counted in its pipe, and thrown away."""

    tells_capture_time = False

    def __init__(self, setting, _decode):
        self.found = {}
        self.processes = []
        self.selector = selectors.DefaultSelector()
        self.log = open(os.path.join(setting.folder, "contender.log"), "wb")
        for n, uri in setting.numbered:
            command = ffmpeg_command(setting, uri)
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
            self.processes.append(process)
            self.selector.register(process.stdout, selectors.EVENT_READ, f"cam{n}")
            self.found[f"cam{n}"] = 0
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        ends = {}  # the last byte: a marker may be in two pieces
        while self.selector.get_map():
            for key, _ in self.selector.select():
                data = os.read(key.fd, 1 << 20)
                if not data:
                    self.selector.unregister(key.fileobj)
                    continue
                self.found[key.data] += (ends.get(key.data, b"") + data).count(b"\xff\xd8")
                ends[key.data] = data[-1:]

    def counts(self):
        if all(process.poll() is not None for process in self.processes):
            raise RuntimeError("every ffmpeg has ended")
        return dict(self.found)

    def pids(self):
        return [process.pid for process in self.processes]

    def cpu(self):
        return processes.cpu(self.pids())

    def close(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
        self.thread.join()
        for process in self.processes:
            process.stdout.close()
        self.log.close()


class FfmpegsThatDeliver:
    """The same with a program that delivers the JPEGs in all three ways; what counts is what has been announced."""

    tells_capture_time = False  # when a picture comes out of the pipe is all that is known

    def __init__(self, setting, _decode):
        self.announcements = setting.announcements
        path = os.path.join(setting.folder, "ffmpeg-deliver.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"amqp": setting.servers.amqp_uri, "redis": setting.servers.redis_uri, "ttl": 10, "commands": {
                f"cam{n}": ffmpeg_command(setting, uri) for n, uri in setting.numbered}}, file)
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ffmpeg_deliver.py")
        self.log = open(os.path.join(setting.folder, "contender.log"), "wb")
        # a group of its own: with it end the ffmpegs
        self.process = subprocess.Popen([sys.executable, program, path], stdin=subprocess.DEVNULL, stderr=self.log,
                                        start_new_session=True)

    def counts(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the program around ffmpeg ended with status {self.process.returncode}")
        return self.announcements.counts()

    def pids(self):
        return [self.process.pid]

    def cpu(self):
        return processes.cpu(self.pids())

    def close(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()
        self.log.close()


class FfmpegPerFrame:
    """An ffmpeg for each frame, one after the other, of each camera at the same time."""

    tells_capture_time = False

    def __init__(self, setting, _decode):
        self.lock = threading.Lock()
        self.found = {}
        self.running = {}
        self.used = 0.0
        self.stopping = False
        self.quality = str(setting.qualities["ffmpeg"])
        self.threads = []
        for n, uri in setting.numbered:
            self.found[f"cam{n}"] = 0
            self.threads.append(threading.Thread(target=self.take, args=(f"cam{n}", uri), daemon=True))
        for thread in self.threads:
            thread.start()

    def take(self, camera, uri):
        command = ["ffmpeg", "-nostdin", "-loglevel", "quiet", "-rtsp_transport", "tcp", "-i", uri, "-frames:v", "1",
                   "-q:v", self.quality, "-f", "image2pipe", "-c:v", "mjpeg", "-"]
        while not self.stopping:
            begin = time.monotonic()
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            with self.lock:
                self.running[camera] = process.pid
            got = process.stdout.read()
            process.stdout.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = status
            with self.lock:
                del self.running[camera]
                self.used += usage.ru_utime + usage.ru_stime
                self.found[camera] += got.startswith(b"\xff\xd8")
            if not got and time.monotonic() - begin < 0.1:
                return  # it cannot even start

    def counts(self):
        if not any(thread.is_alive() for thread in self.threads):
            raise RuntimeError("ffmpeg does not start")
        with self.lock:
            return dict(self.found)

    def pids(self):
        with self.lock:
            return list(self.running.values())

    def cpu(self):
        with self.lock:
            return self.used + sum(processes.cpu([pid]) for pid in self.running.values())

    def close(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()


CONTENDERS = {
    "a": ("**edgevideobin**, all three deliveries", edgevideobin),
    "a2": ("**plain elements**, all three deliveries", plain_elements),
    "a3": ("the same behind stock `rtspsrc`", stock_source),
    "b": ("floor: stock elements, delivers nothing", lambda setting, _: Floor(setting, False)),
    "b2": ("floor with right colours, delivers nothing", lambda setting, _: Floor(setting, True)),
    "c": ("`ffmpeg` per camera, delivers nothing", Ffmpegs),
    "c2": ("`ffmpeg` per camera and a program around it, all three deliveries", FfmpegsThatDeliver),
    "d": ("`ffmpeg` per frame, delivers nothing", FfmpegPerFrame),
}

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# redis+sentinel://: find the primary, and find it again after a failover.

"""A primary, a replica and a sentinel; the primary dies, before and while frames are stored."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import redis

sys.path.insert(0, os.path.join(os.environ["EDGE_SOURCE_DIR"], "tests", "support"))

from faults import SECOND, FaultTest, store  # noqa: E402
from launch import launch  # noqa: E402

NAME = "edge"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(what, condition, process):
    """The servers say nothing when they are ready, so ask; each question is a round trip."""
    for _ in range(600):
        with contextlib.suppress(redis.RedisError):
            if condition():
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            break
    raise RuntimeError(what + " did not happen")


class Server:
    def __init__(self, folder, *arguments, config=None):
        self.port = free_port()
        argv = ["redis-server"]
        if config is not None:
            path = os.path.join(folder, f"{self.port}.conf")
            with open(path, "w", encoding="ascii") as text:
                text.write(config)
            argv += [path, "--sentinel"]
        argv += ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", folder, *arguments]
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        self.client = redis.Redis(port=self.port)
        wait_for("start of redis-server", self.client.ping, self.process)

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait()
        self.client.close()


class SentinelTest(FaultTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.primary = self.start(folder.name, "--save", "")
        self.replica = self.start(folder.name, "--save", "", "--replicaof", "127.0.0.1", str(self.primary.port))
        self.sentinel = self.start(folder.name, config=(
            f"sentinel monitor {NAME} 127.0.0.1 {self.primary.port} 1\n"
            f"sentinel down-after-milliseconds {NAME} 500\nsentinel failover-timeout {NAME} 3000\n"))
        wait_for("the sentinel's knowledge of the replica",
                 lambda: self.sentinel.client.sentinel_slaves(NAME), self.sentinel.process)

    def start(self, *arguments, **keywords):
        server = Server(*arguments, **keywords)
        self.addCleanup(server.end)
        return server

    def uri(self, name=NAME):
        return f"redis+sentinel://127.0.0.1:{free_port()},127.0.0.1:{self.sentinel.port}/{name}/0"

    def test_stores_in_the_primary(self):
        """The first sentinel that the URI names does not answer; the second one does."""
        status, said = launch(f"redisframesink uri={self.uri()}")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.primary.client.dbsize(), 20, said)

    def test_primary_dies(self):
        """While frames are stored. What the former primary had confirmed and not yet passed on is lost with it."""
        uri = f"redis+sentinel://127.0.0.1:{self.sentinel.port}/{NAME}/0"
        app = self.run_app(store(uri, f"timeout={2 * SECOND} circuit-max-failures=0 max-size-buffers=10000"), cameras=2)
        app("rate", 50)
        app.wait(lambda look: look.total("delivered") >= 20)
        app.look_anew()
        self.primary.end(signal.SIGKILL)
        app.wait(lambda look: look.sinks()["store1"]["connects"] > 1)
        there, before = self.replica.client.dbsize(), app.look().total("delivered")
        app.wait(lambda look: look.states() == {"ready"} and look.total("delivered") >= before + 20)
        self.assertEqual(app.end_of_stream()["bus"], "eos")
        look = app.stop()
        self.assertLess(look.seconds, 2)
        self.assertEqual(self.replica.client.role()[0], b"master")
        self.assertGreaterEqual(self.replica.client.dbsize(), there + 20)
        self.assertEqual(look.total("delivered"), look.frames * app.cameras)
        self.assertEqual(app.states("store1"), ["ready", "backing-off", "ready"])
        self.check_promises(app, {"": 1})

    def test_follows_a_failover(self):
        self.primary.end(signal.SIGKILL)
        wait_for("the failover", lambda: self.sentinel.client.sentinel_master(NAME)["port"] == self.replica.port,
                 self.sentinel.process)
        wait_for("the promotion", lambda: self.replica.client.role()[0] == b"master", self.replica.process)
        status, said = launch(f"redisframesink uri={self.uri()} drain-timeout=30000000000")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.replica.client.dbsize(), 20, said)

    def test_unknown_name(self):
        status, said = launch(f"redisframesink uri=redis+sentinel://127.0.0.1:{self.sentinel.port}/other/0")
        self.assertNotEqual(status, 0)
        self.assertIn('the sentinel does not watch "other"', said)

    def test_not_a_sentinel(self):
        _, said = launch(f"redisframesink uri=redis+sentinel://127.0.0.1:{self.primary.port}/{NAME}/0 "
                         "drain-timeout=500000000")
        self.assertIn("could not ask the sentinel", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)

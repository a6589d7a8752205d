#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What networks do to connections, between the elements and healthy servers: frozen, half-open, slow, reset, cut,
# in pieces, far away. The same for AMQP and for Redis.

import subprocess
import time
import unittest

import faults
import redis
from consumers import Consumer
from faultproxy import FaultProxy
from faults import SECOND, FaultTest, frames, store

# the circuit would open in an outage that a busy machine makes a long one, and stay open for a while
TIMEOUT = f"timeout={2 * SECOND} circuit-max-failures=0"


class NetworkTest:
    """The cases; the classes below say for which protocol."""

    rate = 50

    def setUp(self):
        self.proxy = FaultProxy(self.server_port(), receive_buffer=65536)
        self.addCleanup(self.proxy.close)

    def start(self, more=TIMEOUT, cameras=2, size=20000):
        self.begin()
        app = self.run_app(self.pipeline(more), cameras=cameras, size=size)
        app("rate", self.rate)
        app.wait(lambda look: look.total("delivered") >= 20)
        app.look_anew()
        return app

    def finish(self, app, outages=None, states=None):
        before = app.look().total("delivered")
        app.wait(lambda look: look.states() == {"ready"} and look.total("delivered") >= before + 20)
        self.assertEqual(app.end_of_stream()["bus"], "eos")
        look = app.stop()
        self.assertLess(look.seconds, 2)
        self.assertEqual(look.unaccounted(), {})
        self.assertEqual(look.total("queued") + look.total("in-flight") + look.total("dropped-shutdown"), 0)
        self.assertEqual(look.total("delivered") + look.total("dropped"), look.total("in"))
        self.check_arrived(app, look)
        if states is not None:
            self.assertEqual(app.states(self.element), states)
        self.check_promises(app, {str(self.proxy.port): outages} if outages is not None else None)
        return look

    def outage(self, *fault, more=TIMEOUT + " max-size-buffers=1000"):
        """A fault that ends the connection, and is over."""
        app = self.start(more)
        self.proxy(*fault)
        app.wait_state("backing-off", self.element)
        self.proxy("pass")
        look = self.finish(app, 1, ["ready", "backing-off", "ready"])
        self.assertEqual(look.total("dropped"), 0)

    def test_reset(self):
        self.outage("reset")

    def test_socket_killed(self):
        """By the kernel, in the middle of whatever its owner does with it."""
        app = self.start(TIMEOUT + " max-size-buffers=1000")
        kill = ("ss", "--kill", "--tcp", "dst", "127.0.0.1", "dport", "=", str(self.proxy.port))
        done = subprocess.run(kill, capture_output=True, text=True, check=False)
        if str(self.proxy.port) not in done.stdout:
            self.skipTest(f"ss --kill wants root, and a kernel that can: {done.stderr}")
        app.wait_state("backing-off", self.element)
        look = self.finish(app, 1, ["ready", "backing-off", "ready"])
        self.assertEqual(look.total("dropped"), 0)

    def test_closed(self):
        self.outage("close")

    def test_frozen(self):
        self.outage("freeze")

    def test_nothing_arrives_at_the_server(self):
        self.outage("freeze", "up")

    def test_no_answer_arrives(self):
        """The server takes everything, its answers are lost: sent again, and known to be the same."""
        app = self.start(TIMEOUT + " max-size-buffers=1000")
        self.proxy("freeze", "down")
        app.wait_state("backing-off", self.element)
        self.proxy("pass")
        look = self.finish(app, 1, ["ready", "backing-off", "ready"])
        self.assertGreater(look.total("resent"), 0)

    def test_cut_in_a_frame(self):
        self.outage("truncate", 30001, "up")

    def test_cut_in_an_answer(self):
        self.outage("truncate", 3, "down")

    def test_cut_again_and_again(self):
        app = self.start(TIMEOUT + " max-size-buffers=2000")
        for at in (1, 7, 8, 100, 20001, 50000):
            connects = app.look().sinks()[self.element]["connects"]
            self.proxy("truncate", at, "up")
            app.wait(lambda look: look.sinks()[self.element]["connects"] > connects)
        self.assertEqual(self.finish(app).total("dropped"), 0)

    def test_half_open(self):
        """After a reset, connections are accepted and nobody ever says anything."""
        app = self.start(TIMEOUT + " max-size-buffers=1000")
        self.proxy("silent")
        self.proxy("reset")
        accepted = self.proxy("status")["accepted"]
        app.wait(lambda look: self.proxy("status")["accepted"] >= accepted + 2)
        self.proxy("pass")
        self.finish(app, 1, ["ready", "backing-off", "ready"])

    def test_refused_for_a_while(self):
        app = self.start(TIMEOUT + " max-size-buffers=1000")
        self.proxy("refuse")
        self.proxy("reset")
        app.wait(lambda look: look.total("queued") > 100)
        self.proxy("pass")
        look = self.finish(app, 1, ["ready", "backing-off", "ready"])
        self.assertEqual(look.total("dropped"), 0)

    def test_circuit(self):
        """Nobody ever answers: the circuit opens, and lets one attempt through per circuit-reset, until it closes."""
        reset = 2
        app = self.start(f"timeout={SECOND} max-size-buffers=50 circuit-max-failures=2 circuit-reset={reset * SECOND}")
        self.proxy("silent")
        self.proxy("reset")
        app.wait_state("circuit-open", self.element)
        accepted = self.proxy("status")["accepted"]
        opened = time.monotonic()
        app.wait(lambda look: self.proxy("status")["accepted"] >= accepted + 3)
        # the first one came circuit-reset after the message, which may have been on its way for a while
        self.assertGreater(time.monotonic() - opened, 2 * reset)
        app.wait(lambda look: look.total("dropped-circuit-open") > 20)
        self.proxy("pass")
        look = self.finish(app, 1)
        tries = app.states(self.element).count("circuit-half-open")
        self.assertGreaterEqual(tries, 2)
        self.assertEqual(app.states(self.element),
                         ["ready", "backing-off"] + ["circuit-open", "circuit-half-open"] * tries + ["ready"])
        self.assertEqual(look.total("dropped"), look.total("dropped-circuit-open") + look.total("dropped-full"))

    def test_in_small_pieces(self):
        app = self.start("max-size-buffers=1000")
        self.proxy("split", 3)
        app.wait(lambda look: look.total("delivered") >= 30)
        self.proxy("split", 0)
        look = self.finish(app, 0, ["ready"])
        self.assertEqual(look.total("resent") + look.total("dropped"), 0)

    def test_slow_reader(self):
        """The server reads 200 kB/s of 2 MB/s: drops are counted, nobody waits, no timeout is mistaken for an end."""
        app = self.start(f"timeout={60 * SECOND} max-size-buffers=10 max-in-flight=4")
        self.proxy("throttle", 200000, "up")
        app.wait(lambda look: look.total("dropped-full") > 50)
        delivered = app.look().total("delivered")
        app.wait(lambda look: look.total("delivered") > delivered)
        self.proxy("throttle", 0)
        look = self.finish(app, 0, ["ready"])
        self.assertEqual(look.total("dropped"), look.total("dropped-full"))

    def test_far_away(self):
        """50 ms of round trip: frames are in flight together, nothing is dropped, and the latency shows it."""
        app = self.start("max-size-buffers=100")
        self.proxy("delay", 25)
        before = app.look().total("delivered")
        look = app.wait(lambda look: look.total("delivered") >= 2 * before + 200)
        self.assertEqual(look.total("dropped"), 0)
        for stats in look.sinks().values():  # most went the long way; the histogram is a quarter off at most
            self.assertGreater(int(stats["latency-p50"]), 0.75 * 0.05 * SECOND)
            self.assertGreaterEqual(int(stats["latency-p99"]), int(stats["latency-p50"]))
        self.finish(app, 0, ["ready"])


class TestAmqp(NetworkTest, FaultTest):
    element = "frames1"

    @classmethod
    def setUpClass(cls):
        cls.servers = faults.servers.Servers(only="rabbitmq")
        cls.addClassCleanup(cls.servers.close)

    def server_port(self):
        return self.servers.ports["rabbitmq"]

    def pipeline(self, more):
        return frames(f"amqp://guest:guest@127.0.0.1:{self.proxy.port}/%2f", more)

    def begin(self):
        self.consumer = Consumer(self.servers.amqp_uri, self.id())
        self.addCleanup(self.consumer.close)

    def check_arrived(self, app, look):
        self.check_delivered(app, look, self.consumer)

    def test_several_hosts(self):
        """They are tried in turn: whichever can be reached gets the frames."""
        second = FaultProxy(self.server_port())
        self.addCleanup(second.close)
        self.begin()
        self.proxy("refuse")
        hosts = f"127.0.0.1:{self.proxy.port},127.0.0.1:{second.port}"
        app = self.run_app(frames(f"amqp://guest:guest@{hosts}/%2f", TIMEOUT + " max-size-buffers=1000"), cameras=2)
        app("rate", self.rate)
        app.wait(lambda look: look.total("delivered") >= 20)
        app.look_anew()
        for here, there in ((second, self.proxy), (self.proxy, second)):
            there("pass")
            accepted = there("status")["accepted"]
            delivered = app.look().total("delivered")
            here("refuse")
            here("reset")
            app.wait(lambda look: there("status")["accepted"] > accepted and look.total("delivered") > delivered)
        self.assertEqual(self.finish(app).total("dropped"), 0)


class TestRedis(NetworkTest, FaultTest):
    element = "store1"

    @classmethod
    def setUpClass(cls):
        cls.servers = faults.servers.Servers(only="redis")
        cls.addClassCleanup(cls.servers.close)
        cls.redis = redis.Redis.from_url(cls.servers.redis_uri)
        cls.addClassCleanup(cls.redis.close)

    def server_port(self):
        return self.servers.ports["redis"]

    def pipeline(self, more):
        return store(f"redis://127.0.0.1:{self.proxy.port}/0", more)

    def begin(self):
        self.redis.flushall()

    def check_arrived(self, app, look):
        """A drop that had been sent before may be there too."""
        stored = self.redis.dbsize()
        self.assertGreaterEqual(stored, look.total("delivered"))
        self.assertLessEqual(stored, look.total("delivered") + look.total("dropped"))


if __name__ == "__main__":
    unittest.main()

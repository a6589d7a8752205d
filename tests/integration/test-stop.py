#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Whatever state the servers are in, setting the pipeline to NULL takes less than two seconds, leaves nothing open,
# and the counters add up afterwards.

import unittest

import faults
import redis
from faultproxy import FaultProxy
from faults import FaultTest, three_ways

MAX_SECONDS = 2


class TestStop(FaultTest):
    """With the default timeout of 5 s: nobody waits for that."""

    @classmethod
    def setUpClass(cls):
        cls.servers = faults.servers.Servers()
        cls.addClassCleanup(cls.servers.close)
        cls.redis = redis.Redis.from_url(cls.servers.redis_uri)
        cls.addClassCleanup(cls.redis.close)

    def setUp(self):
        self.proxies = [FaultProxy(self.servers.ports[name]) for name in ("rabbitmq", "redis")]
        for proxy in self.proxies:
            self.addCleanup(proxy.close)

    def both(self, *words):
        for proxy in self.proxies:
            proxy(*words)

    def run_through_proxies(self):
        amqp, redis_proxy = self.proxies
        app = self.run_app(
            three_ways(
                f"amqp://guest:guest@127.0.0.1:{amqp.port}/%2f", f"redis://127.0.0.1:{redis_proxy.port}/0"
            ),
            cameras=3,
        )
        app("rate", 50)
        return app

    def run_until_delivered(self):
        app = self.run_through_proxies()
        app.wait(lambda look: look.total("delivered", "events") > 20 and look.total("delivered", "frames") > 20)
        app.look_anew()
        return app

    def check_stop(self, app):
        app.look()
        look = app.stop()
        self.assertLess(look.seconds, MAX_SECONDS)
        self.assertEqual(look.unaccounted(), {})
        self.assertEqual(look.total("queued") + look.total("in-flight"), 0)
        self.check_promises(app)
        return look

    def test_all_is_well(self):
        self.check_stop(self.run_until_delivered())

    def test_servers_frozen(self):
        app = self.run_until_delivered()
        for name in ("rabbitmq", "redis"):
            self.servers.freeze(name)
        try:
            app.wait(lambda look: look.total("queued", "frames") > 50 and look.total("queued", "store") > 50)
            look = self.check_stop(app)
            self.assertGreater(look.total("dropped-shutdown"), 100)
        finally:
            for name in ("rabbitmq", "redis"):
                self.servers.thaw(name)

    def test_socket_full(self):
        """Nothing is read any more: a write may be going on."""
        app = self.run_until_delivered()
        self.both("freeze", "up")
        app.wait(lambda look: look.total("queued", "frames") > 50 and look.total("queued", "store") > 50)
        self.check_stop(app)

    def test_memory_alarm(self):
        app = self.run_until_delivered()
        self.servers.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1MB")
        try:
            app.wait_state("blocked", "frames1")
            app.wait(lambda look: look.total("queued", "frames") > 20)
            self.check_stop(app)
        finally:
            self.servers.rabbitmqctl("set_vm_memory_high_watermark", "0.4")

    def test_redis_out_of_memory(self):
        app = self.run_until_delivered()
        self.redis.config_set("maxmemory", 1)
        try:
            app.wait_state("blocked", "store1")
            self.check_stop(app)
        finally:
            self.redis.config_set("maxmemory", 0)

    def test_half_open(self):
        app = self.run_until_delivered()
        self.both("silent")
        self.both("reset")
        app.wait_state("backing-off", "frames1")
        app.wait(lambda look: all(p("status")["connections"] > 0 for p in self.proxies))
        self.check_stop(app)

    def test_never_answered(self):
        self.both("silent")
        app = self.run_through_proxies()
        app.wait(lambda look: all(p("status")["connections"] > 0 for p in self.proxies))
        app.wait(lambda look: look.total("queued", "frames") > 20)
        app.look_anew()
        self.check_stop(app)

    def test_connecting_to_a_black_hole(self):
        self.both("blackhole")
        app = self.run_through_proxies()
        app.wait(lambda look: look.total("queued", "frames") > 20)
        app.look_anew()
        self.check_stop(app)

    def test_refused(self):
        self.both("refuse")
        app = self.run_through_proxies()
        app.wait_state("backing-off", "frames1")
        app.wait_state("backing-off", "store1")
        self.check_stop(app)

    def test_circuit_open(self):
        self.both("refuse")
        amqp, redis_proxy = self.proxies
        app = self.run_app(
            three_ways(
                f"amqp://127.0.0.1:{amqp.port}/%2f",
                f"redis://127.0.0.1:{redis_proxy.port}/0",
                "circuit-max-failures=2",
            )
        )
        app("rate", 50)
        app.wait_state("circuit-open", "frames1")
        app.wait_state("circuit-open", "store1")
        self.check_stop(app)

    def test_name_that_does_not_exist(self):
        app = self.run_app(three_ways("amqp://broker.invalid/%2f", "redis://cache.invalid/0"))
        app("rate", 50)
        app.wait(lambda look: look.total("queued", "frames") > 20)
        app.look_anew()
        self.check_stop(app)

    def test_at_once(self):
        """Right after the start, while connecting."""
        for _ in range(10):
            app = self.run_through_proxies()
            self.check_stop(app)
            self.assertEqual(app.close(), 0)


if __name__ == "__main__":
    unittest.main()

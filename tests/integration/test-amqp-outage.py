#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The broker goes away, freezes, raises an alarm or throws its clients out, and comes back: amqpsink keeps what it
# has accepted and delivers it.

import unittest

import faults
from consumers import Consumer
from faults import LONG, SECOND, FaultTest, frames

# the circuit would open during a start of the broker on a busy machine, and stay open for a while
TIMEOUT = f"timeout={SECOND} circuit-max-failures=0"
DURABLE = f"{TIMEOUT} delivery-mode=2"


class TestAmqpOutage(FaultTest):
    @classmethod
    def setUpClass(cls):
        cls.servers = faults.servers.Servers(only="rabbitmq")
        cls.addClassCleanup(cls.servers.close)
        cls.port = str(cls.servers.ports["rabbitmq"])

    def start(self, more=TIMEOUT, cameras=2, rate=50):
        self.consumer = Consumer(self.servers.amqp_uri, self.id())
        self.addCleanup(self.consumer.close)
        app = self.run_app(frames(self.servers.amqp_uri, more), cameras=cameras)
        app("rate", rate)
        app.wait(lambda look: look.total("delivered") >= 20)
        app.look_anew()
        return app

    def finish(self, app, outages, states):
        """Everything accepted is delivered, and the story on the bus is the true one."""
        before = app.look().total("delivered")
        app.wait(lambda look: look.states() == {"ready"} and look.total("delivered") >= before + 20)
        self.assertEqual(app.end_of_stream()["bus"], "eos")
        look = app.stop()
        self.assertLess(look.seconds, 2)
        self.assertEqual(look.unaccounted(), {})
        self.assertEqual(look.total("queued") + look.total("in-flight") + look.total("dropped-shutdown"), 0)
        self.assertEqual(look.total("delivered") + look.total("dropped"), look.total("in"))
        self.check_delivered(app, look, self.consumer)
        self.assertEqual(app.states("frames1"), states)
        self.check_promises(app, {self.port: outages})
        return look

    def test_killed(self):
        app = self.start(DURABLE + f" max-size-buffers=5000 drain-timeout={LONG * SECOND}")  # it is slow when it is back
        self.servers.kill("rabbitmq")
        app.wait_state("backing-off", "frames1")
        self.servers.start("rabbitmq", wait=False)  # looking on, so that the longest queue is seen
        look = self.finish(app, 1, ["ready", "backing-off", "ready"])
        self.assertEqual(look.total("dropped"), 0)

    def test_frozen(self):
        app = self.start()
        self.servers.freeze("rabbitmq")
        try:
            app.wait_state("backing-off", "frames1")
            # 100 frames each are kept; more are counted as dropped
            app.wait(lambda look: look.total("dropped-full") > 20)
        finally:
            self.servers.thaw("rabbitmq")
        look = self.finish(app, 1, ["ready", "backing-off", "ready"])
        self.assertGreater(look.total("resent"), 0)
        self.assertEqual(look.total("dropped"), look.total("dropped-full"))

    def test_frozen_shorter_than_the_timeout(self):
        app = self.start(f"timeout={60 * SECOND} max-size-buffers=2000")
        self.servers.freeze("rabbitmq")
        try:
            app.wait(lambda look: look.total("queued") > 100)
        finally:
            self.servers.thaw("rabbitmq")
        look = self.finish(app, 0, ["ready"])
        self.assertEqual(look.total("dropped") + look.total("resent"), 0)

    def test_connection_closed(self):
        app = self.start("max-size-buffers=2000")
        for _ in range(3):
            connects = app.look().sinks()["frames1"]["connects"]
            self.servers.rabbitmqctl("close_all_connections", "test")
            app.wait(lambda look: look.sinks()["frames1"]["connects"] > connects)
        look = self.finish(app, 3, ["ready"] + ["backing-off", "ready"] * 3)
        self.assertEqual(look.total("dropped"), 0)

    def alarm(self, raise_it, clear_it):
        app = self.start(f"{TIMEOUT} max-size-buffers=20")
        self.servers.rabbitmqctl(*raise_it)
        try:
            app.wait_state("blocked", "frames1")
            app.wait(lambda look: look.total("dropped-full") > 20)
            self.assertEqual(app.look().sinks()["frames1"]["connects"], 1)
        finally:
            self.servers.rabbitmqctl(*clear_it)
        look = self.finish(app, 1, ["ready", "blocked", "ready"])
        self.assertEqual(look.total("dropped"), look.total("dropped-full"))

    def test_memory_alarm(self):
        self.alarm(
            ("set_vm_memory_high_watermark", "absolute", "1MB"), ("set_vm_memory_high_watermark", "0.4")
        )

    def test_disk_alarm(self):
        self.alarm(("set_disk_free_limit", "900000000000000"), ("set_disk_free_limit", "1000000"))

    def test_absent_at_the_start(self):
        self.servers.stop("rabbitmq")
        app = self.run_app(frames(self.servers.amqp_uri, TIMEOUT + " max-size-buffers=5000"))
        app("rate", 20)
        app.wait(lambda look: look.total("queued") > 20)
        self.assertEqual(app.states(), ["backing-off"])
        self.servers.start("rabbitmq")
        self.consumer = Consumer(self.servers.amqp_uri, self.id())
        self.addCleanup(self.consumer.close)
        app.wait(lambda look: look.states() == {"ready"})
        self.assertEqual(app.end_of_stream()["bus"], "eos")
        look = app.stop()
        self.assertEqual(look.total("delivered"), look.total("in"))
        self.check_promises(app, {self.port: 1})


if __name__ == "__main__":
    unittest.main()

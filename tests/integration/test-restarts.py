#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The broker is killed and started 20 times (EDGE_RESTARTS times; a start takes 5 s on two idle cores) under 10 cameras
# at 10 frames per second. Every frame is accounted for, and none that was accepted is lost: frames are persistent, the
# bounds are wide.

import os
import unittest

import faults
from consumers import Consumer
from faults import SECOND, FaultTest, frames

RESTARTS = int(os.environ.get("EDGE_RESTARTS", "20"))
CAMERAS = 10


class TestRestarts(FaultTest):
    def test_broker_restarted_again_and_again(self):
        servers = faults.servers.Servers(only="rabbitmq")
        self.addCleanup(servers.close)
        consumer = Consumer(servers.amqp_uri, self.id())
        self.addCleanup(consumer.close)
        # the circuit would open during a start of the broker on a busy machine, and stay open for a while
        settings = f"timeout={2 * SECOND} delivery-mode=2 max-size-buffers=1000 circuit-max-failures=0"
        app = self.run_app(frames(servers.amqp_uri, settings), cameras=CAMERAS)
        app("rate", 10)
        app.wait(lambda look: look.total("delivered") >= 100)
        app.look_anew()
        for _ in range(RESTARTS):
            connects = app.look().sinks()["frames1"]["connects"]
            servers.kill("rabbitmq")
            app.wait_state("backing-off", "frames1")
            servers.start("rabbitmq", wait=False)  # looking on, so that the longest queue is seen
            look = app.wait(lambda look: look.sinks()["frames1"]["connects"] > connects)
            delivered = look.total("delivered")
            app.wait(lambda look: look.total("delivered") > delivered and look.total("queued") == 0)

        self.assertEqual(app.end_of_stream()["bus"], "eos")
        look = app.stop()
        self.assertEqual(look.unaccounted(), {})
        self.assertEqual(look.total("in"), look.frames * CAMERAS)
        self.assertEqual(look.total("delivered"), look.total("in"))
        consumer.wait(lambda: len(consumer.frames) >= look.total("in"))
        wanted = {(f"cam{c}", n) for c in range(1, CAMERAS + 1) for n in range(1, look.frames + 1)}
        self.assertEqual(consumer.contents(), wanted)
        self.assertEqual(consumer.wrong, [])
        self.assertEqual(app.states("frames1"), ["ready"] + ["backing-off", "ready"] * RESTARTS)
        self.check_promises(app, {str(servers.ports["rabbitmq"]): RESTARTS})


if __name__ == "__main__":
    unittest.main()

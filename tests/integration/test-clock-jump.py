#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The wall clock jumps by an hour, forth and back, while frames flow and while a server is away: timers do not care.

import os
import shutil
import tempfile
import unittest

import faults
from consumers import Consumer
from faultproxy import FaultProxy
from faults import SECOND, FaultTest, frames

FAKETIME = shutil.which("faketime")


@unittest.skipUnless(FAKETIME, "faketime is not installed")
class TestClockJump(FaultTest):
    def test_forth_and_back(self):
        servers = faults.servers.Servers(only="rabbitmq")
        self.addCleanup(servers.close)
        proxy = FaultProxy(servers.ports["rabbitmq"])
        self.addCleanup(proxy.close)
        consumer = Consumer(servers.amqp_uri, self.id())
        self.addCleanup(consumer.close)
        offset = tempfile.NamedTemporaryFile("w", suffix=".faketime")
        self.addCleanup(offset.close)

        def jump(text):
            offset.seek(0)
            offset.write(text + "\n")
            offset.truncate()
            offset.flush()

        jump("+0")
        # only the wall clock: what the kernel does to CLOCK_REALTIME it does not do to CLOCK_MONOTONIC
        environment = {
            "FAKETIME_TIMESTAMP_FILE": offset.name,
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "LD_PRELOAD": self.library(),
        }
        uri = f"amqp://guest:guest@127.0.0.1:{proxy.port}/%2f"
        app = self.run_app(
            frames(uri, f"timeout={2 * SECOND} max-age={60 * SECOND} max-size-buffers=2000"),
            cameras=2,
            environment=environment,
        )
        app("rate", 50)
        app.wait(lambda look: look.total("delivered") > 20)
        app.look_anew()
        for text in ("+3600", "-3600", "+0"):
            jump(text)
            delivered = app.look().total("delivered")
            app.wait(lambda look: look.total("delivered") > delivered + 50)
        self.assertEqual(app.states("frames1"), ["ready"])

        for text in ("+7200", "-7200"):
            connects = app.look().sinks()["frames1"]["connects"]
            proxy("refuse")
            proxy("reset")
            app.wait_state("backing-off", "frames1")
            jump(text)
            proxy("pass")
            look = app.wait(lambda look: look.sinks()["frames1"]["connects"] > connects)
            delivered = look.total("delivered")
            app.wait(lambda look: look.total("delivered") > delivered)
        self.assertEqual(app.end_of_stream()["bus"], "eos")
        look = app.stop()
        self.assertEqual(look.total("delivered"), look.total("in"))
        self.check_delivered(app, look, consumer)
        self.check_promises(app, {str(proxy.port): 2})

    def library(self):
        for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"):
            path = os.path.join(folder, "faketime", "libfaketimeMT.so.1")
            if os.path.exists(path):
                return path
        return self.skipTest("libfaketimeMT.so.1 not found")


if __name__ == "__main__":
    unittest.main()

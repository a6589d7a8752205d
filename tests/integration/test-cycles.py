#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Pipelines that are made, connected, used, stopped and freed a hundred times leave nothing behind: no descriptor, no
# thread, no memory. Half of them are stopped while connecting.

import unittest

import faults
from faults import FaultTest, three_ways

CYCLES = 100
WARM_UP = 20  # what is allocated once, and what the allocator keeps


class TestCycles(FaultTest):
    def cycle(self, app, wait):
        app("start")
        app("burst", 5)
        if wait:
            app.wait(lambda look: look.total("delivered", "events") == 10)
        look = app.stop()
        self.check_streaming(app, tell=False)
        self.assertEqual(look.unaccounted(), {})
        self.assertLess(look.seconds, 2)
        return app.look().process

    def test_leaves_nothing(self):
        servers = faults.servers.Servers()
        self.addCleanup(servers.close)
        app = faults.App(three_ways(servers.amqp_uri, servers.redis_uri), cameras=2)
        self.addCleanup(self.end_app, app)
        for i in range(WARM_UP):
            before = self.cycle(app, i % 2 == 0)
        for i in range(CYCLES):
            after = self.cycle(app, i % 2 == 0)
        print(f"before {before}, after {after}", flush=True)
        self.assertEqual(after["fds"], before["fds"])
        # idle threads of GLib's shared pool come and go, and are few
        self.assertLessEqual(after["threads"], before["threads"] + 2)
        if not app.is_sanitized():
            self.assertLess(after["rss_kb"] - before["rss_kb"], 10000)
        self.assertEqual(app.of_type("error"), [])


if __name__ == "__main__":
    unittest.main()

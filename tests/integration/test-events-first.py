#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Frames and their events share the connection to the broker. On a way that is too slow for the frames the events arrive
# nevertheless: they do not stand behind the megabytes that kernels would keep of the frames.

import unittest

import faults
from faultproxy import FaultProxy
from faults import FaultTest

CAMERAS, SIZE = 10, 100000
BYTES_PER_SECOND = 2000000  # twenty frames; a hundred per second come


class TestEventsFirst(FaultTest):
    @classmethod
    def setUpClass(cls):
        cls.servers = faults.servers.Servers()
        cls.addClassCleanup(cls.servers.close)

    def test_slow_way(self):
        # a receiver that reads at once keeps nothing, this proxy would
        with FaultProxy(self.servers.ports["rabbitmq"], receive_buffer=65536) as proxy:
            uri = f"amqp://guest:guest@127.0.0.1:{proxy.port}/%2f"
            app = self.run_app(
                faults.three_ways(uri, self.servers.redis_uri, "max-size-buffers=10000 max-size-bytes=0 timeout=60000000000"),
                cameras=CAMERAS,
                size=SIZE,
            )
            app.wait(lambda look: look.states() == {"ready"})
            proxy("throttle", BYTES_PER_SECOND, "up")
            app("rate", 10)
            look = app.wait(lambda look: look.total("delivered", "frames") >= 100)
            proxy("throttle", 0)
            app("rate", 0)
            frames, events = look.total("delivered", "frames"), look.total("delivered", "events")
            print(f"{frames} frames, {events} events, {look.total('delivered', 'store')} stored")
            self.assertGreater(events, 2 * frames)
            app.stop()


if __name__ == "__main__":
    unittest.main()

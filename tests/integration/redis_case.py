# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the tests of Redis's troubles share.

"""Frames on their way into Redis, and an eye on what is announced."""

import faults
import redis
from consumers import EventConsumer
from faults import SECOND, FaultTest

# the circuit would open in an outage that a busy machine makes a long one, and stay open for a while
TIMEOUT = f"timeout={2 * SECOND} circuit-max-failures=0"


class RedisTest(FaultTest):
    """Frames are stored and announced; the consumer of the announcements looks each one up."""

    @classmethod
    def setUpClass(cls):
        cls.servers = faults.servers.Servers(persist=True)
        cls.addClassCleanup(cls.servers.close)
        cls.port = str(cls.servers.ports["redis"])
        cls.redis = redis.Redis.from_url(cls.servers.redis_uri)
        cls.addClassCleanup(cls.redis.close)

    def start(self, more=TIMEOUT, cameras=2, rate=50, **options):
        self.redis.flushall()
        self.consumer = EventConsumer(self.servers.amqp_uri, self.servers.redis_uri, self.id())
        self.addCleanup(self.consumer.close)
        pipeline = (
            f"framestamp camera-id=cam{{n}} ! workerpool name=pool{{n}} "
            f"! redisframesink name=store{{n}} uri={self.servers.redis_uri} {more} "
            f"! metadatapub name=events{{n}} uri={self.servers.amqp_uri} max-size-buffers=10000"
        )
        app = self.run_app(pipeline, cameras=cameras, **options)
        app("rate", rate)
        app.wait(lambda look: look.total("delivered", "events") >= 20)
        app.look_anew()
        return app

    def finish(self, app, outages, states=None):
        before = app.look().total("delivered", "store")
        app.wait(lambda look: look.states() == {"ready"} and look.total("delivered", "store") >= before + 20)
        self.assertEqual(app.end_of_stream()["bus"], "eos")
        look = app.stop()
        self.assertLess(look.seconds, 2)
        self.assertEqual(look.unaccounted(), {})
        self.check_stored(look)
        if states is not None:
            self.assertEqual(app.states("store1"), states)
        self.check_promises(app, {self.port: outages} if outages is not None else None)
        return look

    def check_stored(self, look):
        """What was stored was announced, and is there; nothing else is."""
        stored = look.total("delivered", "store")
        self.assertEqual(look.total("queued") + look.total("in-flight") + look.total("dropped-shutdown"), 0)
        self.assertEqual(look.total("in", "store"), stored + look.total("dropped", "store") + look.total("rejected", "store"))
        self.assertEqual(self.redis.dbsize(), stored)
        self.assertEqual(look.total("pushed", "store"), stored)
        self.assertEqual(look.total("delivered", "events"), stored)
        self.consumer.wait(lambda: len(self.consumer.frames) >= stored)
        self.assertEqual(len(self.consumer.contents()), stored)
        self.assertEqual(self.consumer.wrong, [])

    def trouble(self, begin, end, reason, states):
        """The connection stays, or comes back at once, but SET is answered with an error that passes."""
        app = self.start(TIMEOUT + " max-size-buffers=20")
        begin()
        try:
            app.wait_message(lambda m: reason in m.get("fields", {}).get("reason", ""))
            stored = app.look().total("delivered", "store")
            look = app.wait(lambda look: look.total("dropped-full", "store") > 20)
            self.assertEqual(look.total("delivered", "store"), stored)
        finally:
            end()
        look = self.finish(app, 1, states)
        self.assertEqual(look.total("rejected"), 0)

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Redis goes away, freezes, is slow or cannot take anything for now: frames are kept, and none is announced that is
# not stored.

import os
import unittest

from faults import SECOND
from redis_case import TIMEOUT, RedisTest


class TestRedisOutage(RedisTest):
    def test_killed(self):
        app = self.start(TIMEOUT + " max-size-buffers=2000")
        self.servers.kill("redis")
        app.wait_state("backing-off", "store1")
        self.servers.start("redis")
        look = self.finish(app, 1, ["ready", "backing-off", "ready"])
        self.assertEqual(look.total("dropped"), 0)

    def test_frozen(self):
        app = self.start()
        self.servers.freeze("redis")
        try:
            app.wait_state("backing-off", "store1")
            app.wait(lambda look: look.total("dropped-full") > 20)
        finally:
            self.servers.thaw("redis")
        look = self.finish(app, 1, ["ready", "backing-off", "ready"])
        self.assertGreater(look.total("resent", "store"), 0)

    def test_slow_for_a_while(self):
        app = self.start(f"timeout={60 * SECOND} max-size-buffers=2000")
        self.redis.client_pause(1500, all=False)
        look = self.finish(app, 0, ["ready"])
        self.assertEqual(look.total("dropped") + look.total("resent"), 0)

    def test_loading(self):
        app = self.start(TIMEOUT + " max-size-buffers=2000")
        app.wait(lambda look: look.total("delivered", "store") > 50)
        self.servers.kill("redis")
        slowly = ("--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024")
        self.servers.start("redis", *slowly, wait=False)
        look = self.finish(app, 1)
        self.assertEqual(look.total("dropped") + look.total("rejected"), 0)
        self.servers.restart("redis")


class TestRedisRefusesForNow(RedisTest):
    """The connection stays, or comes back at once, but SET is answered with an error that passes."""

    def set_config(self, name, value):
        return lambda: self.redis.config_set(name, value)

    def test_out_of_memory(self):
        self.trouble(
            self.set_config("maxmemory", 1), self.set_config("maxmemory", 0), "OOM", ["ready", "blocked", "ready"]
        )

    def test_cannot_save(self):
        # a folder in the place of the file makes the save fail, for root too
        place = os.path.join(self.redis.config_get("dir")["dir"], "dump.rdb")

        def begin():
            self.redis.config_set("save", "3600 1")
            os.mkdir(place)
            self.redis.bgsave()

        def end():
            os.rmdir(place)
            self.redis.config_set("save", "")

        self.trouble(begin, end, "MISCONF", ["ready", "blocked", "ready"])

    def test_became_a_replica(self):
        self.trouble(
            lambda: self.redis.replicaof("127.0.0.1", "1"), lambda: self.redis.replicaof("NO", "ONE"), "READONLY", None
        )

    def throw_out(self):
        self.redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    def test_password_set_meanwhile(self):
        def begin():
            self.redis.config_set("requirepass", "canary")
            self.throw_out()

        self.trouble(begin, self.set_config("requirepass", ""), "NOAUTH", ["ready", "backing-off", "ready"])

    def test_too_many_clients(self):
        def begin():
            self.redis.config_set("maxclients", 1)
            self.throw_out()

        self.trouble(
            begin, self.set_config("maxclients", 1000), "max number of clients", ["ready", "backing-off", "ready"]
        )

    def test_no_permission(self):
        """Not a thing that passes: rejected at once, and never announced."""
        app = self.start()
        self.redis.execute_command("ACL", "SETUSER", "default", "-set")
        try:
            app.wait(lambda look: look.total("rejected", "store") > 20)
        finally:
            self.redis.execute_command("ACL", "SETUSER", "default", "+set")
        look = self.finish(app, 0, ["ready"])
        self.assertEqual(look.total("dropped"), 0)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# redis+unix://: frames go through a socket in the file system, also after the server was away.

import os
import unittest

import faults
import redis
from faults import SECOND, FaultTest, store

PASSWORD = "canary@:/"


class TestRedisUnix(FaultTest):
    @classmethod
    def setUpClass(cls):
        cls.servers = faults.servers.Servers(only="redis", persist=True)
        cls.addClassCleanup(cls.servers.close)
        cls.path = os.path.join(cls.servers.directory, "redis.sock")
        cls.servers.restart("redis", "--unixsocket", cls.path)
        cls.redis = redis.Redis(unix_socket_path=cls.path, db=3)
        cls.addClassCleanup(cls.redis.close)

    def start(self, login="", more=""):
        self.redis.flushall()
        settings = f"timeout={2 * SECOND} circuit-max-failures=0 max-size-buffers=1000 {more}"
        app = self.run_app(store(f"redis+unix://{login}{self.path}?db=3", settings), cameras=2)
        app("rate", 50)
        app.wait(lambda look: look.total("delivered") >= 20)
        app.look_anew()
        return app

    def finish(self, app, outages):
        self.assertEqual(app.end_of_stream()["bus"], "eos")
        look = app.stop()
        self.assertLess(look.seconds, 2)
        self.assertEqual(look.total("in"), look.frames * app.cameras)
        self.assertEqual(look.total("delivered"), look.total("in"))
        self.assertEqual(self.redis.dbsize(), look.total("in"))
        self.check_promises(app, {self.path: outages})

    def test_stores(self):
        """And only through the socket: the server knows of no other client."""
        app = self.start()
        clients = self.redis.client_list()
        self.assertGreaterEqual(len(clients), 2, clients)  # the test is one
        self.assertEqual([c for c in clients if "U" not in c["flags"]], [])
        self.finish(app, 0)

    def test_killed(self):
        """The socket's file stays when its server dies: nobody answers there until it is back."""
        app = self.start()
        self.servers.kill("redis")
        app.wait_state("backing-off")
        queued = app.look().total("queued")
        app.wait(lambda look: look.total("queued") > queued)
        self.servers.start("redis", "--unixsocket", self.path)
        delivered = app.look().total("delivered")
        app.wait(lambda look: look.states() == {"ready"} and look.total("delivered") >= delivered + 20)
        self.finish(app, 1)
        states = app.states("store1")
        self.assertEqual(states[:3], ["ready", "backing-off", "ready"])
        self.assertLessEqual(set(states[3:]), {"blocked", "ready"})  # it takes connections while it reads its data

    def test_logs_in(self):
        """User, password and database, as over TCP."""
        self.redis.execute_command("ACL", "SETUSER", "edge", "on", ">" + PASSWORD, "~*", "+@all")
        app = self.start(login="edge:canary%40%3a%2f@")
        users = {c["user"] for c in self.redis.client_list() if c["name"] != "" or c["cmd"] == "set"}
        self.assertEqual(users, {"edge"})
        self.finish(app, 0)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A server that is a node of a cluster. It says CLUSTERDOWN while nobody has a key's slot, which passes: frames are
# kept. It says MOVED when another node has it, which does not: those frames are rejected, the log says why, and the
# others are stored.

import os
import tempfile
import time
import unittest

import faults
import redis
from redis_case import RedisTest
from server_processes import free_ports

MIDDLE, LAST = 8191, 16383  # slots


class Node:
    """One server, restarted as a node."""

    def __init__(self, servers):
        (self.bus,) = free_ports(1)
        self.port = servers.ports["redis"]
        servers.restart("redis", "--cluster-enabled", "yes", "--cluster-port", str(self.bus), "--appendonly", "no")
        self.redis = redis.Redis.from_url(servers.redis_uri)

    def __call__(self, command, *arguments):
        return self.redis.execute_command("CLUSTER " + command, *arguments)

    def wait_until_ok(self):
        """Until all slots have a node; this one looks ten times per second."""
        deadline = time.monotonic() + faults.LONG
        while self("INFO")["cluster_state"] != "ok":
            if time.monotonic() > deadline:
                raise AssertionError(self("INFO"))
            time.sleep(0.05)


class TestRedisCluster(RedisTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node = Node(cls.servers)
        cls.addClassCleanup(cls.node.redis.close)

    def tearDown(self):
        self.redis.flushall()
        self.node("RESET", "HARD")

    def test_slots_of_nobody(self):
        self.node("ADDSLOTSRANGE", 0, LAST)
        self.node.wait_until_ok()
        self.trouble(
            lambda: self.node("DELSLOTSRANGE", 0, LAST),
            lambda: self.node("ADDSLOTSRANGE", 0, LAST),
            "CLUSTERDOWN",
            ["ready", "blocked", "ready"],
        )

    def test_slots_of_another(self):
        servers = faults.servers.Servers(only="redis")
        self.addCleanup(servers.close)
        other = Node(servers)
        self.addCleanup(other.redis.close)
        self.node("ADDSLOTSRANGE", 0, MIDDLE)
        other("ADDSLOTSRANGE", MIDDLE + 1, LAST)
        self.node("MEET", "127.0.0.1", other.port, other.bus)
        self.node.wait_until_ok()
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "log")
            app = self.start(log=log, environment={"GST_DEBUG": "2"})
            app.wait(lambda look: look.total("rejected", "store") > 20)
            look = self.finish(app, 0, ["ready"])
            with open(log, encoding="utf-8") as file:
                self.assertIn("uri names a node of a cluster", file.read())
        self.assertEqual(look.total("dropped"), 0)
        self.assertEqual(other.redis.dbsize(), 0)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What redisframesink keeps beside the frames: the latest key and the index by time.

"""The question "which frames of cam1 between t1 and t2" is answered without SCAN."""

import os
import sys
import unittest

import redis

sys.path.insert(0, os.path.join(os.environ["EDGE_SOURCE_DIR"], "tests", "support"))

from launch import launch  # noqa: E402
from servers import Servers  # noqa: E402

TTL = 100


def microseconds(key):
    return int(key.split(b":")[3]) // 1000


class ExtrasTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = Servers(only="redis")
        cls.addClassCleanup(cls.servers.close)
        cls.redis = redis.Redis.from_url(cls.servers.redis_uri)
        cls.addClassCleanup(cls.redis.close)

    def setUp(self):
        self.redis.flushall()

    def store(self, properties, frames=20):
        status, said = launch(f"redisframesink uri={self.servers.redis_uri} tenant=client-a ttl={TTL} {properties}",
                              frames)
        self.assertEqual(status, 0, said)
        self.assertNotIn("WARNING", said)

    def frames(self):
        return sorted(key for key in self.redis.keys("client-a:frames:cam1:*") if key.count(b":") == 4)

    def test_plain_store_keeps_nothing_else(self):
        self.store("")
        self.assertEqual(len(self.redis.keys("*")), 20)

    def test_latest(self):
        self.store("latest=true")
        self.assertEqual(len(self.frames()), 20)
        self.assertEqual(self.redis.get("client-a:frames:cam1:latest"), self.frames()[-1])
        self.assertTrue(0 < self.redis.ttl("client-a:frames:cam1:latest") <= TTL)

    def test_index_answers_what_was_between_two_times(self):
        self.store("index=true latest=true")
        frames = self.frames()
        found = self.redis.zrangebyscore("client-a:frames:cam1:index", microseconds(frames[3]), microseconds(frames[7]))
        self.assertEqual(found, frames[3:8])
        self.assertTrue(0 < self.redis.ttl("client-a:frames:cam1:index") <= TTL)

    def test_index_forgets_what_has_expired(self):
        """2 s of video with a TTL of 1 s: the index holds no key that is older than that."""
        self.store("index=true ttl=1", frames=60)
        index = self.redis.zrange("client-a:frames:cam1:index", 0, -1)
        self.assertTrue(index)
        self.assertGreaterEqual(microseconds(index[0]), microseconds(index[-1]) - 1000000)
        self.assertLess(len(index), 60)

    def test_an_index_of_another_type_does_not_lose_frames(self):
        """Somebody else's key is in the way: the frames are stored all the same."""
        self.redis.set("client-a:frames:cam1:index", "not a sorted set")
        status, said = launch(f"redisframesink uri={self.servers.redis_uri} tenant=client-a index=true")
        self.assertEqual(status, 0, said)
        self.assertEqual(len(self.frames()), 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)

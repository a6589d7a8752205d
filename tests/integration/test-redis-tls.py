#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rediss://: frames are stored over TLS, also after the server was away; authorities, host names, client certificates.

"""A Redis with TLS that asks for a client certificate, and what redisframesink says to everything that is wrong."""

import os
import sys
import tempfile
import unittest

import redis

sys.path.insert(0, os.path.join(os.environ["EDGE_SOURCE_DIR"], "tests", "support"))

from certificates import free_port, make_authority, make_certificate  # noqa: E402
from faults import SECOND, FaultTest, store  # noqa: E402
from launch import launch  # noqa: E402
from servers import Servers  # noqa: E402

FRAMES = 20
TTL = 100


class RedisTlsTest(FaultTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        make_authority(cls.folder, "authority")
        make_authority(cls.folder, "stranger")
        make_certificate(cls.folder, "authority", "server", "localhost")
        make_certificate(cls.folder, "authority", "client", "client")

        cls.servers = Servers(only="redis", persist=True)
        cls.addClassCleanup(cls.servers.close)
        cls.port = free_port()
        cls.arguments = ["--tls-port", str(cls.port), "--tls-auth-clients", "yes",
                         "--tls-ca-cert-file", cls.file("authority.pem"),
                         "--tls-cert-file", cls.file("server.pem"), "--tls-key-file", cls.file("server.key")]
        cls.servers.restart("redis", *cls.arguments)
        cls.redis = redis.Redis.from_url(cls.servers.redis_uri)
        cls.addClassCleanup(cls.redis.close)

    def setUp(self):
        self.redis.flushall()

    @classmethod
    def file(cls, name):
        return f"{cls.folder}/{name}"

    def good(self):
        return {"ca_file": self.file("authority.pem"), "cert_file": self.file("client.pem"),
                "key_file": self.file("client.key")}

    def sink(self, host="localhost", port=None, login="", **properties):
        """The URI and the properties."""
        text = " ".join(f"{name.replace('_', '-')}={value}" for name, value in properties.items())
        return f"rediss://{login}{host}:{port or self.port}/0", text

    def send(self, **where):
        """Returns what gst-launch-1.0 said and how many frames are stored."""
        uri, properties = self.sink(**where)
        status, said = launch(f"redisframesink uri={uri} ttl={TTL} {properties}", FRAMES)
        return status, said, self.redis.dbsize()

    def start(self, **options):
        uri, properties = self.sink(**self.good())
        settings = f"timeout={2 * SECOND} circuit-max-failures=0 max-size-buffers=1000 {properties}"
        app = self.run_app(store(uri, settings), cameras=2, **options)
        app("rate", 50)
        app.wait(lambda look: look.total("delivered") >= 20)
        app.look_anew()
        return app

    def finish(self, app, outages, size):
        self.assertEqual(app.end_of_stream()["bus"], "eos")
        look = app.stop()
        self.assertLess(look.seconds, 2)
        self.assertEqual(look.total("in"), look.frames * app.cameras)
        self.assertEqual(look.total("delivered"), look.total("in"))
        self.assertEqual(self.redis.dbsize(), look.total("in"))
        self.assertEqual({self.redis.strlen(key) for key in self.redis.keys()}, {size})
        self.check_promises(app, {str(self.port): outages})

    def test_stores(self):
        """Whole, and for as long as was asked for."""
        status, said, count = self.send(**self.good())
        self.assertEqual((status, count), (0, FRAMES), said)
        self.assertNotIn("WARNING", said)
        for key in self.redis.keys():
            self.assertTrue(0 < self.redis.ttl(key) <= TTL, key)
            frame = self.redis.get(key)
            self.assertEqual((frame[:2], frame[-2:]), (b"\xff\xd8", b"\xff\xd9"))

    def test_logs_in(self):
        self.redis.execute_command("ACL", "SETUSER", "edge", "on", ">canary@:/", "~*", "+@all")
        status, said, count = self.send(login="edge:canary%40%3a%2f@", **self.good())
        self.assertEqual((status, count), (0, FRAMES), said)

    def test_large_frames(self):
        """More than the socket takes at once."""
        app = self.start(size=1000000)
        self.finish(app, 0, 1000000)

    def test_killed(self):
        """And started again: nothing is lost, nobody was held up."""
        app = self.start()
        self.servers.kill("redis")
        app.wait_state("backing-off")
        queued = app.look().total("queued")
        app.wait(lambda look: look.total("queued") > queued)
        self.servers.start("redis", *self.arguments)
        delivered = app.look().total("delivered")
        app.wait(lambda look: look.states() == {"ready"} and look.total("delivered") >= delivered + 20)
        self.finish(app, 1, 20000)
        self.assertEqual(app.states("store1"), ["ready", "backing-off", "ready"])

    def test_stop_amid_the_handshake(self):
        """The server takes the connection and says nothing."""
        self.servers.freeze("redis")
        try:
            uri, properties = self.sink(**self.good())
            app = self.run_app(store(uri, properties))
            app("rate", 50)
            app.wait(lambda look: look.total("queued") >= 20)
            app.look_anew()
            look = app.stop()
        finally:
            self.servers.thaw("redis")
        self.assertLess(look.seconds, 2)
        self.assertEqual(look.total("queued") + look.total("in-flight"), 0)
        self.check_promises(app)

    def test_unknown_authority(self):
        status, said, count = self.send(**{**self.good(), "ca_file": self.file("stranger.pem")})
        self.assertEqual(count, 0)
        self.assertIn("the certificate of localhost is not accepted", said)
        self.assertIn("see ca-file", said)
        self.assertNotEqual(status, 0)

    def test_system_authorities_do_not_know_it(self):
        status, said, count = self.send(cert_file=self.file("client.pem"), key_file=self.file("client.key"))
        self.assertEqual(count, 0)
        self.assertIn("the certificate of localhost is not accepted", said)
        self.assertNotEqual(status, 0)

    def test_address_instead_of_name(self):
        status, said, count = self.send(host="127.0.0.1", **self.good())
        self.assertEqual(count, 0)
        self.assertIn("the certificate of 127.0.0.1 is not accepted", said)
        self.assertNotEqual(status, 0)

    def test_no_verification_is_warned_about(self):
        status, said, count = self.send(host="127.0.0.1", **self.good(), tls_verify="false")
        self.assertEqual((status, count), (0, FRAMES), said)
        self.assertIn("anybody can pretend to be", said)

    def test_missing_file(self):
        status, said, _ = self.send(**{**self.good(), "ca_file": "/nonexistent.pem"})
        self.assertNotEqual(status, 0)
        self.assertIn("ca-file: there is no file /nonexistent.pem", said)

    def test_file_that_is_no_certificate(self):
        status, said, _ = self.send(**{**self.good(), "ca_file": self.file("client.key")})
        self.assertNotEqual(status, 0)
        self.assertIn("could not read PEM certificates", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)

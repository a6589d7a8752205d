#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# amqps://: authorities, host names, client certificates.

"""A broker with TLS that asks for a client certificate, and what amqpsink says to everything that is wrong."""

import os
import sys
import tempfile
import unittest

import pika

sys.path.insert(0, os.path.join(os.environ["EDGE_SOURCE_DIR"], "tests", "support"))

from certificates import free_port, make_authority, make_certificate  # noqa: E402
from consumers import Consumer  # noqa: E402
from faults import FaultTest, frames  # noqa: E402
from launch import launch  # noqa: E402
from servers import Servers  # noqa: E402

FRAMES = 20


class TlsTest(FaultTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        make_authority(cls.folder, "authority")
        make_authority(cls.folder, "stranger")
        make_certificate(cls.folder, "authority", "server", "localhost")
        make_certificate(cls.folder, "authority", "client", "client")

        cls.servers = Servers(only="rabbitmq")
        cls.addClassCleanup(cls.servers.close)
        cls.port = free_port()
        cls.servers.stop("rabbitmq")
        cls.servers.start("rabbitmq",
                          f"listeners.ssl.1 = 127.0.0.1:{cls.port}",
                          f"ssl_options.cacertfile = {cls.folder}/authority.pem",
                          f"ssl_options.certfile = {cls.folder}/server.pem",
                          f"ssl_options.keyfile = {cls.folder}/server.key",
                          "ssl_options.verify = verify_peer",
                          "ssl_options.fail_if_no_peer_cert = true")

    def send(self, host="localhost", **properties):
        """Returns what gst-launch-1.0 said and how many frames really arrived."""
        connection = pika.BlockingConnection(pika.URLParameters(self.servers.amqp_uri))
        channel = connection.channel()
        channel.exchange_declare("cameras", "topic", durable=True)
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, "cameras", "#")
        text = " ".join(f"{name.replace('_', '-')}={value}" for name, value in properties.items())
        status, said = launch(f"amqpsink uri=amqps://guest:guest@{host}:{self.port}/%2f {text}", FRAMES)
        count = channel.queue_declare(queue, passive=True).method.message_count
        connection.close()
        return status, said, count

    def file(self, name):
        return f"{self.folder}/{name}"

    def good(self):
        return {"ca_file": self.file("authority.pem"), "cert_file": self.file("client.pem"),
                "key_file": self.file("client.key")}

    def test_delivers(self):
        status, said, count = self.send(**self.good())
        self.assertEqual((status, count), (0, FRAMES), said)
        self.assertNotIn("WARNING", said)

    def test_connection_closed(self):
        """By the broker, while frames are delivered: nothing is lost, and nobody was held up."""
        consumer = Consumer(self.servers.amqp_uri, self.id())
        self.addCleanup(consumer.close)
        settings = " ".join(f"{name.replace('_', '-')}={value}" for name, value in self.good().items())
        app = self.run_app(frames(f"amqps://guest:guest@localhost:{self.port}/%2f", "max-size-buffers=1000 " + settings),
                           cameras=2)
        app("rate", 50)
        app.wait(lambda look: look.total("delivered") >= 20)
        app.look_anew()
        self.servers.rabbitmqctl("close_all_connections", "test")
        app.wait(lambda look: look.sinks()["frames1"]["connects"] > 1)
        before = app.look().total("delivered")
        app.wait(lambda look: look.states() == {"ready"} and look.total("delivered") >= before + 20)
        self.assertEqual(app.end_of_stream()["bus"], "eos")
        look = app.stop()
        self.assertLess(look.seconds, 2)
        self.assertEqual(look.total("delivered"), look.total("in"))
        self.check_delivered(app, look, consumer)
        self.check_promises(app, {str(self.port): 1})

    def test_unknown_authority(self):
        status, said, count = self.send(**{**self.good(), "ca_file": self.file("stranger.pem")})
        self.assertEqual(count, 0)
        self.assertIn("not signed by an authority in ca-file", said)
        self.assertNotEqual(status, 0)

    def test_system_authorities_do_not_know_it(self):
        _, said, count = self.send(cert_file=self.file("client.pem"), key_file=self.file("client.key"))
        self.assertEqual(count, 0)
        self.assertIn("not signed by an authority in ca-file", said)

    def test_address_instead_of_name(self):
        _, said, count = self.send(host="127.0.0.1", **self.good())
        self.assertEqual(count, 0)
        self.assertIn("not for this host", said)

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

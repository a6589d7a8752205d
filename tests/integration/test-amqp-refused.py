#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the broker refuses for good: an ERROR that says what to change, or a count, and no harm to other elements.

import unittest

import faults
import pika
from consumers import Consumer
from faults import FaultTest, frames

SECRET = "canary-Xk3"


class TestAmqpRefused(FaultTest):
    @classmethod
    def setUpClass(cls):
        cls.servers = faults.servers.Servers(only="rabbitmq")
        cls.addClassCleanup(cls.servers.close)
        cls.uri = cls.servers.amqp_uri
        connection = pika.BlockingConnection(pika.URLParameters(cls.uri))
        cls.addClassCleanup(connection.close)
        cls.channel = connection.channel()

    def uri_with(self, credentials="guest:guest", vhost="%2f"):
        return f"amqp://{credentials}@127.0.0.1:{self.servers.ports['rabbitmq']}/{vhost}"

    def check_refused(self, pipeline, *words, property_name=None):
        """One ERROR that has all the words, not the secret; nothing is tried again."""
        app = self.run_app(pipeline)
        app("rate", 100)
        error = app.wait_message(lambda m: m["bus"] == "error")
        self.assertEqual(error["from"], "frames1", error)
        for word in words:
            self.assertIn(word, error["text"])
        if property_name:
            self.assertEqual(error["details"]["property"], property_name)
        app.look()
        look = app.stop()
        self.assertLess(look.seconds, 2)
        self.assertEqual(look.unaccounted(), {})
        self.assertEqual(look.total("delivered"), 0)
        self.check_streaming(app)
        ours = [m for m in app.of_type("error") if m["from"] == "frames1"]
        self.assertEqual(len(ours), 1, ours)
        self.assertNotIn(SECRET, str(app.messages))

    def test_bad_password(self):
        self.check_refused(frames(self.uri_with(f"guest:{SECRET}")), "password", "uri", property_name="uri")

    def test_no_such_vhost(self):
        self.check_refused(frames(self.uri_with(vhost="nowhere")), "nowhere", "uri", property_name="uri")

    def test_exchange_of_another_type(self):
        self.channel.exchange_declare("taken", "fanout", durable=True)
        self.check_refused(frames(self.uri, "exchange=taken"), "taken", "topic", "exchange-type")

    def test_unknown_exchange_type(self):
        self.check_refused(frames(self.uri, "exchange=new exchange-type=nonsense"), "nonsense", "exchange-type")

    def test_no_such_exchange(self):
        self.check_refused(frames(self.uri, "exchange=absent declare=false"), "absent", "declare=true")

    def test_no_permission(self):
        self.servers.rabbitmqctl("add_user", "reader", SECRET)
        self.servers.rabbitmqctl("set_permissions", "reader", "", "", ".*")
        self.check_refused(frames(self.uri_with(f"reader:{SECRET}")), "cameras", "permissions")

    def test_others_go_on(self):
        """Of two elements on one link, one has a wrong exchange."""
        self.channel.exchange_declare("taken", "fanout", durable=True)
        consumer = Consumer(self.uri, self.id())
        self.addCleanup(consumer.close)
        app = self.run_app(
            "framestamp camera-id=cam{n} ! tee name=t{n} "
            f"t{{n}}. ! queue ! amqpsink name=frames{{n}} uri={self.uri} max-size-buffers=1000 "
            f"t{{n}}. ! queue leaky=2 ! amqpsink name=wrong{{n}} uri={self.uri} exchange=taken"
        )
        app("burst", 1)
        app.wait_message(lambda m: m["bus"] == "error" and m["from"] == "wrong1")
        look = app.wait(lambda look: look.total("delivered", "frames") == 1)
        self.assertEqual(look.sinks()["wrong1"]["rejected"], 1)
        consumer.wait(lambda: len(consumer.frames) == 1)

    def burst(self, app, n):
        """Until all have an end."""
        look = app.look()
        wanted = look.total("in") + n * len(look.sinks())
        app("burst", n)
        app.wait(lambda look: look.total("in") == wanted and look.total("queued") + look.total("in-flight") == 0)

    def count(self, more, n=50, **options):
        app = self.run_app(frames(self.uri, more), **options)
        self.burst(app, 1)
        app.look_anew()
        self.burst(app, n - 1)
        look = app.stop()
        self.assertEqual(app.of_type("error"), [])
        self.check_process(app)
        if not options:  # what is huge takes a while to be freed, and whoever pushed it does that
            self.check_streaming(app)
        return look

    def test_unroutable_and_mandatory(self):
        look = self.count("exchange=unbound mandatory=true")
        self.assertEqual((look.total("returned"), look.total("rejected")), (50, 50))
        self.assertEqual(look.total("delivered"), 0)

    def test_unroutable_and_not_mandatory(self):
        self.assertEqual(self.count("exchange=unbound").total("delivered"), 50)

    def test_routable_and_mandatory(self):
        consumer = Consumer(self.uri, self.id())
        self.addCleanup(consumer.close)
        self.assertEqual(self.count("mandatory=true").total("delivered"), 50)
        consumer.wait(lambda: len(consumer.frames) == 50)

    def test_queue_full(self):
        """basic.nack: the queue takes 10 and refuses the rest."""
        self.channel.exchange_declare("small", "topic", durable=True)
        arguments = {"x-max-length": 10, "x-overflow": "reject-publish"}
        self.channel.queue_declare("small", arguments=arguments)
        self.channel.queue_bind("small", "small", "#")
        look = self.count("exchange=small")
        self.assertEqual((look.total("delivered"), look.total("rejected")), (10, 40))

    def test_oversize(self):
        look = self.count("", n=1, size=128 * 1024 * 1024 + 1)
        self.assertEqual(look.total("dropped-oversize"), 1)
        self.assertEqual(look.sinks()["frames1"]["state"], "closed")

    def connections(self):
        """Ours, in the broker's own list."""
        lines = self.servers.rabbitmqctl("list_connections", "pid", "client_properties").splitlines()
        return [line.split()[0] for line in lines if "gst-edge-video" in line]

    def test_exchange_deleted_meanwhile(self):
        """The channel closes with 404, the connection stays; the exchange is declared again and the frames go there.
        Another sink on that link loses nothing, and what it calls delivered is there."""
        consumer = Consumer(self.uri, self.id())
        self.addCleanup(consumer.close)
        sink = f"uri={self.uri} max-size-buffers=1000"
        app = self.run_app(
            "framestamp camera-id=cam{n} ! tee name=t{n} "
            f"t{{n}}. ! queue ! amqpsink name=frames{{n}} {sink} "
            f"t{{n}}. ! queue ! amqpsink name=fleeting{{n}} {sink} exchange=fleeting"
        )
        self.burst(app, 10)
        app.look_anew()
        before = self.connections()
        self.assertEqual(len(before), 1)
        self.channel.exchange_delete("fleeting")
        self.burst(app, 500)
        look = app.look()
        self.assertGreater(look.sinks()["fleeting1"]["resent"], 0)
        self.assertEqual({sink["connects"] for sink in look.sinks().values()}, {1})
        self.assertEqual(self.connections(), before)
        self.assertEqual(app.states(), ["ready"])
        for _ in range(10):  # soon again: that may cost a connection, and nothing else
            self.channel.exchange_delete("fleeting")
            self.burst(app, 100)
        self.check_promises(app)
        look = app.stop()
        self.assertEqual({sink["delivered"] for sink in look.sinks().values()}, {1510})
        self.check_delivered(app, look, consumer)


if __name__ == "__main__":
    unittest.main()

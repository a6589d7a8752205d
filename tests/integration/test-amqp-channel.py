#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A channel that the broker closes is opened again on the same connection; heartbeats keep an idle connection, and tell
# of its end. The broker here is a few lines of Python, which does what AMQP allows and RabbitMQ does rarely or never.

import queue
import ssl
import tempfile
import unittest

import pika
from certificates import make_authority, make_certificate
from fake_server import FakeServer
from faults import LONG, SECOND, FaultTest, frames
from pika import spec

CHANNEL = 1


class Broker(FakeServer):
    """Takes connections and hands what is published to the test, which answers by itself."""

    def __init__(self, heartbeat=0, frame_max=131072, tls=None):
        super().__init__(tls)
        self.heartbeat = heartbeat  # seconds, that it proposes
        self.frame_max = frame_max  # bytes, too
        self.agreed = None  # seconds, that the other end has chosen
        self.heartbeats = queue.Queue()  # one item for each that came
        self.mute_heartbeats = False  # on this connection they are not answered
        host = "amqps://localhost" if tls else "amqp://127.0.0.1"
        self.uri = f"{host}:{self.port}/%2f"
        self.begun = 0  # methods that announce a message
        self.published = queue.Queue()  # message-ids
        self.connections = 0
        self.before_open = []  # frames that are sent between close-ok and open-ok
        self.mute_open = False  # channel.open is not answered
        self.confirm = None  # called for each message with its tag: what is answered at once
        self.start()

    def serve(self, stream):
        self.connections += 1
        self.mute_heartbeats = False
        data = b""
        while more := stream.recv(65536):
            data += more
            while True:
                length, frame = pika.frame.decode_frame(data)
                if frame is None:
                    break
                data = data[length:]
                self.take(frame)

    def take(self, frame):
        if isinstance(frame, pika.frame.ProtocolHeader):
            self.send(spec.Connection.Start(server_properties={}, mechanisms="PLAIN"), channel=0)
        elif isinstance(frame, pika.frame.Heartbeat):
            self.heartbeats.put(frame)
            if not self.mute_heartbeats:
                self.socket.sendall(frame.marshal())
        elif isinstance(frame, pika.frame.Header):
            self.published.put(frame.properties.message_id)
            self.tag += 1
            if self.confirm:
                self.send(self.confirm(self.tag))
        elif isinstance(frame, pika.frame.Method):
            self.answer(frame.channel_number, frame.method)

    def answer(self, channel, method):
        answers = {
            spec.Connection.StartOk: spec.Connection.Tune(2047, self.frame_max, self.heartbeat),
            spec.Connection.Open: spec.Connection.OpenOk(),
            spec.Channel.Open: spec.Channel.OpenOk(),
            spec.Confirm.Select: spec.Confirm.SelectOk(),
            spec.Exchange.Declare: spec.Exchange.DeclareOk(),
        }
        if isinstance(method, spec.Connection.TuneOk):
            self.agreed = method.heartbeat
            self.socket.settimeout(2 * self.agreed if self.agreed else None)  # as RabbitMQ does
        if isinstance(method, spec.Channel.CloseOk):
            for sent in self.before_open:
                self.send(*sent)
        if isinstance(method, spec.Basic.Publish):
            self.begun += 1
        if isinstance(method, spec.Channel.Open) and channel == CHANNEL:
            self.tag = 0
        if type(method) in answers and not (self.mute_open and isinstance(method, spec.Channel.Open)):
            self.send(answers[type(method)], channel=channel)

    def send(self, *methods, channel=CHANNEL):
        """All at once."""
        data = b""
        for method in methods:
            number = 0 if isinstance(method, (spec.Connection.Blocked, spec.Connection.Unblocked)) else channel
            data += pika.frame.Method(number, method).marshal()
        self.socket.sendall(data)

    def get(self, n):
        """The next messages that were published."""
        return [self.published.get(timeout=LONG) for _ in range(n)]


class ChannelTest(FaultTest):
    def run_when_ready(self, pipeline):
        """No frame has shown that it runs; what follows is compared with a look at that time."""
        app = self.run_app(pipeline)
        app.wait_state("ready")
        app.wait(lambda look: "camera1:src" in look.threads())
        app.look_anew()
        return app


class TestAmqpChannel(ChannelTest):
    def setUp(self):
        self.broker = Broker()
        self.addCleanup(self.broker.close)

    def publish(self, n, timeout=LONG):
        self.app = self.run_app(frames(self.broker.uri, f"max-in-flight=100 timeout={timeout * SECOND}"))
        self.app("burst", n)
        return self.broker.get(n)

    def in_flight(self, look):
        return look.total("delivered"), look.total("in-flight")

    def test_answers_of_the_former_life(self):
        """Confirms that come after channel.close are about tags that have another meaning by then."""
        ids = self.publish(10)
        late = spec.Basic.Ack(delivery_tag=10, multiple=True)
        self.broker.before_open = [[late], [spec.Basic.Nack(delivery_tag=2)]]
        self.broker.send(
            spec.Basic.Ack(delivery_tag=3, multiple=True), spec.Channel.Close(404, "NOT_FOUND", 60, 40), late
        )
        self.assertEqual(self.broker.get(7), ids[3:])
        self.broker.send(spec.Basic.Ack(delivery_tag=2))  # behind what is old
        look = self.app.wait(lambda look: look.total("delivered") >= 4)
        self.assertEqual(self.in_flight(look), (4, 6))
        self.assertEqual(look.total("rejected"), 0)
        self.broker.send(spec.Basic.Ack(delivery_tag=7, multiple=True))
        self.app.wait(lambda look: self.in_flight(look) == (10, 0))
        self.assertEqual(self.broker.connections, 1)
        self.assertEqual(self.app.states(), ["ready"])
        self.check_promises(self.app)

    def test_confirms_what_was_not_sent(self):
        """Such a broker is not believed, and what was sent is sent again."""
        ids = self.publish(3)
        for lie in (spec.Basic.Ack(delivery_tag=4), spec.Basic.Nack(delivery_tag=2**60, multiple=True)):
            self.broker.send(lie)
            self.assertEqual(self.broker.get(3), ids)
        look = self.app.look()
        self.assertEqual(self.in_flight(look), (0, 3))
        self.assertEqual(self.broker.connections, 3)
        self.broker.send(spec.Basic.Ack(delivery_tag=3, multiple=True))
        self.app.wait(lambda look: self.in_flight(look) == (3, 0))
        self.check_promises(self.app, {"": 1})
        self.assertIn("confirmed a message that was not sent", self.app.of_type("warning")[0]["text"])

    def test_blame_of_what_counts_as_sent(self):
        """Two on a link: nobody waits for the answers to the one, which may be what the broker does not take. Then the
        message of the other is not rejected for it; each is sent alone until that is clear."""
        sink = f"uri={self.broker.uri} timeout={LONG * SECOND}"
        app = self.run_app(
            "framestamp camera-id=cam{n} ! tee name=t{n} "
            f"t{{n}}. ! amqpsink name=quick{{n}} {sink} confirms=false t{{n}}. ! amqpsink name=sure{{n}} {sink}"
        )
        refusal = spec.Channel.Close(406, "PRECONDITION_FAILED - invalid expiration", 60, 40)
        app("burst", 1)
        self.broker.get(2)
        app.wait(lambda look: look.total("unconfirmed") == 1 and look.total("in-flight") == 1)
        self.broker.send(refusal)
        self.broker.get(1)
        self.assertEqual(app.look().total("rejected"), 0)
        self.broker.send(spec.Basic.Ack(delivery_tag=1))
        app.wait(lambda look: look.total("delivered") == 1)
        app("burst", 1)
        self.broker.get(1)
        self.broker.send(refusal)
        self.broker.get(1)
        self.broker.send(spec.Basic.Ack(delivery_tag=1))
        app.wait(lambda look: look.total("queued") + look.total("in-flight") == 0)
        self.assertEqual(app.look().sinks()["quick1"]["rejected"], 1)
        self.assertEqual(app.look().sinks()["sure1"]["delivered"], 2)
        self.assertEqual(self.broker.connections, 1)
        self.check_promises(app)

    def test_alarm_meanwhile(self):
        """What the broker says of the connection while the channel is opened again is not lost."""
        ids = self.publish(5)
        self.broker.before_open = [[spec.Connection.Blocked("low on memory")]]
        self.broker.send(spec.Channel.Close(404, "NOT_FOUND", 60, 40))
        self.app.wait_state("blocked")
        self.app("burst", 1)
        self.broker.send(spec.Connection.Unblocked())
        self.assertEqual(self.broker.get(6)[:5], ids)
        self.broker.send(spec.Basic.Ack(delivery_tag=6, multiple=True))
        self.app.wait(lambda look: self.in_flight(look) == (6, 0))
        self.assertEqual(self.broker.connections, 1)
        self.check_promises(self.app, {"": 1})

    def test_again_and_again(self):
        """Without an answer in between it is an outage like others, with a pause and a WARNING."""
        ids = self.publish(3)
        for _ in range(4):
            self.broker.send(spec.Channel.Close(541, "INTERNAL_ERROR", 60, 40))
            self.assertEqual(self.broker.get(3), ids)
        self.assertEqual(self.broker.connections, 4)
        self.assertIn("backing-off", self.app.states())
        self.broker.send(spec.Basic.Ack(delivery_tag=3, multiple=True))
        self.app.wait(lambda look: self.in_flight(look) == (3, 0))
        self.check_promises(self.app, {"": 1})

    def test_nobody_opens_it(self):
        """The connection is given up after the timeout."""
        ids = self.publish(3, timeout=5)
        self.broker.mute_open = True
        self.broker.send(spec.Channel.Close(404, "NOT_FOUND", 60, 40))
        self.app.wait_state("backing-off")
        self.broker.mute_open = False
        self.assertEqual(self.broker.get(3), ids)
        self.assertGreaterEqual(self.broker.connections, 2)
        self.broker.send(spec.Basic.Ack(delivery_tag=3, multiple=True))
        self.app.wait(lambda look: self.in_flight(look) == (3, 0))
        self.check_promises(self.app, {"": 1})


class TestOverTls(ChannelTest):
    """The library sends: the broker is heard before each message."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        make_authority(folder.name, "authority")
        make_certificate(folder.name, "authority", "server", "localhost")
        cls.ca_file = f"ca-file={folder.name}/authority.pem"
        cls.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        cls.context.load_cert_chain(f"{folder.name}/server.pem", f"{folder.name}/server.key")

    def listen(self, **options):
        self.broker = Broker(tls=self.context, **options)
        self.addCleanup(self.broker.close)
        return f"uri={self.broker.uri} {self.ca_file} timeout={LONG * SECOND} max-size-buffers=0"

    def test_confirms_what_was_not_sent(self):
        """Also the message that is about to be sent is not settled by that."""
        app = self.run_when_ready(f"framestamp camera-id=cam{{n}} ! amqpsink name=frames{{n}} {self.listen()}")

        def confirm(tag):
            return spec.Basic.Ack(delivery_tag=2**60 if self.broker.connections == 1 else tag, multiple=True)

        self.broker.confirm = confirm
        app("burst", 500)
        app.wait(lambda look: look.total("delivered") == 500)
        self.assertEqual(self.broker.connections, 2)
        self.assertEqual(self.broker.tag, 500)  # all of them on the connection that is believed
        self.assertEqual(app.states(), ["ready", "backing-off", "ready"])
        self.assertIn("confirmed a message that was not sent", app.of_type("warning")[0]["text"])
        self.check_promises(app, {"": 1})

    def test_headers_larger_than_a_frame(self):
        """Of this broker. Nothing of such a message is sent, and the connection goes on."""
        sink = self.listen(frame_max=4096)
        self.broker.confirm = lambda tag: spec.Basic.Ack(delivery_tag=tag)
        headers = f'headers="headers,site=(string){"x" * 5000}"'
        app = self.run_when_ready(
            "framestamp camera-id=cam{n} ! tee name=t{n} "
            f"t{{n}}. ! amqpsink name=large{{n}} {sink} {headers} t{{n}}. ! amqpsink name=small{{n}} {sink}"
        )
        app("burst", 5)
        app.wait(lambda look: look.total("queued") + look.total("in-flight") == 0 and look.total("in") == 10)
        look = app.look()
        self.assertEqual((look.total("rejected", "large"), look.total("delivered", "small")), (5, 5))
        self.assertEqual(self.broker.begun, 5)
        self.assertEqual(self.broker.connections, 1)
        self.check_promises(app)


class TestHeartbeats(ChannelTest):
    """Of a connection on which nothing else is said."""

    def start(self, proposed, query=""):
        self.broker = Broker(heartbeat=proposed)
        self.addCleanup(self.broker.close)
        return self.run_when_ready(frames(self.broker.uri + query, f"timeout={LONG * SECOND}"))

    def deliver(self, app):
        before = app.look().total("delivered")
        app("burst", 1)
        self.broker.get(1)
        self.broker.send(spec.Basic.Ack(delivery_tag=1))
        app.wait(lambda look: look.total("delivered") == before + 1)

    def test_the_shorter_interval_counts(self):
        self.start(proposed=7)
        self.assertEqual(self.broker.agreed, 7)
        self.start(proposed=7, query="?heartbeat=5")
        self.assertEqual(self.broker.agreed, 5)

    def test_idle(self):
        """The broker closes what says nothing for two intervals."""
        app = self.start(proposed=60, query="?heartbeat=2")
        for _ in range(4):
            self.broker.heartbeats.get(timeout=LONG)
        self.assertTrue(self.broker.published.empty())
        self.deliver(app)
        self.assertEqual(app.look().sinks()["frames1"]["connects"], 1)
        self.assertEqual(self.broker.connections, 1)
        self.assertEqual(app.states(), ["ready"])
        self.check_promises(app)

    def test_none_are_answered(self):
        """The connection looks alive to the system, and nobody waits for an answer."""
        app = self.start(proposed=60, query="?heartbeat=2")
        self.broker.heartbeats.get(timeout=LONG)
        self.broker.mute_heartbeats = True
        app.wait(lambda look: look.sinks()["frames1"]["connects"] == 2)
        self.deliver(app)
        self.assertEqual(self.broker.connections, 2)
        self.assertEqual(app.states(), ["ready", "backing-off", "ready"])
        self.check_promises(app, {"": 1})


if __name__ == "__main__":
    unittest.main()

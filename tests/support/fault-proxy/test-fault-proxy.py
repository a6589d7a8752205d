#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The proxy between a client and a server that says everything twice: every fault does what it says.

import os
import select
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from faultproxy import FaultProxy  # noqa: E402

SOON = 0.2  # long enough for loopback, short enough to wait for nothing
LONG = 10


class EchoServer:
    """Sends back what it gets; `received` counts bytes, `ends` how connections ended."""

    def __init__(self):
        self.received = 0
        self.ends = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.echo, args=(connection,), daemon=True).start()

    def echo(self, connection):
        with connection:
            try:
                while data := connection.recv(1 << 20):
                    self.received += len(data)
                    connection.sendall(data)
                self.ends.append("closed")
            except ConnectionResetError:
                self.ends.append("reset")

    def await_end(self):
        deadline = time.monotonic() + LONG
        while not self.ends and time.monotonic() < deadline:
            time.sleep(0.005)
        return self.ends


def readable(client, seconds=SOON):
    return bool(select.select([client], [], [], seconds)[0])


class TestFaultProxy(unittest.TestCase):
    def setUp(self):
        self.server = EchoServer()
        self.addCleanup(self.server.listener.close)
        self.proxy = FaultProxy(self.server.port)
        self.addCleanup(self.proxy.close)

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.proxy.port), LONG)
        self.addCleanup(client.close)
        return client

    def read(self, client, length):
        data = b""
        while len(data) < length and (part := client.recv(1 << 20)):
            data += part
        return data

    def test_passes_everything(self):
        client, data = self.connect(), os.urandom(1 << 20)
        threading.Thread(target=client.sendall, args=(data,)).start()
        self.assertEqual(self.read(client, len(data)), data)
        client.shutdown(socket.SHUT_WR)
        self.assertEqual(client.recv(1), b"")
        self.assertEqual(self.server.await_end(), ["closed"])
        self.assertEqual(self.proxy("status")["up"], len(data))

    def test_freezes_and_goes_on(self):
        client = self.connect()
        self.proxy("freeze", "down")
        client.sendall(b"answer lost")
        self.assertFalse(readable(client))
        self.assertEqual(self.server.received, 11)
        self.proxy("freeze")
        client.sendall(b"?")
        self.assertFalse(readable(client))
        self.assertEqual(self.server.received, 11)
        self.proxy("pass")
        self.assertEqual(self.read(client, 12), b"answer lost?")

    def test_hides_the_end_of_a_frozen_connection(self):
        client = self.connect()
        client.sendall(b"x")
        self.read(client, 1)
        self.proxy("freeze")
        client.close()
        time.sleep(SOON)
        self.assertEqual(self.server.ends, [])
        self.proxy("pass")
        self.assertEqual(len(self.server.await_end()), 1)

    def test_delays_both_ways(self):
        client = self.connect()
        self.proxy("delay", 50)
        start = time.monotonic()
        client.sendall(b"x")
        self.read(client, 1)
        self.assertGreaterEqual(time.monotonic() - start, 0.1)

    def test_throttles(self):
        client = self.connect()
        self.proxy("throttle", 100000, "up")
        start = time.monotonic()
        threading.Thread(target=client.sendall, args=(bytes(30000),)).start()
        self.read(client, 30000)
        self.assertGreaterEqual(time.monotonic() - start, 0.25)

    def test_splits(self):
        client = self.connect()
        self.proxy("split", 1)
        client.sendall(b"0123456789")
        self.assertEqual(self.read(client, 10), b"0123456789")

    def test_truncates_once(self):
        client = self.connect()
        self.proxy("truncate", 3, "up")
        client.sendall(b"0123456789")
        # What the server sends back may still get through before both sides are closed, or not.
        self.assertTrue(b"012".startswith(self.read(client, 10)))
        self.assertEqual(self.server.await_end(), ["closed"])
        self.assertEqual(self.server.received, 3)
        again = self.connect()
        again.sendall(b"0123456789")
        self.assertEqual(self.read(again, 10), b"0123456789")

    def test_resets(self):
        client = self.connect()
        client.sendall(b"x")
        self.read(client, 1)
        self.proxy("reset")
        with self.assertRaises(ConnectionResetError):
            client.recv(1)
        self.assertEqual(self.server.await_end(), ["reset"])

    def test_closes(self):
        client = self.connect()
        client.sendall(b"x")
        self.read(client, 1)
        self.assertEqual(self.proxy("close")["connections"], 0)
        self.assertEqual(client.recv(1), b"")
        self.assertEqual(self.server.await_end(), ["closed"])

    def test_is_silent(self):
        self.proxy("silent")
        client = self.connect()
        client.sendall(b"anybody there?")
        self.assertFalse(readable(client))
        self.assertEqual(self.proxy("pass")["connections"], 1)
        self.assertFalse(readable(client, 0.05))

    def test_refuses(self):
        self.proxy("refuse")
        with self.assertRaises(ConnectionRefusedError):
            self.connect()
        self.proxy("pass")
        self.connect().sendall(b"x")

    def test_is_a_black_hole(self):
        self.proxy("blackhole")
        with self.assertRaises(TimeoutError):
            socket.create_connection(("127.0.0.1", self.proxy.port), SOON)
        self.proxy("pass")
        self.connect().sendall(b"x")

    def test_refuses_nonsense(self):
        for words in (["frieze"], ["delay"], ["delay", "-1"], ["truncate", 3], ["freeze", "left"]):
            with self.assertRaises(ValueError):
                self.proxy(*words)
        self.assertEqual(self.proxy("status")["accepted"], 0)

    def test_fast_enough(self):
        """Not a benchmark: only that the proxy is no bottleneck by an order of magnitude."""
        client, size = self.connect(), 64 << 20
        start = time.monotonic()
        threading.Thread(target=client.sendall, args=(bytes(size),)).start()
        left = size
        while left > 0:
            left -= len(client.recv(1 << 20))
        print(f"{2 * size / (time.monotonic() - start) / 1e6:.0f} MB/s", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Clients of edgemetrics that are slow, many, greedy or speak something else: they cost a bounded number of connections
# for a bounded time, and the others are served meanwhile.

import contextlib
import os
import socket
import time
import unittest

import pages

MOST = 48  # connections of one address
MOST_IN_ALL = 64
FILES_OF_ITS_OWN = 60  # generous: sockets and pipes of GStreamer and of the server
OTHER_ADDRESS = "127.0.0.2"
REQUEST = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"


class TestAbuse(unittest.TestCase):
    def setUp(self):
        self.launch = pages.Launch(pages.camera("cam1", "<tee>. ! fakesink", size="640x480", pattern="snow"))
        self.addCleanup(self.launch.close)
        self.served = self.launch.pages
        self.served.wait(lambda samples: samples.get("edge_video_frames_total") > 3, "frames")
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.served.port), timeout=pages.LONG)
        return self.stack.enter_context(client)

    def files(self):
        return len(os.listdir(f"/proc/{self.launch.process.pid}/fd"))

    def frames(self):
        return self.from_other_address("/metrics")["edge_video_frames_total"]

    def from_other_address(self, path):
        """What somebody else gets; the samples without labels and those with, summed up by name."""
        text = b""
        with socket.create_connection(("127.0.0.1", self.served.port), pages.LONG, (OTHER_ADDRESS, 0)) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            while data := client.recv(65536):
                text += data
        head, _, body = text.decode().partition("\r\n\r\n")
        self.assertIn(" 200 ", head.partition("\r\n")[0])
        sums = {}
        for name, _, value in pages.Samples(body).samples:
            sums[name] = sums.get(name, 0) + value
        return sums

    def is_closed(self, client, seconds=0):
        client.settimeout(seconds)
        try:
            return client.recv(1) == b""
        except (BlockingIOError, TimeoutError):
            return False
        except ConnectionError:
            return True

    def test_drip(self):
        """A byte every second is never too quiet, but does not keep the connection."""
        clients = [self.connect() for _ in range(2 * MOST_IN_ALL)]
        for client in clients:
            with contextlib.suppress(ConnectionError):
                client.sendall(REQUEST)
        self.assertLess(self.files(), MOST_IN_ALL + FILES_OF_ITS_OWN)
        before = self.frames()
        waiting = {client for client in clients if not self.is_closed(client)}
        self.assertGreaterEqual(len(waiting), 8)
        self.assertLessEqual(len(waiting), MOST)
        deadline = time.monotonic() + pages.LONG
        while waiting:
            self.assertLess(time.monotonic(), deadline, f"{len(waiting)} clients are still there")
            for client in list(waiting):
                try:
                    client.sendall(b"X")
                except ConnectionError:
                    waiting.discard(client)
            waiting = {client for client in waiting if not self.is_closed(client)}
            time.sleep(1)  # the rhythm of the drip
        self.assertGreater(self.frames(), before)
        self.assertEqual(self.served.ask("/metrics").status, 200)

    def test_those_who_do_not_read(self):
        """Answers that nobody takes stay in bounds; others get theirs."""
        small = [self.connect() for _ in range(MOST)]
        for client in small:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.sendall((REQUEST.replace(b"/metrics", b"/cameras/cam1.jpg") + b"\r\n") * 20)
        before = self.frames()
        resident = self.from_other_address("/metrics")["process_resident_memory_bytes"]
        deadline = time.monotonic() + pages.LONG
        while self.frames() < before + 20:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        grown = self.from_other_address("/metrics")["process_resident_memory_bytes"] - resident
        self.assertLess(grown, MOST * 1e6)

    def test_something_else(self):
        """Garbage, TLS, no end of headers, a request without end: refused, and nothing is kept."""
        files = self.files()
        floods = {
            "garbage": os.urandom(100000),
            "TLS": bytes.fromhex("16030100c8010000c40303") + os.urandom(189),
            "long line": b"GET /" + b"a" * 1000000,
            "long header": REQUEST + b"X: " + b"a" * 1000000,
            "many headers": REQUEST + b"X: y\r\n" * 100000,
            "large body": REQUEST + b"Content-Length: 1000000000\r\n\r\n" + b"a" * 1000000,
            "chunks": REQUEST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 100000,
            "negative": REQUEST + b"Content-Length: -1\r\n\r\n",
            "nothing": b"\r\n" * 1000,
        }
        for name, flood in floods.items():
            with self.subTest(name):
                client = self.connect()
                with contextlib.suppress(OSError):  # it may have hung up
                    client.sendall(flood)
                    client.shutdown(socket.SHUT_WR)
                answer = b""
                with contextlib.suppress(ConnectionError):
                    while data := client.recv(65536):
                        answer += data
                self.assertNotIn(b" 200 ", answer.partition(b"\r\n")[0])
        self.assertEqual(self.served.ask("/metrics").status, 200)
        deadline = time.monotonic() + pages.LONG
        while self.files() > files:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)


if __name__ == "__main__":
    unittest.main(verbosity=2)

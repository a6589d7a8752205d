#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a server says reaches people as text, whatever bytes it says it in. The server here is a few lines of Python, which
# says what Redis says rarely or never.

import unittest

from fake_server import FakeServer
from faults import FaultTest, store


class Server(FakeServer):
    """Says OK, or what it is told to, to each command; with "hello" it speaks first, after the handshake."""

    def __init__(self, **says):
        super().__init__()
        self.says = says
        self.uri = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def serve(self, stream):
        with stream.makefile("rb") as lines:
            while head := lines.readline():
                command = [self.read_argument(lines) for _ in range(int(head[1:]))]
                name = command[0].decode().lower()
                stream.sendall(self.says.get(name, b"+OK\r\n"))
                if name == "role":
                    stream.sendall(self.says.get("hello", b""))

    def read_argument(self, lines):
        size = int(lines.readline()[1:])
        return lines.read(size + 2)[:size]


class TestRedisRefused(FaultTest):
    """Each says something in Latin-1."""

    def told(self, kind, frames=0, **says):
        server = Server(**says)
        self.addCleanup(server.close)
        app = self.run_app(store(server.uri))
        app("burst", frames)
        text = app.wait_message(lambda m: m["bus"] == kind)["text"]
        app("stop")
        return text

    def test_handshake(self):
        self.assertIn("the server says BAD luck, Ren\ufffd", self.told("error", select=b"-BAD luck, Ren\xe9\r\n"))

    def test_unasked(self):
        self.assertIn("the server says ERR adi\ufffdu", self.told("warning", hello=b"-ERR adi\xe9u\r\n"))

    def test_size(self):
        said = self.told("warning", frames=1, set=b"-ERR Protocol error: invalid bulk length d\xe9sol\xe9\r\n")
        self.assertIn("invalid bulk length d\ufffdsol\ufffd; raise proto-max-bulk-len", said)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a server says reaches people as text, whatever bytes it says it in. The server here is a few lines of Python, which
# says what Redis says rarely or never.

import socket
import threading
import unittest

from faults import FaultTest, store


class Server:
    """Says OK, or what it is told to, to each command; with "hello" it speaks first, after the handshake."""

    def __init__(self, **says):
        self.says = says
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.uri = f"redis://127.0.0.1:{self.listener.getsockname()[1]}/0"
        self.socket = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if self.socket and self.socket.fileno() >= 0:
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()

    def run(self):
        while True:
            try:
                self.socket, _ = self.listener.accept()
                with self.socket, self.socket.makefile("rb") as stream:
                    self.serve(stream)
            except OSError:
                if self.listener.fileno() < 0:
                    return

    def serve(self, stream):
        while head := stream.readline():
            command = [self.read_argument(stream) for _ in range(int(head[1:]))]
            name = command[0].decode().lower()
            self.socket.sendall(self.says.get(name, b"+OK\r\n"))
            if name == "role":
                self.socket.sendall(self.says.get("hello", b""))

    def read_argument(self, stream):
        size = int(stream.readline()[1:])
        return stream.read(size + 2)[:size]


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

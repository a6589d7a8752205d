# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For what real servers do rarely or never: a few lines of Python that do it.

"""A server of which only what it says has to be written."""

import socket
import threading


class FakeServer:
    """Takes one connection after the other, on a thread of its own, from start() to close()."""

    def __init__(self, tls=None):
        self.tls = tls  # an SSLContext
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.socket = None  # of the present or the last connection
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
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
                if self.tls:
                    self.socket = self.tls.wrap_socket(self.socket, server_side=True)
                with self.socket:
                    self.serve(self.socket)
            except OSError:  # also the timeout
                if self.listener.fileno() < 0:
                    return

    def serve(self, stream):
        """Until the connection @stream ends."""
        raise NotImplementedError

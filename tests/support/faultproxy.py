# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Starts edge-fault-proxy and sends it commands.

"""A TCP proxy that makes faults; fault-proxy/main.c lists its commands.

    with FaultProxy(server_port) as proxy:
        connect to 127.0.0.1, proxy.port
        proxy("freeze", "up")
        proxy("pass")
"""

import os
import subprocess


def find_program():
    build = os.environ["EDGE_BUILD_DIR"]
    return os.path.join(build, "tests/support/fault-proxy/edge-fault-proxy")


class FaultProxy:
    """The process. Its end of the pipe ends it, so nothing stays behind."""

    def __init__(self, server_port, receive_buffer=0):
        command = [find_program(), f"--to={server_port}", f"--receive-buffer={receive_buffer}"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self.process.stdout.readline().split()[1])

    def __call__(self, *words):
        """Obeys when it returns; returns the proxy's counters."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer.startswith("ok "):
            raise ValueError(answer.strip() or "the proxy has ended")
        return {k: int(v) for k, v in (pair.split("=") for pair in answer.split()[1:])}

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

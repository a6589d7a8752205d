#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Private RabbitMQ and Redis servers for tests: the Python and the command-line
# side. The servers themselves are kept by server_supervisor.py.

"""Private RabbitMQ and Redis on 127.0.0.1, for a test.

In Python:

    with servers.Servers() as s:                 # gone afterwards, in any case
        pika.URLParameters(s.amqp_uri), redis.from_url(s.redis_uri)
        s.freeze("redis"); s.thaw("redis")       # SIGSTOP, SIGCONT
        s.kill("rabbitmq"); s.start("rabbitmq")  # -9; same port, same data
        s.rabbitmqctl("close_all_connections", "x")

On the command line, where EDGE_SERVERS_DIR says which (run-with-servers and
servers.sh set it):

    servers.py kill|stop|freeze|thaw|start|restart redis|rabbitmq [ARGUMENT...]
    servers.py info|quit

ARGUMENT: for redis more arguments, for rabbitmq more lines of rabbitmq.conf.
"""

import json
import os
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
SUPERVISOR = os.path.join(HERE, "server_supervisor.py")


class ServerError(Exception):
    """A server did not do what was asked of it."""


def call(directory, **request):
    """One command to the supervisor; returns its answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(os.path.join(directory, "control"))
        with connection.makefile("rw", encoding="utf-8") as stream:
            stream.write(json.dumps(request) + "\n")
            stream.flush()
            line = stream.readline()
    answer = json.loads(line) if line else {"error": "the supervisor is gone"}
    if "error" in answer:
        raise ServerError(answer["error"])
    return answer


class Servers:
    """A RabbitMQ and a Redis that end with this process at the latest."""

    def __init__(self, only=None, persist=False, erl_args=None):
        """Starts them and waits until they are ready.

        only: "rabbitmq" or "redis", for just that one
        persist: Redis keeps its data over kill() and start(); RabbitMQ always does
        erl_args: for RabbitMQ's Erlang, instead of the thrifty defaults
        """
        argv = [SUPERVISOR, "--owner", str(os.getpid())]
        argv += ["--only", only] if only else []
        argv += ["--persist"] if persist else []
        argv += ["--erl-args=" + erl_args] if erl_args is not None else []
        self.supervisor = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        with self.supervisor.stdout as stream:
            word, _, rest = stream.readline().rstrip("\n").partition(" ")
        if word != "ready":
            self.supervisor.wait()
            raise ServerError(rest or "the servers' supervisor ended")
        self.directory = rest
        info = self.info()
        self.env = info["env"]
        self.ports = info["ports"]
        self.amqp_uri = self.env.get("EDGE_AMQP_URI")
        self.redis_uri = self.env.get("EDGE_REDIS_URI")
        self.redis_address = self.redis_uri and self.redis_uri.split("//")[1].split("/")[0]  # HOST:PORT

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def info(self):
        """What runs: "env", "ports" and "pids"."""
        return call(self.directory, command="info")

    def pid(self, server):
        """The process id of "rabbitmq" or "redis"."""
        return self.info()["pids"][server]

    def start(self, server, *arguments, wait=True):
        """Starts a server that was killed or stopped, on the same port and data."""
        call(self.directory, command="start", server=server, arguments=arguments, wait=wait)

    def stop(self, server):
        """Ends a server politely (SIGTERM) and waits for that."""
        call(self.directory, command="stop", server=server)

    def kill(self, server):
        """Ends a server at once (SIGKILL)."""
        call(self.directory, command="kill", server=server)

    def freeze(self, server):
        """Stops a server's process from running (SIGSTOP)."""
        call(self.directory, command="freeze", server=server)

    def thaw(self, server):
        """Lets a frozen server run again (SIGCONT)."""
        call(self.directory, command="thaw", server=server)

    def restart(self, server, *arguments):
        """stop() and start()."""
        self.stop(server)
        self.start(server, *arguments)

    def rabbitmqctl(self, *arguments):
        """Runs rabbitmqctl; returns what it printed."""
        argv = [self.env["EDGE_RABBITMQCTL"], "--quiet", *arguments]
        done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout

    def close(self):
        """Ends everything; may be called again."""
        if self.supervisor.poll() is None:
            try:
                call(self.directory, command="quit")
            except (ServerError, OSError):
                self.supervisor.terminate()
        self.supervisor.wait()


def main(arguments):
    directory = os.environ.get("EDGE_SERVERS_DIR", "")
    if len(arguments) == 1 and arguments[0] in ("info", "quit"):
        request = [{"command": arguments[0]}]
    elif len(arguments) >= 2 and arguments[0] in ("kill", "stop", "freeze", "thaw"):
        request = [{"command": arguments[0], "server": arguments[1]}]
    elif len(arguments) >= 2 and arguments[0] in ("start", "restart"):
        start = {"command": "start", "server": arguments[1], "arguments": arguments[2:]}
        stop = {"command": "stop", "server": arguments[1]}
        request = [start] if arguments[0] == "start" else [stop, start]
    else:
        print(__doc__, file=sys.stderr)
        return 2
    if not directory:
        print("servers.py: EDGE_SERVERS_DIR is not set", file=sys.stderr)
        return 2
    try:
        answers = [call(directory, **one) for one in request]
    except (ServerError, OSError) as error:
        print(f"servers.py: {error}", file=sys.stderr)
        return 1
    if answers[-1]:
        print(json.dumps(answers[-1], indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

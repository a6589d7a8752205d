#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Keeps one private RabbitMQ and one private Redis for a test. Started by
# servers.py and servers.sh, which are its clients.

"""server_supervisor.py --owner PID [--only NAME] [--persist] [--erl-args TEXT]

Starts the servers on free ports of 127.0.0.1 and prints "ready DIRECTORY" (or
"error TEXT"). Then takes commands, JSON, from the socket DIRECTORY/control, until
it is told to quit or the process PID is gone, however that ended: then it kills
the servers and removes the directory.

As a subreaper it also inherits what its servers leave behind, so that it can end
that too. All processes that it ends are its own descendants, by their ids.
"""

import argparse
import json
import os
import select
import shlex
import shutil
import signal
import socket
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from server_processes import LIBC, Failure, RabbitMQ, Redis, free_ports  # noqa: E402

START_TIMEOUT = 120  # seconds; RabbitMQ needs about 5 on two idle cores
ATTEMPTS = 4  # in case somebody else takes a port first
PR_SET_CHILD_SUBREAPER = 36


class Supervisor:
    """The servers, the owner, and the socket for commands."""

    def __init__(self, options):
        self.owner = os.pidfd_open(options.owner)
        self.directory = tempfile.mkdtemp(prefix="edge-servers.")
        if len(self.directory) > 80:  # a socket's path is short
            os.rmdir(self.directory)
            self.directory = tempfile.mkdtemp(prefix="edge-servers.", dir="/tmp")
        self.servers = {}
        if options.only in (None, "redis"):
            self.servers["redis"] = Redis(self.directory, options.persist)
        if options.only in (None, "rabbitmq"):
            self.servers["rabbitmq"] = RabbitMQ(self.directory, options.erl_args)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(os.path.join(self.directory, "control"))
        self.socket.listen(8)
        self.quitting = False

    def start_all(self):
        for attempt in range(ATTEMPTS):
            for server in self.servers.values():
                server.ports = free_ports(server.n_ports)
            try:
                self.start(list(self.servers.values()), [], True)
                break
            except Failure as failure:
                text = str(failure).lower()
                if "in use" not in text and "eaddrinuse" not in text or attempt + 1 == ATTEMPTS:
                    raise
                self.kill_all()
        if "rabbitmq" in self.servers:
            self.servers["rabbitmq"].write_ctl(os.path.join(self.directory, "rabbitmqctl"))
        with open(os.path.join(self.directory, "env"), "w", encoding="utf-8") as file:
            for name, value in self.exports().items():
                file.write(f"export {name}={shlex.quote(value)}\n")

    def exports(self):
        here = os.path.dirname(os.path.realpath(__file__))
        values = {
            "EDGE_SERVERS_DIR": self.directory,
            "EDGE_SERVERS": os.path.join(here, "servers.py"),
        }
        if "rabbitmq" in self.servers:
            values["EDGE_AMQP_URI"] = self.servers["rabbitmq"].uri()
            values["EDGE_RABBITMQCTL"] = os.path.join(self.directory, "rabbitmqctl")
        if "redis" in self.servers:
            values["EDGE_REDIS_URI"] = self.servers["redis"].uri()
        return values

    def start(self, servers, arguments, wait):
        """Starts servers together; returns when all have said that they are ready."""
        waiting = {}
        try:
            for server in servers:
                path = server.path("notify")
                if os.path.exists(path):
                    os.unlink(path)
                notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                waiting[notify] = server
                notify.bind(path)
                server.launch(arguments, path)
            deadline = time.monotonic() + START_TIMEOUT
            while wait and waiting:
                self.wait_for_news(waiting, deadline)
        finally:
            for notify in waiting:
                notify.close()

    def wait_for_news(self, waiting, deadline):
        poll = select.poll()
        poll.register(self.owner, select.POLLIN)
        pidfds = {os.pidfd_open(server.process.pid): server for server in waiting.values()}
        try:
            for fd in (*pidfds, *waiting):
                poll.register(fd, select.POLLIN)
            events = [fd for fd, _ in poll.poll(max(0, deadline - time.monotonic()) * 1000)]
        finally:
            for fd in pidfds:
                os.close(fd)
        if self.owner in events:
            self.quitting = True
            raise Failure("the owner is gone")
        for notify in [notify for notify in waiting if notify.fileno() in events]:
            if b"READY=1" in notify.recv(4096).split(b"\n"):
                notify.close()
                del waiting[notify]
        for fd, server in pidfds.items():
            if fd in events:
                raise Failure(f"{server.name} did not start:\n{server.log_tail()}")
        if not events:
            names = ", ".join(server.name for server in waiting.values())
            raise Failure(f"no answer from {names} within {START_TIMEOUT} s")

    def kill_all(self):
        for server in self.servers.values():
            if server.is_running():
                server.process.kill()
                server.process.wait()
        if "rabbitmq" in self.servers:
            self.servers["rabbitmq"].forget_ports()
        self.end_orphans()

    def end_orphans(self):
        """Helpers of Erlang end by themselves when it is gone, or are ended here."""
        deadline = time.monotonic() + 2
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                if time.monotonic() > deadline:
                    for child in children_of(os.getpid()):
                        os.kill(child, signal.SIGKILL)
                time.sleep(0.01)  # no event tells that one of several children ended

    def execute(self, request):
        command = request["command"]
        if command == "quit":
            self.quitting = True
            return {}
        if command == "info":
            servers = self.servers.values()
            return {
                "env": self.exports(),
                "ports": {s.name: s.ports[0] for s in servers},
                "pids": {s.name: s.process.pid for s in servers if s.is_running()},
            }
        server = self.servers.get(request.get("server"))
        if server is None:
            raise Failure(f"no such server: {request.get('server')}")
        if command == "start":
            self.start([server], request.get("arguments", []), request.get("wait", True))
        elif command in ("kill", "stop"):
            if command == "stop":
                server.signal(signal.SIGCONT)
            server.signal(signal.SIGKILL if command == "kill" else signal.SIGTERM)
            server.wait()
        elif command == "freeze":
            server.signal(signal.SIGSTOP)
        elif command == "thaw":
            server.signal(signal.SIGCONT)
        else:
            raise Failure(f"no such command: {command}")
        return {}

    def serve_one(self):
        connection, _ = self.socket.accept()
        with connection, connection.makefile("rw", encoding="utf-8") as stream:
            try:
                answer = self.execute(json.loads(stream.readline()))
            except (Failure, KeyError, ValueError) as failure:
                answer = {"error": str(failure)}
            try:
                stream.write(json.dumps(answer) + "\n")
                stream.flush()
            except BrokenPipeError:
                pass  # a client that did not wait

    def run(self):
        poll = select.poll()
        poll.register(self.owner, select.POLLIN)
        poll.register(self.socket, select.POLLIN)
        while not self.quitting:
            events = [fd for fd, _ in poll.poll()]
            if self.owner in events:
                self.quitting = True
            elif events:
                self.serve_one()

    def clean_up(self):
        self.kill_all()
        self.socket.close()
        if os.environ.get("EDGE_SERVERS_KEEP", "") == "":
            shutil.rmtree(self.directory, ignore_errors=True)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def say(line):
    """Answers the one who started this, who may be gone."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        pass
    # Whoever reads on from here shall see the end.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--owner", type=int, required=True)
    parser.add_argument("--only", choices=("redis", "rabbitmq"))
    parser.add_argument("--persist", action="store_true")
    # One scheduler leaves a core to the tests; no line numbers: less to load.
    parser.add_argument("--erl-args", default="+S 1:1 +L")
    options = parser.parse_args()

    os.setsid()  # not in reach of the terminal's Ctrl-C
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    try:
        supervisor = Supervisor(options)
    except OSError as error:
        say(f"error {error}")
        return 1
    try:
        supervisor.start_all()
        say(f"ready {supervisor.directory}")
        supervisor.run()
    except (Failure, OSError) as error:
        say("error " + str(error).replace("\n", " / "))
        return 1
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        supervisor.clean_up()
    return 0


if __name__ == "__main__":
    sys.exit(main())

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
import ctypes
import json
import os
import secrets
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HOST = "127.0.0.1"
# Below the ports that the kernel gives to outgoing connections: nobody takes the
# port of a server that is down, and a client that keeps trying to connect to it
# does not end up connected to itself.
PORTS = range(20000, 30000)
CTL_PORTS = (30000, 32000)
START_TIMEOUT = 120  # seconds; RabbitMQ needs about 5 on two idle cores
STOP_TIMEOUT = 20
ATTEMPTS = 4  # in case somebody else takes a port first
RABBITMQ_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
PR_SET_CHILD_SUBREAPER = 36


class Failure(Exception):
    """Something that the client is told."""


def free_ports(count):
    """Ports on which nobody listens at the moment."""
    found = []
    while len(found) < count:
        port = PORTS.start + secrets.randbelow(len(PORTS))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


class Server:
    """One server process: how to start it and how to know that it is up."""

    name = ""
    n_ports = 1

    def __init__(self, directory):
        self.directory = os.path.join(directory, self.name)
        self.log = os.path.join(self.directory, "output.log")
        self.process = None
        self.ports = []
        os.mkdir(self.directory)

    def command(self, arguments):
        """Returns (argv, environment)."""
        raise NotImplementedError

    def path(self, name):
        return os.path.join(self.directory, name)

    def environment(self, **more):
        # Nothing of the caller's settings for these servers may leak in.
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": self.directory,
            "TMPDIR": self.directory,
            **more,
        }

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def launch(self, arguments, notify_path):
        if self.is_running():
            raise Failure(f"{self.name} is running already")
        argv, environment = self.command(arguments)
        environment["NOTIFY_SOCKET"] = notify_path
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                argv,
                cwd=self.directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def signal(self, number):
        if not self.is_running():
            raise Failure(f"{self.name} is not running")
        self.process.send_signal(number)

    def wait(self):
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def log_tail(self):
        with open(self.log, "rb") as log:
            lines = log.read().decode("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines[-15:] if line.strip())


class Redis(Server):
    name = "redis"

    def __init__(self, directory, persist):
        super().__init__(directory)
        self.persist = persist

    def uri(self):
        return f"redis://{HOST}:{self.ports[0]}/0"

    def command(self, arguments):
        argv = ["redis-server", "--port", str(self.ports[0]), "--bind", HOST]
        argv += ["--save", "", "--dir", self.directory, "--supervised", "systemd"]
        if self.persist:
            # Written before the answer is sent: survives kill -9, if not a power cut.
            argv += ["--appendonly", "yes", "--appendfsync", "no"]
        return argv + arguments, self.environment()


class RabbitMQ(Server):
    name = "rabbitmq"
    n_ports = 3  # AMQP, Erlang distribution, epmd

    def __init__(self, directory, erl_args):
        super().__init__(directory)
        self.epmd = None
        self.erl_args = erl_args
        for name in ("mnesia", "log", "conf"):
            os.mkdir(self.path(name))
        with open(self.path(".erlang.cookie"), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(20))
        os.chmod(self.path(".erlang.cookie"), 0o400)
        with open(self.path("enabled_plugins"), "w", encoding="ascii") as file:
            file.write("[].\n")
        self.scripts = self.make_slim_tree()

    def make_slim_tree(self):
        """A copy, in links, of the installation without the optional plugins.

        Erlang looks for each of some thousand modules in the folders of all of them:
        without them the server starts in two thirds of the time. Returns the
        folder of the scripts.
        """
        scripts = os.path.dirname(os.path.realpath(RABBITMQ_SERVER))
        home = os.path.dirname(scripts)
        plugins = os.path.join(home, "plugins")
        if not os.path.isdir(plugins):
            return scripts
        slim = self.path("installation")
        os.makedirs(os.path.join(slim, "plugins"))
        for name in ("sbin", "escript"):
            os.symlink(os.path.join(home, name), os.path.join(slim, name))
        for name in os.listdir(plugins):
            if not name.startswith("rabbitmq_") or name.startswith("rabbitmq_prelaunch"):
                os.symlink(os.path.join(plugins, name), os.path.join(slim, "plugins", name))
        return os.path.join(slim, "sbin")

    def uri(self):
        return f"amqp://guest:guest@{HOST}:{self.ports[0]}/%2f"

    def settings(self):
        """The environment of the server and of rabbitmqctl."""
        amqp, distribution, epmd = map(str, self.ports)
        loopback = "-kernel inet_dist_use_interface {127,0,0,1}"
        return self.environment(
            RABBITMQ_SCRIPTS_DIR=self.scripts,
            RABBITMQ_NODENAME=f"edge-{os.getpid()}@localhost",
            RABBITMQ_NODE_PORT=amqp,
            RABBITMQ_DIST_PORT=distribution,
            RABBITMQ_MNESIA_BASE=self.path("mnesia"),
            RABBITMQ_LOG_BASE=self.path("log"),
            RABBITMQ_ENABLED_PLUGINS_FILE=self.path("enabled_plugins"),
            RABBITMQ_CONFIG_FILE=self.path("conf/rabbitmq.conf"),
            RABBITMQ_ADVANCED_CONFIG_FILE=self.path("conf/advanced.config"),
            RABBITMQ_CONF_ENV_FILE=self.path("conf/rabbitmq-env.conf"),
            RABBITMQ_GENERATED_CONFIG_DIR=self.path("conf/generated"),
            RABBITMQ_PID_FILE=self.path("pid"),
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=f"{loopback} {self.erl_args}",
            RABBITMQ_CTL_ERL_ARGS=loopback,
            RABBITMQ_CTL_DIST_PORT_MIN=str(CTL_PORTS[0]),
            RABBITMQ_CTL_DIST_PORT_MAX=str(CTL_PORTS[1]),
            ERL_EPMD_PORT=epmd,
            ERL_EPMD_ADDRESS=HOST,
            ERL_CRASH_DUMP_SECONDS="0",
        )

    def command(self, arguments):
        lines = [
            f"listeners.tcp.1 = {HOST}:{self.ports[0]}",
            "vm_memory_high_watermark.absolute = 512MB",
            "disk_free_limit.absolute = 1MB",
            "num_acceptors.tcp = 2",
            *arguments,
        ]
        with open(self.path("conf/rabbitmq.conf"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        if self.epmd is None:
            # In the foreground, as our child; Erlang would start a daemon.
            self.epmd = subprocess.Popen(
                ["epmd", "-port", str(self.ports[2]), "-address", HOST],
                cwd=self.directory,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        # Under "systemd" the script execs Erlang, so that the process is the server.
        environment = {**self.settings(), "RUNNING_UNDER_SYSTEMD": "true"}
        return [os.path.join(self.scripts, "rabbitmq-server")], environment

    def forget_ports(self):
        if self.epmd is not None:
            self.epmd.kill()
            self.epmd.wait()
            self.epmd = None

    def write_ctl(self, path):
        """A rabbitmqctl for this server only."""
        words = [f"{name}={value}" for name, value in self.settings().items()]
        words.append(os.path.join(self.scripts, "rabbitmqctl"))
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec env -i {shlex.join(words)} "$@"\n')
        os.chmod(path, 0o700)


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
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

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

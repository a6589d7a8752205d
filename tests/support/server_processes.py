# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# How a private RabbitMQ and a private Redis are started, for server_supervisor.py.

"""The server processes, each with its own folder, ports and settings."""

import ctypes
import os
import secrets
import shlex
import signal
import socket
import subprocess

HOST = "127.0.0.1"
# Below the ports that the kernel gives to outgoing connections: nobody takes the
# port of a server that is down, and a client that keeps trying to connect to it
# does not end up connected to itself.
PORTS = range(20000, 30000)
CTL_PORTS = (30000, 32000)
STOP_TIMEOUT = 20  # seconds, for a polite end
RABBITMQ_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


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


def die_with_parent():
    """Runs in the child: should the supervisor be killed, its servers go with it."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


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
                preexec_fn=die_with_parent,
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
            "max_message_size = 134217728",  # what it was before RabbitMQ 4
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
                preexec_fn=die_with_parent,
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

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The private servers of the tests. RabbitMQ, which is slow to start, is started
# once.

"""Servers end with their owner, however it ends, and come back where they were."""

import os
import select
import signal
import subprocess
import sys
import unittest

import pika
import redis

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
import servers  # noqa: E402

RUN = os.path.join(HERE, "run-with-servers")
PATIENCE = 60  # seconds until a wait counts as failed


def wait_for_end(pidfd):
    """True when the process is gone."""
    ended, _, _ = select.select([pidfd], [], [], PATIENCE)
    os.close(pidfd)
    return bool(ended)


class RunTest(unittest.TestCase):
    def test_status_and_environment(self):
        done = subprocess.run(
            [RUN, "--only", "redis", "sh", "-c", 'redis-cli -u "$EDGE_REDIS_URI" ping; echo $EDGE_SERVERS_DIR; exit 7'],
            stdout=subprocess.PIPE, text=True, check=False)
        pong, directory = done.stdout.split()
        self.assertEqual((done.returncode, pong), (7, "PONG"))
        self.assertFalse(os.path.exists(directory))

    def start_and_end(self, argv, number):
        """Starts argv, which prints a server's id, ends it by a signal; returns its status."""
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True)
        with process.stdout:
            server = os.pidfd_open(int(process.stdout.readline()))
            os.killpg(process.pid, number)
            process.wait(PATIENCE)
        self.assertTrue(wait_for_end(server), "the server goes on")
        return process.returncode

    def test_ended_by_signals(self):
        script = '"$EDGE_SERVERS" info | sed -n "s/^ *.redis.: \\([0-9]*\\).*/\\1/p" | tail -n 1; exec sleep 1000'
        argv = [RUN, "--only", "redis", "bash", "-c", script]
        self.assertEqual(self.start_and_end(argv, signal.SIGTERM), 128 + signal.SIGTERM)
        self.assertEqual(self.start_and_end(argv, signal.SIGKILL), -signal.SIGKILL)

    def test_bash(self):
        script = f'''
            set -eu; . {HERE}/servers.sh; trap servers_stop EXIT; servers_start --only redis
            redis-cli -u "$EDGE_REDIS_URI" ping; echo "$EDGE_SERVERS_DIR"; false'''
        done = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, text=True, check=False)
        pong, directory = done.stdout.split()
        self.assertEqual((done.returncode, pong), (1, "PONG"))
        self.assertFalse(os.path.exists(directory))


class ServersTest(unittest.TestCase):
    def test_redis(self):
        with servers.Servers(only="redis", persist=True) as started:
            client = redis.Redis.from_url(started.redis_uri, socket_timeout=0.2)
            client.set("a", "1")
            started.freeze("redis")
            with self.assertRaises(redis.TimeoutError):
                client.ping()
            started.thaw("redis")
            client.connection_pool.connection_kwargs["socket_timeout"] = PATIENCE
            client.connection_pool.reset()
            self.assertTrue(client.ping())

            started.kill("redis")
            self.assertEqual(started.info()["pids"], {})
            with self.assertRaises(servers.ServerError):
                started.freeze("redis")
            started.start("redis", "--maxmemory", "2mb")
            self.assertEqual(client.get("a"), b"1")
            self.assertEqual(client.config_get("maxmemory"), {"maxmemory": str(2 << 20)})
            started.stop("redis")
            with self.assertRaisesRegex(servers.ServerError, "did not start"):
                started.start("redis", "--no-such-option", "1")
        self.assertFalse(os.path.exists(started.directory))

    def test_rabbitmq(self):
        with servers.Servers(only="rabbitmq") as started:
            pid = os.pidfd_open(started.pid("rabbitmq"))
            with pika.BlockingConnection(pika.URLParameters(started.amqp_uri)) as connection:
                connection.channel().exchange_declare("cameras", "topic", durable=True)
            self.assertIn("cameras", started.rabbitmqctl("list_exchanges", "name"))
            started.freeze("rabbitmq")
        self.assertTrue(wait_for_end(pid))
        self.assertFalse(os.path.exists(started.directory))


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A password that is searched for in everything the program says: the log at level 9, the bus, the graph with all
# properties, the statistics; while all is well, while servers are away, and when they refuse it.

import os
import tempfile
import unittest

import faults
import redis
from faults import SECOND, FaultTest, three_ways

# One needs no escape in a URI; the other does, and must not be readable escaped either.
SECRETS = ("canary7fQ2", "cänary/9@:Zq")


def escape(text):
    return "".join(c if c.isalnum() and c.isascii() else "".join(f"%{b:02x}" for b in c.encode()) for c in text)


class TestSecrets(FaultTest):
    @classmethod
    def setUpClass(cls):
        cls.servers = faults.servers.Servers()
        cls.addClassCleanup(cls.servers.close)
        cls.redis = redis.Redis.from_url(cls.servers.redis_uri)
        cls.addClassCleanup(cls.redis.close)
        for number, secret in enumerate(SECRETS):
            user = f"user{number}"
            cls.servers.rabbitmqctl("add_user", user, secret)
            cls.servers.rabbitmqctl("set_permissions", user, ".*", ".*", ".*")
        cls.add_redis_users()

    @classmethod
    def add_redis_users(cls):
        for number, secret in enumerate(SECRETS):
            cls.redis.execute_command("ACL", "SETUSER", f"user{number}", "on", ">" + secret, "~*", "+@all")

    def uris(self, number, secret):
        ports = self.servers.ports
        login = f"user{number}:{escape(secret)}"
        return (
            f"amqp://{login}@127.0.0.1:{ports['rabbitmq']}/%2f",
            f"redis://{login}@127.0.0.1:{ports['redis']}/0",
        )

    def search(self, text, secret):
        lowered = text.lower()
        for form in (secret, escape(secret)):
            at = lowered.find(form.lower())
            if at >= 0:
                self.fail("secret: …" + text[max(at - 200, 0) : at + 100] + "…")

    def run_and_search(self, number, secret, uris, story):
        """The pipeline's text is an argument of the program: debug lines of gst_parse_launch() would repeat it, and so
        would /proc. So the program sets the uri itself."""
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "log")
            app = faults.App(
                three_ways("amqp://localhost", "redis://localhost", f"timeout={SECOND}"),
                log=log,
                environment={"GST_DEBUG": "*:9"},
            )
            try:
                amqp, redis_uri = uris
                app("make")
                for element, uri in (("frames1", amqp), ("store1", redis_uri), ("events1", amqp)):
                    app("set", element, "uri", uri)
                app("start")
                app("rate", 20)
                story(app)
                texts = [app("dot")["dot"], str(app.look().elements)]
                app.stop()
                texts.append(str(app.messages))
            finally:
                self.assertEqual(app.close(), 0)
            with open(log, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
            self.assertIn("edge-link", texts[-1])
            for text in texts:
                self.search(text, secret)

    def test_while_all_is_well_and_while_it_is_not(self):
        def story(app):
            app.wait(lambda look: look.total("delivered", "events") > 5)
            self.servers.rabbitmqctl("close_all_connections", "test")
            app.wait_state("backing-off", "frames1")
            app.wait_state("ready", "frames1")
            delivered = app.look().total("delivered", "events")
            app.wait(lambda look: look.total("delivered", "events") > delivered)

        for number, secret in enumerate(SECRETS):
            with self.subTest(secret=secret):
                self.run_and_search(number, secret, self.uris(number, secret), story)

    def test_refused(self):
        for secret in ("wrongcanary5", "wröng/canary@:"):
            with self.subTest(secret=secret):
                self.run_and_search(
                    0, secret, self.uris(0, secret), lambda app: app.wait_message(lambda m: m["bus"] == "error")
                )

    def test_server_without_auth(self):
        """It repeats what came with the command that it does not know."""
        self.servers.restart("redis", "--rename-command", "AUTH", "")
        try:
            for secret in SECRETS:
                amqp, uri = self.uris(0, secret)
                for redis_uri in (uri, uri.replace("user0:", ":")):
                    with self.subTest(secret=secret, user="user0" in redis_uri):
                        self.run_and_search(0, secret, (amqp, redis_uri), self.await_refusal)
        finally:
            self.servers.restart("redis")
            self.add_redis_users()

    def await_refusal(self, app):
        error = app.wait_message(lambda m: m["bus"] == "error" and m["from"] == "store1")
        self.assertIn("the server does not know AUTH", error["text"])


if __name__ == "__main__":
    unittest.main()

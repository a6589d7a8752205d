# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the tests of the fault matrix share: the program under test, and the promises that are checked at every look.

"""The program under test (tests/support/link-app) and what must hold whatever is done to it.

    with App(frames(uri), cameras=2) as app:
        app("start"); app("rate", 50)
        app.wait(lambda look: look.total("delivered") >= 100)
"""

import json
import os
import subprocess
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import servers  # noqa: E402,F401

LONG = 120  # seconds; a broker starts in 5 on two idle cores, and in far more on busy ones
SECOND = 1000000000
KERNEL_TELLS = os.path.exists("/proc/self/schedstat")  # how long a thread waited for a CPU

# More than ten times what the chain functions take, and far less than any wait for a network. link-app counts what sleeps
# longer (n-held): neither runs nor waits for a CPU. Who has a lock may lose the CPU, too: once, in some thousand.
RENDER_US = 5000
LONGEST_US = 500000


def frames(uri, more=""):
    """Pipeline: publish the frames."""
    return f"framestamp camera-id=cam{{n}} ! amqpsink name=frames{{n}} uri={uri} {more}"


def store(uri, more=""):
    """Pipeline: store the frames."""
    return f"framestamp camera-id=cam{{n}} ! redisframesink name=store{{n}} uri={uri} {more}"


def three_ways(amqp, redis, more=""):
    """Pipeline: publish, store and announce the frames."""
    return (
        f"framestamp camera-id=cam{{n}} ! tee name=t{{n}} "
        f"t{{n}}. ! amqpsink name=frames{{n}} uri={amqp} {more} "
        f"t{{n}}. ! workerpool name=pool{{n}} ! redisframesink name=store{{n}} uri={redis} {more} "
        f"! metadatapub name=events{{n}} uri={amqp} {more}"
    )


class Look:
    """One answer to "poll" or "stop": statistics of all elements at that moment."""

    def __init__(self, answer):
        self.elements = answer.get("elements", {})
        self.chains = answer.get("chains", {})
        self.process = answer.get("process", {})
        self.frames = int(answer.get("frames", 0))
        self.seconds = answer.get("seconds", 0)

    def sinks(self, prefix=""):
        return {k: v for k, v in self.elements.items() if "in-flight" in v and k.startswith(prefix)}

    def total(self, field, prefix=""):
        return sum(stats.get(field, 0) for stats in self.sinks(prefix).values())

    def states(self, prefix=""):
        return {stats["state"] for stats in self.sinks(prefix).values()}

    def threads(self):
        """Names, without those of the pool in which GLib looks up host names: they come and go."""
        return sorted(name for name in self.process["names"] if not name.startswith("pool-"))

    def unaccounted(self):
        """Sinks whose counters do not add up."""
        ends = ("delivered", "unconfirmed", "rejected", "dropped", "queued", "in-flight")
        return {k: v for k, v in self.sinks().items() if v["in"] != sum(v[e] for e in ends)}


class App:
    """The process. Each command is answered; messages of the bus are collected."""

    def __init__(self, pipeline, cameras=1, size=20000, environment=None, wrapper=(), log=None):
        program = os.path.join(os.environ["EDGE_BUILD_DIR"], "tests/support/link-app/edge-link-app")
        command = [*wrapper, program, f"--cameras={cameras}", f"--size={size}", "--pipeline", pipeline]
        self.cameras = cameras
        self.log = open(log, "wb") if log else None
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        self.changed = threading.Condition()
        self.messages = []  # of the bus
        self.answers = []
        self.ended = False
        self.looks = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def is_sanitized(self):
        """Then memory that was freed is kept for a while, and says nothing."""
        with open(f"/proc/{self.process.pid}/maps", encoding="utf-8") as maps:
            return "san.so" in maps.read()

    def read(self):
        for line in self.process.stdout:
            message = json.loads(line)
            with self.changed:
                (self.answers if "answer" in message else self.messages).append(message)
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def __call__(self, *words, seconds=LONG):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        with self.changed:
            if not self.changed.wait_for(lambda: self.answers or self.ended, seconds):
                raise AssertionError(f"no answer to {words} within {seconds} s")
            if not self.answers:
                raise AssertionError(f"the program ended at {words}: {self.process.wait()}")
            answer = self.answers.pop()
        if not answer["answer"]:
            raise ValueError(f"not obeyed: {words}")
        return answer

    def look(self):
        """Statistics now; they must add up at every moment."""
        look = Look(self("poll"))
        self.looks.append(look)
        assert not look.unaccounted(), look.unaccounted()
        return look

    def look_anew(self):
        """Everything runs: what follows is compared with this look."""
        self.looks.clear()
        return self.look()

    def wait(self, condition, seconds=LONG):
        """Looks again and again until condition(look)."""
        deadline = time.monotonic() + seconds
        while not condition(look := self.look()):
            if time.monotonic() > deadline:
                raise AssertionError(f"did not happen: {look.sinks()}\n{self.told()}")
            time.sleep(0.05)
        return look

    def wait_message(self, condition, seconds=LONG):
        def find():
            return next((m for m in self.messages if condition(m)), None)

        with self.changed:
            if not self.changed.wait_for(find, seconds):
                raise AssertionError(f"no such message: {self.told()}")
            return find()

    def wait_state(self, state, element=None, seconds=LONG):
        """Until an element has told this state last."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.states(element)[-1:] == [state], seconds):
                raise AssertionError(f"{element}: {self.states(element)}, never {state}")

    def states(self, element=None):
        """What an element has told about its link, without repetitions. Connecting may be over before it is told."""
        found = []
        for message in list(self.messages):
            if message.get("name") == "link-state" and element in (None, message["from"]):
                state = message["fields"]["state"]
                if state != "connecting" and found[-1:] != [state]:
                    found.append(state)
        return found

    def told(self):
        """The story on the bus, for people."""
        texts = [m.get("text") or str(m.get("fields")) for m in self.messages if m.get("name") != "edge-worker-stats"]
        return "\n".join(text[:200] for text in texts[-15:])

    def of_type(self, kind):
        return [message for message in list(self.messages) if message["bus"] == kind]

    def stop(self, seconds=LONG):
        look = Look(self("stop", seconds=seconds))
        self.looks.append(look)
        return look

    def end_of_stream(self):
        """Sends it and waits until all sinks have it."""
        self("eos")
        return self.wait_message(lambda m: m["bus"] in ("eos", "error"))

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(LONG)
            except subprocess.TimeoutExpired:
                self.process.kill()
        status = self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        if self.log:
            self.log.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class FaultTest(unittest.TestCase):
    """Assertions that every case of the matrix ends with."""

    def run_app(self, pipeline, **options):
        app = App(pipeline, **options)
        self.addCleanup(self.end_app, app)
        app("start")
        return app

    def end_app(self, app):
        self.assertEqual(app.close(), 0, "exit status of the program under test")

    def check_promises(self, app, outages=None, errors=0):
        """Never blocked, never told an ERROR for what passes, one WARNING per outage and link."""
        self.assertEqual(len(app.of_type("error")), errors, app.of_type("error"))
        for server, number in (outages or {}).items():
            warnings = [m for m in app.of_type("warning") if server in m["details"]["server"]]
            self.assertEqual(len(warnings), number, warnings)
        self.check_streaming(app)
        self.check_process(app)

    def check_streaming(self, app, tell=True):
        """Nobody who pushes a frame is held up. The time in which others had the CPU does not count."""
        chains = next(look.chains for look in reversed(app.looks) if look.chains)
        for name, times in chains.items():
            if times["n"] == 0:
                continue
            if tell:
                print(f"{self.id().split('.')[-1]}: {name}: chain {times}", file=sys.stderr)
            if app.is_sanitized():
                continue
            if KERNEL_TELLS:
                self.assertLess(times["held"], LONGEST_US, name)
                self.assertLessEqual(times["n-held"], 1 + times["n"] // 1000, name)
            else:
                self.assertLess(times["p50"], RENDER_US, name)

    def check_process(self, app):
        """Against the first look, which a case takes when everything runs: threads constant, memory bounded."""
        looks = [look for look in app.looks if look.process]
        sizes = [look.process["rss_kb"] for look in looks]
        # what waited in the bounded queues was there, and the allocator need not have given it back
        queued = max(look.total("queued-bytes") for look in looks) // 1024
        growth = max(sizes) - sizes[0] - queued
        threads = [look.threads() for look in looks]
        print(f"{self.id().split('.')[-1]}: {growth} kB more, {len(threads[0])} threads", file=sys.stderr)
        if not app.is_sanitized():
            self.assertLess(growth, 20000, "memory of the program")
        for names in threads:
            self.assertEqual(names, threads[0], "threads of the program")

    def check_delivered(self, app, look, consumer):
        """Everything that was called delivered is there, once, whole, and nothing else."""
        delivered = look.total("delivered", "frames")
        consumer.wait(lambda: len(consumer.frames) >= delivered)
        self.assertEqual(consumer.wrong, [])
        self.assertLessEqual(len(consumer.frames), look.total("in", "frames"))
        self.assertGreaterEqual(len(consumer.frames), delivered)
        self.assertLessEqual(
            len(consumer.frames) - delivered, look.total("dropped", "frames"), "more arrived than counted"
        )
        self.assertEqual(look.total("in", "frames"), look.frames * app.cameras)

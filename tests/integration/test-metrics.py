#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What edgemetrics serves about a pipeline with real servers.

import base64
import io
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
import unittest

import pages
from PIL import Image

OWN = pages.Pages(pages.free_port())
os.environ["GST_TRACERS"] = f"edgemetrics(port={OWN.port},stale-after=2)"  # of this process, for TestRestart

import gi  # noqa: E402
import redis  # noqa: E402
import servers  # noqa: E402

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

CANARY = "canary-4711-secret"
N_MANY = 100


def promtool(test, *arguments, text=None):
    """Runs promtool, or skips the test."""
    path = shutil.which("promtool")
    if path is None:
        test.skipTest("promtool is not installed (Debian: prometheus)")
    done = subprocess.run([path, *arguments], input=text, capture_output=True, text=True, check=False)
    test.assertEqual((done.returncode, done.stderr.replace("SUCCESS", "").strip() if text else ""), (0, ""), done.stdout)


class ServersTest(unittest.TestCase):
    """RabbitMQ and Redis with a user whose password must be seen nowhere; the same for all tests."""

    servers = None

    @classmethod
    def setUpClass(cls):
        if ServersTest.servers is None:
            cls.start_servers()
        cls.amqp = f"amqp://watcher:{CANARY}@127.0.0.1:{cls.servers.ports['rabbitmq']}/%2f"
        cls.redis = f"redis://watcher:{CANARY}@127.0.0.1:{cls.servers.ports['redis']}/0"

    @staticmethod
    def start_servers():
        ServersTest.servers = started = servers.Servers()
        unittest.addModuleCleanup(started.close)
        started.rabbitmqctl("add_user", "watcher", CANARY)
        started.rabbitmqctl("set_permissions", "watcher", ".*", ".*", ".*")
        with redis.Redis.from_url(started.redis_uri) as client:
            client.acl_setuser("watcher", enabled=True, passwords=["+" + CANARY], keys=["*"], commands=["+@all"])

    def launch(self, line, parameters="", **environment):
        launch = pages.Launch(line, parameters, environment)
        self.addCleanup(launch.close)
        return launch

    def launch_two(self, parameters="", **environment):
        ways = pages.three_ways(self.amqp, self.redis)
        return self.launch(pages.camera("cam1", ways) + pages.camera("cam2", ways), parameters, **environment)


def everything_flows(samples):
    return all(samples.get("edge_video_frames_total", camera=camera, stage=stage) >= 10
               for camera in ("cam1", "cam2") for stage in ("in", "published", "stored", "announced"))


class TestMetrics(ServersTest):
    def test_output(self):
        served = self.launch_two().pages
        samples = served.wait(everything_flows, "frames on all ways")
        answer = served.ask("/metrics")
        self.assertEqual(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        with self.subTest("documentation"):
            self.check_against_documentation(samples)
        with self.subTest("promises"):
            self.check_promises(samples)
        with self.subTest("promtool"):
            promtool(self, "check", "metrics", text=answer.text)
        with self.subTest("OpenMetrics"):
            open_metrics = served.ask("/metrics", Accept="application/openmetrics-text; version=1.0.0")
            self.assertTrue(open_metrics.headers["content-type"].startswith("application/openmetrics-text"))
            self.assertTrue(open_metrics.text.endswith("\n# EOF\n"))
            self.assertIn("# TYPE edge_video_frames counter\n", open_metrics.text)

    def check_against_documentation(self, samples):
        table = pages.documented()
        self.assertEqual(samples.types, {name: kind for name, (kind, _) in table.items()})
        for name, labels, _ in samples.samples:
            kind, known = table[samples.family(name)]
            self.assertLessEqual(set(labels) - ({"le"} if kind == "histogram" else set()), known, name)
        served = {samples.family(name) for name, _, _ in samples.samples}
        self.assertEqual(served, set(table))

    def check_promises(self, samples):
        get = samples.get
        for camera in ("cam1", "cam2"):
            self.assertAlmostEqual(get("edge_video_camera_frames_per_second", camera=camera), 10, delta=5)
            self.assertEqual(get("edge_video_camera_state", camera=camera, state="active"), 1)
            self.assertEqual(get("edge_video_camera_state", camera=camera), 1)
            self.assertGreater(get("edge_video_camera_delay_seconds", camera=camera, stage="stored"), 0)
        for server in ("amqp", "redis"):
            links = [labels for name, labels, value in samples.samples
                     if name == "edge_video_link_state" and value == 1 and labels["server"].startswith(server)]
            self.assertEqual([link["state"] for link in links], ["ready"])
            link = {"server": links[0]["server"]}
            total = get("edge_video_link_messages_total", **link)
            got = get("edge_video_link_messages_total", result="in", **link)
            waiting = get("edge_video_link_queued_messages", **link) + get("edge_video_link_in_flight_messages", **link)
            self.assertEqual(total - got + waiting, got)
            self.assertGreaterEqual(get("edge_video_link_latency_seconds_count", **link),
                                    get("edge_video_link_messages_total", result="delivered", **link))
            self.assertLessEqual(get("edge_video_link_queued_messages", **link), got)  # no remainder below zero
        pool = get("edge_video_pool_frames_total", pool="default", result="in")
        self.assertGreaterEqual(get("edge_video_pool_wait_seconds_count", pool="default"),
                                get("edge_video_pool_frames_total", pool="default", result="done"))
        self.assertGreater(pool, 0)

    def test_ready_and_not(self):
        launch = self.launch_two("stale-after=2")
        served = launch.pages
        served.wait(everything_flows, "frames on all ways")
        self.assertEqual((served.ask("/healthz").status, served.ask("/healthz").text), (200, "ok\n"))
        ready = served.ask("/readyz")
        self.assertEqual((ready.status, ready.json["ready"], ready.json["active_cameras"]), (200, True, 2))

        self.servers.freeze("rabbitmq")
        try:
            served.wait(lambda _: served.ask("/readyz").status == 503, "503")
            took = [timed(lambda: served.ask("/metrics")) for _ in range(20)]
            answer = served.ask("/readyz").json
            self.assertFalse(answer["ready"])
            self.assertEqual([problem["link"].partition(":")[0] for problem in answer["not_ready"]], ["amqp"])
            self.assertNotEqual(answer["not_ready"][0]["state"], "ready")
            self.assertTrue(answer["not_ready"][0]["reason"])
            self.assertEqual(served.ask("/healthz").status, 200)
            print(f"a scrape while the broker is frozen: {max(took) * 1000:.1f} ms at most")
        finally:
            self.servers.thaw("rabbitmq")
        served.wait(lambda _: served.ask("/readyz").status == 200, "200")

    def test_no_camera_is_not_ready(self):
        served = self.launch("fakesrc is-live=true ! fakesink").pages
        served.wait(lambda _: True, "an answer")
        answer = served.ask("/readyz")
        self.assertEqual((answer.status, answer.json["not_ready"][0]["reason"]), (503, "there is no camera"))

    def test_pictures(self):
        served = self.launch(pages.camera("cam1", "<tee>. ! fakesink", pattern="snow")).pages
        served.wait(lambda samples: samples.get("edge_video_frames_total") > 3, "frames")
        first = served.ask("/cameras/cam1.jpg")
        self.assertEqual((first.status, first.headers["content-type"]), (200, "image/jpeg"))
        with Image.open(io.BytesIO(first.body)) as picture:
            picture.load()
            self.assertEqual(picture.size, (320, 240))
        served.wait(lambda _: served.ask("/cameras/cam1.jpg").body != first.body, "another picture")
        for path in ("/cameras/cam2.jpg", "/cameras/", "/cameras/cam1", "/cameras/..%2f..%2fetc.jpg", "/cameras/%2a.jpg",
                     "/cameras/" + "a" * 5000 + ".jpg"):
            self.assertEqual(served.ask(path).status, 404, path)

    def test_pictures_may_be_off(self):
        served = self.launch(pages.camera("cam1", "<tee>. ! fakesink"), "pictures=false").pages
        served.wait(lambda samples: samples.get("edge_video_frames_total") > 3, "frames")
        self.assertEqual(served.ask("/cameras/cam1.jpg").status, 404)

    def test_each_server_shows_what_it_may(self):
        """Pictures that another server of the process shows are not for one that shows none."""
        hidden = pages.Pages(pages.free_port())
        shown = self.launch(pages.camera("cam1", "<tee>. ! fakesink"),
                            f"pictures=true);edgemetrics(port={hidden.port},pictures=false").pages
        shown.wait(lambda samples: samples.get("edge_video_frames_total") > 3, "frames")
        self.assertEqual(shown.ask("/cameras/cam1.jpg").status, 200)
        answer = hidden.ask("/cameras/cam1.jpg")
        self.assertEqual(answer.status, 404)
        self.assertIn("This server shows no pictures.", answer.text)
        told = [page.ask("/stats.json").json for page in (shown, hidden)]
        self.assertEqual([stats["pictures"] for stats in told], [True, False])
        self.assertIsNotNone(told[0]["cameras"][0]["picture"])
        self.assertIsNone(told[1]["cameras"][0]["picture"])

    def test_bounds(self):
        served = self.launch(pages.camera("cam1", "<tee>. ! fakesink")).pages
        served.wait(lambda _: True, "an answer")
        self.assertEqual(served.ask("/metrics", "HEAD").body, b"")
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            answer = served.ask("/metrics", method, body="x")
            self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET, HEAD"), method)
        self.assertEqual(served.ask("/metrics", body="x" * 100).status, 413)
        self.assertEqual(served.ask("/metrics", Host="page.example.org").status, 403)
        self.assertEqual(served.ask("/elsewhere").status, 404)
        self.assertIn(served.ask("/metrics", X=20000 * "x").status, (413, 431))
        self.assertIn("default-src 'none'", served.ask("/").headers["content-security-policy"])
        # it listens on 127.0.0.1, and not on all addresses
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", served.port), pages.LONG).close()

    def test_token_and_no_credential_anywhere(self):
        with tempfile.NamedTemporaryFile("w", suffix=".token") as file:
            file.write(CANARY + "-token\n")
            file.flush()
            launch = self.launch_two(f"token-file={file.name}", GST_DEBUG="edge*:6,*metrics*:9")
            served = launch.pages
            bearer = {"Authorization": "Bearer " + CANARY + "-token"}
            deadline = time.monotonic() + pages.LONG
            while not self.flows(served, bearer):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.1)
        self.assertEqual(served.ask("/healthz").status, 200)
        basic = base64.b64encode(f"anyone:{CANARY}-token".encode()).decode()
        wrong = base64.b64encode(b"anyone:else").decode()
        said = ""
        for path in ("/", "/metrics", "/readyz", "/stats.json", "/cameras/cam1.jpg", "/elsewhere"):
            refused = [served.ask(path), served.ask(path, Authorization="Bearer x"),
                       served.ask(path, Authorization="Basic " + wrong)]
            self.assertEqual([answer.status for answer in refused], [401] * 3, path)
            self.assertIn("Basic", refused[0].headers["www-authenticate"])
            allowed = [served.ask(path, **bearer), served.ask(path, Authorization="Basic " + basic)]
            self.assertEqual([answer.status for answer in allowed], [404 if path == "/elsewhere" else 200] * 2, path)
            for answer in refused + allowed:
                said += str(answer.headers) + answer.body.decode("utf-8", "replace")
        self.assertIn("***", said)
        said += launch.close()
        self.assertNotIn(CANARY, said)

    @staticmethod
    def flows(served, headers):
        try:
            return everything_flows(served.scrape(**headers))
        except ConnectionError:
            return False

    def test_many_cameras(self):
        ways = pages.three_ways(self.amqp, self.redis)
        line = "".join(pages.camera(f"cam{n}", ways, rate=2, size="64x48") for n in range(1, N_MANY + 1))
        served = self.launch(line).pages
        samples = served.wait(lambda samples: samples.get("edge_video_cameras", state="active") == N_MANY
                              and samples.get("edge_video_frames_total", stage="announced") > 2 * N_MANY,
                              "many cameras", 60)
        answer, took, inside = None, [], []
        for _ in range(30):
            started = time.monotonic()
            answer = served.ask("/metrics")
            took.append((time.monotonic() - started) * 1000)
            samples = pages.Samples(answer.text)
            inside.append(samples.get("edge_video_collection_duration_seconds") * 1000)
        print(f"a scrape of {N_MANY} cameras on three ways: {len(samples.samples)} samples, {len(answer.body) / 1024:.0f} KiB; "
              f"made in {statistics.median(inside):.1f} ms (best {min(inside):.1f}, worst {max(inside):.1f}), "
              f"fetched in {statistics.median(took):.1f} ms (best {min(took):.1f}, worst {max(took):.1f})")
        self.assertEqual(len(served.ask("/stats.json").json["cameras"]), N_MANY)


def timed(call):
    """How long it takes, in seconds."""
    started = time.monotonic()
    call()
    return time.monotonic() - started


class TestRestart(ServersTest):
    """In this process: counters go on when elements, pipelines and cameras stop and start."""

    def test_counters_only_rise(self):
        Gst.init(None)
        ways = pages.three_ways(self.amqp, self.redis)
        before = {}
        for _ in range(3):
            pipeline = Gst.parse_launch(pages.camera("cam1", ways, rate=50))
            pipeline.set_state(Gst.State.PLAYING)
            self.addCleanup(pipeline.set_state, Gst.State.NULL)
            floor = before.get(("edge_video_frames_total", "announced"), 0)
            for _ in range(20):
                now = self.read_counters()
                for key, value in before.items():
                    self.assertGreaterEqual(now.get(key, value), value, key)
                before.update(now)
            OWN.wait(lambda s: s.get("edge_video_frames_total", camera="cam1", stage="announced") > floor + 10, "frames")
            # what the pipeline before announced at its end may have been enough for that
            OWN.wait(lambda _: OWN.ask("/readyz").status == 200, "200")
            pipeline.set_state(Gst.State.NULL)
            samples = OWN.scrape()
            self.assertFalse(samples.has("edge_video_camera_state", camera="cam1"))
            self.assertEqual(OWN.ask("/cameras/cam1.jpg").status, 404)
        self.assertGreaterEqual(before["edge_video_link_connects_total", ""], 4)

    def test_links_that_look_the_same(self):
        """Of two users who differ only by their password one goes: nothing is counted backwards."""
        Gst.init(None)
        pipelines = [Gst.parse_launch("videotestsrc is-live=true ! jpegenc ! amqpsink name=sink camera-id=cam1 uri=" + uri)
                     for uri in (self.amqp, self.amqp.replace(CANARY, "another"))]
        for pipeline in pipelines:
            self.addCleanup(pipeline.set_state, Gst.State.NULL)
            pipeline.set_state(Gst.State.PLAYING)
        error = pipelines[1].get_bus().timed_pop_filtered(pages.LONG * Gst.SECOND, Gst.MessageType.ERROR)
        self.assertIsNotNone(error)
        sink = pipelines[0].get_by_name("sink")
        OWN.wait(lambda _: sink.get_property("stats").get_uint64("delivered")[1] > 0, "frames")
        before = OWN.scrape().get("edge_video_link_connects_total")
        self.assertGreater(before, 0)
        pipelines[0].set_state(Gst.State.NULL)
        self.assertEqual(OWN.scrape().get("edge_video_link_connects_total"), before)

    @staticmethod
    def read_counters():
        samples = OWN.scrape()
        counters = {}
        for name, labels, value in samples.samples:
            if samples.types[samples.family(name)] == "counter" and name.startswith("edge_video"):
                key = name, labels.get("stage") or labels.get("result") or ""
                counters[key] = counters.get(key, 0) + value
        return counters


class TestEdgeVideoBin(unittest.TestCase):
    """edgevideobin starts the server by its property or its config, and ends it."""

    CONFIG = """
amqp: {{ amqp_url: "amqp://guest:{canary}@127.0.0.1:1/%2f" }}
metrics: {{ port: {port}, token_file: "{token}" }}
cameras:
  - {{ id: gate, url: "rtsp://user:{canary}@127.0.0.1:1/gate" }}
"""

    def setUp(self):
        Gst.init(None)
        if Gst.ElementFactory.find("edgevideobin") is None:
            self.skipTest("edgevideobin is not built")

    def check(self, config_port, **properties):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "edge-video.yaml")
        token = os.path.join(folder.name, "token")
        with open(token, "w", encoding="utf-8") as file:
            file.write("anna:" + CANARY)
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.CONFIG.format(canary=CANARY, port=config_port, token=token))
        pipeline = Gst.Pipeline.new(None)
        pipeline.add(Gst.ElementFactory.make("edgevideobin", "all"))
        pipeline.get_by_name("all").set_property("config", path)
        for name, value in properties.items():
            pipeline.get_by_name("all").set_property(name, value)
        pipeline.set_state(Gst.State.PLAYING)
        self.addCleanup(pipeline.set_state, Gst.State.NULL)
        served = pages.Pages(properties.get("metrics-port") or config_port)
        self.assertEqual(served.ask("/readyz").status, 401)
        basic = base64.b64encode(f"anna:{CANARY}".encode()).decode()
        deadline = time.monotonic() + pages.LONG
        while "cannot be connected to" not in (text := served.ask("/readyz", Authorization="Basic " + basic).text):
            self.assertLess(time.monotonic(), deadline, text)
            time.sleep(0.1)
        self.assertEqual(served.ask("/readyz", Authorization="Basic " + basic).status, 503)
        said = "".join(served.ask(page, Authorization="Basic " + basic).text for page in ("/metrics", "/stats.json", "/readyz"))
        self.assertIn('camera="gate"', said)
        self.assertNotIn(CANARY, said)
        pipeline.set_state(Gst.State.NULL)
        with self.assertRaises(ConnectionError):
            served.ask("/healthz")

    def test_property(self):
        self.check(0, **{"metrics-port": pages.free_port()})

    def test_config(self):
        self.check(pages.free_port())


class TestTrouble(unittest.TestCase):
    """What is wrong is said on stderr, and the pipeline runs all the same."""

    def run_with(self, parameters):
        environment = dict(os.environ, GST_TRACERS=f"edgemetrics({parameters})")
        done = subprocess.run(["gst-launch-1.0", "-q", "fakesrc", "num-buffers=1", "!", "fakesink"], env=environment,
                              capture_output=True, text=True, check=False, timeout=pages.LONG)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def test_messages(self):
        self.assertIn("edgemetrics: prot: there is no such parameter", self.run_with("prot=1"))
        self.assertIn('address: "nowhere" is not an IP address', self.run_with("address=nowhere"))
        self.assertIn("token-file: ", self.run_with(f"port={pages.free_port()},token-file=/does/not/exist"))
        self.assertIn(f"cannot serve on 127.0.0.1 port {OWN.port}: Address already in use", self.run_with(f"port={OWN.port}"))

    def test_two_tokens(self):
        """Who wants a token does not share a page that has none, or another one."""
        port = pages.free_port()
        with tempfile.NamedTemporaryFile("w", suffix=".token") as file:
            file.write(CANARY + "-token\n")
            file.flush()
            closed = f"port={port},token-file={file.name}"
            for first, second in ((f"port={port}", closed), (closed, f"port={port}")):
                said = self.run_with(f"{first});edgemetrics({second}")
                self.assertIn(f"token-file: this process serves http://127.0.0.1:{port}/ already", said)
            self.assertNotIn("edgemetrics: ", self.run_with(f"{closed});edgemetrics({closed}"))

    def test_two_opinions_about_pictures(self):
        """Who wants no pictures shown does not share a page that shows them, nor the other way round."""
        port = pages.free_port()
        for first, second in ("true", "false"), ("false", "true"):
            said = self.run_with(f"port={port},pictures={first});edgemetrics(port={port},pictures={second}")
            self.assertIn(f"pictures: this process serves http://127.0.0.1:{port}/ already, with pictures={first}; "
                          "give both the same, or another port", said)
        self.assertNotIn("edgemetrics: ", self.run_with(f"port={port});edgemetrics(port={port},pictures=true"))

    def test_two_logs(self):
        """Who wants a log that nobody writes hears of it; who wants none may look on."""
        port = pages.free_port()
        with tempfile.TemporaryDirectory() as folder:
            logging = f"port={port},log-json={folder}/log.jsonl"
            for second in logging.replace("log.jsonl", "other.jsonl"), logging:
                first = f"port={port}" if second == logging else logging
                self.assertIn(f"log-json: this process serves http://127.0.0.1:{port}/ already",
                              self.run_with(f"{first});edgemetrics({second}"))
            self.assertNotIn("edgemetrics: ", self.run_with(f"{logging});edgemetrics(port={port}"))
            self.assertEqual(os.listdir(folder), ["log.jsonl"])

    def setUp(self):
        Gst.init(None)


class TestLog(ServersTest):
    """What somebody reads who only has the log."""

    def test_summaries_and_repeated_errors(self):
        line = pages.camera("cam1", f"<tee>. ! amqpsink uri={self.amqp} mandatory=true routing-key=nobody "
                            "<tee>. ! workerpool stats-interval=500000000 ! fakesink async=false", rate=100, size="16x16")
        launch = self.launch(line.replace("framestamp ", "framestamp stats-interval=500000000 "),
                             GST_DEBUG="framestamp:4,workerpool:4,edge-linksink:2", GST_DEBUG_NO_COLOR="1")
        launch.pages.wait(lambda s: s.get("edge_video_frames_rejected_total", reason="returned") > 210, "returned frames")
        said = launch.close()
        self.assertNotIn(CANARY, said)
        cameras = [tuple(map(int, found)) for found in
                   re.findall(r"Camera cam1: (\d+) frames, (\d+) errors, last frame (\d+) ms ago", said)]
        self.assertGreaterEqual(len(cameras), 2, said)
        self.assertEqual(cameras, sorted(cameras, key=lambda numbers: numbers[:2]))
        self.assertGreater(cameras[-1][1], 0)
        self.assertRegex(said, r"Worker pool default: Workers: \d+, Queue: \d+/100, Processing: \d+")
        so_far = [int(found) for found in re.findall(r"no queue is bound for it \((\d+) so far\)", said)]
        self.assertEqual(so_far[:3], [1, 101, 201], said)


class TestJsonLog(unittest.TestCase):
    def test_lines(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log.jsonl")
            launch = pages.Launch(pages.camera("cam1", "<tee>. ! workerpool ! fakesink"),
                                  f"log-json={path},log-interval=0.2", {"GST_DEBUG": "framestamp:4,workerpool:4"})
            try:
                launch.pages.wait(lambda s: s.get("edge_video_frames_total", camera="cam1") > 20, "frames")
            finally:
                launch.close()
            with open(path, encoding="utf-8") as file:
                lines = [pages.json.loads(line) for line in file]
        self.assertTrue(all(line["time"].endswith("Z") for line in lines))
        self.assertLessEqual({line["level"] for line in lines}, {"INFO", "WARN", "ERROR", "FIXME"})
        self.assertTrue(any(line.get("category") == "workerpool" and "pool default" in line["message"] for line in lines))
        cameras = [line for line in lines if line.get("event") == "camera"]
        self.assertGreater(cameras[-1]["frames"]["in"], 10)
        self.assertTrue(any(line.get("event") == "pool" and line["name"] == "default" for line in lines))

    def test_nobody_reads(self):
        """A pipe without a reader is a file that cannot be written, and nothing waits for one."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "pipe")
            os.mkfifo(path)
            launch = pages.Launch("fakesrc num-buffers=1 ! fakesink", f"log-json={path}")
            said = launch.process.communicate(timeout=pages.LONG)[0].decode()
        self.assertIn(f"edgemetrics: log-json: cannot write {path}: ", said)

    def test_slow_reader(self):
        """A reader that stops, and one that goes, hold nobody up; what is read are whole lines, and what is missing is
        said."""
        def frames(samples):
            return samples.get("edge_video_frames_total", camera="cam1", stage="in")

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "pipe")
            os.mkfifo(path)
            reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            # lines of this element are longer than what a pipe takes as one
            line = pages.camera("cam1", f"<tee>. ! identity name={'x' * 5000} ! fakesink async=false")
            launch = pages.Launch(line, f"log-json={path},log-interval=0.2",
                                  {"GST_DEBUG": "*:6", "GST_DEBUG_FILE": "/dev/null"})
            try:
                launch.pages.wait(lambda samples: frames(samples) > 20, "frames that wait for nobody")
                os.set_blocking(reader, True)
                read, parts = b"", (b"lines are missing here", b'"object":"' + 5000 * b"x" + b'"')
                while any(part not in read for part in parts) or not read.endswith(b"\n"):
                    read += os.read(reader, 65536)
                os.close(reader)
                seen = frames(launch.pages.scrape())
                launch.pages.wait(lambda samples: frames(samples) > seen + 10, "frames without a reader")
            finally:
                self.assertEqual(launch.process.poll(), None)
                launch.close()
        lines = [pages.json.loads(line) for line in read.decode().splitlines()]
        missing = [int(line["message"].split()[0]) for line in lines if "lines are missing here" in line.get("message", "")]
        self.assertGreater(missing[0], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)

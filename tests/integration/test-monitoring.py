#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# pipelines/monitoring: what promtool says about the files, and a Prometheus that scrapes a pipeline in trouble: each
# panel of the dashboard shows something, each rule can be evaluated, and the right ones are about to fire.

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

import pages

import servers  # isort: skip

FOLDER = os.path.dirname(os.path.realpath(pages.DOCUMENT))
SCRAPE_SECONDS = 1
RATE_INTERVAL = "10s"
CLOSED = "amqp://127.0.0.1:1/%2f"
CLOSED_AS_SHOWN = "amqp://guest:***@127.0.0.1:1/%2F"
PANELS = {"row", "stat", "timeseries", "state-timeline"}


def promtool(test, *arguments):
    """Runs promtool, or skips the test."""
    path = shutil.which("promtool")
    if path is None:
        test.skipTest("promtool is not installed (Debian: prometheus)")
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
    test.assertEqual(done.returncode, 0, done.stdout + done.stderr)


def dashboard():
    with open(os.path.join(FOLDER, "grafana-dashboard.json"), encoding="utf-8") as file:
        return json.load(file)


def targets():
    """(panel, target) of all panels."""
    return [(panel, target) for panel in dashboard()["panels"] for target in panel.get("targets", [])]


def as_asked(expression):
    """With the variables as Grafana fills them in when all is chosen."""
    return expression.replace("$__rate_interval", RATE_INTERVAL).replace("$instance", ".*").replace("$camera", ".*")


class TestFiles(unittest.TestCase):
    """Alerts, scrape example and dashboard are well-formed and name only metrics that exist."""

    def test_prometheus(self):
        promtool(self, "check", "rules", os.path.join(FOLDER, "alerts.yml"))
        promtool(self, "check", "config", os.path.join(FOLDER, "prometheus.yml"))
        promtool(self, "test", "rules", os.path.join(FOLDER, "alerts-test.yml"))

    def test_dashboard(self):
        board = dashboard()
        self.assertIsInstance(board["schemaVersion"], int)
        self.assertGreaterEqual(board["schemaVersion"], 36)
        self.assertRegex(board["uid"], r"^[a-zA-Z0-9_-]{1,40}$")
        self.assertNotIn("id", {key for key, value in board.items() if value is not None})
        variables = {variable["name"] for variable in board["templating"]["list"]}
        self.assertEqual(len({panel["id"] for panel in board["panels"]}), len(board["panels"]))
        taken = set()
        for panel in board["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
            self.assertIn(panel["type"], PANELS)
            self.assertTrue(panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            self.assertFalse(taken & cells, "lies upon another: " + panel["title"])
            taken |= cells
            if panel["type"] == "row":
                continue
            self.assertEqual(panel["datasource"], {"type": "prometheus", "uid": "${datasource}"}, panel["title"])
            ids = [target["refId"] for target in panel["targets"]]
            self.assertEqual(len(set(ids)), len(ids))
            self.assertLessEqual(set(re.findall(r"\$([a-z]\w*)", json.dumps(panel["targets"]))), variables, panel["title"])

    def test_expressions(self):
        rules = [{"record": f"panel:{n}", "expr": as_asked(target["expr"])} for n, (_, target) in enumerate(targets())]
        self.assertGreater(len(rules), 20)
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)  # JSON is YAML
            file.flush()
            promtool(self, "check", "rules", file.name)

    def test_names(self):
        table = pages.documented()
        known = set(table) | {name + "_bucket" for name, (kind, _) in table.items() if kind == "histogram"}
        with open(os.path.join(FOLDER, "alerts.yml"), encoding="utf-8") as file:
            texts = [target["expr"] for _, target in targets()] + [file.read()]
        texts += [json.dumps(dashboard()["templating"])]
        for text in texts:
            for name in re.findall(r"\b(?:edge_video|process)_\w+", text):
                self.assertIn(name, known)


class Prometheus:
    """A Prometheus of its own that scrapes @port every second and knows the alert rules."""

    def __init__(self, port):
        self.folder = tempfile.TemporaryDirectory()
        self.port = pages.free_port()
        path = os.path.join(self.folder.name, "prometheus.yml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "evaluation_interval": f"{SCRAPE_SECONDS}s"},
                       "rule_files": [os.path.join(FOLDER, "alerts.yml")],
                       "scrape_configs": [{"job_name": "edge-video", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}]}, file)
        with open(os.path.join(self.folder.name, "log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={path}", f"--storage.tsdb.path={self.folder.name}/data",
                 f"--web.listen-address=127.0.0.1:{self.port}"], stdout=log, stderr=log, cwd=self.folder.name)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=pages.LONG)
        self.folder.cleanup()

    def ask(self, path, **parameters):
        """The data of an answer of its API."""
        address = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=pages.LONG) as answer:
            return json.load(answer)["data"]

    def wait(self, condition, describe):
        """Until condition() is true."""
        deadline = time.monotonic() + 2 * pages.LONG
        while True:
            try:
                if condition():
                    return
                problem = ""
            except OSError as error:  # not listening yet
                problem = str(error)
            if time.monotonic() > deadline:
                with open(os.path.join(self.folder.name, "log"), encoding="utf-8") as log:
                    raise AssertionError(f"{describe()} {problem}\n{log.read()[-2000:]}")
            time.sleep(0.2)


@unittest.skipUnless(shutil.which("prometheus"), "prometheus is not installed")
class TestScrape(unittest.TestCase):
    """cam1 is well; nobody hears cam2; the server of cam3 is not there."""

    @classmethod
    def setUpClass(cls):
        cls.servers = servers.Servers()
        cls.addClassCleanup(cls.servers.close)
        ways = pages.three_ways(cls.servers.amqp_uri, cls.servers.redis_uri)
        line = pages.camera("cam1", ways)
        line += pages.camera("cam2", f"<tee>. ! amqpsink uri={cls.servers.amqp_uri} mandatory=true routing-key=nobody")
        line += pages.camera("cam3", f"<tee>. ! amqpsink uri={CLOSED} link-group=spare max-size-buffers=1")
        cls.launch = pages.Launch(line)
        cls.addClassCleanup(cls.launch.close)
        cls.prometheus = Prometheus(cls.launch.pages.port)
        cls.addClassCleanup(cls.prometheus.close)

    def query(self, expression):
        """Samples that are numbers: (labels, value)."""
        result = self.prometheus.ask("query", query=as_asked(expression))["result"]
        return [(one["metric"], float(one["value"][1])) for one in result if one["value"][1] != "NaN"]

    def test_each_panel_shows_something(self):
        missing = {target["expr"] for _, target in targets()}

        def all_there():
            missing.difference_update([text for text in missing if self.query(text)])
            return not missing

        self.prometheus.wait(all_there, lambda: f"no data for {sorted(missing)}")
        for panel, target in targets():
            for label in re.findall(r"{{\s*(\w+)\s*}}", target.get("legendFormat", "")):
                self.assertTrue(any(label in labels for labels, _ in self.query(target["expr"])),
                                f"{panel['title']}: {target['expr']} has no label {label}")

    def test_variables_have_values(self):
        for variable in dashboard()["templating"]["list"]:
            match = re.match(r"label_values\((.*), (\w+)\)$", variable.get("definition", ""))
            if match is None:
                self.assertEqual(variable["type"], "datasource")
                continue
            found = set()

            def has_values(text=match[1], label=match[2], found=found):
                found.update(one.get(label, "") for one in self.prometheus.ask("series", **{"match[]": as_asked(text)}))
                return found and (label != "camera" or {"cam1", "cam2", "cam3"} <= found)

            self.prometheus.wait(has_values, lambda found=found, variable=variable: f"{variable['name']}: {found}")

    def test_rules(self):
        def rules():
            return {rule["name"]: rule for group in self.prometheus.ask("rules")["groups"] for rule in group["rules"]}

        # those that wait for a minute or more are pending, which is what can be seen in a test
        expected = {"EdgeVideoDrops", "EdgeVideoRejected", "EdgeVideoLinkDown"}
        self.prometheus.wait(lambda: all(rules()[name]["state"] != "inactive" for name in expected),
                             lambda: str({name: rule["state"] for name, rule in rules().items()}))
        self.assertEqual({rule["health"] for rule in rules().values()}, {"ok"})
        self.assertEqual({name for name, rule in rules().items() if rule["state"] != "inactive"}, expected)
        alerts = rules()["EdgeVideoLinkDown"]["alerts"]
        self.assertEqual([alert["labels"]["server"] for alert in alerts], [CLOSED_AS_SHOWN])
        self.assertIn(CLOSED_AS_SHOWN, alerts[0]["annotations"]["summary"])
        self.assertEqual({alert["labels"]["camera"] for alert in rules()["EdgeVideoRejected"]["alerts"]}, {"cam2"})
        self.assertEqual({alert["labels"]["camera"] for alert in rules()["EdgeVideoDrops"]["alerts"]}, {"cam3"})


if __name__ == "__main__":
    unittest.main(verbosity=2)

# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A real browser for tests: Chromium without a window, through chromedriver's W3C WebDriver protocol.

"""Chromium for a test.

    with browser.Browser() as page:
        page.go("http://127.0.0.1:9464/")
        page.run("return document.title")
        page.screenshot("page.png")
        page.console()               # what it wrote on the console since the last call
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-proxy-server",
    "--mute-audio",
    "--force-device-scale-factor=1",
]


class BrowserError(Exception):
    """The browser, or its driver, did not do what was asked of it."""


def find():
    """The paths of Chromium and its driver, or None for what is not installed."""
    return shutil.which("chromium"), shutil.which("chromedriver")


def free_port():
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Browser:
    """One window of a browser with a profile of its own; gone with the block."""

    def __init__(self, width=1280, height=900, dark=False, headers=None):
        chromium, driver = find()
        if chromium is None or driver is None:
            raise BrowserError("chromium and chromium-driver are not installed")
        self.directory = tempfile.mkdtemp(prefix="edge-browser.")
        self.log = open(os.path.join(self.directory, "driver.log"), "w", encoding="utf-8")
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        environment = dict(os.environ, HOME=self.directory, XDG_CONFIG_HOME=self.directory, XDG_CACHE_HOME=self.directory)
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            environment.pop(name, None)
        # a session of its own: its helpers end with it
        self.process = subprocess.Popen([driver, f"--port={port}", "--allowed-ips=127.0.0.1"], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, env=environment, start_new_session=True)
        self.session = None
        try:
            self.wait_for_driver()
            flags = FLAGS + [f"--user-data-dir={self.directory}/profile", f"--window-size={width},{height}"]
            flags += ["--force-dark-mode"] if dark else []
            capabilities = {
                "browserName": "chrome",
                "goog:chromeOptions": {"binary": chromium, "args": flags},
                "goog:loggingPrefs": {"browser": "ALL"},
            }
            answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
            self.session = "/session/" + answer["sessionId"]
            self.resize(width, height)
            if dark:
                self.devtools("Emulation.setEmulatedMedia",
                              {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
            if headers:
                self.devtools("Network.enable", {})
                self.devtools("Network.setExtraHTTPHeaders", {"headers": headers})
        except Exception:
            self.close()
            raise

    def wait_for_driver(self, timeout=30):
        """Until the driver answers."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                if self.call("GET", "/status")["ready"]:
                    return
            except (OSError, KeyError):
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise BrowserError("chromedriver did not start")
            time.sleep(0.05)

    def call(self, method, path, body=None):
        """One WebDriver command; returns its value."""
        data = json.dumps(body if body is not None else {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.base + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise BrowserError(f"{value['error']}: {value['message']}") from None

    def command(self, method, path, body=None):
        """One command to the window."""
        return self.call(method, self.session + path, body)

    def devtools(self, name, parameters):
        """A command of the DevTools protocol, for what WebDriver has no word for."""
        return self.command("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def resize(self, width, height):
        """The size of what the page sees; a phone's, too, which no window may have."""
        self.devtools("Emulation.setDeviceMetricsOverride",
                      {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})

    def go(self, address):
        """Opens a page and waits until it is loaded."""
        self.command("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        """Runs the body of a function in the page; returns what it returns."""
        return self.command("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, *arguments, timeout=30):
        """Runs a script until it returns something true; returns that."""
        deadline = time.monotonic() + timeout
        while True:
            value = self.run(script, *arguments)
            if value:
                return value
            if time.monotonic() > deadline:
                raise BrowserError(f"waited {timeout} s for: {script}")
            time.sleep(0.1)

    def console(self):
        """What was written on the console since the last call: dicts with level and message."""
        return self.command("POST", "/se/log", {"type": "browser"})

    def screenshot(self, path, whole=False):
        """Saves what the window shows, or the whole page, as PNG."""
        if whole:
            data = self.devtools("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png"})["data"]
        else:
            data = self.command("GET", "/screenshot")
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def close(self):
        """Ends the browser, then the driver; what they wrote is removed."""
        if self.session is not None:
            try:
                self.command("DELETE", "")
            except (BrowserError, OSError):
                pass
            self.session = None
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The live page as somebody sees it: in a real Chromium, with simulated cameras of which one dies. Leaves screenshots in
# tests/live-page of the build folder.

import os
import sys
import unittest

import pages
from cameras import Cameras

import browser  # isort: skip
import servers  # isort: skip

SKIP = 77
SHOTS = os.path.join(os.environ["EDGE_BUILD_DIR"], "tests", "live-page")
STATES = "return Object.fromEntries([...document.querySelectorAll('.camera')].map(c => [c.dataset.camera, c.dataset.state]))"
PICTURES = "return Object.fromEntries([...document.querySelectorAll('.camera')].map(c => [c.dataset.camera, c.dataset.picture || '']))"
# what stands below the pictures: frame rate, delay, drops
FACTS = """
const facts = [...document.querySelectorAll('.camera .facts dl')].map(list => Object.fromEntries(
  [...list.children].map(one => [one.querySelector('dt').textContent, one.querySelector('dd').textContent])));
"""
# what is painted in the middle of the picture, as a number per camera
PAINTED = """
return Object.fromEntries([...document.querySelectorAll('.camera')].map(card => {
  const image = card.querySelector('img'), canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
  if (!canvas.width) return [card.dataset.camera, null];
  const paint = canvas.getContext('2d');
  paint.drawImage(image, 0, 0);
  const data = paint.getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum = (sum * 31 + data[i]) % 1000003;
  return [card.dataset.camera, sum];
}))"""


class TestLivePage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.makedirs(SHOTS, exist_ok=True)
        cls.servers = servers.Servers()
        cls.addClassCleanup(cls.servers.close)
        cls.living = Cameras("--marked", "--cameras", "2", "--size", "320x240", "--fps", "10", "--gop", "10")
        cls.addClassCleanup(cls.living.close)

    def setUp(self):
        self.dying = Cameras("--marked", "--cameras", "1", "--size", "320x240", "--fps", "10", "--gop", "10")
        self.alive = True
        self.addCleanup(self.kill)
        uris = [mount["uri"] for mount in self.living.mounts + self.dying.mounts]
        self.launch = pages.Launch(" ".join(self.camera(f"cam{n}", uri) for n, uri in enumerate(uris, 1)))
        self.addCleanup(self.launch.close)
        self.launch.pages.wait(lambda s: s.get("edge_video_cameras", state="active") == 3, "3 active cameras")

    def camera(self, name, uri):
        ways = pages.three_ways(self.servers.amqp_uri, self.servers.redis_uri).replace("<tee>", name)
        return (f"rtspcamerasrc uri={uri} camera-id={name} stall-timeout=3000000000 connect-timeout=5000000000 "
                f"reconnect-max-delay=500000000 circuit-max-failures=3 ! videoconvert ! jpegenc "
                f"! framestamp camera-id={name} ! tee name={name} {ways}")

    def kill(self):
        if self.alive:
            self.dying.close()
        self.alive = False

    def open(self, **options):
        page = browser.Browser(**options)
        self.addCleanup(page.close)
        page.go(self.launch.pages.address)
        page.wait("return document.querySelectorAll('.camera').length === 3")
        return page

    def check_console(self, page):
        self.assertEqual([entry for entry in page.console() if entry["level"] in ("SEVERE", "WARNING")], [])

    def test_cameras_live_and_die(self):
        page = self.open()
        with self.subTest("pictures change"):
            page.wait(f"return Object.values((() => {{ {PICTURES} }})()).every(Boolean)")
            first, painted = page.run(PICTURES), page.run(PAINTED)
            page.wait("const first = arguments[0]; const now = (() => { " + PICTURES + " })();"
                      "return Object.keys(first).every(id => now[id] !== first[id])", first)
            self.assertTrue(all(value is not None for value in painted.values()))
            page.wait("const first = arguments[0]; const now = (() => { " + PAINTED + " })();"
                      "return Object.keys(first).every(id => now[id] !== first[id])", painted)
        self.assertEqual(page.run(STATES), {"cam1": "active", "cam2": "active", "cam3": "active"})
        self.assertIn("3 active", page.run("return document.getElementById('totals').textContent"))
        self.assertIn("2 links ready", page.run("return document.getElementById('ways').textContent"))
        for facts in page.wait(FACTS + "return facts.every(f => parseFloat(f.fps) > 0 && parseFloat(f.delay) > 0)"
                               " && facts"):
            self.assertRegex(facts["delay"], r"^[0-9.]+ (ms|s)$")
            self.assertRegex(facts["dropped"], r"^[0-9]+( |$)")
        page.screenshot(os.path.join(SHOTS, "live.png"))

        self.kill()
        page.wait(f"return (() => {{ {STATES} }})().cam3 === 'offline'")
        self.check_dead_card(page)
        self.assertEqual(page.run(STATES), {"cam1": "active", "cam2": "active", "cam3": "offline"})
        page.screenshot(os.path.join(SHOTS, "one-offline.png"))
        self.check_console(page)

    def check_dead_card(self, page):
        """It says so in words, its picture is grey, its frame is red, and a screen reader hears it."""
        looks = page.run("""
          const card = document.querySelector('[data-camera=cam3]'), style = element => getComputedStyle(element);
          return {badge: card.querySelector('.badge').innerText, notice: card.querySelector('.notice').innerText,
                  filter: style(card.querySelector('img')).filter, border: style(card).borderTopColor,
                  other: style(document.querySelector('[data-camera=cam1]')).borderTopColor,
                  news: document.getElementById('news').textContent, title: document.title}""")
        self.assertEqual(looks["badge"], "offline")
        self.assertIn("offline", looks["notice"])
        self.assertIn("cannot be connected to", looks["notice"])
        self.assertIn("grayscale", looks["filter"])
        self.assertNotEqual(looks["border"], looks["other"])
        self.assertIn("cam3 is offline", looks["news"])
        self.assertEqual(looks["title"], "(1) Edge video")

    def test_phone_dark_and_keyboard(self):
        page = self.open(width=390, height=844, dark=True)
        page.wait(f"return Object.values((() => {{ {PICTURES} }})()).filter(Boolean).length >= 1")
        self.assertLessEqual(page.run("return document.documentElement.scrollWidth"), 390)
        background = page.run("return getComputedStyle(document.body).backgroundColor")
        self.assertLess(sum(int(part) for part in background[4:-1].split(",")), 150, "not dark: " + background)
        page.screenshot(os.path.join(SHOTS, "phone.png"))
        page.run("document.querySelector('[data-camera=cam2] .picture').focus()")
        page.command("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            {"type": "keyDown", "value": "\ue007"}, {"type": "keyUp", "value": "\ue007"}]}]})
        page.wait("return document.getElementById('large').open")
        self.assertEqual(page.run("return document.getElementById('large-name').textContent"), "cam2")
        page.command("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            {"type": "keyDown", "value": "\ue00c"}, {"type": "keyUp", "value": "\ue00c"}]}]})
        page.wait("return !document.getElementById('large').open")
        self.check_console(page)

    def test_the_end_is_noticed(self):
        page = self.open()
        self.launch.close()
        page.wait("return !document.getElementById('silence').hidden")
        self.assertIn("No answer from the server", page.run("return document.getElementById('silence').textContent"))


class TestToken(unittest.TestCase):
    """With a token, and with the token in the address, as people keep it in a bookmark."""

    def test_address_with_token(self):
        launch = pages.Launch(pages.camera("cam1", "<tee>. ! fakesink"), environment={"EDGE_METRICS_TOKEN": "4711"})
        self.addCleanup(launch.close)
        launch.pages.wait_for_server()
        self.assertEqual(launch.pages.ask("/").status, 401)
        page = browser.Browser()
        self.addCleanup(page.close)
        page.go(launch.pages.address.replace("//", "//anybody:4711@"))
        page.wait(f"return Boolean((() => {{ {PICTURES} }})().cam1)")
        self.assertEqual(page.run("return document.getElementById('silence').hidden"), True)
        self.assertEqual([entry for entry in page.console() if entry["level"] in ("SEVERE", "WARNING")], [])


class TestDrops(unittest.TestCase):
    """A camera that sends, but whose frames get nowhere, is as easy to see as one that is offline."""

    def test_drops_are_visible(self):
        line = pages.camera("cam1", "<tee>. ! fakesink async=false")
        line += pages.camera("cam2", "<tee>. ! amqpsink uri=amqp://127.0.0.1:1/%2f max-size-buffers=2")
        launch = pages.Launch(line)
        self.addCleanup(launch.close)
        launch.pages.wait(lambda s: s.get("edge_video_frames_dropped_total", camera="cam2") > 0, "drops")
        page = browser.Browser()
        self.addCleanup(page.close)
        page.go(launch.pages.address)
        page.wait("const card = document.querySelector('[data-camera=cam2]'); return card && card.dataset.losing === 'true'")
        page.wait("return document.getElementById('totals').textContent.includes('1 dropping')")
        self.assertIn("1 down", page.run("return document.getElementById('ways').textContent"))
        borders = page.run("return ['cam1', 'cam2'].map(id => getComputedStyle(document.querySelector(`[data-camera=${id}]`)).borderTopColor)")
        self.assertNotEqual(*borders)
        self.assertEqual(page.run(STATES), {"cam1": "active", "cam2": "active"})
        order = "return [...document.querySelectorAll('.camera')].filter(c => !c.hidden).map(c => c.dataset.camera)"
        choose = "const filter = document.getElementById('filter'); filter.value = arguments[0]; filter.dispatchEvent(new Event('change'))"
        for choice, expected in (("all", ["cam1", "cam2"]), ("first", ["cam2", "cam1"]), ("trouble", ["cam2"])):
            page.run(choose, choice)
            self.assertEqual(page.run(order), expected, choice)


class TestNoPictures(unittest.TestCase):
    def test_it_says_that_they_are_off(self):
        launch = pages.Launch(pages.camera("cam1", "<tee>. ! fakesink async=false"), "pictures=false")
        self.addCleanup(launch.close)
        launch.pages.wait(lambda s: s.get("edge_video_cameras", state="active") == 1, "the active camera")
        page = browser.Browser()
        self.addCleanup(page.close)
        page.go(launch.pages.address)
        page.wait("const card = document.querySelector('[data-camera=cam1]');"
                  "return card && card.textContent.includes('pictures are switched off')")


if __name__ == "__main__":
    if None in browser.find():
        print("chromium and chromium-driver are not installed")
        sys.exit(SKIP)
    unittest.main(verbosity=2)

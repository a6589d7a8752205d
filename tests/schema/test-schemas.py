#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The schemas accept the events of the wire contract, and nothing like them.

"""Good and bad events against tests/schema/*.schema.json."""

import json
import os
import unittest

import jsonschema

HERE = os.path.dirname(os.path.realpath(__file__))

FRAME = {
    "event_type": "frame", "camera_id": "cam1", "timestamp": "2026-11-23T12:34:56.123456789Z",
    "redis_key": "client-a:frames:cam1:1795437296123456789:00017", "width": 1280, "height": 720,
    "encoding": "jpeg", "size_bytes": 70123, "sequence": 17, "timestamp_ns": 1795437296123456789,
}
CAMERA = {
    "event_type": "camera_status", "camera_id": "cam_1-A", "timestamp": "2026-11-23T12:34:56.000000000Z",
    "state": "inactive", "consecutive_failures": 3, "last_error": "", "message": "reconnecting",
}
SYSTEM = {
    "event_type": "system_status", "timestamp": "2026-11-23T12:34:56.000000000Z",
    "total_cameras": 3, "active_cameras": 2, "inactive_cameras": 1, "message": "",
}
WRONG = {
    "event_type": ["frames", "", None],
    "camera_id": ["", "a b", "cam1\n", "cam.1", "ä", "x" * 65, 1],
    "timestamp": ["2026-11-23T12:34:56Z", "2026-11-23T12:34:56.123456Z", "2026-11-23 12:34:56.123456789Z",
                  "2026-11-23T12:34:56.123456789+00:00", "2026-13-23T12:34:56.123456789Z",
                  "2026-11-23T12:34:56.123456789Z\n"],
    "redis_key": ["", "frames:cam1:1795437296123456789:00017", "a:frames:cam1:1795437296123456789:17",
                  "a:frames:cam1:1795437296123456789:00000", "a:frames:cam*:1795437296123456789:00017",
                  "a:frames:cam1:1.5:00017", "a:frames:cam1:1795437296123456789:00017\n"],
    "width": [-1, "1280", 1.5, 65536, None], "height": [-1, True],
    "encoding": ["-", "image/jpeg", "JPEG", None], "size_bytes": [0, "1"], "sequence": [0, 100000, "17"],
    "timestamp_ns": [0, "1795437296123456789", 1.5, 2**63],
    "state": ["Active", "", "dead"], "consecutive_failures": [-1, "0"], "last_error": [None, 1], "message": [None],
    "total_cameras": [-1, 1.5], "active_cameras": ["1"], "inactive_cameras": [None],
}


def load(name):
    with open(os.path.join(HERE, name + ".schema.json"), encoding="utf-8") as text:
        schema = json.load(text)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


class SchemaTest(unittest.TestCase):
    def check(self, name, good, optional=()):
        validator = load(name)
        self.assertEqual(list(validator.iter_errors(good)), [])
        self.assertFalse(validator.is_valid({**good, "more": 1}))
        for key in good:
            less = {k: v for k, v in good.items() if k != key}
            self.assertEqual(validator.is_valid(less), key in optional, key)
            for value in WRONG[key]:
                self.assertFalse(validator.is_valid({**good, key: value}), (key, value))

    def test_frame(self):
        self.check("frame-event", FRAME, ("redis_key",))
        for tenant in ("/", "a:b", "client a"):
            key = tenant + ":frames:cam1:1795437296123456789:99999"
            self.assertTrue(load("frame-event").is_valid({**FRAME, "redis_key": key}))

    def test_camera_status(self):
        self.check("camera-status-event", CAMERA)

    def test_system_status(self):
        self.check("system-status-event", SYSTEM)

    def test_kinds_do_not_mix(self):
        self.assertFalse(load("frame-event").is_valid(CAMERA))
        self.assertFalse(load("camera-status-event").is_valid(SYSTEM))
        self.assertFalse(load("system-status-event").is_valid(FRAME))


if __name__ == "__main__":
    unittest.main(verbosity=2)

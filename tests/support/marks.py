#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Reads the marks that edge-rtsp-camera --marked draws into its pictures; the
# layout is described in rtsp-camera/mark.c.

"""Which camera and which frame does a JPEG of a marked camera show?

    import marks
    marks.decode(jpeg_bytes)            -> (camera, frame), or None
    marks.expected_frame(capture_ns, loop_ns, frames)

By hand: marks.py FILE.jpg..., or marks.py --self-test
"""

import sys

import cv2
import numpy

COLUMNS, ROWS = 24, 14  # the lattice over the whole picture
LEFT, TOP, WIDTH, HEIGHT = 1, 1, 12, 4  # the mark in it
EYES = (0xA, 0x5)  # first and last 4 cells
MIN_CONTRAST = 60  # white minus black, of 255
MARGIN = 0.2  # cells whose share of white is nearer to a half are unreadable


def checksum(camera, frame):
    """CRC-16/CCITT-FALSE over camera, frame high byte, frame low byte."""
    crc = 0xFFFF
    for byte in (camera, frame >> 8, frame & 0xFF):
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def to_bits(camera, frame):
    """The 48 cells of a mark, row by row, as 0 and 1."""
    value = EYES[0] << 44 | camera << 36 | frame << 20
    value |= checksum(camera, frame) << 4 | EYES[1]
    return [value >> shift & 1 for shift in range(47, -1, -1)]


def cell_levels(grey):
    """Mean luma of the middle of each cell."""
    height, width = grey.shape
    levels = []
    for row in range(TOP, TOP + HEIGHT):
        for column in range(LEFT, LEFT + WIDTH):
            x1, x2 = (column + 0.3) * width / COLUMNS, (column + 0.7) * width / COLUMNS
            y1, y2 = (row + 0.3) * height / ROWS, (row + 0.7) * height / ROWS
            part = grey[int(y1) : max(int(y2), int(y1) + 1), int(x1) : max(int(x2), int(x1) + 1)]
            levels.append(float(part.mean()))
    return levels


def decode_picture(grey):
    """(camera, frame) of a grey picture (2-dimensional array), or None."""
    height, width = grey.shape
    if width < 2 * COLUMNS or height < 2 * ROWS:
        return None
    levels = cell_levels(grey)
    white = (levels[0] + levels[2] + levels[45] + levels[47]) / 4
    black = (levels[1] + levels[3] + levels[44] + levels[46]) / 4
    if white - black < MIN_CONTRAST:
        return None

    value = 0
    for level in levels:
        share = (level - black) / (white - black)
        if abs(share - 0.5) < MARGIN:
            return None
        value = value << 1 | (share > 0.5)
    camera, frame = value >> 36 & 0xFF, value >> 20 & 0xFFFF
    if (value >> 44, value & 0xF) != EYES or value >> 4 & 0xFFFF != checksum(camera, frame):
        return None
    return camera, frame


def decode(jpeg):
    """(camera, frame) shown by a JPEG (bytes), or None if it shows no mark."""
    if not jpeg:
        return None
    grey = cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_GRAYSCALE)
    return None if grey is None else decode_picture(grey)


def expected_frame(capture_ns, loop_ns, frames):
    """The number of the frame that a marked camera takes at this time (UTC, ns).

    Frame k is due at k / frames of the loop, counted from 1970; a capture time is
    exact to well under half a frame, so the nearest one is meant.
    """
    return (capture_ns % loop_ns * frames + loop_ns // 2) // loop_ns % frames


def draw(width, height, camera, frame):
    """A grey picture with a mark on a noisy background: what mark.c draws."""
    random = numpy.random.default_rng(camera << 16 | frame)
    picture = random.integers(20, 230, (height, width), numpy.uint8)
    picture = cv2.GaussianBlur(picture, (0, 0), 2)

    def fill(left, top, right, bottom, level):
        x1, x2 = (int(x) * width // (2 * COLUMNS) for x in (left, right))
        y1, y2 = (int(y) * height // (2 * ROWS) for y in (top, bottom))
        picture[y1:y2, x1:x2] = level

    fill(2 * LEFT - 1, 2 * TOP - 1, 2 * (LEFT + WIDTH) + 1, 2 * (TOP + HEIGHT) + 1, 126)
    for i, bit in enumerate(to_bits(camera, frame)):
        x, y = 2 * (LEFT + i % WIDTH), 2 * (TOP + i // WIDTH)
        fill(x, y, x + 2, y + 2, 235 if bit else 16)
    return picture


def self_test():
    """Raises AssertionError if marks are not read, or read where there is none."""
    assert checksum(ord("1"), ord("2") << 8 | ord("3")) == 0x5BCE
    numbers = [(1, 0), (1, 1), (2, 299), (255, 65535), (0, 0), (7, 4660), (128, 32768)]
    for width, height in ((1920, 1080), (1280, 720), (640, 360), (704, 576), (640, 480)):
        for camera, frame in numbers:
            picture = draw(width, height, camera, frame)
            for factor in (1, 0.5, 0.37):
                size = (round(width * factor), round(height * factor))
                scaled = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
                for quality in (95, 40, 10, 5):
                    jpeg = cv2.imencode(".jpg", scaled, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
                    found = decode(jpeg.tobytes())
                    wanted = (camera, frame)
                    assert found == wanted, (width, height, factor, quality, wanted, found)

    # each flipped cell, and two frames half way into each other, are noticed
    good = draw(640, 360, 3, 77)
    for row in range(TOP, TOP + HEIGHT):
        for column in range(LEFT, LEFT + WIDTH):
            ys = slice(row * 360 // ROWS, (row + 1) * 360 // ROWS)
            xs = slice(column * 640 // COLUMNS, (column + 1) * 640 // COLUMNS)
            bad = good.copy()
            bad[ys, xs] = 251 - bad[ys, xs]
            assert decode_picture(bad) is None, (row, column)
    blend = cv2.addWeighted(good, 0.5, draw(640, 360, 3, 78), 0.5, 0)
    assert decode_picture(blend) is None

    random = numpy.random.default_rng(1)
    for _ in range(500):
        assert decode_picture(random.integers(0, 256, (36, 64), numpy.uint8)) is None
    for level in (0, 128, 255):
        assert decode_picture(numpy.full((360, 640), level, numpy.uint8)) is None
    for junk in (b"", b"no JPEG", b"\xff\xd8\xff\xe0"):
        assert decode(junk) is None

    assert expected_frame(10_000_000_000 * 7 + 33_333_334, 10_000_000_000, 300) == 1
    assert expected_frame(10_000_000_000 * 7 - 1, 10_000_000_000, 300) == 0


def main(arguments):
    if arguments == ["--self-test"]:
        self_test()
        print("marks: ok")
        return 0
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    status = 0
    for name in arguments:
        with open(name, "rb") as file:
            found = decode(file.read())
        print(name, *(("camera %d frame %d" % found,) if found else ("no mark",)))
        status = status if found else 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Reads frames back from Redis, decodes them and draws the contact sheet.

"""read_back() and save_sheet()."""

import hashlib
import io
import math

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
FRAMES = 5  # that are read back of each camera
WIDTH = 640  # of a picture on the sheet
LINE = 30
EDGE = 8


class BadFrame(Exception):
    """A sentence about a frame."""


def decode(jpeg, event):
    """The picture of a frame that is what its event says."""
    key = event["redis_key"]
    if jpeg is None:
        raise BadFrame("%s was announced and is not in Redis" % key)
    if len(jpeg) != event["size_bytes"]:
        raise BadFrame("%s has %d bytes, announced were %d" % (key, len(jpeg), event["size_bytes"]))
    try:
        picture = Image.open(io.BytesIO(jpeg))
        picture.load()
    except OSError as error:
        raise BadFrame("%s does not decode: %s" % (key, error)) from error
    if (picture.format, picture.size) != ("JPEG", (event["width"], event["height"])):
        raise BadFrame("%s is a %s of %dx%d, announced was a JPEG of %dx%d" % (
            key, picture.format, *picture.size, event["width"], event["height"]))
    if event["digest"] not in (None, hashlib.sha256(jpeg).hexdigest()):
        raise BadFrame("%s is not the picture that RabbitMQ delivered for this frame" % key)
    return picture.convert("RGB")


def read_back(cache, events):
    """Decodes a few of the frames, the last one last.

    Returns how many were good, the last one with its event or None, and sentences about bad ones.
    """
    step = max(1, (len(events) - 1) // (FRAMES - 1))
    chosen = events[::-1][::step][:FRAMES][::-1]
    good, last, errors = 0, None, []
    for event in chosen:
        try:
            last = decode(cache.get(event["redis_key"]), event), event
            good += 1
        except BadFrame as error:
            errors.append(str(error))
    return good, last, errors


def label(draw, place, text, size):
    """Writes a line, also where there is no good font."""
    try:
        draw.text(place, text, "white", ImageFont.truetype(FONT, size))
    except OSError:
        draw.text((place[0], place[1] + 4), text, "white", ImageFont.load_default())


def save_sheet(pictures, path):
    """One picture a camera: {camera: (picture, event) or None}."""
    columns = min(len(pictures), math.ceil(math.sqrt(len(pictures))))
    shapes = [picture[0].size for picture in pictures.values() if picture is not None]
    height = max((WIDTH * size[1] // size[0] for size in shapes), default=WIDTH * 9 // 16)
    cell = WIDTH + EDGE, height + LINE + EDGE
    rows = math.ceil(len(pictures) / columns)
    sheet = Image.new("RGB", (columns * cell[0] + EDGE, rows * cell[1] + EDGE), (24, 28, 32))
    draw = ImageDraw.Draw(sheet)
    for i, (camera, found) in enumerate(pictures.items()):
        x, y = EDGE + i % columns * cell[0], EDGE + i // columns * cell[1]
        if found is None:
            draw.rectangle((x, y + LINE, x + WIDTH, y + LINE + height), (60, 20, 20))
            label(draw, (x + 4, y + 4), camera + ": no frame", 18)
            continue
        picture, event = found
        label(draw, (x + 4, y + 4), "%s  #%d  %s  %dx%d" % (
            camera, event["sequence"], event["timestamp"][:23] + "Z", event["width"], event["height"]), 18)
        sheet.paste(picture.resize((WIDTH, WIDTH * picture.height // picture.width)), (x, y + LINE))
    sheet.save(path, quality=88)

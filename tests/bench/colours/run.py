#!/usr/bin/python3
# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What does it cost to make JPEGs with the right colours, and which way gets them right? Prints the table of README.md.

"""usage: tests/bench/run colours [--frames N] [--size WxH]

JPEG (JFIF) means full-range BT.601. Each candidate stands between the decoder and jpegenc; its cost is the CPU time of
the process per frame, less that of the same frames without it, and its error is the largest difference of R, G or B
from the right colour after decoding with libjpeg (PIL), over grey steps and 75 % colour patches.
"""

import argparse
import io
import resource
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402
from PIL import Image  # noqa: E402

JPEG = "jpegenc quality=85"
FULL = "video/x-raw,format=I420,colorimetry=1:4:0:0"
FCC = "video/x-raw,format=YV12,colorimetry=1:2:0:0"  # see README.md
CANDIDATES = (
    ("nothing (stock jpegenc)", "", ""),
    ("jpegcolor", "jpegcolor", ""),
    ("videoconvert ! jpegcolor", "videoconvert ! jpegcolor", ""),
    ("videoconvert to I420 1:4:0:0", "videoconvert", FULL),
    ("videoconvert to I420 1:2:0:0", "videoconvert", FCC.replace("YV12", "I420")),
    ("videoconvert to YV12 1:2:0:0", "videoconvert", FCC),
    ("  dither=none", "videoconvert dither=none", FCC),
    ("  chroma-mode=none", "videoconvert chroma-mode=none", FCC),
    ("  n-threads=2", "videoconvert n-threads=2", FCC),
    ("videoconvertscale to YV12 1:2:0:0", "videoconvertscale", FCC),
    ("videoconvert to YV12 1:4:0:0", "videoconvert", FULL.replace("I420", "YV12")),
    ("videoconvert to NV12 1:2:0:0", "videoconvert", FCC.replace("YV12", "NV12")),
    ("videoconvert to Y42B 1:2:0:0", "videoconvert", FCC.replace("YV12", "Y42B")),
    ("videoconvert to Y444 1:2:0:0", "videoconvert", FCC.replace("YV12", "Y444")),
    ("videoconvert to BGRx", "videoconvert", "video/x-raw,format=BGRx"),
    ("videoconvert to RGB", "videoconvert", "video/x-raw,format=RGB"),
    ("videobalance (range only)", "videobalance contrast=1.164384 brightness=-0.062745 saturation=1.138393", ""),
)

# name -> (Kr, Kb, limited range)
MATRICES = {
    "bt709": (0.2126, 0.0722, True),
    "bt601": (0.299, 0.114, True),
    "1:4:7:1": (0.299, 0.114, False),
    "1:3:5:1": (0.2126, 0.0722, False),
    "": (0.2126, 0.0722, True),  # what a decoder leaves out when the stream does not tell; 720 lines mean BT.709
}

# black, greys, white; then R, G, B, yellow, magenta, cyan of 75 %, which stay within all ranges
PATCHES = [(v, v, v) for v in (0, 64, 128, 192, 255)] + [
    (191, 0, 0), (0, 191, 0), (0, 0, 191), (191, 191, 0), (191, 0, 191), (0, 191, 191)]  # fmt: skip


def to_ycc(rgb, colorimetry):
    kr, kb, limited = MATRICES[colorimetry]
    r, g, b = (c / 255 for c in rgb)
    y = kr * r + (1 - kr - kb) * g + kb * b
    cb, cr = (b - y) / (2 - 2 * kb), (r - y) / (2 - 2 * kr)
    if limited:
        values = 16 + 219 * y, 128 + 224 * cb, 128 + 224 * cr
    else:
        values = 255 * y, 128 + 255 * cb, 128 + 255 * cr
    return bytes(max(0, min(255, round(v))) for v in values)


def patch_frame(width, height, colorimetry):
    """I420 with one vertical stripe per patch, at even columns."""
    column = width // len(PATCHES) // 2 * 2
    colours = [to_ycc(PATCHES[min(x // column, len(PATCHES) - 1)], colorimetry) for x in range(width)]
    luma = bytes(c[0] for c in colours) * height
    chroma = [bytes(colours[x][i] for x in range(0, width, 2)) * (height // 2) for i in (1, 2)]
    return luma + chroma[0] + chroma[1], column


def caps_of(size, colorimetry):
    return (
        "video/x-raw,format=I420,width=%d,height=%d,framerate=30/1,pixel-aspect-ratio=1/1,"
        "interlace-mode=progressive,chroma-site=mpeg2" % size
        + (",colorimetry=" + colorimetry if colorimetry else "")
    )


def run(elements, caps, buffers, keep=False):
    """CPU seconds that the pipeline took for the buffers, and the last output."""
    text = " ! ".join(
        ["appsrc name=src is-live=false format=time max-buffers=8 block=true max-bytes=0"]
        + [e for e in elements if e]
        + ["appsink name=sink sync=false wait-on-eos=false" if keep else "fakesink"]
    )
    pipeline = Gst.parse_launch(text)
    source = pipeline.get_by_name("src")
    source.set_property("caps", Gst.Caps.from_string(caps))
    pipeline.set_state(Gst.State.PLAYING)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    for buffer in buffers:
        source.emit("push-buffer", buffer)
    source.emit("end-of-stream")
    message = pipeline.get_bus().timed_pop_filtered(
        Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR
    )
    after = resource.getrusage(resource.RUSAGE_SELF)
    output = None
    if message.type == Gst.MessageType.ERROR:
        error, debug = message.parse_error()
        pipeline.set_state(Gst.State.NULL)
        raise RuntimeError("%s: %s\n%s" % (text, error.message, debug))
    if keep:
        sample = pipeline.get_by_name("sink").get_property("last-sample")
        memory = sample.get_buffer()
        output = memory.extract_dup(0, memory.get_size())
    pipeline.set_state(Gst.State.NULL)
    spent = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
    return spent, output


def errors(convert, filter_caps, colorimetry):
    """Largest error of black and white, largest error of the colours."""
    width, height = 704, 720
    frame, column = patch_frame(width, height, colorimetry)
    buffers = []
    for i in range(6):
        buffers.append(Gst.Buffer.new_wrapped(frame))
        buffers[i].pts = i * Gst.SECOND // 30
    # as in the pipelines, because it takes part in the negotiation
    rate = "videorate drop-only=true ! video/x-raw,framerate=10/1"
    elements = [rate, convert, filter_caps, "jpegenc quality=95"]
    jpeg = run(elements, caps_of((width, height), colorimetry), buffers, True)[1]
    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    found = [picture.getpixel((i * column + column // 2, height // 2)) for i in range(len(PATCHES))]
    difference = [max(abs(a - b) for a, b in zip(rgb, right)) for rgb, right in zip(found, PATCHES)]
    return max(difference[0], difference[4]), max(difference)


def test_frames(size, count):
    """Something with edges, colours and noise, as decoded buffers."""
    pipeline = Gst.parse_launch(
        "videotestsrc num-buffers=%d pattern=zone-plate kx2=4 ky2=4 kt=2 ! video/x-raw,format=I420,width=%d,height=%d"
        " ! videobalance saturation=0.8 ! appsink name=sink sync=false" % ((count,) + size)
    )
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    frames = [sink.emit("pull-sample").get_buffer() for _ in range(count)]
    pipeline.set_state(Gst.State.NULL)
    return frames


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1], usage=__doc__.split("\n")[0][7:])
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--size", default="1280x720")
    options = parser.parse_args()
    size = tuple(int(n) for n in options.size.split("x"))

    Gst.init(None)
    frames = test_frames(size, 10)

    def buffers():
        for i in range(options.frames):
            buffer = frames[i % len(frames)].copy()  # the memory is shared
            buffer.pts = i * Gst.SECOND // 30
            yield buffer

    print("%-48s %10s %10s   %s" % ("candidate, %s, %d frames" % (options.size, options.frames), "convert", "and jpeg",
                                   "error of black and white/of colours: bt709, bt601, full bt601, full bt709, untold"))  # fmt: skip
    caps = caps_of(size, "bt709")
    idle = min(run([], caps, buffers())[0] for _ in range(3))
    for name, convert, filter_caps in CANDIDATES:
        alone = min(run([convert, filter_caps], caps, buffers())[0] for _ in range(3)) - idle
        whole = min(run([convert, filter_caps, JPEG], caps, buffers())[0] for _ in range(3)) - idle
        found = ["%d/%d" % errors(convert, filter_caps, c) for c in MATRICES]
        print("%-48s %7.2f ms %7.2f ms   %s" % (
            name, alone * 1000 / options.frames, whole * 1000 / options.frames, ", ".join(found)), flush=True)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())

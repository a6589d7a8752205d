# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# JPEGs of equal size: which quality does each encoder need?

"""Finds the quality with which an encoder makes JPEGs of a wanted mean size from a clip."""

import os
import shlex
import subprocess

FRAMES_APART = 2  # seconds of the clip

COLOURS = "videoconvert ! video/x-raw,format=YV12,colorimetry=1:2:0:0"  # as far as stock elements go


def run(command):
    return subprocess.run(shlex.split(command), check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout


class Picker:
    """Some pictures of a clip, unencoded; `with` removes nothing: they are in the caller's folder."""

    def __init__(self, clip, width, height, folder):
        self.size = (width, height)
        self.raw = os.path.join(folder, "pictures.yuv")
        run(f"gst-launch-1.0 -q filesrc location={shlex.quote(clip)} ! qtdemux ! h264parse ! avdec_h264 ! videorate "
            f"drop-only=true ! video/x-raw,format=I420,framerate=1/{FRAMES_APART} ! filesink location={self.raw}")
        self.count = os.path.getsize(self.raw) // (width * height * 3 // 2)

    def jpegenc(self, quality, colours):
        """Mean size of what jpegenc makes."""
        width, height = self.size
        convert = f"{COLOURS} ! " if colours else ""
        target = self.raw + ".jpegs"
        run(f"gst-launch-1.0 -q filesrc location={self.raw} ! rawvideoparse format=i420 width={width} height={height} "
            f"! {convert}jpegenc quality={quality} ! filesink location={target}")
        return os.path.getsize(target) / self.count

    def ffmpeg(self, quality):
        width, height = self.size
        made = run(f"ffmpeg -nostdin -loglevel error -f rawvideo -video_size {width}x{height} -pix_fmt yuv420p "
                   f"-i {self.raw} -c:v mjpeg -q:v {quality} -f image2pipe -")
        return len(made) / self.count

    def pick(self, size_of, qualities, wanted):
        """(quality, mean size): of `qualities`, from small to big JPEGs, the one that comes nearest."""
        low, high = 0, len(qualities) - 1
        found = {}
        while low <= high:
            middle = (low + high) // 2
            found[middle] = size_of(qualities[middle])
            if found[middle] < wanted:
                low = middle + 1
            else:
                high = middle - 1
        best = min(found, key=lambda index: abs(found[index] - wanted))
        return qualities[best], found[best]

    def for_jpegenc(self, wanted, colours):
        return self.pick(lambda quality: self.jpegenc(quality, colours), range(5, 100), wanted)

    def for_ffmpeg(self, wanted):
        return self.pick(self.ffmpeg, [half / 2 for half in range(62, 1, -1)], wanted)

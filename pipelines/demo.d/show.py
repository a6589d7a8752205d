# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the demo says: lines, and a table that redraws itself on a terminal.

"""say(), Progress and the table of the report."""

import shutil
import sys
import time

COLUMNS = ("camera", "fps", "frames", "published", "stored", "announced", "dropped")
PLAIN_INTERVAL = 5  # seconds between two reports that are not on a terminal
RATE_WINDOW = 3  # seconds


def say(topic, text):
    """A line of what goes on."""
    print("%-10s %s" % (topic, text), flush=True)


def table(rows):
    """Lines of a table with a heading; numbers to the right."""
    rows = [COLUMNS] + [tuple(str(cell) for cell in row) for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    return ["  " + "  ".join(
        [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]) for row in rows]


def row_of(camera, counts, fps):
    """One camera's line."""
    return (camera, "%.1f" % fps if fps is not None else "-", counts.frames, counts.published, counts.stored,
            counts.announced, sum(counts.dropped.values()))


class Rate:
    """Frames per second over the last seconds."""

    def __init__(self):
        self.seen = []  # (time, frames)

    def add(self, frames):
        now = time.monotonic()
        if frames > 0:
            self.seen.append((now, frames))
        while len(self.seen) > 2 and now - self.seen[0][0] > RATE_WINDOW:
            self.seen.pop(0)

    def get(self):
        if not self.seen:
            return None
        (start, before), (end, after) = self.seen[0], self.seen[-1]
        return (after - before) / (end - start) if end - start > 0.5 else None


class Progress:
    """Shows the counters while the pipeline runs."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.redraws = sys.stdout.isatty()
        self.height = 0
        self.told = time.monotonic()
        self.rates = {}

    def update(self, elapsed, all_counts, notes):
        """all_counts: camera -> Counts; notes: sentences that hold now."""
        rows = []
        for camera, counts in all_counts.items():
            rate = self.rates.setdefault(camera, Rate())
            rate.add(counts.frames)
            rows.append(row_of(camera, counts, rate.get()))
        if self.redraws:
            self.redraw(["  %d of %d s; Ctrl-C ends it" % (elapsed, self.seconds)] + table(rows)
                        + ["  " + note for note in notes])
        elif time.monotonic() - self.told >= PLAIN_INTERVAL:
            self.told = time.monotonic()
            for row in rows:
                print("%4d s  " % elapsed + "%s: %s fps, %s frames, %s published, %s stored, %s announced, %s dropped"
                      % row, flush=True)

    def redraw(self, lines):
        """Over what stood there before, so nothing may be wider or higher than the terminal."""
        width, height = shutil.get_terminal_size()
        if len(lines) >= height:
            lines = lines[:max(height - 2, 1)] + ["  …"]
        sys.stdout.write("\x1b[%dA" % self.height if self.height else "")
        sys.stdout.write("".join("\x1b[2K%s\n" % line[:width - 1] for line in lines) + "\x1b[J")
        sys.stdout.flush()
        self.height = len(lines)

    def end(self):
        """The table makes room for the report."""
        if self.redraws and self.height:
            sys.stdout.write("\x1b[%dA\x1b[J" % self.height)
            sys.stdout.flush()

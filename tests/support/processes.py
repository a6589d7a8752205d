# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What processes use, from /proc.

"""CPU time, memory and threads of processes."""

import os
import threading

TICK = os.sysconf("SC_CLK_TCK")


def read(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:  # it has ended
        return ""


def children_of(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task") if os.path.isdir(f"/proc/{pid}") else []:
        found += map(int, read(f"/proc/{pid}/task/{task}/children").split())
    return found


def tree(pids):
    """These processes and all below them."""
    found = []
    waiting = list(pids)
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children_of(pid)
    return found


def cpu_split(pids):
    """(user, system) seconds of these processes, what they started, and what of that has ended."""
    user = system = 0
    for pid in tree(pids):
        fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        if fields:
            user += int(fields[11]) + int(fields[13])
            system += int(fields[12]) + int(fields[14])
    return user / TICK, system / TICK


def cpu(pids):
    return sum(cpu_split(pids))


def sum_of_lines(text, name):
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith(name + ":"))


def pss_kb(pids):
    return sum(sum_of_lines(read(f"/proc/{pid}/smaps_rollup"), "Pss") for pid in tree(pids))


def rss_kb(pids):
    return sum(sum_of_lines(read(f"/proc/{pid}/status"), "VmRSS") for pid in tree(pids))


def threads(pids):
    return sum(sum_of_lines(read(f"/proc/{pid}/status"), "Threads") for pid in tree(pids))


def descriptors(pids):
    count = 0
    for pid in tree(pids):
        try:
            count += len(os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            pass
    return count


def machine_busy():
    """Seconds that all CPUs together have worked, for anybody (what the host took away counts as work)."""
    fields = list(map(int, read("/proc/stat").split("\n", 1)[0].split()[1:9]))
    return (sum(fields) - fields[3] - fields[4]) / TICK


class Sampler:
    """Looks every second at the processes that `pids()` names; keeps the most there was."""

    def __init__(self, pids, interval=1):
        self.pids = pids
        self.interval = interval
        self.peak_pss_kb = self.peak_threads = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def look(self):
        pids = self.pids()
        self.peak_pss_kb = max(self.peak_pss_kb, pss_kb(pids))
        self.peak_threads = max(self.peak_threads, threads(pids))

    def run(self):
        self.look()
        while not self.ended.wait(self.interval):
            self.look()

    def close(self):
        self.ended.set()
        self.thread.join()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records what real programs print on a terminal, with keys pressed and sizes changed meanwhile.

Usage: record.py FOLDER [NAME...]   Records all of scenarios.py, or those named, one file each
(recording.h)."""

import concurrent.futures
import fcntl
import os
import pathlib
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

from scenarios import SCENARIOS, Resize, prepare

QUIET_SEC, STEP_SEC, SIZE_MAX = 0.25, 4, 1_500_000

# What programs wait for before they go on, answered as a plain xterm does. Anything else stays unanswered.
ANSWERS = [(b"\x1b[c", b"\x1b[?62;22c"), (b"\x1b[0c", b"\x1b[?62;22c"), (b"\x1b[>c", b"\x1b[>41;330;0c"),
           (b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[5n", b"\x1b[0n")]


class Recorder:
    def __init__(self, rows, columns):
        self.records, self.size, self.fd, self.pid = [], 0, -1, 0
        self.rows, self.columns = rows, columns
        self.records.append((b"r", b"%d %d" % (rows, columns)))

    def start(self, command, folder):
        environment = {k: os.environ[k] for k in ("PATH",) if k in os.environ}
        environment.update(TERM="xterm-256color", LANG="C.UTF-8", HOME=str(folder), SHELL="/bin/bash", PS1="$ ",
                           LESS="-R", PAGER="less", EDITOR="vi", LINES="", COLUMNS="", HISTFILE="")
        del environment["LINES"], environment["COLUMNS"]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
            os.execvpe("bash", ["bash", "--norc", "-c", command], environment)
        self.resize(self.rows, self.columns)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_until_quiet(self, seconds=STEP_SEC, quiet=QUIET_SEC):
        """Takes what is printed until nothing comes for a while. False: the program has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.size < SIZE_MAX:
            if not select.select([self.fd], [], [], quiet)[0]:
                return True
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return False
            if not data:
                return False
            self.records.append((b"o", data))
            self.size += len(data)
            for question, answer in ANSWERS:
                if question in data:
                    os.write(self.fd, answer)
        return True

    def run(self, steps):
        alive = self.read_until_quiet()
        for step in steps:
            if not alive:
                break
            if isinstance(step, Resize):
                self.records.append((b"r", b"%d %d" % (step.rows, step.columns)))
                self.resize(step.rows, step.columns)
            elif isinstance(step, (int, float)):
                alive = self.read_until_quiet(step, step)
                continue
            else:
                os.write(self.fd, step.encode() if isinstance(step, str) else step)
            alive = self.read_until_quiet()
        return alive

    def stop(self):
        for number in (signal.SIGHUP, signal.SIGKILL):
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                break
            self.read_until_quiet(1)
        os.close(self.fd)
        os.waitpid(self.pid, 0)

    def write(self, path):
        with open(path, "wb") as f:
            for kind, data in self.records:
                f.write(kind + struct.pack("<I", len(data)) + data)


def record(scenario, target):
    """0 = recorded; or why it is not."""
    missing = [p for p in scenario.needs if not shutil.which(p, path=os.environ["PATH"] + ":/usr/games:/usr/sbin")]
    if missing:
        return f"{scenario.name}: not installed: {' '.join(missing)}"
    with tempfile.TemporaryDirectory(prefix="recording-") as folder:
        prepare(pathlib.Path(folder))
        recorder = Recorder(*scenario.size)
        recorder.start(scenario.command, folder)
        if recorder.run(scenario.steps):
            recorder.stop()
        else:
            os.close(recorder.fd)
            os.waitpid(recorder.pid, 0)
    if recorder.size < scenario.least:
        return f"{scenario.name}: printed only {recorder.size} bytes"
    recorder.write(target / scenario.name)
    return 0


def main():
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    chosen = [s for s in SCENARIOS if len(sys.argv) == 2 or s.name in sys.argv[2:]]
    with concurrent.futures.ProcessPoolExecutor(4) as pool:
        results = list(pool.map(record, chosen, [target] * len(chosen)))
    for result in results:
        if result:
            print(result)
    print(f"{results.count(0)} of {len(chosen)} recorded")
    return 0 if results.count(0) == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())

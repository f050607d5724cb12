# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine that tests run in: tests/machine, from the host's side."""

import subprocess
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PROGRAM = FOLDER.parent / "machine"


def is_running():
    return subprocess.run([PROGRAM, "status"], capture_output=True, check=False).returncode == 0


def boot():
    subprocess.run([PROGRAM, "boot"], check=True, stdout=subprocess.DEVNULL)


def halt():
    subprocess.run([PROGRAM, "halt"], check=True)


def argv(user, *command):
    """What to execute on the host to have the command in the machine."""
    return [PROGRAM, "run", "-u", user, "--", *command]


def wait_until(condition, what, timeout=30):
    """Polls for what sends no event. Returns what the condition returned."""
    end = time.monotonic() + timeout
    while not (result := condition()):
        assert time.monotonic() < end, f"Not within {timeout} s: {what}"
        time.sleep(0.03)
    return result

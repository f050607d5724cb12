# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine that tests run in: tests/machine, from the host's side."""

import os
import subprocess
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PROGRAM = FOLDER.parent / "machine"

IS_VIRTUAL = os.environ.get("MACHINE", "").endswith("vm")
# A virtual machine is emulated: what has a deadline gets so many times as long there.
PATIENCE = 6 if IS_VIRTUAL else 1


def is_running():
    return subprocess.run([PROGRAM, "status"], capture_output=True, check=False).returncode == 0


def boot():
    subprocess.run([PROGRAM, "boot"], check=True, stdout=subprocess.DEVNULL)


def halt():
    subprocess.run([PROGRAM, "halt"], check=True)


def argv(user, *command):
    """What to execute on the host to have the command in the machine."""
    return [PROGRAM, "run", "-u", user, "--", *command]


def wait_until(condition, what, timeout=60):
    """Polls for what sends no event. Returns what the condition returned."""
    end = time.monotonic() + timeout * PATIENCE
    while not (result := condition()):
        assert time.monotonic() < end, f"Not within {timeout} s: {what}"
        time.sleep(0.03)
    return result


def main_pid(reader, unit):
    """Of a unit that runs, or is about to. (What kill(1) would make of the 0 of one that does not is the
    whole group of the caller, these tests included.)"""
    def look():
        pid = reader.run("systemctl", "show", "--value", "--property=MainPID", unit).output.strip()
        return pid if pid != "0" else None
    return wait_until(look, f"{unit} runs")


def kill_services(reader, *services, systemctl=("systemctl",)):
    """Kills services and waits for their successors. A service that is active again has its name on the
    bus."""
    def states():
        said = reader.run(*systemctl, "show", "--property=MainPID,ActiveState", *services).output
        return [dict(line.split("=") for line in one.splitlines()) for one in said.split("\n\n")]

    def are_new():
        return all(new["ActiveState"] == "active" and new["MainPID"] not in ("0", old["MainPID"])
                   for old, new in zip(before, states()))
    before = states()
    assert len(before) == len(services)
    reader.run(*systemctl, "kill", "--signal=KILL", "--kill-who=main", *services)
    wait_until(are_new, f"successors of {services}")

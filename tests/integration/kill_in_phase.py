# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in the machine as root: kills with SIGKILL as soon as a session's record says this phase.

Usage: kill_in_phase.py SESSION PHASE [manager|keeper|both]

Says "ready", then waits. Exit status 1: the session got past it unseen.
"""

import os
import subprocess
import sys
import time

DEADLINE = 30


def main_pids(*units):
    said = subprocess.run(["systemctl", "show", "--value", "--property=MainPID", *units],
                          capture_output=True, text=True, check=True)
    return [int(pid) for pid in said.stdout.split()]


def look(session):
    """The phase, and how often the session was restarted. The record is never cut: another takes its
    place."""
    try:
        with open(f"/run/compute-sessions/sessions/{session}", encoding="utf-8") as file:
            record = dict(line[:-1].split("=", 1) for line in file if "=" in line)
    except FileNotFoundError:
        return None, None
    return record.get("PHASE"), record.get("RESTARTS")


def main():
    session, wanted, whom = (sys.argv + ["manager"])[1:4]
    manager, keeper = "compute-sessiond.service", f"compute-keeper-{session}.service"
    pids = main_pids(*{"manager": [manager], "keeper": [keeper], "both": [manager, keeper]}[whom])
    end = time.monotonic() + DEADLINE
    _, before = look(session)
    print("ready", flush=True)
    while time.monotonic() < end:
        phase, restarts = look(session)
        if phase == wanted:
            for pid in pids:
                os.kill(pid, 9)
            return 0
        if phase is None or (phase == "running" and restarts != before):
            break  # it is over
    return 1


sys.exit(main())

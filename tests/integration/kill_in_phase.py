# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in the machine as root: kills the manager with SIGKILL as soon as a session's record says this phase.

Usage: kill_in_phase.py SESSION PHASE       says "ready", then waits; exit status 1: the session got past it unseen
"""

import os
import subprocess
import sys
import time

DEADLINE = 30


def manager():
    said = subprocess.run(["systemctl", "show", "--value", "--property=MainPID", "compute-sessiond"],
                          capture_output=True, text=True, check=True)
    return int(said.stdout)


def phase(session):
    try:
        with open(f"/run/compute-sessions/sessions/{session}", encoding="utf-8") as record:
            return next(line[6:-1] for line in record if line.startswith("PHASE="))
    except (FileNotFoundError, StopIteration):
        return None


def main():
    session, wanted = sys.argv[1:]
    pid = manager()
    end = time.monotonic() + DEADLINE
    print("ready", flush=True)
    while time.monotonic() < end:
        if phase(session) == wanted:
            os.kill(pid, 9)
            return 0
    return 1


sys.exit(main())

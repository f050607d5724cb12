# SPDX-License-Identifier: LGPL-2.1-or-later
"""The system that is measured: its processes, units and sessions."""

import json
import os
import pathlib
import pwd
import subprocess
import time

MANAGER = "compute-sessiond.service"
LIMITS = pathlib.Path("/run/compute-sessions/sessiond.conf.d/benchmark.conf")
NAME = "benchmark"  # of every session here
QUIET_S = 4  # a keeper gives back what it needs no more 2 to 3 s after that


def run(*command):
    """Runs a command; returns what it printed. What it complains of is shown."""
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout


def user_command(user, *command):
    """The command as that user, in the environment of a login."""
    entry = pwd.getpwnam(user)
    runtime_dir = f"/run/user/{entry.pw_uid}"
    return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--init-groups",
            "env", f"HOME={entry.pw_dir}", f"USER={user}", f"LOGNAME={user}", f"XDG_RUNTIME_DIR={runtime_dir}",
            f"DBUS_SESSION_BUS_ADDRESS=unix:path={runtime_dir}/bus", *command]


def as_user(user, *command):
    return list(command) if user == "root" else user_command(user, *command)


# Processes

def pss(pid):
    """Proportional set size in kB."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise ValueError(f"no Pss of process {pid}")


def switches(pid):
    """How often the process waited, and so was woken."""
    fields = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["voluntary_ctxt_switches"])


def cpu_ms(pid):
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def settle(*pids, timeout=120):
    """Waits until systemd has no jobs, and these processes have had nothing to do for QUIET_S; or it is
    time."""
    end = time.monotonic() + timeout
    while run("systemctl", "list-jobs", "--no-legend").strip() not in ("", "No jobs running.") and time.monotonic() < end:
        time.sleep(0.05)
    before = None
    while before != (before := [cpu_ms(pid) for pid in pids]) and time.monotonic() < end:
        time.sleep(QUIET_S)


def pids_of_cgroup(group):
    """The processes of a unit's cgroup; none if there is no such unit."""
    for root in ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup"):
        procs = pathlib.Path(f"{root}{group}/cgroup.procs")
        if group and procs.exists():
            return [int(pid) for pid in procs.read_text().split()]
    return []


def main_pid(unit):
    return int(run("systemctl", "show", "--property=MainPID", "--value", unit))


def manager_pid():
    return main_pid(MANAGER)


def bus_pid():
    return main_pid("dbus.service")


def pam_pid(keeper):
    """The process that holds the keeper's PAM session open, or None."""
    for pid in pathlib.Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split():
        if pathlib.Path(f"/proc/{pid}/comm").read_text() == "(sd-pam)\n":
            return int(pid)
    return None


# Sessions

def count_listed():
    """How many sessions run, as a client sees it that is not put off by a call that died with the
    manager."""
    done = subprocess.run(["computectl", "list", "--json=short"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return sum(s["state"] == "running" for s in json.loads(done.stdout)) if done.returncode == 0 else 0


class Sessions:
    """The sessions to measure with. Used in a with statement, at whose end they are gone."""

    def __init__(self, programs, registered, users):
        self.programs = programs
        self.registered = registered
        self.users = users
        self.ids = []

    def __enter__(self):
        if listed := json.loads(run("computectl", "list", "--json=short")):
            raise SystemExit(f"There are {len(listed)} sessions already, which would be in the way. Stop them first:\n"
                             f"computectl stop {' '.join(session['id'] for session in listed)}")
        return self

    def __exit__(self, kind, *_):
        if kind:
            settle()  # a start whose caller was killed just now
        left = [s["id"] for s in json.loads(run("computectl", "list", "--json=short")) if s["name"] == NAME]
        self.stop(left)
        if LIMITS.exists():
            LIMITS.unlink()
            LIMITS.parent.rmdir()
            self.restart_manager()

    def restart_manager(self):
        run("systemctl", "restart", MANAGER)

    def resize(self, count):
        """Starts or stops as many as it takes."""
        if count > len(self.ids):
            if count >= 200:
                self.raise_limits()
            self.start(count - len(self.ids))
        elif count < len(self.ids):
            self.stop(self.ids[count:])

    def start(self, count):
        for i, user in enumerate(self.users):
            part = count // len(self.users) + (i < count % len(self.users))
            command = ["register", str(part)] if self.registered else ["start", str(part), "cat"]
            if part:
                self.ids += run(*as_user(user, f"{self.programs}/sessions", *command)).split()

    def stop(self, ids):
        if ids:
            run(f"{self.programs}/sessions", "stop", *ids)
        self.ids = [id for id in self.ids if id not in ids]

    def raise_limits(self):
        """So that few users may have them all."""
        if not LIMITS.exists():
            LIMITS.parent.mkdir(exist_ok=True)
            LIMITS.write_text("[Sessions]\nSessionsMaxPerUser=8192\n")
            self.restart_manager()

    def scopes(self):
        return [f"compute-{id}.scope" for id in self.ids]

    def keepers(self):
        """The pids of the keepers, none for registered sessions."""
        if self.registered or not self.ids:
            return []
        units = [f"compute-keeper-{id}.service" for id in self.ids]
        return [int(pid) for pid in run("systemctl", "show", "--property=MainPID", "--value", *units).split()]

    def cgroups(self):
        return run("systemctl", "show", "--property=ControlGroup", "--value", *self.scopes()).split()


def is_manager_here():
    return os.path.isdir("/run/systemd/system") and subprocess.run(
        ["systemctl", "cat", MANAGER], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

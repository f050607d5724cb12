# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine from the host's side, where no fault that is made in it can get in the way. A virtual machine
has only an inside, in which none of the faults hits us, as we use none of what they hit."""

import fnmatch
import os
import signal
import subprocess
import threading
from pathlib import Path

import machine

CGROUPS = Path("/sys/fs/cgroup")
RUNTIME = "/run/compute-sessions"


class Host:
    def __init__(self, user=None, inside=False):
        """Of a user's own systemd and its units, if there is one. inside: this is the virtual machine."""
        # Held while a kernel starts, and while there is what no kernel starts without: it ends itself when
        # it gets no threads, or when it cannot write to its standard error, which is the journal.
        self.kernels = threading.Lock()
        self.leader = None
        if inside:
            self.uid, self.runtime = None, RUNTIME
            return
        said = subprocess.run([machine.PROGRAM, "status"], check=True, stdout=subprocess.PIPE, text=True).stdout
        fields = dict(line.split(":", 1) for line in said.splitlines())
        self.name = fields["Machine"].strip()
        self.leader = fields["Leader"].strip()
        self.uid = int(self.run("id", "-u", user)) if user else None
        self.runtime = f"/run/user/{self.uid}/compute-sessions" if user else RUNTIME

    def argv(self, *command):
        return command if not self.leader else ["nsenter", "--target", self.leader, "--all", "--", *command]

    def run(self, *command, check=True):
        """In the machine, but in no unit of it."""
        return subprocess.run(self.argv(*command), check=check, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True).stdout

    def systemctl(self, *arguments, check=True):
        """Of the systemd whose units these are."""
        if self.uid is None:
            return self.run("systemctl", *arguments, check=check)
        return self.run("setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--init-groups", "env",
                        f"XDG_RUNTIME_DIR=/run/user/{self.uid}", "systemctl", "--user", *arguments, check=check)

    def pids(self, unit="*", everywhere=False):
        """The processes of the units, as the host numbers them; with everywhere also those that are not of
        the user."""
        found = set()
        for root in (CGROUPS / "systemd", CGROUPS):
            for folder in self.folders(root):
                for path, _, _ in os.walk(folder):  # which minds no folder that goes meanwhile
                    if fnmatch.fnmatchcase(os.path.basename(path), unit) and (everywhere or self.is_here(path)):
                        found |= set(map(int, read(f"{path}/cgroup.procs").split()))
            if found:
                break
        return found

    def folders(self, root):
        """Those of the machine, below the root of a hierarchy."""
        if not self.leader:
            return [root]
        return [root / self.name] if (root / self.name).is_dir() else root.glob(f"system.slice/{self.name}.scope")

    def is_here(self, path):
        return self.uid is None or f"/user@{self.uid}.service/" in path

    def main_pids(self, unit, program):
        """Those of the processes that are this program; not what it forked, which is it for a moment too."""
        pids = {pid for pid in self.pids(unit) if program_of(pid) == program}
        return sorted(pid for pid in pids if parent_of(pid) not in pids)

    def journals(self):
        return {pid for pid in self.pids("systemd-journald.service", everywhere=True)
                if program_of(pid) == "systemd-journald"}

    def session_pids(self):
        """The processes of the machine that were started in a session, by its id."""
        found = {}
        for pid in self.pids():
            for variable in read(f"/proc/{pid}/environ").split("\0"):
                if variable.startswith("COMPUTE_SESSION_ID="):
                    found.setdefault(variable.partition("=")[2], set()).add(pid)
        return found


def read(path):
    """What is in the file of a process or cgroup; nothing if it is gone."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def parent_of(pid):
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return int(fields[1]) if fields else None


def program_of(pid):
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return None


def send(pids, number):
    """Returns how many were there to get the signal."""
    sent = 0
    for pid in pids:
        try:
            os.kill(pid, number)
            sent += 1
        except ProcessLookupError:
            pass
    return sent


def kill(pids):
    return send(pids, signal.SIGKILL)

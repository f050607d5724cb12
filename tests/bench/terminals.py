# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs on terminals of 200 columns and 50 rows: through a session, and through what others use for
that."""

import contextlib
import fcntl
import os
import pathlib
import pty
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time

import dbus
import system

ROWS, COLUMNS = 50, 200
NAME = "org.computesession1"
SESSION = "org.computesession1.Session"
CHUNK = 1 << 20
TIMEOUT_S = 120


class Terminal:
    """One side of it: what the program prints can be read from fd, what is written there is typed."""

    def __init__(self, fd):
        self.fd = fd

    def type(self, data):
        while data:
            data = data[os.write(self.fd, data):]

    def read(self, timeout=TIMEOUT_S):
        """What there is, as soon as there is something; nothing at the end."""
        if not select.select([self.fd], [], [], timeout)[0]:
            raise TimeoutError("The program on the terminal does not say anything.")
        try:
            return os.read(self.fd, CHUNK)
        except OSError:  # as a PTY says it
            return b""

    def read_until(self, marker):
        """Returns how many bytes came."""
        tail, total = b"", 0
        while marker not in tail:
            data = self.read()
            if not data:
                raise EOFError(f"The terminal ended before {marker} came.")
            total += len(data)
            tail = tail[-len(marker):] + data
        return total

    def close(self):
        os.close(self.fd)


class OnPty(Terminal):
    """A command on a PTY whose user this process is."""

    def __init__(self, *argv, environment=None):
        self.pid, fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
                os.execvpe(argv[0], argv, {**os.environ, "TERM": "xterm-256color", **(environment or {})})
            finally:
                os._exit(127)
        super().__init__(fd)

    def close(self):
        super().close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGHUP)
        deadline = time.monotonic() + 5
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.01)


# Each of these takes a script for sh, and returns a terminal that it runs on.

def raw(_programs, script):
    """a raw PTY"""
    return OnPty("sh", "-c", script)


class Dtach(OnPty):
    """dtach"""

    def __init__(self, _programs, script):
        self.folder = tempfile.mkdtemp()
        self.program = pathlib.Path(self.folder, "pid")
        super().__init__("dtach", "-c", f"{self.folder}/socket", "-z", "-E", "-r", "none",
                         "sh", "-c", f"echo $$ > {self.program}; {script}")

    def close(self):
        super().close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(self.program.read_text()), signal.SIGKILL)  # and with it dtach
        shutil.rmtree(self.folder)


class Tmux(OnPty):
    """tmux"""

    def __init__(self, _programs, script):
        self.folder = tempfile.mkdtemp()
        conf = pathlib.Path(self.folder, "conf")
        conf.write_text("set -g status off\nset -g history-limit 10000\n")
        self.argv = ["tmux", "-S", f"{self.folder}/socket", "-f", str(conf)]
        super().__init__(*self.argv, "new-session", script)

    def close(self):
        subprocess.run([*self.argv, "kill-server"], check=False, stderr=subprocess.DEVNULL)
        super().close()
        shutil.rmtree(self.folder)


class Screen(OnPty):
    """screen"""

    def __init__(self, _programs, script):
        self.folder = tempfile.mkdtemp()
        conf = pathlib.Path(self.folder, "conf")
        conf.write_text("startup_message off\nhardstatus off\ndefscrollback 10000\n")
        self.environment = {"SCREENDIR": f"{self.folder}"}
        self.argv = ["screen", "-c", str(conf), "-S", "benchmark"]
        super().__init__(*self.argv, "sh", "-c", script, environment=self.environment)

    def close(self):
        subprocess.run([*self.argv, "-X", "quit"], check=False, env={**os.environ, **self.environment},
                       stdout=subprocess.DEVNULL)
        super().close()
        shutil.rmtree(self.folder)


class Session:
    """A session; those who look at it are terminals."""

    def __init__(self, programs, *command):
        self.id = system.run(f"{programs}/sessions", "start", "1", *command).strip()
        self.programs = programs
        self.object = dbus.SystemBus().get_object(NAME, f"/org/computesession1/session/{self.id}", introspect=False)

    def get(self, name):
        return self.object.Get(SESSION, name, dbus_interface="org.freedesktop.DBus.Properties")

    def attach(self, rows=ROWS, columns=COLUMNS, **options):
        fd = self.object.Attach(dbus.UInt32(rows), dbus.UInt32(columns), dbus.Dictionary(options, signature="sv"),
                                dbus_interface=SESSION).take()
        return Terminal(fd)

    def keeper(self):
        return system.main_pid(f"compute-keeper-{self.id}.service")

    def stop(self):
        system.run(f"{self.programs}/sessions", "stop", self.id)


class Attached(Terminal):
    """a session's stream"""

    def __init__(self, programs, script):
        self.session = Session(programs, "sh", "-c", script)
        super().__init__(self.session.attach().fd)

    def close(self):
        super().close()
        self.session.stop()


class Computectl(OnPty):
    """computectl attach"""

    def __init__(self, programs, script):
        self.session = Session(programs, "sh", "-c", script)
        super().__init__("computectl", "attach", self.session.id)

    def close(self):
        super().close()
        self.session.stop()


PEERS = {"raw": (raw, "sh"), "dtach": (Dtach, "dtach"), "tmux": (Tmux, "tmux"), "screen": (Screen, "screen")}


def peers():
    """Those that are here; says which are not."""
    here = {name: opener for name, (opener, program) in PEERS.items() if shutil.which(program)}
    for name in PEERS.keys() - here.keys():
        print(f"  {name} is not installed, and so not measured.", flush=True)
    return here


def drop_input(fd):
    """Reads what has come already."""
    while select.select([fd], [], [], 0)[0] and os.read(fd, CHUNK):
        pass


def read_whole(terminal, quiet=0.5):
    """Reads until nothing comes for a while; returns how many bytes."""
    total = 0
    while select.select([terminal.fd], [], [], quiet)[0]:
        total += len(os.read(terminal.fd, CHUNK))
    return total

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes the place of a session's keeper, as its user can, and does to the manager what it is told:
hostile_keeper.py PID HOW.

A user may trace the own processes, and so take descriptors out of the keeper (pidfd_getfd): the socket that
it listens on, and its connection to the manager, which is shut down. The keeper is stopped (SIGSTOP), not
killed: systemd would start another. The manager then connects to this program.
"""

import array
import ctypes
import os
import random
import select
import signal
import socket
import struct
import sys
import time

PIDFD_GETFD = 438
HELLO, ATTACH = 1, 10
STATUS, AT_GATE, STARTED, FAILED, ENDED, CHANGED, REPLY = range(100, 107)
ARGUMENT, DIRECTORY, ROWS, COLUMNS, NOTEBOOK, KERNEL, CONNECTION_FILE, ID = 2, 4, 5, 6, 7, 8, 11, 12
PHASE, ERROR, MESSAGE, CODE, EXIT, CLIENTS, LEADER, TITLE, FOREGROUND, FOLDER = 20, 21, 22, 23, 24, 25, 26, 34, 35, 36
RUNNING, PHASE_ENDED = 2, 3

EVIL = ["\033]0;pwned\a\033[2J\033[31m", "a\nb\rc\td", "\x9b31mx", b"\xff\xfe\xc3\x28".decode("latin-1"),
        "\u202egnp.exe", "\u2028line", "x" * 100000, ""]
EVIL_BYTES = [b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1b]0;pwned\x07\x1b[2J", b"a\nb", b"\x00"]


def take_descriptors(pid):
    """The listening socket and the connection of the process."""
    libc = ctypes.CDLL(None, use_errno=True)
    process = os.pidfd_open(pid)
    found = {}
    for name in os.listdir(f"/proc/{pid}/fd"):
        fd = libc.syscall(PIDFD_GETFD, process, int(name), 0)
        if fd < 0:
            raise OSError(ctypes.get_errno(), "pidfd_getfd")
        try:
            one = socket.socket(fileno=fd)
            if one.family != socket.AF_UNIX or one.type != socket.SOCK_SEQPACKET:
                continue
            found["listening" if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) else "connection"] = one
        except OSError:
            os.close(fd)
    return found["listening"], found.get("connection")


def become_owner(pid):
    """Only root can take what a keeper has; from then on this is a keeper like any other."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        ids = dict(line.split(":", 1) for line in status)
    group, user = int(ids["Gid"].split()[0]), int(ids["Uid"].split()[0])
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def field(tag, value):
    if isinstance(value, int):
        value = struct.pack("<Q", value)
    elif isinstance(value, str):
        value = value.encode("utf-8", "surrogatepass")
    return struct.pack("<HHI", tag, 0, len(value)) + value


def message(opcode, *fields, serial=0):
    return struct.pack("<HHI", 1, opcode, serial) + b"".join(field(*one) for one in fields)


def status(*fields):
    return message(STATUS, (PHASE, RUNNING), (CLIENTS, 0), *fields)


def lingering():
    """A socket whose closing takes hours: unread bytes, and somebody who waits for them to be read."""
    listening = socket.create_server(("127.0.0.1", 0))
    one = socket.create_connection(listening.getsockname())
    other, _ = listening.accept()
    one.setblocking(False)
    try:
        while True:
            one.send(bytes(65536))
    except BlockingIOError:
        pass
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 3600))
    return one, other


class Keeper:
    def __init__(self, listening):
        self.listening = listening
        self.manager = None
        self.dice = random.Random(1)
        self.kept = []
        self.received = []

    def accept(self):
        while True:
            select.select([self.listening], [], [])
            try:
                self.manager, _ = self.listening.accept()
                break
            except BlockingIOError:
                pass
        self.manager.setblocking(True)

    def send(self, data, fds=()):
        try:
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
            self.manager.sendmsg([data], ancillary, socket.MSG_NOSIGNAL)
        except PermissionError:  # the kernel does not let descriptors through (Linux 6.16)
            return False
        return True

    def listen(self, timeout):
        """Reads what the manager says for a while. True: it hung up."""
        end = time.monotonic() + timeout
        while select.select([self.manager], [], [], max(0, end - time.monotonic()))[0]:
            if not self.manager.recv(1 << 18):
                return True
        return False

    def serve(self, act):
        """Greets, then acts until the manager hangs up; and again."""
        while True:
            self.accept()
            try:
                if act != self.deaf:
                    self.send(status())
                while act() is not True:
                    pass
            except OSError:
                pass
            self.manager.close()

    # Each of these is a way to be hostile, and runs until the manager hangs up.

    def garbage(self):
        size = self.dice.choice([0, 1, 8, 9, 100, 5000])
        self.send(bytes(self.dice.randrange(256) for _ in range(size)))
        self.send(message(self.dice.choice([STATUS, CHANGED, 0, 255, 65535]), (TITLE, self.dice.choice(EVIL_BYTES)))[:-1])

    def flood(self):
        self.send(message(CHANGED, (TITLE, str(self.dice.random())), (FOREGROUND, str(self.dice.random()))))

    def large(self):
        self.send(message(CHANGED, (TITLE, str(self.dice.random()) + "x" * 150000), *[(99, "y" * 100)] * 300))

    def reopen(self):
        return True

    def descriptors(self):
        one, other = lingering()
        self.kept.append(other)
        self.send(status(), [one.fileno()] * 250)
        self.send(status(), [one.fileno()])
        self.send(b"", [one.fileno()])
        self.send(message(REPLY, serial=1), [one.fileno()] * 2)
        one.close()
        return self.listen(0.05)

    def silent(self):
        self.manager.recv(1 << 18)

    def deaf(self):
        """Waits until somebody else greets."""
        signal.pause()

    def late(self):
        """Answers each attach when nobody waits for it any more, and twice."""
        data, fds, _, _ = socket.recv_fds(self.manager, 1 << 18, 16)
        if not data:
            return True
        _, opcode, serial = struct.unpack_from("<HHI", data)
        self.kept += fds
        if opcode == ATTACH:
            self.received.append((time.monotonic() + 11, serial))

        def is_quiet():
            return not select.select([self.manager], [], [], max(0, self.received[0][0] - time.monotonic()))[0]
        while self.received and is_quiet():
            serial = self.received.pop(0)[1]
            self.send(message(REPLY, serial=serial))
            self.send(message(REPLY, serial=serial))
        return False

    def foreign(self):
        """What does not fit where we are, and what is somebody else's."""
        other = (ID, os.environ.get("OTHER", "t1"))
        for one in (status(other, (LEADER, 1)), message(AT_GATE, other, (ARGUMENT, "sh")), message(STARTED),
                    message(STARTED, other), message(REPLY, serial=self.dice.randrange(2**32)),
                    message(FAILED, (ERROR, 1), (MESSAGE, "no")),
                    message(CHANGED, other, (CLIENTS, 65535), (ROWS, 65535), (COLUMNS, 0))):
            self.send(one)
            self.listen(0.05)

    def escapes(self):
        for evil in EVIL_BYTES + [one.encode("utf-8", "surrogatepass") for one in EVIL]:
            self.send(message(CHANGED, (TITLE, evil), (FOREGROUND, evil), (FOLDER, evil), (MESSAGE, evil)))
            self.listen(0.02)

    def answer_with_escapes(self):
        """Refuses each attach with a message that is not fit to be shown."""
        data, fds, _, _ = socket.recv_fds(self.manager, 1 << 18, 16)
        for fd in fds:
            os.close(fd)
        if not data:
            return True
        _, opcode, serial = struct.unpack_from("<HHI", data)
        if opcode != HELLO:
            self.send(message(REPLY, (ERROR, 1), (MESSAGE, EVIL[0] + EVIL[1] + EVIL[4]), serial=serial))
        return False


def main():
    pid, how = int(sys.argv[1]), sys.argv[2]
    listening, connection = take_descriptors(pid)
    os.kill(pid, signal.SIGSTOP)
    become_owner(pid)
    if connection:
        connection.shutdown(socket.SHUT_RDWR)
    keeper = Keeper(listening)
    keeper.serve(getattr(keeper, how))


main()

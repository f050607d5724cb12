# SPDX-License-Identifier: LGPL-2.1-or-later
"""Numbers of processes are used again. Who asks for a session and ends before systemd has made the scope may
leave their number to a process of somebody else, which must not become a part of the session, nor end with
it."""

import machine
import pytest
from bus import ERROR, BusError

# Asks to be made a session, and waits for no answer.
REGISTER = """
import signal, dbus.lowlevel
bus = dbus.bus.BusConnection(dbus.bus.BUS_SYSTEM)
call = dbus.lowlevel.MethodCallMessage("org.computesession1", "/org/computesession1", "org.computesession1.Manager",
                                       "RegisterSession")
call.append("terminal", "short", {}, signature="ssa{sv}")
bus.send_message(call)
bus.flush()
signal.pause()
"""
# A process of root's with that number, by clone3(2).
TAKE = """
import ctypes, os, struct, sys
wanted = ctypes.c_int(int(sys.argv[1]))
arguments = struct.pack("11Q", 0, 0, 0, 0, 17, 0, 0, 0, ctypes.addressof(wanted), 1, 0)
pid = ctypes.CDLL(None, use_errno=True).syscall(435, arguments, len(arguments))
if pid < 0:
    sys.exit(os.strerror(ctypes.get_errno()))
if pid == 0:
    os.execlp("sleep", "sleep", "600")
print("taken", flush=True)
os.wait()
"""
GENERATOR = "/run/systemd/system-generators/50-test-waits"


@pytest.fixture
def busy_systemd(root):
    """Has systemd do nothing but wait for its generators, until what this returns is called."""
    going = []

    def begin():
        root.ids()  # the manager is running
        root.shell(f"mkdir -p {GENERATOR.rpartition('/')[0]}; rm -f /run/test-go /run/test-waits; mkfifo /run/test-go")
        root.run("sh", "-c", f"cat > {GENERATOR}; chmod 755 {GENERATOR}",
                 text="#!/bin/sh\ntouch /run/test-waits\nexec timeout 300 cat /run/test-go\n")
        going.append(root.spawn("systemctl", "daemon-reload"))
        machine.wait_until(lambda: root.try_run("test", "-e", "/run/test-waits").status == 0, "systemd waits")
        root.run("rm", GENERATOR)
        return go

    def go():
        if going:
            root.shell("echo > /run/test-go")
            root.wait(going.pop(), timeout=60)
    yield begin
    go()
    root.run("rm", "-f", "/run/test-go", "/run/test-waits")


def has_records(root):
    return root.shell("ls /run/compute-sessions/sessions")


def test_number_of_who_registers(root, user2, busy_systemd):
    go = busy_systemd()
    pid = user2.spawn("/usr/bin/python3", "-c", REGISTER)
    machine.wait_until(lambda: has_records(root), "the manager has looked at the caller")
    user2.ask("kill", pid=pid, number=9)
    user2.wait(pid)
    victim = root.on_terminal("/usr/bin/python3", "-c", TAKE, str(pid))
    victim.expect("taken")
    mark = root.mark()
    go()
    root.wait_signals(mark, lambda _: not has_records(root))
    assert root.shell(f"cat /proc/{pid}/comm") == "sleep\n"
    with pytest.raises(BusError) as refused:
        root.call("GetSessionByPID", "u", pid)
    assert refused.value.name == ERROR + "NoSuchSession"
    # Before 255 systemd puts it into the scope nevertheless, as it is told numbers only; there it is left
    # alone.
    version = int(root.run("systemctl", "--version").output.split()[1])
    assert version < 255 or "compute" not in root.shell(f"cat /proc/{pid}/cgroup")
    root.shell("systemctl restart compute-sessiond")
    assert root.shell(f"cat /proc/{pid}/comm") == "sleep\n"
    root.run("kill", str(pid))
    assert victim.exit_status() == 0
    victim.close()


def test_scope_that_is_made_too_late(root, user2, configure, busy_systemd):
    """Nobody waits for it any more: it does not stay, nor what is in it."""
    configure("[Sessions]\nStartTimeoutSec=1\nStopTimeoutSec=1\n")
    go = busy_systemd()
    pid = user2.spawn("/usr/bin/python3", "-c", REGISTER)
    machine.wait_until(lambda: has_records(root), "a session is being made")
    machine.wait_until(lambda: not has_records(root), "it was given up", timeout=90)
    go()
    machine.wait_until(lambda: not root.shell("systemctl list-units --plain --no-legend 'compute-*.scope'"), "it is gone")
    user2.try_run("kill", str(pid))
    user2.wait(pid)

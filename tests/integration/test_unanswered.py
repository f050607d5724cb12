# SPDX-License-Identifier: LGPL-2.1-or-later
"""polkit and the bus are there, and do not answer: deadlines pass, and nothing is lost."""

import journal
import machine
import pytest
from bus import DENIED, path_of

pytestmark = pytest.mark.kernels  # minutes: it waits for the deadlines themselves

POLKIT_SECONDS, POLKIT_INTERACTIVE_SECONDS = 10, 120  # of authorization.h
LATE_SECONDS = 15  # how much later it may be on a busy machine
# Calls Stop() of a session, with leave to ask somebody or without, and says how that ended and when.
STOP = """
import sys, time
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
flags = Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION if sys.argv[2] == "yes" else Gio.DBusCallFlags.NONE
began = time.monotonic()
try:
    bus.call_sync("org.computesession1", sys.argv[1], "org.computesession1.Session", "Stop", None, None, flags, 300000)
    print("stopped")
except GLib.Error as e:
    print(Gio.DBusError.get_remote_error(e), time.monotonic() - began)
"""
# Is known to the manager; then, on a line of input, has it ask systemd and polkit at once.
CALLS = """
import sys
import dbus.lowlevel
bus = dbus.bus.BusConnection(dbus.bus.BUS_SYSTEM)
manager = bus.get_object("org.computesession1", "/org/computesession1")
manager.ListSessions(dbus_interface="org.computesession1.Manager")
print("known", flush=True)
sys.stdin.readline()
start = dbus.lowlevel.MethodCallMessage("org.computesession1", "/org/computesession1", "org.computesession1.Manager",
                                        "StartTerminal")
start.append({"Command": ["cat"]}, signature="a{sv}")
stop = dbus.lowlevel.MethodCallMessage("org.computesession1", sys.argv[1], "org.computesession1.Session", "Stop")
for message in start, stop:
    bus.send_message(message)
bus.flush()
print("sent", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def stopped(root):
    """Stops the main process of a unit, as SIGSTOP does; what was stopped goes on in the end."""
    pids = []

    def stop(unit):
        root.run("systemctl", "start", unit)  # what is started on demand may not have been needed yet
        pids.append(machine.main_pid(root, unit))
        root.run("kill", "-STOP", pids[-1])
        return pids[-1]
    yield stop
    for pid in reversed(pids):
        root.run("kill", "-CONT", pid)


def test_polkit_does_not_answer(root, user1, user2, stopped):
    session = user1.start_terminal("cat")
    stopped("polkit")
    calls = [user2.spawn("/usr/bin/python3", "-c", STOP, path_of(session), interactive) for interactive in ("no", "yes")]
    for call, seconds in zip(calls, (POLKIT_SECONDS, POLKIT_INTERACTIVE_SECONDS)):
        error, waited = user2.wait(call, timeout=seconds + 60).output.split()
        assert error == DENIED
        assert seconds - 1 < float(waited) < seconds + LATE_SECONDS
        # Others do not wait for it.
        user1.call_session(session, "SetName", "s", f"after {seconds}")
    assert root.get(session, "State") == "running"


def test_bus_does_not_answer(root, user1, user2, stopped):
    """What the manager wants to hear from it has a deadline as calls have; that passes, and the connection
    stays."""
    session = user1.start_terminal("cat")
    place = journal.cursor(root)
    calls = user2.on_terminal("/usr/bin/python3", "-c", CALLS, path_of(session))
    calls.expect("known")
    manager = stopped("compute-sessiond")
    calls.send("\n")
    calls.expect("sent")
    for _ in range(20):  # the bus takes turns: behind these, it has passed the calls on
        user1.call("GetId", path="/org/freedesktop/DBus", interface="org.freedesktop.DBus",
                   destination="org.freedesktop.DBus")
    bus = stopped("dbus")
    root.run("kill", "-CONT", manager)
    said = machine.wait_until(
        lambda: [one["MESSAGE"] for one in journal.entries_after(root, place, _PID=manager)
                 if "The bus does not say that we hear of systemd's jobs" in one["MESSAGE"]], "the deadline", timeout=60)
    assert len(said) == 1
    root.run("kill", "-CONT", bus)
    calls.send("\n")
    calls.close()
    machine.wait_until(lambda: len(root.ids()) == 2, "the session that was asked for", timeout=60)
    assert machine.main_pid(root, "compute-sessiond") == manager
    assert root.get(session, "State") == "running"
    user2.stop(user2.start_terminal("cat"))

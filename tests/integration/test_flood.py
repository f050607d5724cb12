# SPDX-License-Identifier: LGPL-2.1-or-later
"""user1 takes all that user1 may have of something, and more: user2 is served as if nobody else was
there."""

import re
import time

import machine
import pytest
from bus import ERROR, MANAGER, PROPERTIES, SESSION, BusError, path_of
from test_hostile_keeper import cpu_seconds

LIMIT_REACHED = ERROR + "LimitReached"
# Of the manager: 64 MB of calls that are held, one that is read, what the allocator keeps of both.
MEMORY_KB = 128 * 1024
# Seconds that user2 may wait for an answer, on a computer that does other things too: half of what a start
# may take whose keeper is not heard.
PATIENCE = 15 * machine.PATIENCE

# Calls from many connections at once, each as fast as the bus takes them, until it is killed. With "wait" it
# waits for answers, 100 at a time on each connection, and counts their errors; without, it wants none.
FLOOD = r"""
import collections, itertools, os, sys, time
import dbus.lowlevel, dbus.mainloop.glib
from gi.repository import GLib

connections, waits, path, interface, member, signature = int(sys.argv[1]), sys.argv[2] == "wait", *sys.argv[3:7]
arguments = eval(sys.argv[7])
loop = dbus.mainloop.glib.DBusGMainLoop()
buses = [dbus.bus.BusConnection(dbus.bus.BUS_SYSTEM, mainloop=loop) for _ in range(connections)]
errors = collections.Counter()
answered = 0


def send(bus):
    message = dbus.lowlevel.MethodCallMessage("org.computesession1", path, interface, member)
    message.append(signature=signature, *arguments)
    if waits:
        bus.send_message_with_reply(message, lambda reply: on_answer(bus, reply), 60)
    else:
        message.set_no_reply(True)
        bus.send_message(message)


def on_answer(bus, reply):
    global answered
    answered += 1
    if reply.get_type() == dbus.lowlevel.MESSAGE_TYPE_ERROR:
        errors[reply.get_error_name()] += 1
    if answered == 1000:
        print("flooding", flush=True)
    if answered % 1000 == 0:
        print(answered, dict(errors), flush=True)
    send(bus)


if waits:
    for bus in buses:
        for _ in range(100):
            send(bus)
    GLib.MainLoop().run()
burst = 1 if len(str(arguments)) > 10000 else 100
for count in itertools.count(1):
    for bus in buses:
        for _ in range(burst):
            send(bus)
        bus.flush()
    print("flooding" if count == 1 else f"round {count}", flush=True)
"""


@pytest.fixture
def flood(user1):
    """Begins to call from user1; returns when it is under way."""
    streams = []

    def begin(connections, waits, path, interface, member, signature="", arguments=()):
        streams.append(user1.on_terminal("/usr/bin/python3", "-c", FLOOD, str(connections), "wait" if waits else "send",
                                         path, interface, member, signature, repr(arguments)))
        streams[-1].expect("flooding", timeout=60)
        return streams[-1]
    yield begin
    for stream in streams:
        user1.ask("kill", pid=stream.pid, number=9)
        stream.exit_status()
        stream.close()


def is_served(root, user):
    """The user does everything that waits for something, twice, and the manager is the same after that."""
    longest, manager = 0, root.shell("systemctl show --property=MainPID compute-sessiond")
    for _ in range(2):
        for what in (lambda: user.start_terminal("sleep", "inf"), lambda: user.call("GetUsage", "as", []),
                     lambda: user.call("GetSessionByPID", "u", user.get(own(user), "Leader")),
                     lambda: user.get_all(own(user)), lambda: user.snapshot(own(user)),
                     lambda: user.call("KillSession", "ssi", own(user), "all", 18), lambda: user.stop(own(user))):
            began = time.monotonic()
            what()
            longest = max(longest, time.monotonic() - began)
    print(f"user2 waited {longest:.3f} s at most")
    assert longest < PATIENCE
    assert root.shell("systemctl show --property=MainPID compute-sessiond") == manager


def own(user):
    return [one[0] for one in user.call("ListSessions") if one[2] == user.uid][-1]


@pytest.mark.parametrize("connections, waits, member, signature, arguments", [
    (4, True, "ListSessions", "", ()),
    (4, True, "GetUsage", "as", ([],)),
    (4, True, "GetSessionByPID", "u", (1,)),
    (1, False, "StopSession", "s", ("t999999",)),
], ids=["ListSessions", "GetUsage", "GetSessionByPID", "StopSession"])
def test_calls(root, user1, user2, flood, connections, waits, member, signature, arguments):
    user1.start_terminal("sleep", "inf")
    flood(connections, waits, "/org/computesession1", MANAGER, member, signature, arguments)
    is_served(root, user2)


def test_questions_to_polkit(root, user2, flood):
    session = user2.start_terminal("sleep", "inf")
    flood(4, True, path_of(session), SESSION, "Stop")
    is_served(root, user2)


@pytest.mark.parametrize("connections", [4, 40])
def test_properties(root, user1, user2, flood, connections):
    """Answers that cost more than most, and are larger."""
    session = user1.start_terminal("sleep", "inf")
    flood(connections, True, path_of(session), PROPERTIES, "GetAll", "s", (SESSION,))
    is_served(root, user2)


# Calls of a path with 32,000 objects above it, which sd-bus would all look up; without and with an answer.
DEEP = """
import sys
import dbus.lowlevel
bus = dbus.bus.BusConnection(dbus.bus.BUS_SYSTEM)
for wanted in False, True:
    call = dbus.lowlevel.MethodCallMessage("org.computesession1", 32000 * "/a", "org.computesession1.Session", "Stop")
    call.set_no_reply(not wanted)
    if not wanted:
        bus.send_message(call)
    else:
        try:
            bus.send_message_with_reply_and_block(call, 60)
        except dbus.exceptions.DBusException as e:
            print(e.get_dbus_name(), e.get_dbus_message())
"""


def test_paths_that_are_too_deep(root, user1, user2):
    user2.start_terminal("cat")
    before = cpu_seconds(root)
    said = user1.run("/usr/bin/python3", "-c", DEEP).output
    assert said == "org.freedesktop.DBus.Error.UnknownObject There is no object with so long a path.\n"
    assert cpu_seconds(root) - before < 0.5


# One call as large as the bus takes, and many large ones, as fast as the bus takes them.
LARGE = """
import dbus.lowlevel
bus = dbus.bus.BusConnection(dbus.bus.BUS_SYSTEM)
for size in [30_000_000] + 200 * [1_000_000]:
    message = dbus.lowlevel.MethodCallMessage("org.computesession1", "/org/computesession1", "org.computesession1.Manager",
                                              "StopSession")
    message.append("t" * size, signature="s")
    message.set_no_reply(True)
    bus.send_message(message)
    bus.flush()
"""


def test_idle_after_large_calls(root, user1, user2):
    """What they took is given back."""
    user2.start_terminal("cat")
    before = memory(root, "VmRSS")
    user1.run("/usr/bin/python3", "-c", LARGE)
    machine.wait_until(lambda: memory(root, "VmRSS") < before + 2048, "their memory is free again", timeout=60)


def memory(root, field):
    pid = root.shell("systemctl show --value --property=MainPID compute-sessiond").strip()
    return int(root.shell(f"sed -n 's/^{field}:\\s*\\([0-9]*\\) kB/\\1/p' /proc/{pid}/status"))


@pytest.mark.parametrize("size, rounds", [(5_000, 80), (30_000_000, 2)])
def test_large_calls(root, user1, user2, flood, size, rounds):
    """What is held is bounded, as is what is read at once: of one call, which is put together from pieces.
    Meanwhile the bus, which bounds what waits for the manager, but not for each user, may refuse what others
    send to it."""
    root.shell("systemctl restart compute-sessiond")
    user1.start_terminal("sleep", "inf")
    stream = flood(4, False, "/org/computesession1", MANAGER, "GetUsage", "as", Expression(f"(['x' * {size}],)"))
    stream.expect(f"round {rounds}\\r", timeout=60)
    at_most = memory(root, "VmHWM")
    print(f"the manager had {at_most} kB at most")
    assert at_most < MEMORY_KB
    user1.ask("kill", pid=stream.pid, number=9)
    machine.wait_until(lambda: can_list(user2), "the bus takes calls again")
    is_served(root, user2)


def can_list(user):
    try:
        return user.call("ListSessions")
    except BusError:
        return False


class Expression(str):
    """Is evaluated where it is used."""
    __repr__ = str.__str__


# As many calls for each of these sessions as there may be, from so many connections as the bus wants for
# them.
ASK = r"""
import sys, time
import dbus.lowlevel
buses = [dbus.bus.BusConnection(dbus.bus.BUS_SYSTEM) for _ in range(3)]
for i, path in enumerate(sys.argv[1:]):
    for _ in range(32):
        message = dbus.lowlevel.MethodCallMessage("org.computesession1", path, "org.computesession1.Session", "Snapshot")
        message.append({}, signature="a{sv}")
        buses[i % 3].send_message(message)
for bus in buses:
    bus.flush()
print("asked", flush=True)
time.sleep(3600)
"""


def test_keepers_that_do_not_answer(root, user1, user2):
    """Its keepers are stopped, so that all calls wait for them."""
    sessions = [user1.start_terminal("sleep", "inf") for _ in range(10)]
    keepers = [user1.get(session, "KeeperUnit") for session in sessions]
    root.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", *keepers)
    asking = user1.on_terminal("/usr/bin/python3", "-c", ASK, *[path_of(session) for session in sessions[:9]])
    try:
        asking.expect("asked")
        # Calls of one connection may overtake those of others: what comes too early is not refused.
        machine.wait_until(lambda: refused(user1, sessions[9]), "a refusal")
        is_served(root, user2)
    finally:
        root.run("systemctl", "kill", "--signal=CONT", "--kill-who=main", *keepers)
        user1.ask("kill", pid=asking.pid, number=9)
        asking.exit_status()
        asking.close()


def refused(user, session):
    try:
        user.call_session(session, "Snapshot", "a{sv}", {}, timeout=5)
    except BusError as e:
        return e.name == LIMIT_REACHED and "Too many of your calls" in e.message
    return False


def test_starts(root, user1, user2, configure):
    """user1 has as many sessions as allowed, and wants more."""
    configure("[Sessions]\nSessionsMaxPerUser=20\nStartsMaxPerUser=2\n")
    pid = user1.spawn("sh", "-c", "while :; do computectl terminal -d -- sleep inf & computectl terminal -d -- sleep inf & "
                      "computectl terminal -d -- sleep inf & wait; done 2>&1")
    machine.wait_until(lambda: len(user1.ids()) >= 10, "sessions of user1")
    is_served(root, user2)
    user1.ask("kill", pid=pid, number=9)
    assert re.search("StartsMaxPerUser|SessionsMaxPerUser", user1.wait(pid).output)

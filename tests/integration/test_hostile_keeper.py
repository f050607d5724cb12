# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program of a user's takes the place of the user's keeper (hostile_keeper.py): the manager stays bounded
in CPU, memory and descriptors, others are served, and nothing that it says reaches journal, bus or terminal
as it is."""

import json
import os
import statistics
import time

import journal
import machine
import pytest
from bus import DENIED, ERROR, MANAGER, NAME, ROOT, SESSION, BusError, path_of
from test_bus_fuzz import answer_time, costs

PROGRAM = str(machine.FOLDER / "hostile_keeper.py")
SECONDS = 2
# All of these are generous, as the machine may be busy; without the bounds, each is exceeded by far.
ANSWER_SECONDS = 1
CPU_SECONDS = 1
GROWTH_KIB = 6 * 1024
# 64 messages in 250 ms are taken from a keeper, and each changes at most something once.
CHANGES_A_SECOND = 256
FEW = 6  # descriptors that come and go


def manager_pid(root):
    return root.run("systemctl", "show", "--property=MainPID", "--value", "compute-sessiond").output.strip()


def cpu_seconds(root):
    fields = root.run("cat", f"/proc/{manager_pid(root)}/stat").output.rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Hostile:
    """The session whose keeper is another program now."""

    def __init__(self, root, user):
        self.root, self.user = root, user
        self.session = user.start_terminal("sleep", "inf")
        self.children = []

    def turn(self, how):
        unit = self.user.get(self.session, "KeeperUnit")
        pid = machine.main_pid(self.root, unit)
        self.children.append(self.root.spawn("/usr/bin/python3", PROGRAM, pid, how))
        machine.wait_until(lambda: self.root.try_run("grep", "-q", "^State:.T", f"/proc/{pid}/status").status == 0,
                           "the keeper is stopped")

    def end(self):
        for child in self.children:
            self.root.ask("kill", pid=child, number=9)
            said = self.root.wait(child)
            assert "Traceback" not in said.output, said.output


@pytest.fixture
def hostile(root, user1):
    one = Hostile(root, user1)
    yield one
    one.end()


def title_changes(user, mark, session_id):
    return sum(1 for one in user.signals(mark) if one["member"] == "PropertiesChanged" and
               one["path"] == path_of(session_id) and "Title" in one["arguments"][1])


def watch(root, user, seconds=SECONDS):
    """What the manager costs while another user calls it. Returns CPU seconds and the times of the
    answers."""
    began, cpu, times = time.monotonic(), cpu_seconds(root), []
    while time.monotonic() < began + seconds:
        times.append(answer_time(user))
    return cpu_seconds(root) - cpu, times


@pytest.mark.parametrize("how", ["garbage", "flood", "large", "reopen", "descriptors", "silent", "foreign", "escapes"])
def test_manager_stays_bounded(root, user2, hostile, how):
    other = user2.start_terminal("cat")
    before = costs(root)
    place, mark, began = journal.cursor(root), user2.mark(), time.monotonic()
    hostile.turn(how)
    cpu, times = watch(root, user2)
    print(f"{how}: {cpu:.2f} s CPU in {SECONDS} s, answers: median {statistics.median(times) * 1000:.1f} ms, "
          f"slowest {max(times) * 1000:.1f} ms")
    assert statistics.median(times) < ANSWER_SECONDS
    assert cpu < CPU_SECONDS
    # Others are served.
    assert root.get(other, "State") == "running"
    with_stream = user2.attach(other)
    with_stream.send("hello\n")
    with_stream.expect("hello")
    with_stream.close()
    now = costs(root)
    print(f"descriptors {before[1]} -> {now[1]}, resident {before[2]} -> {now[2]} KiB")
    assert now[0] == before[0]
    assert now[1] <= before[1] + FEW
    assert now[2] <= before[2] + GROWTH_KIB
    # It is not the log that pays for it.
    assert len(journal.entries_after(root, place, _SYSTEMD_UNIT="compute-sessiond.service")) < 100
    # A session can be ended whatever its keeper is.
    root.stop(hostile.session)
    assert hostile.session not in root.ids()
    assert title_changes(user2, mark, hostile.session) <= CHANGES_A_SECOND * (time.monotonic() - began + 1)


def attach_many(user, session_id, n):
    """Calls that nobody waits for."""
    for _ in range(n):
        user.spawn("busctl", "--timeout=30", "call", NAME, path_of(session_id), SESSION, "Attach", "uua{sv}", "0", "0", "0")


@pytest.mark.parametrize("how", ["silent", "late"])
def test_calls_that_wait_are_bounded_and_answered(root, user2, hostile, how):
    before = costs(root)
    hostile.turn(how)
    attach_many(hostile.user, hostile.session, 60)
    machine.wait_until(lambda: costs(root)[1] > before[1] + FEW, "calls that wait")
    assert answer_time(user2) < ANSWER_SECONDS
    # 32 for one session, each with both ends of a stream.
    assert costs(root)[1] <= before[1] + 2 * 32 + FEW
    with pytest.raises(BusError) as caught:
        hostile.user.attach(hostile.session)
    assert caught.value.name in (ERROR + "LimitReached", ERROR + "NoKeeper", "org.freedesktop.DBus.Error.LimitsExceeded")
    machine.wait_until(lambda: costs(root)[1] <= before[1] + FEW, "an answer to all that waited", timeout=40)
    assert costs(root)[0] == before[0]


def is_fit(text):
    return all(one.isprintable() and one not in "\u202e\u2028" for one in text)


def test_nothing_is_shown_as_it_is(root, user2, hostile):
    mark, place = user2.mark(), journal.cursor(root)
    hostile.turn("escapes")
    user2.wait_signals(mark, lambda _signals: title_changes(user2, mark, hostile.session) >= 8)
    titles = [one["arguments"][1]["Title"] for one in user2.signals(mark) if one["member"] == "PropertiesChanged"
              and "Title" in one["arguments"][1]]
    assert any("pwned" in one for one in titles), "What it says arrives."
    assert all(is_fit(one) and len(one.encode()) <= 1024 for one in titles)
    with pytest.raises(BusError):
        hostile.user.call_session(hostile.session, "SetName", "s", "\033[31mred")
    for command in (["list"], ["status", hostile.session], ["show", hostile.session]):
        for user in (hostile.user, user2, root):
            shown = user.try_run("computectl", *command).output
            assert hostile.session in shown
            assert is_fit(shown.replace("\n", "")), (command, shown)
    json.loads(root.run("computectl", "-j", "list").output)
    root.stop(hostile.session)
    shown = root.run("computectl", "history").output
    assert is_fit(shown.replace("\n", "")), shown
    for one in journal.entries_after(root, place, _SYSTEMD_UNIT="compute-sessiond.service"):
        assert all(is_fit(value) for value in one.values() if isinstance(value, str)), one


def test_messages_of_errors_are_made_fit(root, hostile):
    hostile.turn("answer_with_escapes")

    def refused():
        try:
            hostile.user.attach(hostile.session)
        except BusError as e:
            return e if "pwned" in e.message else None
        return None
    said = machine.wait_until(refused, "the keeper's message").message
    assert is_fit(said), said
    root.stop(hostile.session)


# Regressions

CALL_WITH_DESCRIPTOR = """
import dbus, dbus.lowlevel, socket, struct
one = socket.socket()
one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 3600))
bus = dbus.SystemBus()
message = dbus.lowlevel.MethodCallMessage(*{target!r})
message.append({descriptors}, signature="ah")
try:
    bus.send_message_with_reply_and_block(message, 20)
except dbus.DBusException as e:
    print(e.get_dbus_name())
"""


@pytest.mark.parametrize("member", ["ListSessions", "StopSession", "StartTerminal", "GetUsage"])
def test_callers_cannot_send_descriptors(user1, member):
    """Who closes one may have to wait, so the bus lets none through."""
    for n, expected in ((0, "org.freedesktop.DBus.Error.InvalidArgs"), (1, DENIED), (16, DENIED)):
        script = CALL_WITH_DESCRIPTOR.format(target=(NAME, ROOT, MANAGER, member),
                                             descriptors=f"[dbus.types.UnixFd(one) for _ in range({n})]")
        assert user1.run("/usr/bin/python3", "-c", script).output.strip() == expected


def test_refusals_do_not_flood_the_journal(root, user1, user2):
    """50 for each user in 10 s, and one line that says so."""
    machine.wait_until(lambda: not journal.entries(root, "--since=-11s", f"MESSAGE_ID={journal.IDS['REQUEST_REFUSED']}"),
                       "what an earlier test provoked is forgotten")
    session = user1.start_terminal("sleep", "inf")
    place, began = journal.cursor(root), time.monotonic()
    for _ in range(150):
        with pytest.raises(BusError):
            user2.call_session(session, "Kill", "si", "all", 9)
    windows = int((time.monotonic() - began) / 10) + 2

    def told():
        return journal.entries_after(root, place, MESSAGE_ID=journal.IDS["REQUEST_REFUSED"])
    journal.wait_message(root, f"User {user2.uid} provokes more entries", place)
    assert 50 <= len(told()) <= 50 * windows
    assert len(told()) < 150
    # It is each user's own.
    with pytest.raises(BusError):
        user1.call_session(user2.start_terminal("sleep", "inf"), "Kill", "si", "all", 9)
    machine.wait_until(lambda: [one for one in told() if one["ACTOR_UID"] == str(user1.uid)], "the other user's refusal")

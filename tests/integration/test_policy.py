# SPDX-License-Identifier: LGPL-2.1-or-later
"""Owner, root, anybody else: who may do what."""

import journal
import machine
import pytest
from bus import DENIED, INTERACT, NAME, PROPERTIES, ROOT, SESSION, BusError, path_of

ON_SESSION = [("Attach", "uua{sv}", (0, 0, {})), ("Resize", "uu", (10, 10)), ("Kill", "si", ("all", 9)), ("Stop", "", ())]
HIDDEN = {"Command": [], "WorkingDirectory": "", "ConnectionFile": ""}


def expect_denied(call, *arguments, error=DENIED, **options):
    with pytest.raises(BusError) as caught:
        call(*arguments, **options)
    assert caught.value.name == error
    return caught.value.message


def expect_refused(call, *arguments):
    """As polkit is installed, it would ask for an administrator's password; see test_polkit.py."""
    return expect_denied(call, *arguments, error=INTERACT)


@pytest.fixture
def session(user1):
    return user1.start_terminal("sleep", "inf")


@pytest.mark.parametrize("member, signature, arguments", ON_SESSION)
def test_others_may_not(root, user2, session, member, signature, arguments):
    after = journal.cursor(root)
    message = expect_refused(user2.call_session, session, member, signature, *arguments)
    assert session in message
    refused = machine.wait_until(
        lambda: journal.entries_after(root, after, MESSAGE_ID=journal.IDS["REQUEST_REFUSED"]), "a journal entry")
    assert [(one["ACTOR_UID"], one["SESSION_ID"], one["METHOD"]) for one in refused] == \
        [(str(user2.uid), session, f"{SESSION}.{member}")]
    assert root.get(session, "State") == "running"


@pytest.mark.parametrize("member, signature, arguments", [("StopSession", "s", ()), ("KillSession", "ssi", ("all", 9))])
def test_others_may_not_through_the_manager(root, user2, session, member, signature, arguments):
    expect_refused(user2.call, member, signature, session, *arguments)
    assert root.get(session, "State") == "running"


# Attach(33, 99) with so many options, with an answer that nobody wants; returns when all that was sent
# before is done with.
UNANSWERED = """
import sys
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
name, path = "org.computesession1", "/org/computesession1"
options = GLib.VariantBuilder(GLib.VariantType("a{sv}"))
for _ in range(int(sys.argv[2])):
    options.add_value(GLib.Variant.new_dict_entry(GLib.Variant("s", "Scrollback"), GLib.Variant("v", GLib.Variant("u", 1))))
call = Gio.DBusMessage.new_method_call(name, f"{path}/session/{sys.argv[1]}", "org.computesession1.Session", "Attach")
call.set_body(GLib.Variant.new_tuple(GLib.Variant("u", 33), GLib.Variant("u", 99), options.end()))
call.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
bus.send_message(call, Gio.DBusSendMessageFlags.NONE)
bus.call_sync(name, path, "org.computesession1.Manager", "ListSessions", None, None, Gio.DBusCallFlags.NONE, -1, None)
"""
AT_FIRST, ATTACHED = (24, 80), (33, 99)


@pytest.mark.parametrize("who, options, size", [("user1", 1, ATTACHED), ("user1", 20000, AT_FIRST), ("user2", 1, AT_FIRST),
                                                ("user2", 20000, AT_FIRST)])
def test_calls_that_want_no_answer_are_looked_at_as_others(request, user1, session, who, options, size):
    """What is too large or is not theirs to call ends there, whether they can be told so or not."""
    request.getfixturevalue(who).run("/usr/bin/python3", "-c", UNANSWERED, session, str(options))
    user1.snapshot(session)  # the keeper has done what it was asked before
    assert (user1.get(session, "Rows"), user1.get(session, "Columns")) == size


@pytest.mark.parametrize("member, signature, arguments", ON_SESSION)
def test_owner_and_root_may(root, user1, session, member, signature, arguments):
    user1.call_session(session, member, signature, *arguments)
    other = user1.start_terminal("sleep", "inf")
    root.call_session(other, member, signature, *arguments)


def test_owner_may_through_the_manager(user1, session):
    user1.call("KillSession", "ssi", session, "leader", 18)
    user1.call("StopSession", "s", session)


def test_everybody_may_list(user1, user2, session):
    assert user2.ids() == [session]
    assert user2.call("GetSession", "s", session) == path_of(session)
    assert user2.call("GetUsage", "as", [])[0][0] == session
    assert user2.call("GetActivity", "as", [])[0][0] == session
    assert user2.get(session, "Name") == user1.get(session, "Name")


def test_what_is_private_is_hidden_from_others(root, user1, user2):
    session, _ = user1.start_notebook(f"{user1.home}/private.ipynb")
    for name, empty in HIDDEN.items():
        assert user2.get(session, name) == empty
        assert user1.get(session, name) == root.get(session, name) != empty
    assert {name: user2.get_all(session)[name] for name in HIDDEN} == HIDDEN
    managed = user2.call("GetManagedObjects", interface="org.freedesktop.DBus.ObjectManager")
    assert {name: managed[path_of(session)][SESSION][name] for name in HIDDEN} == HIDDEN


def test_what_is_private_is_in_no_signal(user1, user2):
    mark = user2.mark()
    session = user1.start_terminal("sleep", "4321")
    user1.stop(session)
    user2.wait_removed(mark, session)
    assert "4321" not in str(user2.signals(mark))


def test_notebooks_of_others_are_not_found_by_path(user1, user2):
    user1.start_notebook(f"{user1.home}/private.ipynb")
    with pytest.raises(BusError) as caught:
        user2.call("GetSessionByNotebook", "s", f"{user1.home}/private.ipynb")
    assert caught.value.name.endswith("Error.NoSuchSession")


def test_properties_are_read_only(root, user1, session):
    for user in (root, user1):
        with pytest.raises(BusError) as caught:
            user.call("Set", "ssv", SESSION, "Name", "x", path=path_of(session), interface=PROPERTIES)
        assert caught.value.name.startswith("org.freedesktop.DBus.Error.")
    assert user1.get(session, "Name") == "sleep"


def test_what_is_not_in_the_table_is_denied(root, user1):
    for user in (root, user1):
        expect_denied(user.call, "NoSuchMethod")
        expect_denied(user.call, "StartTerminal", interface="org.computesession1.Other")


def test_only_root_can_own_the_name(user1):
    with pytest.raises(BusError) as caught:
        user1.call("RequestName", "su", NAME + "x", 0, destination="org.freedesktop.DBus", path="/org/freedesktop/DBus",
                   interface="org.freedesktop.DBus")
    assert caught.value.name == DENIED
    with pytest.raises(BusError) as caught:
        user1.call("RequestName", "su", NAME, 0, destination="org.freedesktop.DBus", path="/org/freedesktop/DBus",
                   interface="org.freedesktop.DBus")
    assert caught.value.name == DENIED


def test_runtime_directory_is_closed(user1, session):
    assert user1.try_run("ls", "/run/compute-sessions").status != 0
    assert user1.try_run("cat", f"/run/compute-sessions/sessions/{session}").status != 0


def test_keeper_talks_to_the_manager_only(root, user1, session):
    """Not even the session's owner may speak to its keeper past the manager."""
    script = ("import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); "
              f"s.connect('/run/compute-sessions/keepers/{session}'); s.settimeout(5); print(s.recv(100))")
    assert user1.try_run("/usr/bin/python3", "-c", script).status != 0
    assert root.get(session, "State") == "running"


def test_payload_runs_as_its_user(root, user1, session):
    leader, unit = user1.get(session, "Leader"), user1.get(session, "KeeperUnit")
    assert root.shell(f"stat -c %u /proc/{leader}").strip() == str(user1.uid)
    keeper = root.shell(f"systemctl show --value -p MainPID {unit}").strip()
    status = root.shell(f"grep -E '^(Uid|CapEff)' /proc/{keeper}/status").split()
    assert set(status[1:5]) == {str(user1.uid)} and int(status[-1], 16) == 0


# pidfd_getfd(2) of standard input; and what ptrace() asks before it does anything, as opening this file
# does.
REACH = """import ctypes, os, sys
target = int(sys.argv[1])
got = ctypes.CDLL(None).syscall(438, os.pidfd_open(target), 0, 0) >= 0
try:
    os.close(os.open(f"/proc/{target}/mem", os.O_RDWR))
    print(got, True)
except PermissionError:
    print(got, False)
"""


def test_keeper_is_not_open_to_its_user(root, user1, session):
    """What else runs as the user cannot do to a session what the manager would not let it."""
    def reach(pid):
        return user1.run("/usr/bin/python3", "-c", REACH, str(pid)).output.split()
    keeper = machine.main_pid(root, user1.get(session, "KeeperUnit"))
    assert reach(keeper) == ["False", "False"]
    root.run("kill", "-KILL", keeper)
    machine.wait_until(lambda: machine.main_pid(root, user1.get(session, "KeeperUnit")) not in ("0", keeper), "the next one")
    assert reach(machine.main_pid(root, user1.get(session, "KeeperUnit"))) == ["False", "False"]
    assert reach(user1.get(session, "Leader")) == ["True", "True"]  # that is the user's


def test_root_has_sessions_like_everybody(root, user1):
    session = root.start_terminal("sleep", "inf")
    assert root.get(session, "User") == 0
    expect_refused(user1.stop, session)


def test_peer_and_introspection_are_open(user1):
    user1.call("Ping", interface="org.freedesktop.DBus.Peer", path=ROOT)
    assert "StartTerminal" in user1.call("Introspect", interface="org.freedesktop.DBus.Introspectable")

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What polkit lets somebody do with the sessions of others, by a rule or by an administrator's password."""

import signal
import time

import journal
import machine
import pytest
from bus import DENIED, INTERACT, NAME, ROOT, MANAGER, SESSION, BusError, path_of

LIMITS = "org.freedesktop.DBus.Error.LimitsExceeded"
MANAGE, ATTACH = "org.computesession1.manage-others", "org.computesession1.attach-others"
PASSWORD = "correct-horse"
# A program, and who asks for passwords for it in the same terminal.
WITH_AGENT = """mkfifo ~/ready-$$; (exec pkttyagent --process $$ --notify-fd 3 3>~/ready-$$) & read x <~/ready-$$
rm ~/ready-$$; exec """
AGENT = WITH_AGENT + 'busctl call "$@"'
# Calls, leaves the bus on SIGUSR1 without an answer, and lives on: Debian 13's pkttyagent ends with whom it
# asks for.
LEAVE = WITH_AGENT + """/usr/bin/python3 -c '
import signal, sys
from gi.repository import Gio
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
flags = Gio.DBusConnectionFlags
bus = Gio.DBusConnection.new_for_address_sync(
    Gio.dbus_address_get_for_bus_sync(Gio.BusType.SYSTEM, None),
    flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
call = Gio.DBusMessage.new_method_call(*sys.argv[1:])
call.set_flags(Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION)
bus.send_message(call, Gio.DBusSendMessageFlags.NONE)
bus.flush_sync(None)
signal.sigwait([signal.SIGUSR1])
bus.close_sync(None)
signal.pause()
' "$@" """
# Asks for a password, as the installed defaults do; but root's, and of those who have no administrator's
# group.
ASK = """polkit.addAdminRule(function(action, subject) { return ["unix-user:0"]; });
polkit.addRule(function(action, subject) {
        if (action.id.indexOf("org.computesession1.") == 0)
                return polkit.Result.AUTH_ADMIN;
});
"""


@pytest.fixture
def session(user1):
    return user1.start_terminal("sleep", "inf")


@pytest.fixture
def password(root, polkit):
    """Root has a password, which polkit asks for."""
    polkit.rules(ASK)
    root.run("chpasswd", text=f"root:{PASSWORD}\n")
    yield PASSWORD
    root.run("passwd", "--lock", "root")


def give(terminal, text):
    """Types a password. What is typed before the prompt is quite up is thrown away."""
    machine.wait_until(lambda: not terminal.echoes(), "a prompt that shows nothing")
    terminal.send(text + "\n")


def refusal(call, *arguments):
    with pytest.raises(BusError) as caught:
        call(*arguments)
    return caught.value.name


@pytest.mark.feature("Others let in by polkit")
def test_rules_see_what_is_asked(polkit, user2, session, user1):
    """The session's owner, id and type, and what is called."""
    other = user1.start_terminal("sleep", "inf")
    polkit.say("YES", f'action.lookup("owner") == "{user1.uid}" && action.lookup("session") == "{session}" && '
                      'action.lookup("type") == "terminal" && action.lookup("method") == "Kill" && '
                      f'subject.user == "{user2.name}"')
    user2.call_session(session, "Kill", "si", "leader", 18)
    assert refusal(user2.call_session, session, "SetName", "s", "x") == INTERACT
    assert refusal(user2.call_session, other, "Kill", "si", "leader", 18) == INTERACT


@pytest.mark.parametrize("action, may, may_not", [
    (MANAGE, ("SetName", "s", "x"), ("Snapshot", "a{sv}", {})),
    (ATTACH, ("Resize", "uu", 10, 10), ("Stop", "")),
])
def test_actions_are_apart(polkit, user2, session, action, may, may_not):
    polkit.say("YES", f'action.id == "{action}"')
    user2.call_session(session, *may)
    assert refusal(user2.call_session, session, *may_not) == INTERACT


def test_who_is_let_in_is_in_the_journal(polkit, root, user1, user2, session):
    polkit.say("YES")
    after = journal.cursor(root)
    user2.call("StopSession", "s", session)
    found = machine.wait_until(
        lambda: journal.entries_after(root, after, MESSAGE_ID=journal.IDS["REQUEST_AUTHORIZED"]), "a journal entry")
    assert [(one["ACTOR_UID"], one["USER_ID"], one["SESSION_ID"], one["METHOD"], one["ACTION"]) for one in found] == \
        [(str(user2.uid), str(user1.uid), session, f"{MANAGER}.StopSession", MANAGE)]
    history = root.run("computectl", "--no-pager", "history", session).output
    assert f"StopSession, by {user2.name} ({MANAGE})" in history


def test_private_properties_are_not_polkits(polkit, user2, session):
    polkit.say("YES")
    assert user2.get(session, "Command") == []


def test_attached_by_leave_of_polkit(polkit, user1, user2):
    polkit.say("YES", f'action.id == "{ATTACH}"')
    session = user1.start_terminal("cat")
    stream = user2.attach(session)
    stream.send("hello\n")
    stream.expect("hello\r\nhello")
    stream.close()


def test_owner_and_root_do_not_ask(polkit, root, user1, session):
    polkit.say("NO")
    user1.call_session(session, "SetName", "s", "mine")
    root.call_session(session, "SetName", "s", "roots")


def test_without_polkit_the_answer_is_no_at_once(polkit, user2, session):
    polkit.remove()
    for interactive in ("yes", "no"):
        began = time.monotonic()
        done = user2.try_run("busctl", f"--allow-interactive-authorization={interactive}", "call", NAME,
                             path_of(session), SESSION, "Stop")
        assert done.status != 0 and "Access denied" in done.errors
        assert time.monotonic() - began < 3 * machine.PATIENCE
    assert refusal(user2.call_session, session, "Stop") == DENIED


def test_no_password_without_the_flag(polkit, user2, session, password):
    assert refusal(user2.call_session, session, "Stop") == INTERACT


def test_nobody_to_ask(polkit, user2, session, password):
    """Interactive, but without an agent that could ask: no need to wait for one."""
    began = time.monotonic()
    done = user2.try_run("busctl", "call", NAME, path_of(session), SESSION, "Stop")
    assert done.status != 0 and "needs authentication" in done.errors
    assert time.monotonic() - began < 5 * machine.PATIENCE


def test_password_lets_in(root, user2, session, password):
    mark = root.mark()
    terminal = user2.on_terminal("computectl", "stop", session, columns=200)
    terminal.expect("manage a compute session of another user.*Password: ")
    give(terminal, password)
    assert root.wait_removed(mark, session) == "stopped"
    assert terminal.exit_status() == 0
    terminal.close()


def test_wrong_password_does_not(root, user2, session, password):
    terminal = user2.on_terminal("computectl", "rename", session, "theirs", columns=200)
    terminal.expect("Password: ")
    give(terminal, "wrong")
    terminal.expect("belongs to another user|needs authentication", timeout=30)
    assert terminal.exit_status() == 1
    terminal.close()
    assert root.get(session, "Name") == "sleep"


def test_no_ask_password(user2, session, password):
    terminal = user2.on_terminal("computectl", "--no-ask-password", "stop", session, columns=200)
    terminal.expect("needs authentication")
    assert terminal.exit_status() == 1
    terminal.close()


def test_a_password_for_each_of_many(root, user1, user2, session, password):
    """All are asked for at once; polkit asks for one after the other."""
    sessions = [session, user1.start_terminal("sleep", "inf")]
    terminal = user2.on_terminal("computectl", "stop", *sessions, columns=200)
    for _ in sessions:
        terminal.expect("Password: ")
        give(terminal, password)
    assert terminal.exit_status() == 0
    terminal.close()
    assert root.ids() == []


def test_a_question_ends_with_its_caller(root, user2, session, password):
    """Nobody is left at a prompt for something that nobody waits for."""
    monitor = root.on_terminal("busctl", "--no-pager", "monitor", "--match=type='method_call',member='CancelCheckAuthorization'")
    monitor.expect("Monitoring")
    terminal = user2.on_terminal("sh", "-c", LEAVE, "sh", NAME, path_of(session), SESSION, "Stop", columns=200)
    terminal.expect("Password: ")
    user2.ask("kill", pid=terminal.pid, number=signal.SIGUSR1)
    monitor.expect("CancelCheckAuthorization.*compute-[0-9]+")
    terminal.close()
    monitor.close()
    assert root.get(session, "State") == "running"


def test_own_sessions_need_no_password(root, user2, password):
    session = user2.start_terminal("sleep", "inf")
    terminal = user2.on_terminal("computectl", "rename", session, "mine")
    assert terminal.exit_status() == 0
    assert "Password" not in terminal.expect_end()
    assert root.get(session, "Name") == "mine"


def test_so_many_may_wait_for_polkit(root, user1, user2, session, password):
    """A user whose calls all wait for a password gets no more of them, and takes nobody else's place."""
    waiting = []
    for _ in range(4):
        waiting.append(user2.on_terminal("sh", "-c", AGENT, "sh", NAME, path_of(session), SESSION, "SetName", "s", "x",
                                         columns=200))
        waiting[-1].expect("Password: ")
    assert refusal(user2.call_session, session, "SetName", "s", "x") == LIMITS
    # Who owns it, and others who ask, do not feel it.
    user1.call_session(session, "SetName", "s", "mine")
    other = user2.start_terminal("sleep", "inf")
    assert refusal(user1.call_session, other, "SetName", "s", "x") == INTERACT
    for terminal in waiting:
        terminal.close()
    root.try_run("pkill", "-u", str(user2.uid), "-x", "busctl")
    # Their places are free again.
    machine.wait_until(lambda: refusal(user2.call_session, session, "SetName", "s", "x") == INTERACT, "a place")
    assert root.get(session, "Name") == "mine"

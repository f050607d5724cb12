# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whom the audit log names: who asked, as whom they had logged in, and what went with a session's end."""

import re

import journal
import machine
import pytest


def as_login(root, uid, *command):
    """Runs it as root does who logged in as this user, by sudo, pkexec or Cockpit."""
    return root.run("sh", "-euc", 'echo "$1" > /proc/self/loginuid; shift; exec "$@"', "sh", str(uid), *command)


@pytest.fixture
def with_audit(root):
    if root.try_run("test", "-w", "/proc/self/loginuid").status != 0:
        pytest.skip("needs a kernel with audit")


@pytest.mark.usefixtures("with_audit")
def test_who_became_root_is_named(root, user1, user2):
    session = user1.start_terminal("sleep", "inf")
    as_login(root, user2.uid, "computectl", "limit", session, "TasksMax=90")
    as_login(root, user2.uid, "computectl", "stop", session)
    for name in ("LIMITS_CHANGED", "STOP_REQUESTED"):
        entry = journal.wait_entry(root, name, SESSION_ID=session)
        assert (entry["ACTOR_UID"], entry["ACTOR_LOGIN_UID"]) == ("0", str(user2.uid))
        assert f"User 0 (logged in as {user2.uid}) " in entry["MESSAGE"]
    assert "by root (logged in as user2)" in root.run("computectl", "history", session).output


@pytest.mark.usefixtures("with_audit")
def test_who_is_who_they_logged_in_as_is_named_once(root, user1):
    session = user1.start_terminal("sleep", "inf")
    as_login(root, 0, "computectl", "stop", session)
    entry = journal.wait_entry(root, "STOP_REQUESTED", SESSION_ID=session)
    assert "ACTOR_LOGIN_UID" not in entry
    assert entry["MESSAGE"].startswith("User 0 asked to end")


def test_what_ended_with_its_shell_is_named(root, user1):
    """nohup keeps off the terminal's hangup, not the end of the session."""
    session, stream = user1.start_and_expect("nohup sleep 4816 > /dev/null 2>&1 & echo rea''dy; read go", "ready")
    machine.wait_until(lambda: user1.try_run("pgrep", "-x", "-f", "sleep 4816").status == 0, "nohup has done its part")
    stream.send("\n")
    machine.wait_until(lambda: session not in user1.ids(), "it ended")
    entry = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert re.fullmatch(r"sleep \(\d+\)", entry["ENDED_WITH"])
    assert f"With it ended: {entry['ENDED_WITH']}." in entry["MESSAGE"]
    assert f"with {entry['ENDED_WITH']}" in root.run("computectl", "history", session).output


def test_nothing_ends_with_most(root, user1):
    session, stream = user1.start_and_expect("echo rea''dy; read go", "ready")
    stream.send("\n")
    assert "ENDED_WITH" not in journal.wait_entry(root, "SESSION_END", SESSION_ID=session)

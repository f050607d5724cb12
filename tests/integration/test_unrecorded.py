# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kernels whose outputs are not kept (RecordOutputs=no): not in memory, not on disk, not in the journal."""

import json
import uuid

import journal
import machine
import pytest
from bus import ERROR, BusError
from kernels import execute, printed, spawn

NOT_RECORDED = ERROR + "NotRecorded"
SECRET = uuid.uuid4().hex
CODE = f"print({SECRET[:9]!r} + {SECRET[9:]!r})"
FOLDERS = "/run /var/lib/compute-sessions ~user1/.local/state"
CRASH = "import ctypes, faulthandler, sys; faulthandler.enable(sys.stderr.fileno()); ctypes.string_at(0)"


@pytest.fixture
def unrecorded(user1, notebook):
    session, _ = user1.start_notebook(notebook, RecordOutputs=False)
    return session


def refused(call):
    with pytest.raises(BusError) as caught:
        call()
    return caught.value.name


def outputs_of(user, session):
    return user.call_session(session, "GetOutputs", "ta{sv}", 0, {})


def check_refused(user, session, *options):
    result = user.try_run("computectl", "output", session, *options)
    assert (result.status, result.output) == (1, "") and "RecordOutputs=no" in result.errors


def held(root, session):
    """What systemd keeps for the session's keeper, as the keeper maps it."""
    pid = machine.main_pid(root, f"compute-keeper-{session}")
    return root.shell(f"for fd in /proc/{pid}/fd/*; do case $(readlink $fd) in /memfd:compute-session-outputs*) "
                      f"cat $fd;; esac; done | grep -c {SECRET} || :").strip()


def test_nothing_is_kept(root, user1, unrecorded):
    assert execute(user1, unrecorded, CODE, "6 * 7") == [SECRET, "42"]
    assert user1.get(unrecorded, "RecordOutputs") is False
    assert refused(lambda: outputs_of(user1, unrecorded)) == NOT_RECORDED
    check_refused(user1, unrecorded)
    check_refused(user1, unrecorded, "--follow", "--format=jsonl")
    assert "Outputs: not kept" in user1.run("computectl", "status", unrecorded).output
    assert held(root, unrecorded) == "0"
    # All else about the kernel is known.
    machine.wait_until(lambda: user1.get(unrecorded, "ExecutionCount") == 2, "executions are counted")
    assert user1.get(unrecorded, "LastOutputTimestamp") > user1.get(unrecorded, "CreatedTimestamp")
    user1.stop(unrecorded)
    assert refused(lambda: user1.call("GetEndedOutputs", "st", unrecorded, 0)) == NOT_RECORDED
    check_refused(user1, unrecorded)
    assert root.shell(f"grep -rls {SECRET} {FOLDERS} || :") == ""


def test_a_killed_keeper_is_followed_by_one_like_it(root, user1, unrecorded):
    machine.kill_services(root, f"compute-keeper-{unrecorded}")
    assert execute(user1, unrecorded, CODE) == [SECRET]
    assert refused(lambda: outputs_of(user1, unrecorded)) == NOT_RECORDED
    machine.kill_services(root, "compute-sessiond")
    assert user1.get(unrecorded, "RecordOutputs") is False
    user1.call_session(unrecorded, "Restart")
    assert execute(user1, unrecorded, CODE) == [SECRET]
    assert (refused(lambda: outputs_of(user1, unrecorded)), held(root, unrecorded)) == (NOT_RECORDED, "0")


@pytest.mark.parametrize("record", [True, False])
def test_last_words(root, user1, notebook, record):
    """What a kernel says that dies is an output, too."""
    session, _ = user1.start_notebook(notebook, RecordOutputs=record)
    mark = user1.mark()
    spawn(user1, session, CRASH)
    user1.wait_removed(mark, session)
    journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    root.run("journalctl", "--sync")
    said = root.run("journalctl", "--output=json", "--all", f"SESSION_ID={session}").output
    assert any("most recent call first" in str(json.loads(line)["MESSAGE"]) for line in said.splitlines()) == record


def test_settings(configure, user1, user2, notebook):
    configure(f"[Notebook]\nRecordOutputs=no\n[User {user2.uid}]\nRecordOutputs=yes\n")
    silent, _ = user1.start_notebook(notebook)
    kept, _ = user2.start_notebook("/tmp/kept.ipynb")
    assert (user1.get(silent, "RecordOutputs"), user2.get(kept, "RecordOutputs")) == (False, True)
    assert execute(user2, kept, CODE) == [SECRET]
    assert printed(user2, kept) == f"{SECRET}\n"
    user1.stop(silent)
    wanted, _ = user1.start_notebook(notebook, RecordOutputs=True)
    assert user1.get(wanted, "RecordOutputs") is True
    assert user1.get(user1.start_terminal("sleep", "inf"), "RecordOutputs") is False


def test_computectl(user1, notebook):
    user1.run("computectl", "notebook", "--record-outputs=no", notebook)
    session, = user1.ids()
    check_refused(user1, session)
    assert "Re-opened" in user1.run("computectl", "notebook", "--record-outputs=no", notebook).output
    user1.stop(session)
    user1.run("computectl", "notebook", notebook)
    result = user1.try_run("computectl", "notebook", "--record-outputs=no", notebook)
    assert result.status == 1 and "whose outputs are kept" in result.errors
    assert user1.run("computectl", "status", *user1.ids()).output.count("Outputs: kept") == 1


def test_registered(user1, notebook):
    user1.spawn("computectl", "run", "--type=notebook", "--record-outputs=no", "--", "/usr/bin/python3", "-m",
                "ipykernel_launcher", "-f", f"{notebook}.json")
    session, = machine.wait_until(user1.ids, "it is a session")
    assert user1.get(session, "RecordOutputs") is False
    assert refused(lambda: outputs_of(user1, session)) == NOT_RECORDED
    result = user1.try_run("computectl", "run", "--record-outputs=no", "--", "true")
    assert result.status == 1 and "is for notebooks" in result.errors

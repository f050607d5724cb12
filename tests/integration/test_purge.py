# SPDX-License-Identifier: LGPL-2.1-or-later
"""What was kept of a kernel's outputs is forgotten, in memory and on disk, while its session lives and
when it has ended."""

import uuid

import journal
import machine
import pytest
from bus import DENIED, ERROR, INTERACT, BusError
from kernels import entries, execute, printed

MANAGE = "org.computesession1.manage-others"
SECRET = uuid.uuid4().hex
CODE = f"print({SECRET[:9]!r} + {SECRET[9:]!r})"
OUTPUTS = ".local/state/compute-sessions/outputs"


def purge(user, session):
    return user.run("computectl", "output", "--purge", session).output


def events(user, session):
    return [one["content"] for one in entries(user, session) if one["type"] == "session"]


def found(root, session=None):
    """Where the secret is: in what systemd keeps for the keeper, and below the user's home."""
    files = root.shell(f"grep -rls {SECRET} ~user1/.local/state || :").split()
    if session:
        pid = machine.main_pid(root, f"compute-keeper-{session}")
        files += root.shell(f"for fd in /proc/{pid}/fd/*; do case $(readlink $fd) in /memfd:*) "
                            f"! grep -qs {SECRET} $fd || readlink $fd;; esac; done").split()
    return [name for name in files if name != "(deleted)"]


def kept_files(user, session):
    return user.shell(f"ls ~/{OUTPUTS} | grep ^{session}- || :").split()


def refused(call):
    with pytest.raises(BusError) as caught:
        call()
    return caught.value.name


def test_live_session(root, user1, session):
    execute(user1, session, CODE, "6 * 7")
    assert printed(user1, session) == f"{SECRET}\n"
    assert "/memfd:compute-session-outputs" in found(root, session)
    before = entries(user1, session)[-1]["seq"]
    assert purge(user1, session) == ""
    assert entries(user1, session) == []
    assert "/memfd:compute-session-outputs" not in found(root, session)
    assert execute(user1, session, "print('after')") == ["after"]
    assert printed(user1, session) == "after\n"
    told = entries(user1, session)[0]
    assert (told["seq"], told["content"]["event"], told["content"]["entries"]) == (before, "purged", before)
    entry = journal.wait_entry(root, "OUTPUTS_PURGED", SESSION_ID=session)
    assert (entry["ACTOR_UID"], entry["METHOD"]) == (str(user1.uid), "PurgeOutputs")
    assert "outputs purged" in root.run("computectl", "history", session).output
    # Whatever becomes of it, it is not there again.
    machine.kill_services(root, f"compute-keeper-{session}")
    assert printed(user1, session) == "after\n"
    user1.stop(session)
    assert printed(user1, session) == "after\n" and found(root) == []


def test_ended_session(root, user1, session):
    execute(user1, session, CODE)
    user1.stop(session)
    assert printed(user1, session) == f"{SECRET}\n" and len(found(root)) == 1
    assert purge(user1, session) == ""
    assert (found(root), kept_files(user1, session)) == ([], [])
    result = user1.run("computectl", "output", session)
    assert result.output == "" and "Nothing is left" in result.errors
    assert journal.wait_entry(root, "OUTPUTS_PURGED", SESSION_ID=session)["METHOD"] == "PurgeEndedOutputs"
    purge(user1, session)  # there is nothing, which is no error
    machine.wait_until(lambda: not root.shell(f"systemctl list-units --plain --no-legend 'compute-*{session}.*'"),
                       "no unit of it is left")


def test_session_whose_keeper_was_stopped(root, user1, session):
    execute(user1, session, CODE)
    root.run("systemctl", "stop", f"compute-keeper-{session}")
    machine.wait_until(lambda: kept_files(user1, session), "its keeper left a file")
    machine.wait_until(lambda: user1.get(session, "KernelState") == "", "the manager knows that it is gone")
    purge(user1, session)
    assert (found(root), kept_files(user1, session)) == ([], [])


def test_file_that_cannot_be_removed(root, user1, session):
    execute(user1, session, CODE)
    user1.stop(session)
    name, = kept_files(user1, session)
    path = f"{user1.home}/{OUTPUTS}/{name}"
    user1.shell(f"rm {path}; mkdir -p {path}/folder")
    try:
        assert refused(lambda: user1.call("PurgeEndedOutputs", "s", session)) == "org.freedesktop.DBus.Error.IOError"
        result = user1.try_run("computectl", "output", "--purge", session)
        assert result.status == 1 and "could not be removed" in result.errors
    finally:
        user1.shell(f"rm -r {path}")


def test_manager_and_keeper_are_killed_meanwhile(root, user1, session):
    """The keeper stands still when it is asked; the next one does what it was asked for."""
    execute(user1, session, CODE)
    unit = user1.get(session, "KeeperUnit")
    root.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", unit)
    pid = user1.spawn("computectl", "output", "--purge", session)
    journal.wait_entry(root, "OUTPUTS_PURGED", SESSION_ID=session)
    machine.kill_services(root, unit)
    assert user1.wait(pid).status == 0
    assert entries(user1, session) == []
    assert "/memfd:compute-session-outputs" not in found(root, session)


def test_owner_and_administrator_alone(root, polkit, user1, user2, session):
    execute(user1, session, CODE)
    live = (lambda: user2.call_session(session, "PurgeOutputs"))
    ended = (lambda: user2.call("PurgeEndedOutputs", "s", session))
    assert refused(live) in (DENIED, INTERACT)
    assert user2.try_run("computectl", "output", "--purge", session).status == 1
    assert printed(user1, session) == f"{SECRET}\n"
    root.run("computectl", "output", "--purge", session)
    assert entries(user1, session) == []
    execute(user1, session, CODE)
    user1.stop(session)
    assert refused(ended) in (DENIED, INTERACT)
    assert printed(user1, session) == f"{SECRET}\n"
    polkit.say("YES", f'action.id == "{MANAGE}" && action.lookup("session") == "{session}"')
    ended()
    assert found(root) == []


def test_what_is_wrong(user1, session):
    for options in ("--follow", "--format=jsonl", "--since=1"):
        result = user1.try_run("computectl", "output", "--purge", options, session)
        assert result.status == 1 and "--purge forgets all" in result.errors
    assert "started" in [one["event"] for one in events(user1, session)]
    assert refused(lambda: user1.call("PurgeEndedOutputs", "s", session)) == ERROR + "NoSuchSession"
    terminal = user1.start_terminal("sleep", "inf")
    assert refused(lambda: user1.call_session(terminal, "PurgeOutputs")) == ERROR + "NotSupported"

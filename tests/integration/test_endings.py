# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever ends a session, it is a clean end with the right reason, told the same everywhere."""

import json

import journal
import machine
import pytest
from bus import SESSION

STUBBORN = "trap '' TERM HUP; echo stub''born; while :; do sleep 1; done"
SLOW = "trap '' HUP; trap 'sleep 1; exit 4' TERM; echo rea''dy; while :; do sleep 0.1; done"


def expect_end(root, mark, session, result, code=None, status=None):
    """The end as the signals, the journal and the history tell it. Returns the journal's entry."""
    def told(signals):
        return [one for one in signals if one["member"] == "SessionRemoved" and one["arguments"][0] == session]
    signals = root.wait_signals(mark, told)
    assert [one["arguments"][2] for one in told(signals)] == [result]

    changed = {}
    for one in signals:
        if one["member"] == "PropertiesChanged" and one["path"].endswith(f"/{session}"):
            assert one["arguments"][0] == SESSION
            changed.update(one["arguments"][1])
    assert changed["Result"] == result
    if status is not None:
        assert changed["ExitStatus"] == status
    assert changed["State"] == "ended"

    entry = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert entry["RESULT"] == result
    assert entry.get("EXIT_CODE") == code
    assert entry.get("EXIT_STATUS") == (str(status) if status is not None else None)
    assert int(entry["CPU_USAGE_NSEC"]) > 0
    assert int(entry["DURATION_USEC"]) > 0

    told = json.loads(root.run("computectl", "history", session, "--json=short").output)
    assert any(result in json.dumps(one) for one in told), told
    assert session not in root.ids()
    return entry


def test_own_stop(root, user1):
    session = user1.start_terminal("sleep", "inf")
    mark = root.mark()
    user1.call_session(session, "Stop")
    assert session not in root.ids(), "Stop returned before the end"
    expect_end(root, mark, session, "stopped", "killed", 15)
    assert journal.wait_entry(root, "STOP_REQUESTED", SESSION_ID=session)["ACTOR_UID"] == str(user1.uid)


def test_stop_by_root_names_root(root, user1):
    session = user1.start_terminal("sleep", "inf")
    root.stop(session)
    entry = journal.wait_entry(root, "STOP_REQUESTED", SESSION_ID=session)
    assert (entry["ACTOR_UID"], entry["USER_ID"]) == ("0", str(user1.uid))


def test_stopped_shell_ends_by_hangup(root, user1):
    session = user1.start_terminal("bash")
    stream = user1.attach(session)
    stream.send("echo rea''dy\n")
    stream.expect("ready")
    mark = root.mark()
    user1.stop(session)
    expect_end(root, mark, session, "stopped", "killed", 1)


@pytest.mark.feature("systemctl stop is told as the reason")
def test_stop_of_the_scope(root, user1):
    session = user1.start_terminal("sleep", "inf")
    mark = root.mark()
    root.run("systemctl", "stop", f"compute-{session}.scope")
    expect_end(root, mark, session, "unit-stopped", "killed", 15)


def test_everything_is_stopped_before_it_is_removed(root, user1, user2):
    """As README says it: nothing runs then, or waits for a manager that is to be no more."""
    sessions = [user1.start_terminal("sleep", "inf"), user2.start_notebook(f"{user2.home}/removed.ipynb")[0]]
    root.shell("systemctl stop 'compute-*.scope'; systemctl stop compute-sessiond compute.slice")
    machine.wait_until(lambda: root.run("systemctl", "list-units", "--no-legend", "compute*").output == "", "all is gone")
    # This starts a manager, which knows of both: told by the one before, or as it finds out.
    machine.wait_until(lambda: set(sessions) <= {one[0] for one in root.call("ListEnded")}, "both have ended")


def test_stop_of_the_users_slice(root, user1):
    sessions = [user1.start_terminal("sleep", "inf") for _ in range(3)]
    mark = root.mark()
    root.run("systemctl", "stop", f"compute-{user1.uid}.slice")
    for session in sessions:
        expect_end(root, mark, session, "unit-stopped", "killed", 15)


def test_killed_payload(root, user1):
    session = user1.start_terminal("sleep", "inf")
    mark = root.mark()
    root.run("kill", "-KILL", str(user1.get(session, "Leader")))
    expect_end(root, mark, session, "signal", "killed", 9)


def test_kill_of_the_scope(root, user1):
    session = user1.start_terminal("sleep", "inf")
    mark = root.mark()
    root.run("systemctl", "kill", "--signal=INT", f"compute-{session}.scope")
    expect_end(root, mark, session, "signal", "killed", 2)


@pytest.mark.parametrize("whom", ["leader", "all"])
def test_own_kill(root, user1, whom):
    session = user1.start_terminal("sleep", "inf")
    mark = root.mark()
    user1.call("KillSession", "ssi", session, whom, 12)
    expect_end(root, mark, session, "signal", "killed", 12)


@pytest.mark.feature("Exit status is told")
@pytest.mark.parametrize("status, result", [(0, "success"), (1, "exit-code"), (3, "exit-code"), (255, "exit-code")])
def test_exit(root, user1, status, result):
    session = user1.start_terminal("sh", "-c", f"read line; exit {status}")
    stream = user1.attach(session)
    mark = root.mark()
    stream.send("\n")
    expect_end(root, mark, session, result, "exited", status)


def test_exit_at_once(root, user1):
    """It may be over before anybody looks, but it was a session."""
    mark = root.mark()
    session = user1.start_terminal("true")
    assert root.wait_removed(mark, session) == "success"
    end = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert (end["RESULT"], end["EXIT_STATUS"]) == ("success", "0")


def test_payload_that_dumps_core(root, user1):
    session = user1.start_terminal("sh", "-c", "ulimit -c 0; read line; kill -QUIT $$")
    stream = user1.attach(session)
    mark = root.mark()
    stream.send("\n")
    assert root.wait_removed(mark, session) in ("signal", "core-dump")
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["EXIT_STATUS"] == "3"


def test_stubborn_payload_is_killed_after_the_timeout(root, user1, configure):
    configure("[Sessions]\nStopTimeoutSec=2s\n")
    session, _ = user1.start_and_expect(STUBBORN, "stubborn")
    mark = root.mark()
    user1.stop(session)
    entry = expect_end(root, mark, session, "stopped", "killed", 9)
    assert 2_000_000 <= int(entry["DURATION_USEC"]) < 8_000_000


def test_many_stops_at_once_are_all_answered(root, user1):
    session, _ = user1.start_and_expect(SLOW, "ready")
    mark = root.mark()
    stops = [user1.spawn("computectl", "stop", session) for _ in range(5)]
    assert [user1.wait(stop).status for stop in stops] == [0] * 5
    expect_end(root, mark, session, "stopped", "exited", 4)


def test_start_is_in_the_journal(root, user1):
    session = user1.start_terminal("sleep", "inf", Name="Audited")
    entry = journal.wait_entry(root, "SESSION_START", SESSION_ID=session)
    assert entry["SESSION_NAME"] == "Audited"
    assert entry["SESSION_TYPE"] == "terminal"
    assert entry["USER_ID"] == str(user1.uid)
    assert entry["UNIT"] == f"compute-{session}.scope"
    assert entry["KEEPER_UNIT"] == f"compute-keeper-{session}.service"
    assert entry["LEADER"] == str(user1.get(session, "Leader"))


def test_entries_have_explanations(root, user1):
    session = user1.start_terminal("sleep", "inf", Name="Explained")
    user1.stop(session)
    journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    explained = root.run("journalctl", "--quiet", "--no-pager", "--catalog", f"SESSION_ID={session}").output
    for subject in ("was started", "asked for the end", "has ended"):
        assert subject in explained

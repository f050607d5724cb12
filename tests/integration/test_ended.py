# SPDX-License-Identifier: LGPL-2.1-or-later
"""ListEnded: what ended lately and why, also for another manager."""

import journal
import machine
import pytest
from bus import UNKNOWN

FIELDS = ("id", "type", "uid", "name", "what", "result", "status", "created", "ended", "cpu", "limit", "peak")


def ended(user, session):
    found = [one for one in user.call("ListEnded") if one[0] == session]
    assert len(found) <= 1
    return dict(zip(FIELDS, found[0])) if found else None


def end_one(user, script="exit 3", name="brief"):
    mark = user.mark()
    session = user.start_terminal("sh", "-c", script, Name=name)
    user.wait_removed(mark, session)
    return session


def test_end_is_listed_with_its_reason(user1):
    session = end_one(user1)
    said = ended(user1, session)
    assert (said["type"], said["uid"], said["name"], said["what"]) == ("terminal", user1.uid, "brief", "sh -c exit 3")
    assert (said["result"], said["status"]) == ("exit-code", 3)
    assert 0 < said["created"] <= said["ended"] < UNKNOWN
    assert session not in user1.ids()


def test_running_sessions_are_not_listed(user1):
    session = user1.start_terminal("cat")
    assert ended(user1, session) is None
    user1.stop(session)
    assert ended(user1, session)["result"] == "stopped"


def test_others_do_not_see_the_command(root, user1, user2):
    session = end_one(user1, "exit 0 # secret")
    assert "secret" in ended(user1, session)["what"]
    assert "secret" in ended(root, session)["what"]
    assert ended(user2, session)["what"] == ""
    assert ended(user2, session)["result"] == "success"


def test_next_manager_knows_what_ended(root, user1):
    sessions = [end_one(user1, "kill -9 $$") for _ in range(3)]
    before = user1.call("ListEnded")
    machine.kill_services(root, "compute-sessiond.service")
    assert user1.call("ListEnded") == before
    assert [ended(user1, session)["result"] for session in sessions] == ["signal"] * 3
    assert [one[0] for one in before[-3:]] == sessions
    root.shell("systemctl stop compute-sessiond")
    assert user1.call("ListEnded") == before


def test_manager_killed_while_it_writes_loses_no_more_than_that(root, user1):
    session = end_one(user1)
    root.shell("systemctl stop compute-sessiond; printf '1\\tt77777\\t0\\tsucc' >> /run/compute-sessions/ended")
    assert ended(user1, session)
    assert ended(user1, "t77777") is None
    another = end_one(user1)
    root.shell("systemctl restart compute-sessiond")
    assert ended(user1, session) and ended(user1, another)
    assert root.shell("stat -c %a /run/compute-sessions/ended") == "600\n"


EAT = "x = [bytearray(b'x' * 10_000_000) for _ in range(100)]"


def limit_memory(root, user, session):
    unit = user.get(session, "Unit")
    root.run("systemctl", "set-property", "--runtime", unit, "MemoryMax=120M")
    machine.wait_until(lambda: user.get(session, "MemoryMax") == 120 * 2**20, "the limit is told")


def kill_for_want_of_memory(root, user):
    """A session of one process, alone in its cgroup. Returns its end."""
    session = user.start_terminal("/usr/bin/python3", "-c", f"input(); {EAT}")
    limit_memory(root, user, session)
    assert user.get(session, "MemoryPeak") < 60 * 2**20
    mark = root.mark()
    user.attach(session).send("\r")
    result = root.wait_removed(mark, session)
    said = ended(user, session)
    entry = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert said["result"] == entry["RESULT"] == result
    assert (said["status"], said["limit"], entry["MEMORY_LIMIT"]) == (9, 120 * 2**20, str(120 * 2**20))
    # The kernel's figures go with the cgroup, which systemd may take away before anybody reads them: then
    # the peak is unknown, not what it was before.
    assert entry.get("MEMORY_PEAK", str(UNKNOWN)) == str(said["peak"])
    assert said["peak"] == UNKNOWN or 60 * 2**20 < said["peak"] <= 121 * 2**20
    return result


def test_killed_for_want_of_memory(root, user1):
    """Each time, however fast systemd takes the cgroup away, and while another session goes on."""
    neighbour = user1.start_terminal("cat")
    assert [kill_for_want_of_memory(root, user1) for _ in range(10)] == ["oom-killed"] * 10
    assert user1.get(neighbour, "State") == "running"


@pytest.mark.v1
def test_killed_for_want_of_memory_and_told_late(root, user1):
    """A manager that stands still finds a cgroup that is gone, and two reasons why it was told of it."""
    for expected in "oom-killed", "signal":
        session = user1.start_terminal("/usr/bin/python3", "-c", f"input(); {EAT}")
        limit_memory(root, user1, session)
        stream, mark = user1.attach(session), root.mark()
        leader = user1.get(session, "Leader")
        root.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", "compute-sessiond")
        if expected == "signal":
            root.run("kill", "-KILL", str(leader))
        else:
            stream.send("\r")
        machine.wait_until(lambda: not root.shell(f"find /sys/fs/cgroup/memory -name compute-{session}.scope"), "it is gone")
        root.run("systemctl", "kill", "--signal=CONT", "--kill-who=main", "compute-sessiond")
        assert root.wait_removed(mark, session) == expected


def test_killed_for_want_of_memory_while_something_else_goes_on(root, user1):
    """Another process keeps the cgroup there, so the count is always read."""
    session = user1.start_terminal("/usr/bin/python3", "-c",
                                   f"import os, signal; os.fork() or signal.pause(); input(); {EAT}")
    limit_memory(root, user1, session)
    mark = root.mark()
    user1.attach(session).send("\r")
    assert root.wait_removed(mark, session) == "oom-killed"
    said = ended(user1, session)
    assert said["limit"] == 120 * 2**20 and 60 * 2**20 < said["peak"] <= 121 * 2**20
    entry = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert (entry["RESULT"], entry["MEMORY_PEAK"]) == ("oom-killed", str(said["peak"]))


def test_killed_by_somebody_is_not_for_want_of_memory(root, user1):
    session = user1.start_terminal("/usr/bin/python3", "-c", "input()")
    limit_memory(root, user1, session)
    mark = root.mark()
    user1.call_session(session, "Kill", "si", "leader", 9)
    assert root.wait_removed(mark, session) == "signal"

# SPDX-License-Identifier: LGPL-2.1-or-later
"""ListEnded: what ended lately and why, also for another manager."""

import machine
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

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What clients are told without asking, and in which order."""

from bus import MANAGER, ROOT, SESSION, path_of

OBJECTS = "org.freedesktop.DBus.ObjectManager"


def about(signals, session):
    """The signals about one session, by their names."""
    return [one["member"] for one in signals
            if one["path"] == path_of(session) or path_of(session) in one["arguments"]]


def counts(signals):
    """Each change of the manager's properties."""
    return [one["arguments"][1] for one in signals
            if one["member"] == "PropertiesChanged" and one["path"] == ROOT and one["arguments"][0] == MANAGER]


def test_a_life_in_signals(user1):
    mark = user1.mark()
    session = user1.start_terminal("sleep", "inf")
    user1.stop(session)
    user1.wait_removed(mark, session)
    told = about(user1.wait_signals(mark, lambda all: "InterfacesRemoved" in about(all, session)), session)
    assert told[:2] == ["InterfacesAdded", "SessionNew"]
    assert told[-2:] == ["SessionRemoved", "InterfacesRemoved"]
    assert set(told[2:-2]) == {"PropertiesChanged"}


def test_new_session_is_told_to_everybody_with_its_properties(user1, user2):
    mark = user2.mark()
    session = user1.start_terminal("sleep", "inf", Name="Told")
    signals = user2.wait_signals(mark, lambda all: "SessionNew" in about(all, session))
    added = [one for one in signals if one["member"] == "InterfacesAdded"][0]
    assert (added["path"], added["interface"]) == (ROOT, OBJECTS)
    properties = added["arguments"][1][SESSION]
    assert (properties["Id"], properties["Name"], properties["State"]) == (session, "Told", "running")
    assert [one["arguments"] for one in signals if one["member"] == "SessionNew"] == [[session, path_of(session)]]


def test_starter_hears_of_it_before_it_is_answered(user1):
    mark = user1.mark()
    session = user1.start_terminal("sleep", "inf")
    assert about(user1.signals(mark), session)[:2] == ["InterfacesAdded", "SessionNew"]


def test_states_of_a_stop(user1):
    """It ends when it was seen that it is told to."""
    session, stream = user1.start_and_expect("trap '' TERM HUP; echo rea''dy; read end; exit 0", "ready")
    mark = user1.mark()
    call = user1.spawn("computectl", "stop", session)
    user1.wait_properties(mark, session, State="closing")
    stream.send("\n")
    user1.wait_removed(mark, session)
    assert user1.wait(call).status == 0
    states = [one["arguments"][1]["State"] for one in user1.signals(mark)
              if one["path"] == path_of(session) and "State" in one["arguments"][1]]
    assert states == ["closing", "ended"]


def test_counts_follow_and_are_told(user1):
    mark = user1.mark()
    first = user1.start_terminal("sleep", "inf")
    second = user1.start_terminal("sleep", "inf")
    user1.start_notebook(f"{user1.home}/counted.ipynb")
    assert (user1.get_manager("TerminalCount"), user1.get_manager("NotebookCount")) == (2, 1)
    user1.stop(first)
    user1.stop(second)
    assert (user1.get_manager("TerminalCount"), user1.get_manager("NotebookCount")) == (0, 1)
    told = user1.wait_signals(mark, lambda all: len(counts(all)) >= 5)
    assert [(one["TerminalCount"], one["NotebookCount"]) for one in counts(told)] == \
        [(1, 0), (2, 0), (2, 1), (1, 1), (0, 1)]


def test_exceeding_the_recommended_number_is_told(user1, configure):
    configure("[Sessions]\nRecommendedSessions=1\n")
    mark = user1.mark()
    user1.start_terminal("sleep", "inf")
    second = user1.start_terminal("sleep", "inf")
    user1.stop(second)
    told = user1.wait_signals(mark, lambda all: len(counts(all)) >= 3)
    assert [one["RecommendedExceeded"] for one in counts(told)] == [False, True, False]


def test_usage_is_not_told(user1):
    mark = user1.mark()
    session = user1.start_terminal("sh", "-c", "seq 100000; exec sleep inf")
    user1.get_all(session)
    user1.stop(session)
    quiet = {"MemoryCurrent", "CPUUsageNSec", "TasksCurrent", "IOReadBytes", "IOWriteBytes", "LastInputTimestamp",
             "LastOutputTimestamp"}
    for one in user1.signals(mark):
        if one["member"] == "PropertiesChanged" and one["path"] == path_of(session):
            assert not quiet & (set(one["arguments"][1]) | set(one["arguments"][2]))


def test_managed_objects_are_the_list(user1, user2):
    sessions = [user1.start_terminal("sleep", "inf"), user2.start_terminal("sleep", "inf")]
    managed = user1.call("GetManagedObjects", interface=OBJECTS)
    assert set(managed) == {path_of(session) for session in sessions}
    assert managed[path_of(sessions[1])][SESSION]["User"] == user2.uid


def test_failed_start_is_not_told(user1):
    mark = user1.mark()
    done = user1.try_run("computectl", "terminal", "-d", "no-such-program")
    assert done.status == 1
    session = user1.start_terminal("sleep", "inf")
    assert {one["arguments"][0] for one in user1.signals(mark) if one["member"] == "SessionNew"} == {session}

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A terminal that would show itself is not attached to: it would repaint for ever."""

import machine
import pytest
from bus import ERROR, NAME, SESSION, path_of
from emulator import Viewer

from test_clients import shell_of
from test_survival import kill_keeper, kill_manager

DETACH = "\x1d"  # C-]


def clients(user, session, count):
    machine.wait_until(lambda: user.get(session, "Clients") == count, f"{count} clients of {session}")


def attach_within(viewer, session, *options):
    """The shell that the viewer looks at attaches to the session, whose shell then answers."""
    before = viewer.user.get(session, "Clients")
    viewer.type(f"computectl attach {' '.join(options)} {session}\n")
    clients(viewer.user, session, before + 1)


def refused(viewer, session, sentence, *options):
    """The shell that the viewer looks at is not let attach to the session."""
    viewer.type(f"computectl attach {' '.join(options)} {session}; echo sta''tus $?\n")
    viewer.until(sentence)
    viewer.until(r"status 1\W")


@pytest.mark.parametrize("options", [(), ("--read-only",), ("--raw",)])
def test_session_that_one_is_in(user1, options):
    session, viewer = shell_of(user1, columns=200)
    refused(viewer, session, f"You are in session {session}", *options)
    assert user1.get(session, "Clients") == 1


def test_error_has_a_name(user1):
    session, viewer = shell_of(user1, columns=200)
    viewer.type(f"gdbus call --system -d {NAME} -o {path_of(session)} -m {SESSION}.Attach 0 0 '{{}}'\n")
    viewer.until(ERROR + "CircularAttach")


def test_who_only_types_is_shown_nothing(user1):
    session, viewer = shell_of(user1)
    viewer.type(f"sleep 0.1; computectl send --enter {session} 'echo type''d'\n")
    viewer.until(r"\Wtyped\W")
    stream = user1.attach(session, InputOnly=True)
    stream.send("echo once mo''re; exit\n")
    viewer.until("once more")
    assert stream.expect_end() == ""


def test_the_environment_does_not_count(user1):
    """What has a session's environment need not be in it; what is in it may have lost the environment."""
    session, viewer = shell_of(user1, columns=200)
    viewer.type("env > inherited; echo writ''ten\n")
    viewer.until("written")
    user1.on_terminal("sh", "-c", f"exec env $(grep COMPUTE ~/inherited) computectl attach {session}")
    clients(user1, session, 2)
    viewer.type(f"env -i PATH=$PATH computectl attach {session}\n")
    viewer.until(f"You are in session {session}")


@pytest.mark.parametrize("options", [(), ("--read-only",)])
def test_crosswise(user1, options):
    one, first = shell_of(user1, columns=200)
    other, second = shell_of(user1, columns=200)
    attach_within(first, other, *options)
    refused(second, one, f"Session {other}, which you are in, is shown in session {one}", *options)
    first.type(DETACH)
    clients(user1, other, 1)
    attach_within(second, one)


def test_in_a_ring(root, user1):
    sessions, viewers = zip(*(shell_of(user1, columns=200) for _ in range(4)))
    for viewer, session in zip(viewers, sessions[1:]):
        attach_within(viewer, session)
    kill_manager(root)
    refused(viewers[3], sessions[0], "is shown in session")
    kill_keeper(root, sessions[2])
    clients(user1, sessions[2], 1)  # the one within another session, which came back by itself
    refused(viewers[3], sessions[0], "is shown in session")
    Viewer(user1, sessions[2]).type(DETACH)
    clients(user1, sessions[3], 1)
    attach_within(viewers[3], sessions[0])


def test_not_shown_any_more(root, user1):
    """Who went without a word is not there."""
    one, first = shell_of(user1, columns=200)
    other, second = shell_of(user1, columns=200)
    attach_within(first, other)
    root.run("pkill", "-KILL", "-f", f"computectl attach *{other}")
    clients(user1, other, 1)
    attach_within(second, one)


def test_both_at_once(user1):
    """Of two that would show each other, one is refused."""
    one, first = shell_of(user1, columns=200)
    other, second = shell_of(user1, columns=200)
    go = f"{user1.home}/go"
    user1.shell("rm -f $1; mkfifo $1", go)
    for viewer, session in ((first, other), (second, one)):
        viewer.type(f"cat {go}; computectl attach --raw --read-only {session} > {user1.home}/{session} 2>&1; "
                    "echo sta''tus $?\n")
    user1.shell("exec 3>$1; sleep 0.2; exec 3>&-", go)

    def outcome():
        shown = [user1.get(session, "Clients") for session in (one, other)]
        said = user1.shell("cat $1/$2 $1/$3 2>/dev/null || true", user1.home, one, other)
        return "is shown in session" in said and sorted(shown)
    machine.wait_until(outcome, "one refusal")
    user1.shell("rm -f $1 $2/$3 $2/$4", go, user1.home, one, other)


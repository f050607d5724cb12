# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a terminal does when nobody looks, and what can be known of it."""

import machine
import pytest
from bus import BusError, ERROR

from test_survival import attach_soon, kill_keeper, kill_manager

DETACH = "\x1d"  # C-]


def start(user, on_detach):
    return user.start_terminal("bash", "--norc", OnDetach=on_detach)


def look_once(user, session):
    stream = user.attach(session)
    machine.wait_until(lambda: user.get(session, "Clients") == 1, "one client")
    stream.close()


@pytest.mark.parametrize("on_detach, shown", [("stop", "stop"), ("200ms", "200000us"), ("keep", "keep"),
                                              ("1h 30min", "5400000000us")])
def test_property_says_what_was_asked_for(root, user1, on_detach, shown):
    session = start(user1, on_detach)
    assert user1.get(session, "OnDetach") == shown
    kill_manager(root)
    assert user1.get(session, "OnDetach") == shown


@pytest.mark.parametrize("on_detach", ["", "leave", "-1s", "5 parsecs"])
def test_wrong_word_is_refused(user1, on_detach):
    with pytest.raises(BusError) as refused:
        start(user1, on_detach)
    assert refused.value.name == ERROR + "InvalidArgument"
    assert user1.ids() == []


@pytest.mark.parametrize("on_detach", ["stop", "200ms"])
def test_session_ends_with_its_last_client(user1, on_detach):
    session = start(user1, on_detach)
    first, second = user1.attach(session), user1.attach(session)
    mark = user1.mark()
    first.close()
    second.send("echo still $((6 * 7))\n")
    second.expect("still 42")
    second.close()
    assert user1.wait_removed(mark, session) == "detached"


def test_session_is_kept_by_default(user1):
    kept, stopped = user1.start_terminal("bash"), start(user1, "stop")
    assert user1.get(kept, "OnDetach") == "keep"
    mark = user1.mark()
    look_once(user1, kept)
    look_once(user1, stopped)
    assert user1.wait_removed(mark, stopped) == "detached"
    assert user1.ids() == [kept]


def test_default_is_configured(root, user1, configure):
    configure("[Terminal]\nOnDetach=stop\n")
    session = user1.start_terminal("bash")
    kept = start(user1, "keep")
    mark = root.mark()
    look_once(user1, kept)
    look_once(user1, session)
    assert root.wait_removed(mark, session) == "detached"
    assert root.ids() == [kept]


def test_session_that_nobody_looked_at_goes_on(user1):
    """Until somebody did there is no last client."""
    unseen, seen = start(user1, "stop"), start(user1, "stop")
    mark = user1.mark()
    look_once(user1, seen)
    assert user1.wait_removed(mark, seen) == "detached"
    assert user1.ids() == [unseen]


def test_who_comes_back_in_time_saves_it(user1):
    session, other = start(user1, "2s"), start(user1, "2s")
    mark = user1.mark()
    look_once(user1, session)
    look_once(user1, other)
    stream = user1.attach(session)
    assert user1.wait_removed(mark, other) == "detached"
    stream.send("echo still $((6 * 7))\n")
    stream.expect("still 42")
    stream.close()
    assert user1.wait_removed(mark, session) == "detached"


def test_stop_is_not_for_a_keeper_that_died(root, user1):
    """Its client comes back by itself, and that is no end; when it goes, that is one."""
    session = start(user1, "stop")
    stream = user1.on_terminal("computectl", "attach", session)
    stream.send("echo rea''dy\n")
    stream.expect("ready\r\n")
    mark = user1.mark()
    for _ in range(3):
        kill_keeper(root, session)
        stream.expect("ready")  # in the picture
    stream.send("echo still $((6 * 7))\n")
    stream.expect("still 42")
    machine.wait_until(lambda: user1.get(session, "Clients") == 1, "one client")
    stream.send(DETACH)
    assert user1.wait_removed(mark, session) == "detached"


def test_manager_that_died_still_stops_it(root, user1):
    session = start(user1, "stop")
    stream = user1.attach(session)
    machine.wait_until(lambda: user1.get(session, "Clients") == 1, "one client")
    kill_manager(root)
    machine.wait_until(lambda: user1.get(session, "Clients") == 1, "the keeper's numbers")
    mark = user1.mark()
    stream.close()
    assert user1.wait_removed(mark, session) == "detached"


# What is left on the terminal of who leaves, and what comes back

BESIDE = r"""stty -echo; echo waiting; read go
printf '\033[?9001h\033[?5522h\033[?2027h\033]22;text\033\\\033]22;>wait\033\\\033]9;4;1;30\033\\rea''dy'
read go
printf '\033[?9001l\033[?5522l\033]22;<\033\\\033]22;\033\\\033]9;4;0\033\\over'
exec cat"""
SET = ["[?9001h", "[?5522h", "]22;text", "]22;>wait", "]9;4;1;30"]
UNDONE = ["[?9001l", "[?5522l", "]22;<", "]22;\x1b", "]9;4;0"]


def has_all(text, parts):
    return [part for part in parts if "\x1b" + part not in text] == []


def test_what_is_beside_the_text_is_taken_back_and_comes_back(user1):
    """Keys as Windows has them, paste events, the pointer's shape, progress. Grapheme clusters never get
    there."""
    session = user1.start_terminal("bash", "-c", BESIDE)
    stream = user1.on_terminal("computectl", "attach", session)
    stream.expect("waiting")
    stream.send("\n")
    assert has_all(stream.expect("^.*ready").group(0), SET)
    for _ in range(2):
        stream.send(DETACH)
        left = stream.expect_end()
        assert has_all(left, UNDONE) and "2027" not in left
        stream = user1.on_terminal("computectl", "attach", session)
        shown = stream.expect(r"^.*ready.*\[\?9001h").group(0)
        assert has_all(shown, SET) and "2027" not in shown
    stream.send("\n")
    stream.expect("over")
    stream.send(DETACH)
    assert not any("\x1b" + part in stream.expect_end() for part in UNDONE[:2])
    stream = user1.on_terminal("computectl", "attach", session)
    shown = stream.expect(r"^.*over.*\[\?1016l").group(0)  # the last mode of any picture
    assert not any("\x1b" + part in shown for part in SET)


# What is known of a terminal

@pytest.fixture(name="shell")
def shell_fixture(user1):
    session = user1.start_terminal("bash", "--norc", Environment=["PS1=> "])
    stream = user1.attach(session)
    stream.expect("> ")
    return session, stream


def test_title_is_known(root, user1, shell):
    session, stream = shell
    mark = user1.mark()
    stream.send("printf '\\033]2;A title ✓\\007'\n".encode().decode("latin-1"))
    user1.wait_properties(mark, session, Title="A title ✓")
    assert user1.get(session, "Title") == "A title ✓"
    kill_keeper(root, session)
    attach_soon(user1, session).close()
    assert user1.get(session, "Title") == "A title ✓"
    kill_manager(root)
    machine.wait_until(lambda: user1.get(session, "Title") == "A title ✓", "the keeper's title")


def wait_folder(user, mark, session, folder):
    """The folder is for the owner, so the signal, which all get, tells only that it is another."""
    def told(signals):
        return any(folder_changes(one) and one["path"].endswith(f"/{session}") for one in signals)
    user.wait_signals(mark, told)
    machine.wait_until(lambda: user.get(session, "ForegroundDirectory") == folder, folder)


def folder_changes(one):
    return one["member"] == "PropertiesChanged" and \
        "ForegroundDirectory" in [*one["arguments"][1], *one["arguments"][2]]


def test_foreground_is_known(user1, shell):
    session, stream = shell
    mark = user1.mark()
    stream.send("cd /var/tmp\n")
    user1.wait_properties(mark, session, Foreground="bash")
    wait_folder(user1, mark, session, "/var/tmp")
    stream.send("sleep inf\n")
    user1.wait_properties(mark, session, Foreground="sleep")
    stream.send("\x03")
    user1.wait_properties(mark, session, Foreground="bash")
    mark = user1.mark()
    stream.send("(cd /; exec cat)\n")
    user1.wait_properties(mark, session, Foreground="cat")
    wait_folder(user1, mark, session, "/")


def test_folder_is_shown_to_the_owner_and_root_only(root, user1, user2, shell):
    session, stream = shell
    mark, known = user1.mark(), user2.mark()
    stream.send("cd /var/tmp\n")
    wait_folder(user1, mark, session, "/var/tmp")
    assert root.get(session, "ForegroundDirectory") == "/var/tmp"
    assert user2.get(session, "ForegroundDirectory") == ""
    told = user2.wait_signals(known, lambda signals: any(map(folder_changes, signals)))
    assert "/var/tmp" not in str(told)


@pytest.mark.parametrize("name", ["A new name", "Späße ✓", "x" * 128])
def test_session_is_renamed(root, user1, name):
    session = user1.start_terminal("sleep", "inf")
    mark = user1.mark()
    user1.call_session(session, "SetName", "s", name)
    user1.wait_properties(mark, session, Name=name)
    assert (user1.get(session, "Name"), root.call("ListSessions")[0][3]) == (name, name)
    kill_manager(root)
    assert user1.get(session, "Name") == name
    kill_keeper(root, session)
    assert user1.get(session, "Name") == name


@pytest.mark.parametrize("name", ["", "x" * 129, "two\nlines", "\x1b[31mred", " leading"])
def test_wrong_name_is_refused(user1, name):
    session = user1.start_terminal("sleep", "inf")
    with pytest.raises(BusError) as refused:
        user1.call_session(session, "SetName", "s", name)
    assert refused.value.name == ERROR + "InvalidArgument"
    assert user1.get(session, "Name") == "sleep"


# What a program asks its terminal

ASK = r"""stty -icanon -echo min 1; printf 'abc\033[%s'; dd bs=64 count=1 2>/dev/null > $1; echo answered >> $1
exec sleep inf"""


@pytest.mark.parametrize("question, answer", [("6n", "\x1b[1;4R"), ("5n", "\x1b[0n"), ("?2004$p", "\x1b[?2004;2$y"),
                                              ("c", "\x1b[?62;22c")])
def test_who_is_not_looked_at_gets_answers(user1, question, answer):
    path = user1.shell("mktemp").strip()
    user1.start_terminal("sh", "-c", ASK % question, "sh", path)
    machine.wait_until(lambda: user1.shell(f"cat {path}") == f"{answer}answered\n", f"an answer to {question}")


def test_who_is_looked_at_gets_the_same_answers(user1):
    path = user1.shell("mktemp").strip()
    session = user1.start_terminal("sh", "-c", f"echo waiting; read go; {ASK % '6n'}", "sh", path)
    stream = user1.attach(session)
    stream.expect("waiting")
    stream.send("\n")
    machine.wait_until(lambda: user1.shell(f"cat {path}") == "\x1b[3;4Ranswered\n", "the answer")

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many at one terminal: what each sees, may do and decides, and that none of them holds up the others."""

import itertools

import machine
import pytest
from bus import BusError, ERROR
from emulator import Viewer, difference

from test_survival import attach_soon, kill_keeper, kill_manager

marks = itertools.count()


def shell_of(user, **options):
    """A session whose shell says nothing of itself, and somebody who looks at it."""
    session = user.start_terminal("bash", "--norc", Environment=["PS1="])
    viewer = Viewer(user, session, **options)
    viewer.type("echo rea''dy\n")
    viewer.until(r"ready\W")
    return session, viewer


def wait_size(user, session, rows, columns):
    machine.wait_until(lambda: (user.get(session, "Rows"), user.get(session, "Columns")) == (rows, columns),
                       f"{rows} rows and {columns} columns")


def expect_size(viewer, session, rows, columns):
    """The terminal gets this size, and the program is told."""
    wait_size(viewer.user, session, rows, columns)
    mark = f"size {next(marks)}:"
    viewer.type(f"echo {mark} $(stty size)\n")
    viewer.until(rf"{mark} {rows} {columns}\D")  # printed, or in the picture that follows a change of size


def test_all_see_the_same(root, user1):
    session, first = shell_of(user1)
    others = [Viewer(user1, session), Viewer(root, session), Viewer(user1, session, 0, 0)]
    others[2].rows, others[2].columns = 24, 80
    others[1].type("seq 30; printf '\\033[1;32mof all\\033[m'\n")
    first.until("\x1b\\[1;32mof all")
    everything, *shown = first.look(*others)
    # Titles are for the owner.
    assert [difference(everything, one) for one in shown] == [{}, {"title": (everything.title, "")}, {}]
    machine.wait_until(lambda: user1.get(session, "Clients") == 4, "four clients")
    others[0].close()
    machine.wait_until(lambda: user1.get(session, "Clients") == 3, "three clients")
    first.type("echo still he''re\n")
    for one in (first, *others[1:]):
        one.until("still here")


def test_who_only_looks_does_not_type(user1):
    session, viewer = shell_of(user1)
    reader = Viewer(user1, session, ReadOnly=True)
    reader.type("echo from the read''er\n")
    reader.type("\x03")
    viewer.type("echo from the view''er\n")
    reader.until(r"from the viewer\W")
    viewer.look(reader)
    assert "reader" not in viewer.seen + reader.seen
    assert "^C" not in viewer.seen


def test_who_only_looks_has_no_size(user1):
    session, viewer = shell_of(user1)
    reader = Viewer(user1, session, 50, 150, ReadOnly=True)
    viewer.look(reader)
    expect_size(viewer, session, 24, 80)


def test_size_is_that_of_who_typed_last(user1):
    session, first = shell_of(user1)
    second = Viewer(user1, session, 40, 120)
    expect_size(second, session, 40, 120)
    first.type("\n")
    expect_size(first, session, 24, 80)
    second.type("\n")
    expect_size(second, session, 40, 120)
    second.close()
    expect_size(first, session, 24, 80)


@pytest.mark.parametrize("policy, together", [("largest", (40, 120)), ("smallest", (24, 70))])
def test_size_is_of_all(user1, policy, together):
    session, first = shell_of(user1, rows=24, columns=120)
    second = Viewer(user1, session, 40, 70, SizePolicy=policy)
    expect_size(first, session, *together)
    expect_size(second, session, *together)
    second.close()
    expect_size(first, session, 24, 120)


def test_size_is_as_it_was_set(user1):
    session, first = shell_of(user1, SizePolicy="manual")
    second = Viewer(user1, session, 40, 120)
    user1.call_session(session, "Resize", "uu", 33, 99)
    expect_size(second, session, 33, 99)
    second.type("\n")
    expect_size(first, session, 33, 99)
    Viewer(user1, session, 50, 60, SizePolicy="latest")
    wait_size(user1, session, 50, 60)


def test_resize_is_of_the_caller(root, user1):
    session, first = shell_of(user1)
    second = Viewer(root, session, 40, 120, SizePolicy="largest")
    expect_size(first, session, 40, 120)
    user1.call_session(session, "Resize", "uu", 20, 130)
    expect_size(first, session, 40, 130)
    root.call_session(session, "Resize", "uu", 30, 90)
    expect_size(second, session, 30, 130)


def test_there_is_a_limit(user1):
    session, first = shell_of(user1)
    others = [Viewer(user1, session, ReadOnly=True) for _ in range(31)]
    with pytest.raises(BusError) as refused:
        user1.attach(session)
    assert refused.value.name == ERROR + "LimitReached"
    others.pop().close()
    machine.wait_until(lambda: user1.get(session, "Clients") == 31, "room for one more")
    others.append(Viewer(user1, session))
    machine.wait_until(lambda: user1.get(session, "Clients") == 32, "all are counted")
    first.type("echo to all of y''ou\n")
    for one in others:
        one.until(r"to all of you\W")


LINES = 6_500_000  # of 8 bytes


def test_who_does_not_read_holds_up_nobody(user1):
    """A flood goes by; whoever looks sees its end, and so does the one that did not when it looks again."""
    session, stuck = shell_of(user1)
    quick = user1.attach(session, 24, 80)
    quick.send(f"seq {LINES}; echo o''ver\n")
    quick.expect("over\r\n", timeout=120, keep=4096)
    machine.wait_until(lambda: user1.snapshot(session).endswith("over\n"), "the end in a snapshot")
    everything, picture = Viewer(user1, session).look(stuck)
    assert not difference(everything, picture)
    assert picture.text()[-3:] == [str(LINES), "over", ""]
    assert len(stuck.seen) < 1_000_000
    stuck.type("echo and go''es on\n")
    stuck.until(r"and goes on\W")


def test_many_that_do_not_read(user1):
    session, first = shell_of(user1)
    stuck = [Viewer(user1, session) for _ in range(8)]
    first.type("seq 300000; echo o''ver\n")
    first.until(r"over\W")
    everything, *pictures = Viewer(user1, session).look(*stuck)
    assert [difference(everything, one) for one in pictures] == [{}] * len(stuck)


def test_who_does_not_read_raw_loses_what_was_printed(user1):
    session, first = shell_of(user1)
    raw = Viewer(user1, session, Raw=True)
    first.type("seq 300000; echo o''ver\n")
    first.until(r"over\W")

    def sees_what_is_new():
        first.type("echo and go''es on\n")
        raw.seen += raw.stream.try_receive("and goes on\r\n", timeout=1)
        return raw.seen.endswith("and goes on\r\n")
    machine.wait_until(sees_what_is_new, "something new")
    assert len(raw.seen) < 1_000_000
    assert "\x1b[H" not in raw.seen


# Killed keepers

FLOOD = "i=0; while :; do seq $i $((i + 9999)); i=$((i + 10000)); done"


def numbers(user, session):
    """Those in the scrollback; the first and the last line may be in parts."""
    text = machine.wait_until(lambda: snapshot_soon(user, session), "a snapshot")
    return [int(line) for line in text.splitlines()[1:-1]]


def snapshot_soon(user, session):
    try:
        return user.snapshot(session, Scrollback=10000)
    except BusError as e:
        assert e.name.endswith(".KeeperNotAvailable"), e
        return None


def test_nothing_is_missing_where_a_keeper_was_killed(root, user1):
    """The flood is stopped right after the kill, so that the place is still in the scrollback."""
    session = user1.start_terminal("sh", "-c", FLOOD)
    unit, leader = user1.get(session, "KeeperUnit"), user1.get(session, "Leader")
    last = 0
    for _ in range(6):
        machine.wait_until(lambda: (numbers(user1, session) or [0])[-1] > last + 20000, "more")
        keeper = machine.main_pid(root, unit)
        root.shell(f"kill -KILL {keeper}; kill -STOP -{leader}")
        shown = numbers(user1, session)
        assert shown == list(range(shown[0], shown[-1] + 1)) and len(shown) > 1000
        assert shown[-1] > last
        last = shown[-1]
        root.run("kill", "-CONT", "--", f"-{leader}")


def test_picture_outlives_killed_keepers(root, user1):
    session, first = shell_of(user1)
    first.type("seq 2000; printf '\\033[1;33;44mcoloured\\033[3;9r\\033[5;5H\\033[?1049h\\033[7mbehind\\033[?2004h'\n")
    first.until(r"\x1b\[7mbehind\x1b\[\?2004h")
    everything = first.look()
    for _ in range(3):
        kill_keeper(root, session)
        attach_soon(user1, session).close()
        again = Viewer(user1, session, Scrollback=10000)
        shown = again.look()
        assert shown.scrollback[-1000:] == everything.scrollback[-1000:]
        shown.title = everything.title
        assert not difference(everything, shown)


def test_manager_is_killed_while_many_look(root, user1):
    session, first = shell_of(user1)
    second = Viewer(user1, session)
    kill_manager(root)
    machine.wait_until(lambda: user1.get(session, "Clients") == 2, "the keeper's numbers")
    first.type("echo still the''re\n")
    second.until(r"still there\W")


def test_restart_of_all_keepers_is_not_noticed_by_people(root, user1, user2):
    """As after an upgrade: computectl comes back by itself."""
    seen = []
    for user in (user1, user2, user1):
        session = user.start_terminal("bash", "--norc", Environment=["PS1="])
        stream = user.on_terminal("computectl", "attach", session)
        stream.send("kept=precious; echo rea''dy\n")
        stream.expect("ready\r\n")
        seen.append((session, stream))
    root.run("systemctl", "restart", "compute-keeper-*.service")
    for session, stream in seen:
        stream.expect("ready")  # in the picture
        stream.send("echo \"<$kept>\"\n")
        stream.expect("<precious>")
        stream.send("exit 3\n")
        stream.expect(f"{session} ended")
        # Of a program that is not its keeper's child any more, nothing is known.
        assert stream.exit_status() in (3, 1)


def test_resize_while_attaching_is_not_lost(root, user1):
    """The window gets another size while its old one is on its way."""
    session = user1.start_terminal("sleep", "inf")
    keeper = machine.main_pid(root, f"compute-keeper-{session}.service")
    monitor = root.on_terminal("busctl", "--no-pager", "monitor", "--match=type='method_call',member='Attach'")
    monitor.expect("Monitoring")
    root.run("kill", "-STOP", keeper)
    try:
        window = user1.on_terminal("computectl", "attach", session, rows=24, columns=80)
        monitor.expect("uua{sv}")
        window.resize(31, 101)
    finally:
        root.run("kill", "-CONT", keeper)
    wait_size(user1, session, 31, 101)
    window.close()
    monitor.close()

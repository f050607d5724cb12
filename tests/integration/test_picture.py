# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who comes back finds the screen as it was: a terminal that saw only the picture agrees with one that saw
it all."""

import machine
import pytest
from bus import BusError, ERROR
from emulator import Viewer, difference

# Each prints something, and then a word that says that it is all there.
SCREENS = {
    "text": "seq 1 50; printf 'rea''dy'",
    "attributes": r"for i in 1 2 3 4 7 9 31 42 95 106; do printf '\033[%smas %s\033[m ' $i $i; done; "
                  r"printf '\n\033[38;5;208;48;5;17mindexed\033[m \033[1;3;38;2;1;128;255;48;2;255;254;1mtrue rea''dy'",
    "erased with a background": r"printf '\033[44m\033[2J\033[5;5Hrea''dy\033[K\n\033[m'",
    "wide": r"printf '日本語 ｆｕｌｌ e\314\201a\314\210 rea''dy\n'; printf '%78s日本' ''",
    "cursor": r"printf '\033[2J\033[7;30Hrea''dy\033[3;9H'",
    "pending wrap": r"printf 'rea''dy\n%80s' x",
    "hidden cursor": r"printf 'rea''dy\033[?25l\033[2;3H'",
    "margins": r"printf '\033[2J\033[4;11r\033[?6h\033[2;2Hrea''dy\n\n\n\n\n\n\n\n\n\nend'",
    "modes": r"printf 'rea''dy\033[?1h\033[?7l\033[?2004h\033[?1000h\033[?1006h\033[?1004h\033[?5h'",
    "alternate": r"seq 30; printf '\033[31mmain\033[?1049h\033[2J\033[10;10Halternate rea''dy'",
    "alternate that was left": r"seq 30; printf 'main\033[?1049h\033[2J\033[10;10Halternate\033[?1049l rea''dy'",
    "line drawing": r"printf '\033(0lqqk\033(B rea''dy \033(0'",
    "inserted and deleted": r"seq 30; "
                            r"printf '\033[5;1H\033[3L\033[12;1H\033[2M\033[20;1H\033[4@\033[21;1H\033[1Prea''dy'",
}


def viewer_of(user, script):
    """Somebody who is there from the beginning of what the script prints."""
    session = user.start_terminal("sh", "-c", f"stty -echo; echo waiting; read go; {script}; exec cat")
    viewer = Viewer(user, session)
    viewer.until("waiting")
    viewer.type("\n")
    return session, viewer


@pytest.mark.parametrize("name", SCREENS)
def test_picture_is_what_was_shown(user1, name):
    session, before = viewer_of(user1, SCREENS[name])
    before.until("ready")
    everything, picture = before.look(Viewer(user1, session))
    assert not difference(everything, picture)


def test_picture_after_pictures(user1):
    """What is printed after the picture goes on from it: here a sequence whose beginning came before it."""
    session, before = viewer_of(user1, r"printf 'ready\033[3'; read go; printf '1mred\033(0'; read go; printf 'q'")
    before.until("ready")
    second = Viewer(user1, session)
    second.until("ready")
    before.type("\n")
    before.until("red")
    third = Viewer(user1, session)
    third.until("red")
    before.type("\n")
    everything, *pictures = before.look(second, third)
    assert [difference(everything, one) for one in pictures] == [{}, {}]
    assert everything.text()[1] == "readyred─"


def test_vim(user1):
    """Its screen, what it does there afterwards, and what it leaves behind."""
    user1.shell("seq -f 'Line %g of a file: \"text\" and if (then) else' 200 > ~/file.c")
    session = user1.start_terminal("bash", "--norc")
    before = Viewer(user1, session)
    before.type("seq 40; echo ma''in; vim -u NONE -c 'set nu showcmd ruler | syntax on' file.c\n")
    before.until("main.*200 lines")
    before.type("50Gzz:vsplit\n/15[0-9]\n")
    before.until("15[0-9],")
    during = Viewer(user1, session)
    everything, picture = before.look(during)
    assert not difference(everything, picture)
    assert "Line 50 of a file" in "".join(picture.text())
    before.type("\x1b2ddOinserted\x1b:redraw\n")
    before.until("inserted")
    everything, picture = before.look(during, Viewer(user1, session))[:2]
    assert not difference(everything, picture)
    before.type(":qa!\n")
    before.until(r"\x1b\[\?1049l")
    before.type("echo aft''er\n")
    before.until("after")
    everything, *others = before.look(during, Viewer(user1, session))
    assert [difference(everything, one) for one in others] == [{}, {}]
    text = everything.text()
    assert "40" in text and "main" in text, text


def test_less(user1):
    user1.shell("seq -f '%g bottles' 300 > ~/bottles")
    session = user1.start_terminal("bash", "--norc")
    before = Viewer(user1, session)
    before.type("echo ma''in; less ~/bottles\n")
    before.until("main.*bottles")
    before.type("/77 b\n")
    before.until("99 bottles")
    everything, picture = before.look(during := Viewer(user1, session))
    assert not difference(everything, picture)
    assert "77 bottles" in picture.text()
    before.type("q")
    before.until(r"\x1b\[\?1049l")
    before.type("echo aft''er\n")
    before.until("after")
    everything, *others = before.look(during, Viewer(user1, session))
    assert [difference(everything, one) for one in others] == [{}, {}]
    assert "main" in everything.text()


def numbered(user, count):
    session, viewer = viewer_of(user, f"seq {count}; echo rea''dy")
    viewer.until("ready")
    return session, viewer


def test_scrollback_comes_first(user1):
    session, before = numbered(user1, 3000)
    everything, whole, some, none = before.look(*(Viewer(user1, session, Scrollback=n) for n in (10000, 100, 0)))
    lines = [str(n) for n in range(1, 3001)]
    for one in (everything, whole, some, none):
        assert one.text()[:22] == lines[-22:]
    assert whole.scrollback[-2978:] == lines[:-22] == everything.scrollback[-2978:]
    assert some.scrollback[-100:] == lines[-122:-22]
    assert len(some.scrollback) == 100
    assert none.scrollback == []


def test_scrollback_is_a_thousand_lines_by_default(user1):
    session, before = numbered(user1, 3000)
    default = before.look(Viewer(user1, session))[1]
    assert default.scrollback == [str(n) for n in range(1979, 2979)]


def test_raw_has_no_picture(user1):
    session, before = numbered(user1, 30)
    raw = Viewer(user1, session, Raw=True)
    before.look(raw)
    assert raw.seen.startswith("\x1b]2;mark ") and raw.seen.count("\x1b") == 3  # the mark, and nothing else


def test_picture_of_another_size(root, user1):
    """A client that makes the terminal smaller or larger sees what all see then."""
    session, before = numbered(user1, 30)
    before.close()
    small = Viewer(user1, session, 12, 40)
    machine.wait_until(lambda: user1.get(session, "Rows") == 12, "the new size")
    assert small.look().text()[:11] == [*(str(n) for n in range(21, 31)), "ready"]
    Viewer(root, session, 30, 90)
    machine.wait_until(lambda: user1.get(session, "Rows") == 30, "the new size")
    fresh = Viewer(user1, session, 0, 0)
    fresh.rows, fresh.columns = small.rows, small.columns = 30, 90
    assert small.look(fresh)[1].text()[:3] != ["", "", ""]


# Snapshots

def test_snapshot(user1):
    session, viewer = viewer_of(user1, r"seq 30; printf '\033[1;31mred\033[m\tand \346\227\245 rea''dy\033[3;3H'")
    viewer.until("ready")
    lines = [str(n) for n in range(1, 31)]
    last = "red     and 日 ready"
    plain = user1.snapshot(session)
    assert plain.splitlines() == [*lines[7:], last] and plain.endswith("\n")
    assert user1.snapshot(session, Scrollback=5).splitlines() == [*lines[2:], last]
    assert user1.snapshot(session, Scrollback=10000).splitlines() == ["waiting", *lines, last]
    styled = user1.snapshot(session, Styles=True).splitlines()
    assert styled[:-1] == lines[7:]
    assert styled[-1].startswith("\x1b[1;31mred\x1b[")


def test_snapshot_does_not_change_any_more(user1):
    session = user1.start_terminal("sleep", "inf")
    text = user1.call_session(session, "Snapshot", "a{sv}", {})
    assert user1.ask("seals", descriptor=text) == 0xf  # F_SEAL_SEAL, _SHRINK, _GROW and _WRITE


def test_snapshot_of_nothing(user1):
    assert user1.snapshot(user1.start_terminal("sleep", "inf")) == ""


def test_snapshot_of_the_alternate_screen(user1):
    session, viewer = viewer_of(user1, SCREENS["alternate"])
    viewer.until("ready")
    assert user1.snapshot(session).split() == ["alternate", "ready"]


# Mistakes

@pytest.mark.parametrize("method, options, error", [
    ("attach", {"NoSuch": True}, "UnknownOption"), ("attach", {"Styles": True}, "UnknownOption"),
    ("attach", {"ReadOnly": "yes"}, "InvalidArgument"), ("attach", {"Scrollback": 10001}, "InvalidArgument"),
    ("attach", {"SizePolicy": "widest"}, "InvalidArgument"), ("attach", {"SizePolicy": 1}, "InvalidArgument"),
    ("snapshot", {"Raw": True}, "UnknownOption"), ("snapshot", {"Scrollback": True}, "InvalidArgument"),
    ("snapshot", {"Scrollback": 10001}, "InvalidArgument")])
def test_wrong_option_is_refused(user1, method, options, error):
    session = user1.start_terminal("sleep", "inf")
    with pytest.raises(BusError) as refused:
        getattr(user1, method)(session, **options)
    assert refused.value.name == ERROR + error
    assert user1.get(session, "Clients") == 0


@pytest.mark.parametrize("rows, columns", [(10001, 80), (24, 10001), (2**32 - 1, 2**32 - 1)])
def test_wrong_size_is_refused(user1, rows, columns):
    session = user1.start_terminal("sleep", "inf")
    for attempt in (lambda: user1.attach(session, rows, columns),
                    lambda: user1.call_session(session, "Resize", "uu", rows, columns),
                    lambda: user1.call_session(session, "Resize", "uu", 0, 80)):
        with pytest.raises(BusError) as refused:
            attempt()
        assert refused.value.name == ERROR + "InvalidArgument"
    assert (user1.get(session, "Rows"), user1.get(session, "Columns")) == (24, 80)

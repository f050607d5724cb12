# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that put a terminal to the test show through computectl attach what they show on a bare PTY:
screen by screen with the same keys. On the bare PTY the terminal answers what it is asked; what the keeper
answers is the same."""

import re
import time

import pytest
from emulator import difference, show

ROWS, COLUMNS, DEADLINE_S = 24, 80, 20
# Whatever of these is at the end: the program waits for a key.
PROMPT = r"(Push <RETURN>|choice number \(0 - \d+\): |folks!\s+| Done\.? |\[\w\] > )$"
# What is asked of a terminal, and what this one says: what docs/terminals.md says of the keeper.
ANSWERS = {"\x1b[c": "\x1b[?62;22c", "\x1b[0c": "\x1b[?62;22c", "\x1b[>c": "\x1b[>0;276;0c", "\x1bZ": "\x1b[?62;22c",
           "\x1b[5n": "\x1b[0n", "\x1b[6n": "\x1b[5;1R", "\x1b[?15n": "\x1b[?13n",
           "\x1b[0x": "\x1b[2;1;1;128;128;1;0x", "\x1b[1x": "\x1b[3;1;1;128;128;1;0x"}
QUESTION = re.compile("|".join(map(re.escape, ANSWERS)))
MODES = re.compile(r"\x1b\[\?([\d;]+)([hl])")
VT52 = "2"
CONTROL_INSIDE = re.compile(r"(\x1b\[[\d;?]*)([\x08-\x0d])([\d;]*[@-~])")

RETURN = "\r"
# Menus of vttest and of tack, and the keys that go through all screens of each.
PROGRAMS = {
    "cursor movements": ("vttest", ["1\r", *[RETURN] * 6]),
    "screen features": ("vttest", ["2\r", *[RETURN] * 15]),
    "character sets": ("vttest", ["3\r", "8\r", RETURN, "9\r", RETURN, "0\r"]),
    "double-sized characters": ("vttest", ["4\r", *[RETURN] * 5]),
    "reports": ("vttest", ["6\r", "3\r", RETURN, "4\r", RETURN, "7\r", RETURN, "0\r"]),
    "insert and delete": ("vttest", ["8\r", *[RETURN] * 14]),
    "known bugs": ("vttest", ["9\r", "1\r", RETURN, "2\r", RETURN, "8\r", RETURN, "0\r"]),
    "VT220: protected areas": ("vttest", ["11\r", "1\r", "2\r", "3\r", RETURN, "4\r", RETURN]),
    "VT420: rows": ("vttest", ["11\r", "2\r", "3\r", "2\r", *[RETURN] * 6]),
    "ISO 6429 cursor movements": ("vttest", ["11\r", "5\r", *[key for n in range(2, 8) for key in (f"{n}\r", RETURN)]]),
    "ISO 6429 colours": ("vttest", ["11\r", "6\r", "2\r", RETURN, "3\r", RETURN, "4\r", RETURN, RETURN]),
    "terminfo: colours": ("tack", ["n", "c", RETURN, "n", "n", "n", "n"]),
    "terminfo: attributes and line drawing": ("tack", ["n", "a", RETURN, "n", "n"]),
    "terminfo: cursor": ("tack", ["n", "m", RETURN, "n", "n", "n"]),
}


class Shown:
    """A program on a terminal, whose user waits for prompts."""

    def __init__(self, stream):
        self.stream = stream
        self.text = ""
        self.answered = 0

    def until(self, pattern):
        begin, end = len(self.text), time.monotonic() + DEADLINE_S
        while not re.search(pattern, self.text[begin:]):
            assert time.monotonic() < end, f"No {pattern!r} in {self.text[begin:][-500:]!r}"
            self.text += self.stream.try_receive(".", 1)
            for question in QUESTION.finditer(self.text, self.answered):
                self.answered = question.end()
                self.stream.send(ANSWERS[question[0]])

    def press(self, key):
        self.stream.send(key)
        self.until(PROMPT)

    def screen(self):
        return show(self.text.encode("latin-1").decode(errors="replace"), ROWS, COLUMNS)


def passed_on(text):
    """What of this goes on to a terminal: no question; of modes one at a time, but not that of another
    terminal; a control inside of a sequence before it."""
    text = CONTROL_INSIDE.sub(r"\2\1\3", QUESTION.sub("", text))
    return MODES.sub(lambda found: "".join(f"\x1b[?{mode}{found[2]}" for mode in found[1].split(";") if mode != VT52),
                     text)


@pytest.mark.parametrize("name", PROGRAMS)
def test_screens_are_those_of_a_bare_pty(user1, name):
    program, keys = PROGRAMS[name]
    script = f"stty -echo; export TERM=xterm LANG=C.UTF-8; printf 'rea''dy'; read go; stty echo; exec {program}"
    session = user1.start_terminal("sh", "-c", script)
    bare = Shown(user1.on_terminal("sh", "-c", script, rows=ROWS, columns=COLUMNS))
    attached = Shown(user1.on_terminal("computectl", "attach", session, rows=ROWS, columns=COLUMNS))
    begins = []
    for one in (bare, attached):
        one.until("ready")
        begins.append(len(one.text))
    for key in ["\n", *keys]:
        for one in (bare, attached):
            one.press(key)
        assert difference(attached.screen(), bare.screen()) == {}, f"after {key!r} of {keys}"
    # An emulator may not see all that a terminal would.
    assert attached.text[begins[1]:] == passed_on(bare.text[begins[0]:])
    attached.stream.close()
    bare.stream.close()


def test_no_terminal_becomes_a_vt52(user1):
    """It would read another language than the keeper, which says what goes on to it."""
    session = user1.start_terminal("vttest")
    attached = Shown(user1.on_terminal("computectl", "attach", session, rows=ROWS, columns=COLUMNS))
    attached.until(PROMPT)
    menu = attached.screen()
    for key in ("7\r", *[RETURN] * 3):
        attached.press(key)
    assert "VT52" in attached.text
    assert "\x1b[?2l" not in attached.text
    assert difference(attached.screen(), menu) == {}
    attached.stream.close()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A second opinion on what a terminal shows: pyte, which is told what a client of a session got."""

import copy
import itertools
import re

import pyte

# What pyte would print, or take for something else: other designations than G0 and G1, sequences with a
# private prefix other than "?" or with intermediate bytes, what asks for modes of the keyboard, and control
# strings other
# than OSC.
UNKNOWN = re.compile(r"\x1b[*+].|\x1b\[[<=>][\d;:]*[@-~]|\x1b\[\??[\d;:]*[ -/]+[@-~]|\x1b\[\?\d*m|"
                     r"\x1b[PX^_].*?(\x1b\\|\x9c)", re.S)
INVERSE = 5
ALTERNATE = 1049
marks = itertools.count(1)


class Emulator(pyte.Screen):
    """pyte's screen, with an alternate one and a scrollback, and closer to what terminals do."""

    def __init__(self, rows, columns):
        self.main = None
        self.inverse = False
        self.scrollback = []
        super().__init__(columns, rows)

    def save_cursor(self):
        self.savepoints.clear()
        super().save_cursor()

    def restore_cursor(self):
        kept, hidden = copy.deepcopy(self.savepoints), self.cursor.hidden
        super().restore_cursor()
        self.savepoints, self.cursor.hidden = kept, hidden

    def set_mode(self, *modes, private=False, **kwargs):
        if private and INVERSE in modes:
            self.inverse = True
            modes = [mode for mode in modes if mode != INVERSE]
        super().set_mode(*modes, private=private, **kwargs)
        if private and ALTERNATE in modes and not self.main:
            self.save_cursor()
            self.main = (self.buffer, self.savepoints)
            self.buffer, self.savepoints = copy.copy(self.buffer), []
            self.buffer.clear()
            self.erase_in_display(2)

    def reset_mode(self, *modes, private=False, **kwargs):
        if private and INVERSE in modes:
            self.inverse = False
            modes = [mode for mode in modes if mode != INVERSE]
        super().reset_mode(*modes, private=private, **kwargs)
        if private and ALTERNATE in modes and self.main:
            (self.buffer, self.savepoints), self.main = self.main, None
            self.restore_cursor()

    def set_margins(self, top=None, bottom=None):
        super().set_margins(top or 1, bottom or self.lines)

    def erase_in_display(self, how=0, *args, **kwargs):
        super().erase_in_display(how, *args, **kwargs)
        rows = {0: range(self.cursor.y + 1, self.lines), 1: range(self.cursor.y)}.get(how, range(self.lines))
        for row in rows:
            self.buffer[row].update((column, self.cursor.attrs) for column in range(self.columns))

    def index(self):
        if self.region() == (0, self.lines - 1) and not self.main and self.cursor.y == self.lines - 1:
            self.scrollback.append(self.line(0))
        super().index()

    def region(self):
        return tuple(self.margins or (0, self.lines - 1))

    def line(self, row):
        return "".join(self.buffer[row][column].data for column in range(self.columns)).rstrip()

    def text(self):
        return [self.line(row) for row in range(self.lines)]

    def cell(self, row, column):
        """What can be seen of it."""
        char = self.buffer[row][column]
        if char.data == " " and not (char.reverse or char.underscore or char.strikethrough):
            char = self.default_char._replace(bg=char.bg, reverse=False)
        return tuple(char)

    def state(self):
        cells = {(row, column): self.cell(row, column) for row in range(self.lines)
                 for column in range(self.columns)}
        cursor = self.cursor
        return {"cells": cells, "cursor": (cursor.y, cursor.x, cursor.hidden, tuple(cursor.attrs)),
                "margins": self.region(), "modes": self.mode, "inverse": self.inverse, "title": self.title}


def show(text, rows, columns):
    """An emulator that got this."""
    screen = Emulator(rows, columns)
    stream = pyte.Stream(screen)
    stream.use_utf8 = False  # it would ignore line drawing: terminals do not
    stream.feed(UNKNOWN.sub("", text))
    return screen


def difference(one, other):
    """What two emulators do not agree on, to be shown by an assertion."""
    one, other = one.state(), other.state()
    cells = {where: (cell, other["cells"][where]) for where, cell in one.pop("cells").items()
             if cell != other["cells"][where]}
    del other["cells"]
    return {**cells, **{what: (value, other[what]) for what, value in one.items() if value != other[what]}}


class Viewer:
    """A client that remembers all it got."""

    def __init__(self, user, session, rows=24, columns=80, **options):
        self.user = user
        self.rows, self.columns = rows, columns
        self.tty = user.shell(f"ps -o tty= -p {user.get(session, 'Leader')}").strip()
        self.stream = user.attach(session, rows, columns, **options)
        self.seen = ""
        self.looked = 0

    def type(self, text):
        self.stream.send(text)

    def until(self, pattern):
        """Reads until the pattern is in what no earlier call looked at."""
        while not (found := re.search(pattern, self.seen[self.looked:], re.S)):
            self.seen += self.stream.expect(".").string
        self.looked += found.end()

    def look(self, *others):
        """Emulators of this and of other clients, which all got the same to the end. The end is told by a
        title, which changes nothing in the picture; and, as only the owner's terminal gets titles, by a
        colour of no text."""
        n = next(marks)
        title, color = f"mark {n}", f"\x1b[38;2;1;2;{n}m"
        self.user.shell(f"printf '\\033]2;{title}\\007{color}\\033[39m' > /dev/{self.tty}")
        everybody = [self, *others]
        for one in everybody:
            one.until(f"{title}[\x07\x1b]" if one.user is self.user else re.escape(color))
        shown = [show(one.seen.encode("latin-1").decode(), one.rows, one.columns) for one in everybody]
        return shown if others else shown[0]

    def close(self):
        self.stream.close()

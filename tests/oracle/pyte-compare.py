#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""As vterm-compare, with pyte as the terminal: one that saw every byte of a recording up to a cut, one that
saw only the picture. pyte knows no alternate screen, no erasing with a background (it takes the pen's), and
no size that changes as ours does: recordings with these are left out.

Usage: pyte-compare.py [--verbose] SCREEN-PICTURE RECORDING..."""

import re
import subprocess
import sys

import pyte

CUTS = 20
# What pyte does not do, or does in its own way: alternate screen, REP, "ESC [ >" (is SGR), protection, DCS,
# scrolling; bright colours (are bold too).
UNKNOWN = re.compile(rb"\x1b\[\?(1049|1047|47)h|\x1b\[\d*b|\x1b\[[>=<]|\x1b\[[\d;]*\"q|\x1bP|\x1b#[3-6]|\x1b\[\?69h"
                     rb"|\x1b\[(4|58):|\x1b\[\d*[STZI]|\x1b[78]|\x1b\[[su]|\x1b\[[\d;]*r|\xcc\x81|\x1b\]8|\xe2\x80\x8d"
                     rb"|\x1b\[(\d+;)*(9|10)[0-7](;\d+)*m|\x1b\[\?5h")
FIELDS = ("data", "fg", "bg", "bold", "italics", "underscore", "strikethrough", "reverse", "blink")


def terminal(rows, columns, data):
    screen = pyte.HistoryScreen(columns, rows, history=100000)
    stream = pyte.ByteStream(screen)
    stream.feed(data)
    return screen, stream


def look(char):
    values = tuple(getattr(char, field, None) for field in FIELDS)
    # Of what is blank, only what can be seen counts.
    return values[:1] + values[2:3] + values[5:8] if values[0] == " " else values


def state(screen):
    cursor = screen.cursor
    yield "cursor", (cursor.y, min(cursor.x, screen.columns))
    yield "hidden", cursor.hidden
    yield "modes", sorted(m for m in screen.mode if m in (4, 20, 5 << 5, 6 << 5, 7 << 5, 25 << 5))
    yield "margins", screen.margins or (0, screen.lines - 1)
    yield "pen", look(cursor.attrs._replace(data="x"))
    yield "title", screen.title
    yield "scrolled off", len(screen.history.top)


def compare(a, b, where, totals, verbose):
    for y in range(a.lines):
        for x in range(a.columns):
            totals["cells"] += 1
            if look(a.buffer[y][x]) != look(b.buffer[y][x]):
                totals["different cells"] += 1
                if verbose:
                    print(f"  {where}: cell {y};{x}: {look(a.buffer[y][x])}, not {look(b.buffer[y][x])}")
    for (name, x), (_, y) in zip(state(a), state(b)):
        totals["values"] += 1
        if x != y:
            totals["different values"] += 1
            if verbose:
                print(f"  {where}: {name}: {x}, not {y}")


def read_pictures(tool, path):
    out = subprocess.run([tool, path, str(CUTS)], stdout=subprocess.PIPE, check=True).stdout
    end = out.index(b"\n")
    size = int(out[:end])
    data, at, pictures = out[end + 1:end + 1 + size], end + 1 + size, []
    while at < len(out):
        end = out.index(b"\n", at)
        cut, rows, columns, ground, n = map(int, out[at:end].split())
        pictures.append((cut, rows, columns, bool(ground), out[end + 1:end + 1 + n]))
        at = end + 1 + n
    return data, pictures


def main():
    verbose = "--verbose" in sys.argv
    tool, *paths = [a for a in sys.argv[1:] if a != "--verbose"]
    totals = {"recordings": 0, "comparisons": 0, "cells": 0, "different cells": 0, "values": 0, "different values": 0}
    for path in paths:
        data, pictures = read_pictures(tool, path)
        if UNKNOWN.search(data) or len({p[1:3] for p in pictures}) > 1:
            continue
        totals["recordings"] += 1
        for cut, rows, columns, ground, picture in pictures:
            for rest, phase in ((b"", "at the cut"), (data[cut:], "after the rest")):
                if not ground and not rest:
                    continue
                totals["comparisons"] += 1
                a, stream = terminal(rows, columns, data[:cut])
                stream.feed(rest)
                # Resetting reverse video takes the attribute from all cells.
                b, stream = terminal(rows, columns, picture.replace(b"\x1b[?5l", b""))
                stream.feed(rest)
                compare(a, b, f"{path}, {cut} of {len(data)}, {phase}", totals, verbose)
    print("pyte: " + ", ".join(f"{name} {n}" for name, n in totals.items()))
    return 0 if totals["recordings"] and not totals["different cells"] and not totals["different values"] else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints char-width-table.h: which code points take no column, and which take two, by Python's Unicode data."""

import sys
import unicodedata

# Blocks whose unassigned code points are wide too (UAX 11), and where the next emoji will be.
WIDE_BLOCKS = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x1FA70, 0x1FAFF), (0x20000, 0x2FFFD),
               (0x30000, 0x3FFFD)]


def width(code):
    char = chr(code)
    # Medial vowels and final consonants of Hangul join the syllable that an initial consonant began.
    if 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:
        return 0
    if unicodedata.category(char) in ("Mn", "Me", "Cf") and code != 0xAD:
        return 0
    if any(a <= code <= b for a, b in WIDE_BLOCKS):
        return 2
    return 2 if unicodedata.category(char) != "Cn" and unicodedata.east_asian_width(char) in "WF" else 1


def ranges(wanted):
    start = None
    for code in range(0x300, 0x110001):
        if code < 0x110000 and not 0xD800 <= code < 0xE000 and width(code) == wanted:
            start = code if start is None else start
        elif start is not None:
            yield start, code - 1
            start = None


def table(name, wanted):
    print(f"static const CharRange {name}[] = {{")
    line = "       "
    for first, last in ranges(wanted):
        item = f" {{ 0x{first:04x}, 0x{last:04x} }},"
        if len(line + item) > 109:
            print(line)
            line = "       "
        line += item
    print(line)
    print("};")


print("/* SPDX-License-Identifier: LGPL-2.1-or-later */")
print("#pragma once\n")
print(f"/* Made by char-width.py from Unicode {unicodedata.unidata_version}. */\n\n/* clang-format off */")
table("zero_width", 0)
print()
table("double_width", 2)
sys.stdout.flush()

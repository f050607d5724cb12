#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints char-width-table.h, which is committed: which code points take no column, and which take two.

    char-width.py > char-width-table.h     makes it of the Unicode data that is installed (Debian's package
                                           unicode-data)
    char-width.py --check                  tells whether the table is what this makes of the same Unicode

Exit status of --check: 0 if it is, 1 if it is not, 77 if another version of Unicode is installed here, or
none."""

import re
import sys
from pathlib import Path

DATA = Path("/usr/share/unicode")
TABLE = Path(__file__).resolve().with_name("char-width-table.h")

# Blocks whose unassigned code points are wide too (UAX 11), and where the next emoji will be.
WIDE_BLOCKS = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x1FA70, 0x1FAFF), (0x20000, 0x2FFFD),
               (0x30000, 0x3FFFD)]


def read_version():
    """Of the installed data, as "15.0.0"; None if there is none."""
    try:
        first = (DATA / "EastAsianWidth.txt").read_text(encoding="utf-8").split("\n", 1)[0]
    except FileNotFoundError:
        return None
    return re.fullmatch(r"# EastAsianWidth-([\d.]+)\.txt", first)[1]


def read_categories():
    """The general category of each assigned code point."""
    categories, first = {}, 0
    for line in (DATA / "UnicodeData.txt").read_text(encoding="utf-8").splitlines():
        code, name, category = line.split(";")[:3]
        code = int(code, 16)
        # A range is two lines: "<Hangul Syllable, First>", "<Hangul Syllable, Last>".
        if name.endswith(", First>"):
            first = code
        categories.update(dict.fromkeys(range(first if name.endswith(", Last>") else code, code + 1), category))
    return categories


def read_wide():
    """The code points that East Asian terminals show in two columns (W, F)."""
    wide = set()
    for line in (DATA / "EastAsianWidth.txt").read_text(encoding="utf-8").splitlines():
        match = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*[WF]\b", line)
        if match:
            wide.update(range(int(match[1], 16), int(match[2] or match[1], 16) + 1))
    return wide


def make_widths():
    """The width of each code point from U+0300 on, surrogates left out."""
    categories, wide = read_categories(), read_wide()
    for code in range(0x300, 0x110000):
        # Medial vowels and final consonants of Hangul join the syllable that an initial consonant began.
        if 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:
            yield code, 0
        elif categories.get(code) in ("Mn", "Me", "Cf"):
            yield code, 0
        elif 0xD800 <= code < 0xE000:
            yield code, None
        elif any(first <= code <= last for first, last in WIDE_BLOCKS):
            yield code, 2
        else:
            yield code, 2 if code in categories and code in wide else 1


def ranges(widths, wanted):
    start = None
    for code, width in widths:
        if width == wanted:
            start = code if start is None else start
        elif start is not None:
            yield start, code - 1
            start = None


def table(widths, name, wanted):
    lines, line = [f"static const CharRange {name}[] = {{"], "       "
    for first, last in ranges(widths, wanted):
        item = f" {{ 0x{first:04x}, 0x{last:04x} }},"
        if len(line + item) > 109:
            lines.append(line)
            line = "       "
        line += item
    return "\n".join([*lines, line, "};\n"])


def make(version):
    widths = list(make_widths())
    return ("/* SPDX-License-Identifier: LGPL-2.1-or-later */\n#pragma once\n\n"
            f"/* Made by char-width.py from Unicode {version}. */\n\n/* clang-format off */\n"
            + table(widths, "zero_width", 0) + "\n" + table(widths, "double_width", 2))


def check(version):
    committed = TABLE.read_text(encoding="utf-8")
    of = re.search(r"from Unicode ([\d.]+)\. \*/", committed)[1]
    if version != of:
        print(f"Skipped: {TABLE.name} is of Unicode {of}; here is {version or 'none (package unicode-data)'}")
        sys.exit(77)
    made = make(version)
    if committed != made:
        different = [f"  {is_}\n  should be\n  {should}"
                     for is_, should in zip(committed.split("\n"), made.split("\n")) if is_ != should]
        sys.exit(f"{TABLE.name} is not what char-width.py makes of Unicode {version}:\n"
                 + (different[0] if different else "  its end differs"))


if __name__ == "__main__":
    installed = read_version()
    if sys.argv[1:] == ["--check"]:
        check(installed)
    elif sys.argv[1:] or not installed:
        sys.exit(__doc__ if installed else f"There is no Unicode data in {DATA}: install the package unicode-data.")
    else:
        sys.stdout.write(make(installed))

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files of at most 600 lines, functions of at most 80, half of the files in src of at most 200."""

import re
import statistics

from tree import is_c, lint

FILE_MAX, FUNCTION_MAX, MEDIAN_MAX = 600, 80, 200
# As clang-format leaves it, what is in a function is indented, but for goto labels, and only a function ends
# with a brace alone in its line.
BEGINNING = re.compile(r"^[A-Za-z_](?!\w*:$)")


def functions(text):
    """Yields (line of the beginning, lines) of each function."""
    start = None
    for number, line in enumerate(text.split("\n"), 1):
        if BEGINNING.match(line):
            start = number
        elif line == "}" and start:
            yield start, number - start + 1
            start = None


def check(files):
    lengths = []
    for path, text in files.items():
        if not path.startswith(("src/", "tests/", "examples/")):
            continue
        lines = text.count("\n")
        if lines > FILE_MAX:
            yield f"{path}: {lines} lines, more than {FILE_MAX}"
        if path.startswith("src/") and path.endswith(".c"):
            lengths.append(lines)
        if is_c(path):
            for start, length in functions(text):
                if length > FUNCTION_MAX:
                    yield f"{path}:{start}: function of {length} lines, more than {FUNCTION_MAX}"
    if lengths:
        median = statistics.median(lengths)
        if "meson.build" in files:  # no sample
            print(f"{len(lengths)} .c files in src, median {median:g} lines, longest {max(lengths)}")
        if median > MEDIAN_MAX:
            yield f"src: the median of .c files is {median:g} lines, more than {MEDIAN_MAX}"


def function_of(lines):
    return "static int f(int a,\n        int b) {\n" + "        a++;\n" * (lines - 5) + "out:\n        return a;\n}\n"


lint(check, [
    ("601 lines", {"src/a.h": "\n" * 601}),
    ("601 lines", {"tests/a": "\n" * 601}),
    ("a.c:3: function of 81 lines", {"src/a.c": "int g;\n\n" + function_of(81)}),
    ("a.c:1: function of 81 lines", {"tests/a.c": "TEST(a) {\n" + "        a++;\n" * 79 + "}\n"}),
    ("the median", {"src/a.c": "\n" * 201, "src/b.c": "\n" * 201, "src/c.c": ""}),
    (None, {"src/a.c": function_of(80) + "\n" * 120, "src/b.c": "struct a {\n" + "        int a;\n" * 100 + "};\n",
            "src/c.c": "\n" * 600, "LICENSE": "\n" * 1000}),
])

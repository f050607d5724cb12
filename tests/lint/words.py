# SPDX-License-Identifier: LGPL-2.1-or-later
"""How files open, words that mark what is not done, and tests that wait for time instead of events."""

import ast
import re

from source import language
from tree import lint

SPDX = "SPDX-License-Identifier: LGPL-2.1-or-later"
NOT_DONE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\b[Ss]tub(bed|s)?\b(?!')")
PURPOSE = re.compile(r"/\* [^*\n]+[.:;,]?")
SLEEPS = {
    "c": re.compile(r"\b(sleep|usleep|nanosleep|clock_nanosleep)\s*\("),
    "shell": re.compile(r"(^|[;&|({!]|\b(do|then|else|while|until|if))\s*sleep\b"),
}
FUNCTION = re.compile(r"^(?:(?:static )?\w+ \**)?(\w+)\(.*[{(,]$")


def check_opening(path, text):
    lines = text.split("\n")
    if path.endswith((".c", ".h")):
        if lines[0] != f"/* {SPDX} */":
            yield f"{path}:1: does not open with its licence: /* {SPDX} */"
        elif path.endswith(".c") and not (len(lines) > 2 and not lines[1] and PURPOSE.match(lines[2])):
            yield f"{path}:3: no comment says what the file is for"
    elif path.endswith((".py", "meson.build")) and SPDX not in text[:200]:
        yield f"{path}:1: does not open with its licence: # {SPDX}"


def python_sleeps(text):
    """Yields the lines that sleep, but for pauses in a loop of a function with a timeout."""
    def visit(node, bounded, in_loop):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            bounded, in_loop = "timeout" in [a.arg for a in node.args.args + node.args.kwonlyargs], False
        in_loop = in_loop or isinstance(node, ast.While)
        if isinstance(node, ast.Call) and not (bounded and in_loop) and \
                "sleep" in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
            yield node.lineno
        for child in ast.iter_child_nodes(node):
            yield from visit(child, bounded, in_loop)
    return visit(ast.parse(text), False, False)


def other_sleeps(text, pattern):
    """Yields the lines that sleep, but for those in a function named wait…."""
    function = ""
    for number, line in enumerate(text.split("\n"), 1):
        match = FUNCTION.match(line)
        if match:
            function = match[1]
        if pattern.search(line) and not re.match(r"wait(_|$)", function):
            yield number


def check_sleeps(path, text):
    """A wait for an event needs a pause where nothing tells of the event, and a deadline."""
    kind = language(path, text)
    lines = python_sleeps(text) if kind == "python" else other_sleeps(text, SLEEPS[kind]) if kind else ()
    for number in lines:
        yield f"{path}:{number}: sleeps; wait for an event, in a loop of a function " + \
            ("with a timeout" if kind == "python" else "named wait…, which has a deadline")


def check(files):
    for path, text in files.items():
        if not path.startswith(("src/", "tests/", "examples/", "dbus/", "conf/", "units/", "meson.build")):
            continue
        if path == "tests/lint/words.py":
            continue
        yield from check_opening(path, text)
        for number, line in enumerate(text.split("\n"), 1):
            if NOT_DONE.search(line):
                yield f"{path}:{number}: a mark of something not done: {line.strip()}"
        if path.startswith("tests/") and not path.startswith(("tests/bench/", "tests/fuzz/")):
            yield from check_sleeps(path, text)


OPENING = f"/* {SPDX} */\n\n/* A purpose. */\n\n"
BASH = "#!/bin/bash\n"
PYTHON = f"# {SPDX}\n"

lint(check, [
    ("does not open with its licence", {"src/a.c": "/* A purpose. */\n"}),
    ("does not open with its licence", {"src/a.h": "#pragma once\n"}),
    ("does not open with its licence", {"tests/a.py": "import os\n"}),
    ("no comment says", {"src/a.c": f"/* {SPDX} */\n\n#include <stdio.h>\n"}),
    ("not done", {"src/a.c": OPENING + "int a; /* TODO: b */\n"}),
    ("not done", {"units/a": "# FIXME\n"}),
    ("not done", {"src/a.c": OPENING + "/* A stub. */\n"}),
    ("a:2: sleeps", {"tests/a": BASH + "sleep 1\n"}),
    ("a:3: sleeps", {"tests/a": BASH + "f() {\n        true && sleep 1\n"}),
    ("a.py:3: sleeps", {"tests/a.py": PYTHON + "def test_a():\n    time.sleep(1)\n"}),
    ("a.py:3: sleeps", {"tests/a.py": PYTHON + "def f(timeout):\n    sleep(timeout)\n"}),
    ("a.py:4: sleeps", {"tests/a.py": PYTHON + "def f(a):\n    while a:\n        sleep(1)\n"}),
    ("sleeps", {"tests/a.c": OPENING + "TEST(a) {\n        usleep(100);\n}\n"}),
    (None, {"src/a.c": OPENING + 'char a[] = "/tmp/a.XXXXXX"; /* stubborn */\n', "units/a": "echo stub''born\n",
            "tests/a.py": PYTHON + 'def f(g, timeout=1):\n    while g():\n        time.sleep(1)\n    run("sleep", "1")\n',
            "tests/a": BASH + "wait_for() {\n        sleep 0.1\n}\nrun sleep infinity\n",
            "tests/bench/a": BASH + "sleep 1\n", "src/b.c": OPENING + "sleep(1);\n"}),
])

# SPDX-License-Identifier: LGPL-2.1-or-later
"""How files open, words that mark what is not done, and tests that wait for time instead of events."""

import re

from tree import is_c, lint

SPDX = "SPDX-License-Identifier: LGPL-2.1-or-later"
NOT_DONE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\b[Ss]tub(bed|s)?\b")
PURPOSE = re.compile(r"/\* [^*\n]+[.:;,]?")
SLEEPS = {
    "c": re.compile(r"\b(sleep|usleep|nanosleep|clock_nanosleep|g_usleep)\s*\("),
    "python": re.compile(r"\bsleep\s*\("),
    "shell": re.compile(r"(^|[;&|({!]|\b(do|then|else|while|until|if))\s*sleep\b"),
}
FUNCTION = re.compile(r"^\s*(?:def |async def |(?:static )?\w+ \**)?(\w+)\(.*[:{(,]$")


def language(path, text):
    if is_c(path):
        return "c"
    first = text.split("\n", 1)[0]
    if path.endswith(".py") or "python" in first:
        return "python"
    return "shell" if path.endswith(".sh") or re.match(r"#!.*\bb?a?sh\b", first) else None


def check_opening(path, text):
    lines = text.split("\n")
    if path.endswith((".c", ".h")):
        if lines[0] != f"/* {SPDX} */":
            yield f"{path}:1: does not open with its licence: /* {SPDX} */"
        elif path.endswith(".c") and not (len(lines) > 2 and not lines[1] and PURPOSE.match(lines[2])):
            yield f"{path}:3: no comment says what the file is for"
    elif path.endswith((".py", "meson.build")) and SPDX not in text[:200]:
        yield f"{path}:1: does not open with its licence: # {SPDX}"


def check_sleeps(path, text):
    """A wait for an event needs a pause where nothing tells of the event; it goes into a function named wait_…, which
    has a deadline."""
    pattern, function = SLEEPS.get(language(path, text)), ""
    for number, line in enumerate(text.split("\n"), 1):
        match = FUNCTION.match(line)
        if match:
            function = match[1]
        if pattern and pattern.search(line) and not re.match(r"_?wait_", function):
            yield f"{path}:{number}: sleeps; wait for an event with a deadline, in a function named wait_…"


def check(files):
    for path, text in files.items():
        if not path.startswith(("src/", "tests/", "dbus/", "conf/", "units/", "meson.build")):
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
    ("a:3: sleeps", {"tests/a": BASH + "wait() {\n        true && sleep 1\n"}),
    ("sleeps", {"tests/a.py": PYTHON + "def test_a():\n    time.sleep(1)\n"}),
    ("sleeps", {"tests/a.c": OPENING + "TEST(a) {\n        usleep(100);\n}\n"}),
    ("a.py:6: sleeps", {"tests/a.py": PYTHON + "def wait_for():\n    time.sleep(1)\n\ndef test_a():\n    time.sleep(1)\n"}),
    (None, {"src/a.c": OPENING + 'char a[] = "/tmp/a.XXXXXX"; /* stubborn */\n',
            "tests/a.py": PYTHON + 'def _wait_until(f, s=1):\n    time.sleep(1)\n\ndef test():\n    run("sleep", "1")\n',
            "tests/a": BASH + "wait_for() {\n        sleep 0.1\n}\nrun sleep infinity\n",
            "tests/bench/a": BASH + "sleep 1\n", "src/b.c": OPENING + "sleep(1);\n"}),
])

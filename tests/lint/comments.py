# SPDX-License-Identifier: LGPL-2.1-or-later
"""Comments keep to the columns that code has, and what they and the documentation name is there: functions,
as name(), and files, as name.c. tests/lint/reflow.py mends the first."""

import ast
import re

from source import COLUMNS, DIRECTIVE, code, comments, language
from tree import is_c, lint

FUNCTION = re.compile(r"(?<![\w.-])([A-Za-z_]\w*)\(\)")
FILE = re.compile(r"(?<![\w/.{*-])((?:[\w-]+/)*[a-z][a-z0-9_-]*\.(?:c|h|py|sh))\b(?!\()")
CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
SHELL_FUNCTION = re.compile(r"^\s*([\w-]+)\(\)", re.MULTILINE)
MEMBER = re.compile(r'<(?:method|signal) name="(\w+)"')
INCLUDE = re.compile(r'#include [<"]([^>"]+)[>"]')
# What others have, and no code here names: functions of libc, one of libsystemd, methods of systemd's
# manager and of the bus; a header of Linux; a file of jupyter_core.
ELSEWHERE = {"execve", "ptrace", "sd_bus_message_read_strv", "StartTransientUnit", "Subscribe", "linux/pidfd.h", "paths.py"}


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name
        elif isinstance(node, ast.Call):
            yield getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def known_functions(files):
    """What is defined or called anywhere; compilers see to it that what C calls is there."""
    names = set()
    for path, text in files.items():
        kind = language(path, text)
        if kind == "c":
            names.update(CALL.findall(code(text)))
        elif kind == "python":
            names.update(python_functions(text))
        elif kind == "shell":
            names.update(SHELL_FUNCTION.findall(text))
        elif path.endswith(".xml"):
            names.update(MEMBER.findall(text))
    return names


def known_files(files):
    names = {path.rsplit("/", 1)[-1] for path in files}
    for path, text in files.items():
        if is_c(path):
            names.update(INCLUDE.findall(text))
    return names


def texts(path, text):
    """Yields (number of the first line, text) of what is written for people."""
    if path.endswith((".md", ".xml")):
        yield from enumerate(text.split("\n"), 1)
    else:
        yield from comments(path, text)


def check_columns(path, text):
    lines = text.split("\n")
    for number, comment in comments(path, text):
        for i in range(number, number + comment.count("\n") + 1):
            if len(lines[i - 1]) > COLUMNS and not DIRECTIVE.match(comment):
                yield f"{path}:{i}: comment of {len(lines[i - 1])} columns, more than {COLUMNS}"


def check(files):
    functions, names = known_functions(files) | ELSEWHERE, known_files(files) | ELSEWHERE
    for path, text in files.items():
        yield from check_columns(path, text)
        if path.startswith("tests/lint/"):  # their samples name what is nowhere
            continue
        for number, written in texts(path, text):
            for name in FUNCTION.findall(written):
                if name not in functions:
                    yield f"{path}:{number}: there is no {name}()"
            for name in FILE.findall(written):
                if name not in names and name.rsplit("/", 1)[-1] not in names:
                    yield f"{path}:{number}: there is no {name}"


LONG = "x" * 107
C = "int f(void) {\n        return g(1);\n}\n"
BASH = "#!/bin/bash\n"

lint(check, [
    ("a.c:1: comment of 110 columns", {"src/a.c": f"/* {LONG[3:]} */\n"}),
    ("a.c:2: comment of 110 columns", {"src/a.c": f"/* A\n * {LONG}\n * b */\n"}),
    ("a.c:1: comment of", {"src/a.c": f"int a; /* {LONG} */\n"}),
    ("a.py:1: comment of", {"tests/a.py": f"a = 1  # {LONG}\n"}),
    ("a.py:2: comment of", {"tests/a.py": f"def f():\n    \"\"\"{LONG}\"\"\"\n"}),
    ("a.py:3: comment of", {"tests/a.py": f"class A:\n    \"\"\"B\n    {LONG}\n    \"\"\"\n"}),
    ("a:3: comment of", {"tests/a": BASH + f"a=${{b#c}}\nd=1 # {LONG}\n"}),
    ("a.c:1: there is no h()", {"src/a.c": "/* As h() does. */\n" + C}),
    ("a.c:1: there is no b.c", {"src/a.c": "/* See b.c. */\n" + C}),
    ("a.c:1: there is no src/b/c.h", {"src/a.c": "/* See src/b/c.h. */\n" + C}),
    ("a.py:1: there is no h()", {"tests/a.py": "# h()\ndef f():\n    pass\n"}),
    ("A.md:2: there is no a.c", {"docs/A.md": "\n* `a.c` is it\n"}),
    ("A.xml:1: there is no GetA()", {"dbus/A.xml": '<!-- As GetA(). --><method name="GetB"/>\n'}),
    (None, {"src/a.c": "/* f(), g(), Stop() of a.c, read(2), unistd.h, x/a.c: execve(); *-bus.c */\n"
                       "#include <unistd.h>\n" + C + f'char s[] = "/* {LONG}";\n',
            "dbus/A.xml": '<method name="Stop"/>', "docs/A.md": "f(), `a.c`, linux/pidfd.h\n",
            "tests/a.py": f"def f():  # pylint: disable={LONG}\n    return '# {LONG}'\n",
            "tests/a": BASH + f"cat <<'END'\n# {LONG}\nEND\necho \"$#\" '# {LONG}'\nwait_for() {{\n# wait_for()\n}}\n"}),
])

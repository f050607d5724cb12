# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is there is also built and run: sources, unit tests and lints are in their meson.build, each file of
src/shared has its unit test, and each unit test stands where the file does that it tests."""

import re

from tree import lint


NO_LINTS = {"circles", "documented", "reflow", "source", "tree"}  # what they use, or people do


def words(files, path):
    return set(re.findall(r"'([^']+)'", files.get(path, "")))


def check(files):
    for path in files:
        folder, _, name = path.rpartition("/")
        if path.startswith("src/") and name.endswith(".c"):
            program, _, source = path.removeprefix("src/").partition("/")
            if source not in words(files, f"src/{program}/meson.build"):
                yield f"src/{program}/meson.build: does not build {source}"
            test = f"tests/unit/{program}/test-{name}"
            if program == "shared" and test not in files:
                yield f"{path}: there is no {test}"
        match = re.fullmatch(r"tests/unit/(\w+)/((?:[^/]+/)*)test-([^/]*)\.c", path)
        if match:
            program, room, name = match.groups()
            if room + name not in words(files, "tests/unit/meson.build"):
                yield f"tests/unit/meson.build: does not run {room}{name}"
            tested = f"src/{program}/{room}{name}"
            if f"{tested}.c" not in files and f"{tested}.h" not in files:
                yield f"{path}: there is no {tested}.c"
        elif re.fullmatch(r"tests/unit/(?:.*/)?test-[^/]*\.c", path):
            yield f"{path}: is in no folder of a program"
        match = re.fullmatch(r"tests/lint/(.*)\.py", path)
        if match and match[1] not in words(files, f"{folder}/meson.build") | NO_LINTS:
            yield f"{folder}/meson.build: does not run {name}"


lint(check, [
    ("does not build a.c", {"src/ctl/a.c": "", "src/ctl/meson.build": "'b.c'"}),
    ("does not build b/a.c", {"src/ctl/b/a.c": "", "src/ctl/meson.build": "'a.c'"}),
    ("there is no tests/unit/shared/test-a.c", {"src/shared/a.c": "", "src/shared/meson.build": "'a.c'"}),
    ("does not run b/a", {"tests/unit/ctl/b/test-a.c": "", "tests/unit/meson.build": "'a'"}),
    ("there is no src/ctl/b/a.c", {"tests/unit/ctl/b/test-a.c": "", "tests/unit/meson.build": "'b/a'", "src/ctl/a.h": ""}),
    ("is in no folder", {"tests/unit/test-a.c": "", "tests/unit/meson.build": "'a'"}),
    ("does not run a.py", {"tests/lint/a.py": "", "tests/lint/meson.build": ""}),
    (None, {"src/shared/a.c": "", "src/shared/meson.build": "'a.c'", "tests/unit/shared/test-a.c": "", "src/shared/a.h": "",
            "src/ctl/b/c.h": "", "tests/unit/ctl/b/test-c.c": "",
            "tests/unit/meson.build": "'a', 'b/c'", "tests/unit/test-main.h": "", "tests/lint/tree.py": ""}),
])

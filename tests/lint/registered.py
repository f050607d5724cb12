# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is there is also built and run: sources, unit tests and lints are in their meson.build, and each file of
src/shared has its unit test."""

import re

from tree import lint


def words(files, path):
    return set(re.findall(r"'([^']+)'", files.get(path, "")))


def check(files):
    for path in files:
        folder, _, name = path.rpartition("/")
        if path.startswith("src/") and name.endswith(".c"):
            if name not in words(files, f"{folder}/meson.build"):
                yield f"{folder}/meson.build: does not build {name}"
            test = f"tests/unit/test-{name}"
            if folder == "src/shared" and test not in files:
                yield f"{path}: there is no {test}"
        match = re.fullmatch(r"tests/unit/test-(.*)\.c", path) or re.fullmatch(r"tests/lint/(.*)\.py", path)
        if match and path != "tests/lint/tree.py" and match[1] not in words(files, f"{folder}/meson.build"):
            yield f"{folder}/meson.build: does not run {name}"


lint(check, [
    ("does not build a.c", {"src/ctl/a.c": "", "src/ctl/meson.build": "'b.c'"}),
    ("there is no tests/unit/test-a.c", {"src/shared/a.c": "", "src/shared/meson.build": "'a.c'"}),
    ("does not run test-a.c", {"tests/unit/test-a.c": "", "tests/unit/meson.build": "'b'"}),
    ("does not run a.py", {"tests/lint/a.py": "", "tests/lint/meson.build": ""}),
    (None, {"src/shared/a.c": "", "src/shared/meson.build": "'a.c'", "tests/unit/test-a.c": "", "src/shared/a.h": "",
            "tests/unit/meson.build": "'a'", "tests/unit/test-main.h": "", "tests/lint/tree.py": ""}),
])

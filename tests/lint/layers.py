# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may include whom: shared only itself; jupyter itself and shared; keeper and ctl themselves and these two; manager
itself and shared; tests everybody."""

import re

from tree import is_c, lint

ALLOWED = {
    "shared": ("shared",),
    "jupyter": ("jupyter", "shared"),
    "manager": ("manager", "shared"),
    "keeper": ("keeper", "jupyter", "shared"),
    "ctl": ("ctl", "jupyter", "shared"),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]*)"')
# Names that say nothing attract everything.
NAMELESS = re.compile(r"(^|[-_])(util|utils|common|misc|helper|helpers)([-_]|$)")


def check(files):
    for path, text in files.items():
        if not path.startswith(("src/", "tests/")):
            continue
        parts = path.split("/")
        for part in parts:
            if NAMELESS.search(part.split(".")[0]):
                yield f"{path}: '{part}' says nothing about what is in it"
        if not is_c(path):
            continue
        allowed = ALLOWED.get(parts[1], ()) if parts[0] == "src" else tuple(ALLOWED) + ("tests",)
        if parts[0] == "src" and parts[1] not in ALLOWED:
            yield f"{path}: no such layer: {parts[1]}"
        for number, line in enumerate(text.split("\n"), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            included = match[1]
            if included == "config.h":  # generated
                continue
            if "/" not in included or included.startswith("."):
                yield f'{path}:{number}: "{included}" does not say its folder'
            elif included.split("/")[0] not in allowed:
                yield f'{path}:{number}: {"/".join(parts[:2])} may not include "{included}"'
            elif f"src/{included}" not in files and included not in files and not is_made(files, included):
                yield f'{path}:{number}: there is no "{included}"'


def is_made(files, included):
    """Is it the output of a custom_target() of its folder?"""
    folder, name = included.rsplit("/", 1)
    return f"output : '{name}'" in files.get(f"src/{folder}/meson.build", "")


lint(check, [
    ("may not include", {"src/shared/a.c": '#include "manager/b.h"\n', "src/manager/b.h": ""}),
    ("may not include", {"src/keeper/a.c": '#include "manager/b.h"\n', "src/manager/b.h": ""}),
    ("may not include", {"src/manager/a.c": '#include "jupyter/b.h"\n', "src/jupyter/b.h": ""}),
    ("may not include", {"src/ctl/deep/a.h": ' # include "keeper/b.h"\n', "src/keeper/b.h": ""}),
    ("may not include", {"src/manager/a.c": '#include "tests/unit/b.h"\n', "tests/unit/b.h": ""}),
    ("does not say its folder", {"src/manager/a.c": '#include "b.h"\n', "src/manager/b.h": ""}),
    ("does not say its folder", {"src/manager/a.c": '#include "../shared/b.h"\n', "src/shared/b.h": ""}),
    ("there is no", {"src/manager/a.c": '#include "shared/b.h"\n'}),
    (None, {"src/manager/a.c": '#include "manager/b.h"\n', "src/manager/meson.build": "output : 'b.h',"}),
    ("no such layer", {"src/other/a.c": ""}),
    ("says nothing", {"src/shared/string-util.c": ""}),
    ("says nothing", {"tests/common/a.py": ""}),
    (None, {"src/manager/a.c": '#include "config.h"\n#include <stdio.h>\n#include "shared/b.h"\n', "src/shared/b.h": "",
            "tests/unit/a.c": '#include "manager/c.h"\n#include "tests/unit/d.h"\n', "src/manager/c.h": "",
            "tests/unit/d.h": "", "src/shared/commonly.c": ""}),
])

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every .c and .h file is as clang-format makes it. `meson compile clang-format` makes it so."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

from tree import ROOT, is_c, lint

CLANG_FORMAT = shutil.which("clang-format-14") or shutil.which("clang-format")


def check(files):
    """One process formats copies of all files, as starting one for each file took most of the time."""
    sources = {path: text for path, text in files.items() if is_c(path)}
    if not sources:
        return
    with tempfile.TemporaryDirectory() as folder:
        for path, text in sources.items():
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
                f.write(text)
        subprocess.run([CLANG_FORMAT, f"--style=file:{ROOT}/.clang-format", "-i", *sources], cwd=folder, check=True)
        for path, text in sources.items():
            with open(os.path.join(folder, path), encoding="utf-8") as f:
                formatted = f.read()
            if formatted != text:
                yield first_difference(path, text, formatted)


def first_difference(path, text, formatted):
    for number, (is_, should) in enumerate(zip(text.split("\n"), formatted.split("\n")), 1):
        if is_ != should:
            return f"{path}:{number}: clang-format wants: {should}"
    return f"{path}: clang-format wants another end of file"


if not CLANG_FORMAT:
    sys.exit("There is no clang-format; tests/packages installs it.")
version = subprocess.run([CLANG_FORMAT, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
if not re.search(r"version 14\.", version):
    print(f"Skipped: it takes clang-format 14, as other versions format otherwise; here is {version.strip()}")
    sys.exit(77)

lint(check, [
    ("a.c:2: clang-format wants:         return;", {"src/a.c": "void f(void) {\n    return;\n}\n"}),
    ("clang-format wants", {"tests/a.h": "int  a;\n"}),
    ("b.c:1: clang-format wants: int b;", {"src/a.c": "int a;\n", "src/b.c": "int  b;\n", "src/c.c": "int c;\n"}),
    (None, {"src/a.c": "void f(void) {\n        return;\n}\n", "src/a.py": "def  f(): pass\n"}),
])

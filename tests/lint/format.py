# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every .c and .h file is as clang-format makes it. `meson compile clang-format` makes it so."""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

from tree import ROOT, is_c, lint

CLANG_FORMAT = shutil.which("clang-format-14") or shutil.which("clang-format")


def first_difference(path, text):
    command = [CLANG_FORMAT, f"--style=file:{ROOT}/.clang-format", f"--assume-filename={path}"]
    formatted = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout
    if formatted == text:
        return None
    for number, (is_, should) in enumerate(zip(text.split("\n"), formatted.split("\n")), 1):
        if is_ != should:
            return f"{path}:{number}: clang-format wants: {should}"
    return f"{path}: clang-format wants another end of file"


def check(files):
    sources = {path: text for path, text in files.items() if is_c(path)}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from filter(None, pool.map(first_difference, sources.keys(), sources.values()))


if not CLANG_FORMAT:
    sys.exit("There is no clang-format; tests/packages installs it.")
version = subprocess.run([CLANG_FORMAT, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
if not re.search(r"version 14\.", version):
    print(f"Skipped: it takes clang-format 14, as other versions format otherwise; here is {version.strip()}")
    sys.exit(77)

lint(check, [
    ("a.c:2: clang-format wants:         return;", {"src/a.c": "void f(void) {\n    return;\n}\n"}),
    ("clang-format wants", {"tests/a.h": "int  a;\n"}),
    (None, {"src/a.c": "void f(void) {\n        return;\n}\n", "src/a.py": "def  f(): pass\n"}),
])

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Variables that clean up after themselves are initialised: else an early return frees garbage."""

import re

import tree

DECLARATION = re.compile(r"^\s*_cleanup_\w*(\([^)]*\))? [^=;]*;", re.MULTILINE)


def check(files):
    for path, text in files.items():
        if not tree.is_c(path):
            continue
        for match in DECLARATION.finditer(text):
            line = text.count("\n", 0, match.end()) + 1
            yield f"{path}:{line}: initialise it: {match.group().strip()}"


if __name__ == "__main__":
    tree.lint(check, [
        ("initialise", {"src/a.c": "int f(void) {\n        _cleanup_(done) Writer w;\n}\n"}),
        ("initialise", {"src/a.c": "        _cleanup_close_ int a = -EBADF;\n        _cleanup_free_ char *b;\n"}),
        (None, {"src/a.c": "        _cleanup_(done) Writer w = {};\n        _cleanup_free_ char *b = NULL;\n"}),
    ])

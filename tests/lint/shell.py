# SPDX-License-Identifier: LGPL-2.1-or-later
"""shellcheck has nothing to say about any shell script, and each stops at its first error."""

import os
import re
import subprocess
import sys
import tempfile

from tree import lint

SCRIPT = re.compile(r"#!\S*[/ ](env )?(ba|da)?sh\b|# shellcheck shell=")


def check(files):
    scripts = {path: text for path, text in files.items() if SCRIPT.match(text) or path.endswith(".sh")}
    for path, text in scripts.items():
        if text.startswith("#!") and not re.search(r"^set -euo pipefail$", text, re.MULTILINE):
            yield f"{path}: has no 'set -euo pipefail'"
    if not scripts:
        return
    with tempfile.TemporaryDirectory() as folder:
        for path, text in scripts.items():
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
                f.write(text)
        command = ["shellcheck", "--norc", "--format=gcc", *scripts]
        found = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        if found.returncode > 1:
            yield f"shellcheck failed: {found.stdout}"
        yield from found.stdout.splitlines()


SET = "set -euo pipefail\n"

try:
    lint(check, [
        ("SC2086", {"tests/a": "#!/bin/bash\n" + SET + "echo $1 ${a[@]}\n"}),
        ("SC2154", {"tests/b/a.sh": "#!/bin/sh\necho \"$nonesuch\"\n"}),
        ("has no 'set", {"tests/a": "#!/bin/bash\ntrue\n"}),
        ("SC2086", {"src/ctl/completion/a": "# shellcheck shell=bash\necho $1\n"}),
        (None, {"tests/a": "#!/bin/bash\n" + SET + "echo \"$1\"\n", "tests/a.py": "echo $1\n"}),
    ])
except FileNotFoundError as e:
    sys.exit(f"{e.filename}: not found; tests/packages installs it.")

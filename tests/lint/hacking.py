# SPDX-License-Identifier: LGPL-2.1-or-later
"""The patches that HACKING.md has for a newcomer apply, or have been. tests/run first-change runs all
commands of that page's section."""

import os
import re
import subprocess
import tempfile

from tree import lint

PAGE = "HACKING.md"
PATCH = re.compile(r"^git apply <<'EOF'\n(.*?^)EOF$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^--- a/(.*)$", re.MULTILINE)


def try_patch(folder, patch, *options):
    """Returns what is wrong. Out of any repository, or git would look for the files in that."""
    done = subprocess.run(["git", "apply", "--check", *options, "-"], cwd=folder, input=patch, text=True, check=False,
                          env={**os.environ, "GIT_DIR": "/dev/null"}, capture_output=True)
    return done.stderr.strip() if done.returncode else ""


def check(files):
    page = files.get(PAGE, "")
    patches = PATCH.findall(page)
    if not patches:
        yield f"{PAGE}: has no patches, or this lint does not recognise them"
    for patch in patches:
        line = page[:page.index(patch)].count("\n") + 1
        with tempfile.TemporaryDirectory() as folder:
            for path in FILE.findall(patch):
                os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
                with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
                    f.write(files.get(path, ""))
            complaint = try_patch(folder, patch)
            if complaint and try_patch(folder, patch, "--reverse"):
                yield f"{PAGE}:{line}: does not apply: {complaint}"


def sample(old):
    return {"tests/a": f"1\n{old}\n3\n",
            PAGE: "Text\n```\ngit apply <<'EOF'\ndiff --git a/tests/a b/tests/a\n--- a/tests/a\n+++ b/tests/a\n"
                  "@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\nEOF\n```\n"}


lint(check, [
    ("HACKING.md:4: does not apply", sample("4")),
    ("does not apply", {PAGE: sample("2")[PAGE]}),
    ("has no patches", {PAGE: "git apply patch\n"}),
    (None, sample("2")),
    (None, sample("two")),
])

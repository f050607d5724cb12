# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every lint is made of: the files of this tree, and samples that show that the lint can fail."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def read_tree():
    """All text files of the tree by their path in it, without what is built and what git keeps."""
    files = {}
    for folder, folders, names in os.walk(ROOT):
        top = pathlib.Path(folder) == ROOT
        folders[:] = [f for f in folders if f not in (".git", ".cache", "__pycache__")
                      and not (top and f.startswith("build"))]
        for name in names:
            path = pathlib.Path(folder, name)
            try:
                files[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
            except (UnicodeDecodeError, FileNotFoundError):  # a corpus file; an editor's file that just went
                pass
    return dict(sorted(files.items()))


def is_c(path):
    return path.endswith((".c", ".h")) and path.startswith(("src/", "tests/", "examples/"))


def lint(check, samples):
    """Ends the program: 0 if check(files) yields no complaint about the tree.

    Each sample is a pair: a part of the complaint that check must yield, or None if it must not complain,
    and the files that it is about."""
    broken = []
    for expected, files in samples:
        complaints = list(check(files))
        if expected is None and complaints:
            broken.append(f"complains about a good sample: {complaints[0]}")
        elif expected is not None and not any(expected in complaint for complaint in complaints):
            broken.append(f"lets a bad sample pass that should give '{expected}': {sorted(files)}")
    for complaint in broken:
        print(f"The lint itself {complaint}")
    complaints = list(check(read_tree()))
    for complaint in complaints:
        print(complaint)
    sys.exit(1 if broken or complaints else 0)

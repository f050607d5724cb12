# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table docs/features.md has a row for each feature that tests are marked with, and no other; and says
of no machine what no test could have found there. That it says what the tests found is for the steps of
tests/run to hold."""

import re

from tree import lint

TABLE = "docs/features.md"
MARK = re.compile(r'mark\.feature\(\s*"([^"]+)"(,\s*supported=False)?\s*\)')
MACHINES = ["Debian 12, cgroup v1", "Debian 12, cgroup v2", "Debian 13, cgroup v1", "Debian 13, cgroup v2",
            "Debian testing, cgroup v2"]


def check(files):
    shown, refused = set(), set()
    for path, text in files.items():
        if path.startswith("tests/integration/test_"):
            for name, unsupported in MARK.findall(text):
                (refused if unsupported else shown).add(name)
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in files.get(TABLE, "").splitlines() if line.startswith("|")]
    if shown | refused and (not rows or rows[0][1:] != MACHINES):
        yield f"{TABLE}: the columns are not {MACHINES}"
    told = {row[0]: row[1:] for row in rows[2:]}
    for name in sorted((shown | refused) ^ set(told)):
        yield f"{TABLE}: '{name}' is in only one of this table and the marks of tests/integration: run 'tests/features write'"
    for name, cells in told.items():
        for cell in cells:
            if cell not in ("yes", "not supported here", "unknown"):
                yield f"{TABLE}: {name}: '{cell}'"
            if (cell == "yes" and name not in shown) or (cell == "not supported here" and name not in refused):
                yield f"{TABLE}: {name}: no test can have found '{cell}'"


def table(*rows):
    """Of rows that may lack cells."""
    rows = [["", *MACHINES], ["-"] * (len(MACHINES) + 1), *rows]
    return "".join("| " + " | ".join(row + ["unknown"] * (len(rows[0]) - len(row))) + " |\n" for row in rows)


TEST = "tests/integration/test_a.py"
BOTH = '@pytest.mark.feature("A b")\n@pytest.mark.feature("A b", supported=False)\n'
lint(check, [
    ("only one of", {TEST: BOTH, TABLE: table()}),
    ("only one of", {TABLE: table(["A b", "yes"])}),
    ("the columns", {TEST: BOTH}),
    ("'fails'", {TEST: BOTH, TABLE: table(["A b", "yes", "fails"])}),
    ("no test can", {TEST: 'mark.feature("A b")', TABLE: table(["A b", "yes", "not supported here"])}),
    ("no test can", {TEST: 'mark.feature("A b", supported=False)', TABLE: table(["A b", "unknown", "unknown", "yes"])}),
    (None, {TEST: BOTH, TABLE: table(["A b", "unknown", "not supported here", "yes"])}),
])

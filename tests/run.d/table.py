#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/run.d/table.py: makes a table of what `tests/run night` found out about a commit.

    table.py FOLDER LANE…   FOLDER is build/night/COMMIT; the table is printed, and kept there as table.md

A row is a machine, as integration tests found it, or another step. Exit status 1 if a test failed."""

import collections
import re
import sys
import xml.etree.ElementTree
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "integration"))
import results  # noqa: E402, of the tests

COLUMNS = ["passed", "failed", "skipped", "not run"]


class Row:
    def __init__(self):
        self.outcomes = {}  # by the name of a test: (outcome, reason)

    def add(self, name, outcome, reason=""):
        """A test that runs more than once fails if it fails once, and is skipped if it never ran."""
        rank = ["not run", "skipped", "passed", "failed"].index
        if name not in self.outcomes or rank(outcome) > rank(self.outcomes[name][0]):
            self.outcomes[name] = (outcome, reason)

    def count(self, outcome):
        return sum(one == outcome for one, _ in self.outcomes.values())


def add_results(rows, path):
    """What an integration run wrote."""
    machine, collected, outcomes = results.read(path)
    row = rows[machine or f"unknown machine ({path.parent.name})"]
    for name in {*collected, *outcomes}:
        record = outcomes.get(name, {"outcome": "not run"})
        row.add(name, record["outcome"], record.get("reason", ""))


def add_junit(row, path):
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        if not case.get("name"):
            continue
        # libcheck: "NUMBER - FILE:unit:NAME: Passed", or what failed
        name = re.sub(r"^\d+ - (.*:unit:\w+): .*", r"\1", case.get("name"), flags=re.DOTALL)
        skipped = case.find("skipped")
        failed = case.find("failure") is not None or case.find("error") is not None
        row.add((case.get("classname"), name), "failed" if failed else "skipped" if skipped is not None else "passed",
                "" if skipped is None else skipped.get("message") or "")


def read_night(folder, lanes):
    """Rows by their names, and the lanes of which nothing is there."""
    rows, missing = collections.defaultdict(Row), []
    for lane in lanes:
        files = sorted((folder / lane).rglob("*")) if (folder / lane).is_dir() else []
        for path in files:
            if path.suffix == ".jsonl":
                add_results(rows, path)
            # Integration tests have written both.
            elif path.suffix == ".xml" and not (folder / lane / f"{path.stem}.jsonl").exists():
                add_junit(rows[path.stem], path)
            elif path.suffix == ".done" and path.read_text().strip() != "0" and not any(
                    other.suffix == ".xml" for other in (folder / lane / path.stem).glob("*")):
                rows[path.stem].add(path.stem, "failed", "the step failed without a test that failed")
        if not files:
            missing.append(lane)
    return rows, missing


def write_table(commit, rows, missing):
    text = f"# {commit}\n\n| | " + " | ".join(COLUMNS) + " |\n|---|" + "---|" * len(COLUMNS) + "\n"
    for name, row in rows.items():
        text += f"| {name} | " + " | ".join(str(row.count(outcome)) for outcome in COLUMNS) + " |\n"
    for outcome in "failed", "not run":
        for name, row in rows.items():
            for test, (is_, reason) in sorted(row.outcomes.items(), key=str):
                if is_ == outcome:
                    test = test if isinstance(test, str) else "/".join(filter(None, test))
                    text += f"\n* {outcome}, {name}: {test.removeprefix('tests/integration/')}" + (f": {reason}" if reason else "")
    for name, row in rows.items():
        reasons = collections.Counter(reason for is_, reason in row.outcomes.values() if is_ == "skipped")
        for reason, times in reasons.most_common():
            text += f"\n* skipped, {name}: {times} × {reason or 'no reason given'}"
    if missing:
        text += f"\n* lanes that did not run: {' '.join(missing)}"
    return text + "\n"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    rows, missing = read_night(folder, sys.argv[2:])
    text = write_table(folder.name, rows, missing)
    (folder / "table.md").write_text(text)
    print(text)
    sys.exit(any(row.count("failed") for row in rows.values()))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keeps how each test went, in a file that a later run goes on from; tests/night makes tables of these.

RESULTS_FILE=  the file: a JSON object a line; what was interrupted has none, and runs again
RESULTS_PART=  which part of the files of tests to run, as "1/2"
"""

import json
import os
from pathlib import Path

import pytest


def read(path):
    """Of such a file: the machine (None: unknown), which tests there are, and how those went that ran, by
    name."""
    machine, collected, outcomes = None, [], {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                record = json.loads(line)
            except ValueError:  # whoever wrote it was killed
                continue
            machine = record.get("machine", machine)
            collected = record.get("collected", collected)
            if "test" in record:
                outcomes[record["test"]] = record
    return machine, collected, outcomes


def in_part(paths, part):
    """Those of the sorted paths that belong to a part, as "1/2" says it. Neighbours, which are alike, are in
    different ones."""
    number, parts = map(int, part.split("/"))
    return {path for index, path in enumerate(sorted(paths)) if index % parts == number - 1}


class Results:
    def __init__(self, features, path):
        self.features, self.path = features, Path(path)
        self.current, self.before = {}, {}

    def write(self, **record):
        with open(self.path, "a", encoding="utf-8") as file:
            print(json.dumps(record), file=file)

    # When -k and -m have chosen.
    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        part = in_part({str(item.path) for item in items}, os.environ.get("RESULTS_PART", "1/1"))
        ours = [item for item in items if str(item.path) in part]
        self.before = read(self.path)[2] if self.path.exists() else {}
        self.write(collected=[item.nodeid for item in ours])
        left = [item for item in ours if item.nodeid not in self.before]
        config.hook.pytest_deselected(items=[item for item in items if item not in left])
        items[:] = left

    def pytest_runtest_logreport(self, report):
        record = self.current.setdefault(report.nodeid, {"test": report.nodeid, "outcome": "passed", "seconds": 0})
        record["seconds"] = round(record["seconds"] + report.duration, 1)
        if report.failed:
            record["outcome"] = "failed"
            record["reason"] = f"{report.when}: {last_line(report)}"
        elif report.skipped and record["outcome"] == "passed":
            record["outcome"] = "skipped"
            record["reason"] = report.longrepr[2].removeprefix("Skipped: ")
        if report.when == "teardown":
            self.write(**self.current.pop(report.nodeid))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session, exitstatus):
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.before:
            failed = any(record["outcome"] == "failed" for record in self.before.values())
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if failed else pytest.ExitCode.OK
        if self.features.machine:
            self.write(machine=self.features.machine)


def last_line(report):
    """What pytest says about a failure in one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message.split("\n")[0] if crash else str(report.longrepr).strip().rsplit("\n", 1)[-1]

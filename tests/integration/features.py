# SPDX-License-Identifier: LGPL-2.1-or-later
"""Notes which features a run of the tests found on its machine, for tests/features, which makes
docs/features.md of it."""

import json
import os

import pytest

YES, NO, FAILS = "yes", "not supported here", "fails"


class Features:
    def __init__(self):
        self.machine = None  # as conftest.py finds it
        self.found = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):  # pylint: disable=unused-argument
        report = (yield).get_result()
        for mark in item.iter_markers("feature"):
            if report.failed:
                self.note(mark, FAILS)
            elif report.when == "call" and report.passed:
                self.note(mark, YES if mark.kwargs.get("supported", True) else NO)

    def note(self, mark, outcome):
        self.found.setdefault(mark.args[0], set()).add(outcome)

    def pytest_sessionfinish(self):
        path = os.environ.get("FEATURES_FILE")
        if path and self.machine:
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"machine": self.machine,
                           "features": {name: sorted(outcomes) for name, outcomes in self.found.items()}}, file, indent=1)

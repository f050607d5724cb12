#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `tests/run night` keeps of its tests, and the table that is made of it: a run that is killed goes on
where it was."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import table

RESULTS = Path(__file__).resolve().parents[1] / "integration"
CONFTEST = """
import os, sys
sys.path.append({folder!r})
from results import Results

class Machine:
    machine = "Debian 99, cgroup v2"

def pytest_configure(config):
    config.pluginmanager.register(Results(Machine, os.environ["RESULTS_FILE"]), "results")
"""
TESTS = """
import os, pytest

def test_good(): pass
def test_bad(): assert 1 == 2, "not equal"
def test_not_here(): pytest.skip("needs another machine")
@pytest.mark.skipif(True, reason="for some")
def test_marked(): pass
@pytest.fixture
def left():
    yield
    pytest.fail("Left behind: t1")
def test_untidy(left): pass
def test_kills():
    if os.environ.get("KILL"):
        os.kill(os.getpid(), 9)
def test_last(): pass
"""
JUNIT = """<testsuites><testsuite name="lint"><testcase classname="lint" name="a"/>
<testcase classname="lint" name="b"><failure/></testcase>
<testcase classname="lint" name="c"><skipped message="no clang"/></testcase></testsuite></testsuites>"""


def run(folder, file, **environment):
    """Names of the tests that pytest ran of this folder."""
    done = subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", folder], check=False,
                          capture_output=True, text=True, env=os.environ | {"RESULTS_FILE": file} | environment)
    assert done.returncode in (0, 1, -9), f"{done.stdout}{done.stderr}"
    return [line.split("::")[1].split()[0] for line in done.stdout.splitlines() if line.startswith("test_") and "::" in line]


def outcomes(file):
    return {name.split("::")[1]: (record["outcome"], record.get("reason"))
            for name, record in table.results.read(file)[2].items()}


def check_going_on(folder, file):
    assert run(folder, file, KILL="1")[-1] == "test_kills"
    assert outcomes(file) == {
        "test_good": ("passed", None), "test_bad": ("failed", "call: AssertionError: not equal"),
        "test_not_here": ("skipped", "needs another machine"), "test_marked": ("skipped", "for some"),
        "test_untidy": ("failed", "teardown: Failed: Left behind: t1")}
    rows, _ = table.read_night(Path(file).parents[1], [Path(file).parent.name])
    (name, row), = rows.items()  # the machine is told at the end
    assert "unknown machine" in name and row.count("not run") == 2, name
    assert run(folder, file) == ["test_kills", "test_last"]
    assert run(folder, file) == []
    assert outcomes(file)["test_last"] == ("passed", None)


def check_parts():
    files = [f"test_{letter}" for letter in "gfedcba"]
    parts = [table.results.in_part(files, f"{number}/3") for number in (1, 2, 3)]
    assert set().union(*parts) == set(files) and sum(map(len, parts)) == len(files)
    assert parts[0] == {"test_a", "test_d", "test_g"}


def check_table(night):
    (night / "bookworm/lint").mkdir(parents=True)
    (night / "bookworm/lint/lint-gcc.xml").write_text(JUNIT)
    (night / "bookworm/lint.done").write_text("1\n")
    (night / "bookworm/chaos").mkdir()
    (night / "bookworm/chaos.done").write_text("1\n")
    # Of a step whose own file of results is there, the same in JUnit counts for nothing.
    (night / "vm-1/vm-1").mkdir()
    (night / "vm-1/vm-1/results.xml").write_text(JUNIT)
    with open(night / "vm-1/results.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps({"collected": ["a.py::test_lost"]}) + "\n" + '{"test": "cut')
    rows, missing = table.read_night(night, ["bookworm", "vm-1", "vm-2"])
    text = table.write_table("0123abcd", rows, missing)
    for line in ("| Debian 99, cgroup v2 | 3 | 2 | 2 | 1 |", "| lint-gcc | 1 | 1 | 1 | 0 |", "| chaos | 0 | 1 | 0 | 0 |",
                 "* failed, Debian 99, cgroup v2: test_a.py::test_bad: call: AssertionError: not equal",
                 "* not run, Debian 99, cgroup v2: a.py::test_lost", "* failed, lint-gcc: lint/b",
                 "* skipped, Debian 99, cgroup v2: 1 × needs another machine", "* skipped, lint-gcc: 1 × no clang",
                 "* lanes that did not run: vm-2"):
        assert line in text.split("\n"), f"{line!r} is not in\n{text}"


def main():
    with tempfile.TemporaryDirectory() as folder:
        tests, night = Path(folder, "tests"), Path(folder, "night")
        tests.mkdir()
        (night / "vm-1").mkdir(parents=True)
        (tests / "conftest.py").write_text(CONFTEST.format(folder=str(RESULTS)))
        (tests / "test_a.py").write_text(TESTS)
        os.chdir(tests)
        check_going_on(".", str(night / "vm-1/results.jsonl"))
        check_parts()
        check_table(night)


if __name__ == "__main__":
    main()

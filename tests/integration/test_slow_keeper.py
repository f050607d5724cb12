# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keepers whose units take long to start, and what meets them meanwhile."""

import machine
import pytest
from conftest import parts
from test_hostile_keeper import PROGRAM

DROP_IN = "/run/systemd/system/compute-keeper-.service.d/slow.conf"
HOLD = f"""
mkdir -p $(dirname {DROP_IN})
printf '[Service]\\n%s=sh -c "until test -e %s; do sleep 0.02; done"\\n' "$1" "$2" > {DROP_IN}
systemctl daemon-reload
"""


class Held:
    """Keepers' units go on only while there is this file: before the keeper is executed, or after it said
    that it runs."""

    def __init__(self, root, user):
        self.root, self.user = root, user
        self.file = user.shell("mktemp -u").strip()

    def hold(self, setting):
        self.root.shell(HOLD, setting, self.file)

    def release(self):
        self.user.shell(f"touch {self.file}")

    def hold_again(self):
        self.user.shell(f"rm -f {self.file}")

    def end(self):
        self.root.shell(f"rm -r $(dirname {DROP_IN}); systemctl daemon-reload")
        self.hold_again()


@pytest.fixture
def held(root, user1):
    one = Held(root, user1)
    yield one
    one.end()


def main_pid(root, unit):
    pid = root.run("systemctl", "show", "--property=MainPID", "--value", unit).output.strip()
    assert int(pid) > 0, unit
    return pid


def state_of(root, pid):
    """The letter of ps(1)."""
    return root.try_run("sed", "-n", "s/^State:.//p", f"/proc/{pid}/status").output[:1]


def test_job_that_started_a_keeper_is_not_taken_for_its_end(root, user1, held):
    """It ends while the session waits for its keeper's farewell, which a stopped one does not say."""
    held.hold("ExecStartPost")
    session = user1.start_terminal("sleep", "inf")
    keeper = main_pid(root, f"compute-keeper-{session}.service")
    deaf = root.spawn("/usr/bin/python3", PROGRAM, keeper, "deaf")
    machine.wait_until(lambda: state_of(root, keeper) == "T", "the keeper is stopped")
    stopping = user1.spawn("computectl", "stop", session)
    machine.wait_until(lambda: root.try_run("systemctl", "is-active", f"compute-{session}.scope").status != 0,
                       "its scope is gone")
    held.release()
    assert user1.wait(stopping).status == 0
    assert not parts(root)
    root.ask("kill", pid=deaf, number=9)
    root.wait(deaf)


def test_keeper_killed_before_it_is_told_what_to_start(root, user1, held):
    """The manager hears that it is there, and writes to nobody."""
    held.hold("ExecStartPre")
    starting = user1.spawn("computectl", "terminal", "--detach", "--", "sleep", "inf")
    unit = machine.wait_until(lambda: [one for one in parts(root) if one.startswith("compute-keeper-")],
                              "the keeper's unit")[0]
    manager = main_pid(root, "compute-sessiond")
    root.run("kill", "-STOP", manager)
    try:
        held.release()
        machine.wait_until(lambda: root.try_run("systemctl", "is-active", unit).status == 0, "the keeper runs")
        keeper = main_pid(root, unit)
        machine.wait_until(lambda: state_of(root, keeper) == "S", "it has greeted, and waits")
        held.hold_again()
        root.run("kill", "-KILL", keeper)
        machine.wait_until(lambda: state_of(root, keeper) == "", "it is gone")
    finally:
        root.run("kill", "-CONT", manager)
    held.release()
    done = user1.wait(starting)
    assert done.status == 0, done.output
    assert [one[4] for one in user1.call("ListSessions")] == ["running"]

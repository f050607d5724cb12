# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kernels that other programs start, and that a keeper of ours follows without being able to harm them."""

import json
import uuid

import journal
import machine
import pytest
from kernels import Cell

CLIENT = str(machine.FOLDER / "kernel_client.py")
# As Debian 13's own kernelspec has it: or its debugger prints what it thinks of Python 3.13, which is then
# an output.
KERNEL = ("/usr/bin/python3", "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f")


class Front:
    """A front-end with a kernel: the kernel is this test's child and a session."""

    def __init__(self, user):
        self.user = user
        folder = user.shell("mktemp -d").strip()
        self.file = f"{folder}/kernel.json"
        self.connection = {"transport": "ipc", "ip": f"{folder}/socket", "key": uuid.uuid4().hex,
                           "signature_scheme": "hmac-sha256", "kernel_name": "python3",
                           **{f"{name}_port": i + 1 for i, name in
                              enumerate(("shell", "iopub", "stdin", "control", "hb"))}}
        user.run("sh", "-c", f"umask 077; cat > {self.file}", text=json.dumps(self.connection))
        before = set(user.ids())
        self.pid = user.spawn("computectl", "run", "--type=notebook", "--name=Front", f"--notebook={folder}/a.ipynb",
                              "--", *KERNEL, self.file)
        self.session = machine.wait_until(lambda: set(user.ids()) - before, "the kernel is a session").pop()
        self.keeper = f"compute-keeper-{self.session}.service"

    def execute(self, *pieces):
        return self.user.execute(self.file, *pieces)

    def outputs(self):
        descriptor = self.user.call_session(self.session, "GetOutputs", "ta{sv}", 0, {})
        text = self.user.ask("receive", stream=descriptor, pattern=None, timeout=20)["text"]
        self.user.ask("close", stream=descriptor)
        entries = [json.loads(line) for line in text.splitlines()]
        return "".join(one["content"]["text"] for one in entries if one["type"] == "stream")


@pytest.fixture
def front(user1):
    return Front(user1)


def wait_watched(root, front):
    journal.wait_entry(root, "KERNEL_WATCHED", SESSION_ID=front.session)
    machine.wait_until(lambda: front.user.get(front.session, "KernelState") == "idle", "its state is known")


def test_kernel_of_a_front_end_is_watched(root, user1, front):
    assert user1.get(front.session, "KeeperUnit") == front.keeper
    wait_watched(root, front)
    assert front.execute("print('seen')") == ["seen"]
    machine.wait_until(lambda: front.outputs() == "seen\n", "what it printed is kept")
    machine.wait_until(lambda: user1.get(front.session, "ExecutionCount") == 1, "executions are counted")
    assert user1.get(front.session, "Leader") == front.pid


def test_it_ends_as_if_nobody_had_watched(root, user1, front):
    wait_watched(root, front)
    mark = root.mark()
    user1.spawn("timeout", "120", "/usr/bin/python3", CLIENT, front.file, "import os; os._exit(5)")
    assert user1.wait(front.pid).status == 5
    assert root.wait_removed(mark, front.session) in ("exit-code", "exited")
    user1.run("test", "-e", front.file)  # the front-end's, not ours to remove


@pytest.mark.parametrize("how", ["kill --signal=KILL", "stop", "freeze-like"])
def test_whatever_becomes_of_the_keeper_the_kernel_goes_on(root, user1, front, how):
    wait_watched(root, front)
    front.execute("kept = 'precious'")
    if how == "freeze-like":
        root.run("systemctl", "kill", "--signal=STOP", front.keeper)
    else:
        root.run("systemctl", *how.split(), front.keeper)
    assert front.execute("kept") == ["'precious'"]
    assert user1.get(front.session, "State") == "running"
    assert user1.get(front.session, "Leader") == front.pid
    mark = root.mark()
    user1.stop(front.session)
    assert root.wait_removed(mark, front.session) == "stopped"


def test_killed_keeper_goes_on_watching(root, user1, front):
    wait_watched(root, front)
    front.execute("print('before')")
    machine.kill_services(root, front.keeper)
    front.execute("print('after')")
    machine.wait_until(lambda: front.outputs() == "before\nafter\n", "both are kept")
    machine.wait_until(lambda: user1.get(front.session, "KernelState") == "idle", "its state is known again")


def test_next_manager_takes_it_up(root, user1, front):
    wait_watched(root, front)
    machine.kill_services(root, "compute-sessiond.service")
    assert user1.get(front.session, "KeeperUnit") == front.keeper
    front.execute("print('seen')")
    machine.wait_until(lambda: front.outputs() == "seen\n", "it is watched still")
    user1.stop(front.session)
    assert user1.wait(front.pid).status in (0, -15)


def test_connection_file_that_is_nonsense_harms_nobody(root, user1):
    user1.shell("echo nonsense > ~/nonsense.json")
    pid = user1.spawn("computectl", "run", "--type=notebook", "--name=Odd", "--",
                      "sh", "-c", "exec sleep inf", "-f", f"{user1.home}/nonsense.json")
    session = machine.wait_until(user1.ids, "it is a session")[0]
    keeper = f"compute-keeper-{session}.service"
    machine.wait_until(lambda: root.run("systemctl", "show", "--value", "--property=ActiveState", keeper).output
                       in ("inactive\n", "failed\n"), "its keeper is given up")
    assert user1.get(session, "State") == "running"
    user1.ask("kill", pid=pid, number=15)
    assert user1.wait(pid).status == -15


def test_interrupt(root, user1, front):
    wait_watched(root, front)
    cell = Cell(user1, front.file, after=["'alive'"])
    user1.call_session(front.session, "Interrupt")
    assert cell.said() == ["KeyboardInterrupt", "'alive'"]


def test_outputs_outlive_the_session(root, user1, front):
    wait_watched(root, front)
    front.execute("print('kept')")
    machine.wait_until(lambda: front.outputs() == "kept\n", "it is recorded")
    user1.ask("kill", pid=front.pid, number=9)
    machine.wait_until(lambda: front.session not in user1.ids(), "the session ended")
    assert user1.run("computectl", "output", front.session).output.endswith("kept\n")


@pytest.mark.parametrize("order", ["keeper first", "kernel first"])
def test_outputs_outlive_kernel_and_keeper_that_are_killed_together(root, user1, front, order):
    wait_watched(root, front)
    front.execute("print('kept')")
    machine.wait_until(lambda: front.outputs() == "kept\n", "it is recorded")
    keeper = machine.main_pid(root, front.keeper)
    pids = (keeper, str(front.pid))
    root.run("kill", "-KILL", *(pids if order == "keeper first" else reversed(pids)))
    machine.wait_until(lambda: front.session not in user1.ids(), "the session ended")
    assert user1.run("computectl", "output", front.session).output.endswith("kept\n")


def test_outputs_are_kept_when_the_kernel_goes(root, user1, front):
    """Not only when the manager says so: by then it is too late for a keeper that is killed."""
    wait_watched(root, front)
    front.execute("print('kept')")
    machine.wait_until(lambda: front.outputs() == "kept\n", "it is recorded")
    root.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", "compute-sessiond")
    user1.ask("kill", pid=front.pid, number=9)
    machine.wait_until(lambda: user1.shell(f"grep -l kept ~/.local/state/compute-sessions/outputs/{front.session}-* || :"),
                       "it is in a file")
    root.run("systemctl", "kill", "--signal=CONT", "--kill-who=main", "compute-sessiond")
    machine.wait_until(lambda: front.session not in user1.ids(), "the session ended")
    assert user1.run("computectl", "output", front.session).output.endswith("kept\n")

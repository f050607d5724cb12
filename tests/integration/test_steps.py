# SPDX-License-Identifier: LGPL-2.1-or-later
"""Killed between any two messages of a start or a stop, at every step: a whole session is left, or
nothing."""

import itertools
import os
from pathlib import PurePath

import machine
import pytest
from bus import UNKNOWN, BusError
from conftest import parts
from kernels import execute
from test_survival import attach_soon

pytestmark = pytest.mark.slow  # it is for tests/run chaos

BUILD = machine.FOLDER.parents[1] / os.environ.get("BUILD_DIR", "build")
SHIM = BUILD / "tests/integration/kill-at-step.so"
# What a preloaded service is told, for each of the two programs.
UNITS = {"manager": "compute-sessiond.service", "keeper": "compute-keeper-.service"}
INSTALL = """
mkdir -p /run/kill-at-step
chmod 755 /run/kill-at-step
install -m 644 "$1" /usr/local/lib/kill-at-step.so
shift
while [ $# -gt 0 ]; do
        head -c 4 /dev/zero > "/run/kill-at-step/$1"
        chmod 666 "/run/kill-at-step/$1"
        mkdir -p "/run/systemd/system/$2.d"
        printf '[Service]\\nEnvironment=LD_PRELOAD=/usr/local/lib/kill-at-step.so KILL_AT_STEP=%s\\nReadWritePaths=%s\\n' \
                "/run/kill-at-step/$1" /run/kill-at-step > "/run/systemd/system/$2.d/kill-at-step.conf"
        shift 2
done
systemctl daemon-reload
systemctl restart compute-sessiond
"""
REMOVE = """
rm -r /run/kill-at-step /usr/local/lib/kill-at-step.so /run/systemd/system/compute-*.service.d/kill-at-step.conf
systemctl daemon-reload
systemctl restart compute-sessiond
"""


class Steps:
    """How many steps a program has left to live."""

    def __init__(self, root, program):
        self.root = root
        self.path = f"/run/kill-at-step/{program}"

    def set(self, count):
        # The file is mapped, so it must not be cut.
        self.root.shell(f"printf '\\{count & 255:03o}\\{count >> 8:03o}\\0\\0' 1<> {self.path}")

    def left(self):
        return int(self.root.run("od", "-An", "-td4", self.path).output)

    def each(self, act, stride=1):
        """Does it again and again, killed one step later each time, until it is done before the kill
        comes."""
        for count in itertools.count(1, stride):
            self.set(count)
            result = act()
            left = self.left()
            self.set(0)
            yield count, result
            if left > 0:
                assert count > 10, "Nothing was killed."
                return


@pytest.fixture(scope="module")
def installed(root):
    root.shell(INSTALL, str(SHIM), *itertools.chain(*UNITS.items()))
    yield
    root.shell(REMOVE)


@pytest.fixture(params=UNITS)
def steps(request, root, installed):  # pylint: disable=unused-argument
    return Steps(root, request.param)


def attempt(call, *arguments, **extra):
    """What it returned, or None if it failed: the caller then does not know what became of it."""
    try:
        return call(*arguments, **extra)
    except BusError:
        return None


def whole_parts(root, session_id):
    yield session_id  # of record and socket
    yield f"compute-{session_id}.scope"
    yield attempt(root.get, session_id, "KeeperUnit") or session_id
    yield attempt(root.get, session_id, "ConnectionFile") or session_id


def wait_whole(root):
    """Waits until there is nothing but whole sessions, and returns their ids."""
    def look():
        """The kill may come after the answer to what it was meant for."""
        listed = attempt(root.call, "ListSessions")
        if listed is None or any(state != "running" for _, _, _, _, state, _ in listed):
            return None
        expected = {PurePath(part).name for session in listed for part in whole_parts(root, session[0])}
        found = {PurePath(part).name for part in parts(root) if "-ipc-" not in part}  # a kernel's sockets
        return ([session[0] for session in listed],) if found == expected else None
    return machine.wait_until(look, "nothing but whole sessions")[0]


def stop_all(root, sessions):
    for session_id in sessions:
        root.stop(session_id)
    machine.wait_until(lambda: not parts(root), "nothing is left of sessions")


def test_start_of_a_terminal(root, user1, steps):
    for count, started in steps.each(lambda: attempt(user1.start_terminal, "cat")):
        sessions = wait_whole(root)
        assert len(sessions) <= 1, count
        assert not started or sessions == [started], count
        for session_id in sessions:
            stream = attach_soon(user1, session_id)
            stream.send("echo\n")
            stream.expect("echo\r\necho\r\n")
            stream.close()
        stop_all(root, sessions)


def test_start_of_a_notebook(root, user1, steps):
    """At every fifth step, as a kernel takes its time until it answers."""
    notebook = f"{user1.home}/steps.ipynb"
    for count, started in steps.each(lambda: attempt(user1.start_notebook, notebook, "python3"), stride=5):
        sessions = wait_whole(root)
        assert len(sessions) <= 1, count
        assert not started or sessions == [started[0]], count
        for session_id in sessions:
            assert user1.start_notebook(notebook, "python3") == (session_id, False), count
        stop_all(root, sessions)


def test_start_of_a_notebook_that_is_given_up(root, user1, installed):  # pylint: disable=unused-argument
    """By the next manager, as nobody is left to be answered; and its keeper is killed at every step of all
    that."""
    manager = Steps(root, "manager")

    def act():
        manager.set(40)  # about where the payload is at its gate
        attempt(user1.start_notebook, f"{user1.home}/steps.ipynb", "python3")
        return wait_whole(root)
    for _, sessions in Steps(root, "keeper").each(act):
        manager.set(0)
        stop_all(root, sessions)


def test_registration(root, user1, installed):  # pylint: disable=unused-argument
    """From the call to the end of the program, which runs in its scope or not at all."""
    command = ("computectl", "run", "--type=terminal", "--name=Steps", "--", "cat", "/proc/self/cgroup")
    for count, done in Steps(root, "manager").each(lambda: user1.try_run(*command)):
        assert ".scope" in done.output if done.status == 0 else not done.output, count
        machine.wait_until(lambda: not parts(root), "nothing is left of sessions")


def test_stop(root, user1, steps):
    def stop():
        attempt(root.stop, session_id[0])
    session_id = [user1.start_terminal("cat")]
    for count, _ in steps.each(stop):
        stop_all(root, wait_whole(root))
        session_id[0] = user1.start_terminal("cat")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_outputs_of_a_notebook_that_ends(root, user1, steps, end):
    """They are there whatever was killed, as soon as the session is no more."""
    notebook = f"{user1.home}/steps.ipynb"

    def begin():
        session = user1.start_notebook(notebook, "python3")[0]
        execute(user1, session, "print('kept')")
        return session

    def is_over():
        sessions = attempt(root.call, "ListSessions")
        return sessions is not None and session_id[0] not in [one[0] for one in sessions]

    def finish():
        if end == "stop":
            attempt(root.stop, session_id[0])
            return
        root.shell(f"kill -9 {leader}")
        machine.wait_until(is_over, "the session ended")

    session_id = [begin()]
    leader = user1.get(session_id[0], "Leader")
    for count, _ in steps.each(finish, stride=4):
        attempt(root.stop, session_id[0])  # that before may have been lost
        machine.wait_until(is_over, "the session ended")
        assert "\nkept\n" in user1.run("computectl", "output", session_id[0]).output, count
        session_id[0] = begin()
        leader = user1.get(session_id[0], "Leader")
    root.stop(session_id[0])



def restart(user, session_id):
    """Whether it is known to have happened."""
    return attempt(lambda: user.call_session(session_id, "Restart") or True)


def test_restart(root, user1, steps):
    """The kernel is the new one, or still the old one if the caller was not told otherwise; but there is
    one, with the limits that the session was given."""
    notebook = user1.start_notebook(f"{user1.home}/steps.ipynb", "python3")[0]
    user1.call_session(notebook, "SetLimits", "a{sv}", {"TasksMax": {"type": "t", "value": 321}})
    for count, restarted in steps.each(lambda: restart(user1, notebook), stride=4):
        assert wait_whole(root) == [notebook], count
        found = execute(user1, notebook, "'kept' in globals()", f"kept = {count}")[0]
        assert found == "False" or not restarted, count
        limit = root.run("systemctl", "show", "--value", "-p", "TasksMax", f"compute-{notebook}.scope").output
        assert limit == "321\n", count
    stop_all(root, [notebook])


def test_stop_during_a_restart(root, user1, steps):
    """The session ends; or it is whole, if its owner was not told otherwise."""
    path = f"{user1.home}/steps.ipynb"
    session_id = [user1.start_notebook(path, "python3")[0]]

    def act():
        call = user1.spawn("computectl", "restart", session_id[0])
        machine.wait_until(lambda: attempt(user1.get, session_id[0], "State") != "running" or steps.left() == 0,
                           "the restart has begun, or been lost")
        stopped = attempt(lambda: user1.stop(session_id[0]) or True)
        user1.wait(call, timeout=60)
        return stopped
    for count, stopped in steps.each(act, stride=7):
        sessions = wait_whole(root)
        assert sessions == [] if stopped else sessions in ([], session_id), count
        session_id[0] = user1.start_notebook(path, "python3")[0]
    stop_all(root, session_id)


def test_limits(root, user1, installed):  # pylint: disable=unused-argument
    """systemd, the manager that is and the next one say the same: the new limit, or the old one if that
    failed."""
    limits = [100_000 * 4096]  # in whole pages, as the kernel has them
    terminal = user1.start_terminal("cat")

    def set_limit():
        limits.append(limits[-1] + 4096)
        return attempt(lambda: user1.call_session(
            terminal, "SetLimits", "a{sv}", {"MemoryMax": {"type": "t", "value": limits[-1]}}) or True)
    for count, done in Steps(root, "manager").each(set_limit):
        assert wait_whole(root) == [terminal], count
        said = root.run("systemctl", "show", "--value", "-p", "MemoryMax", f"compute-{terminal}.scope").output.strip()
        value = UNKNOWN if said == "infinity" else int(said)
        assert value == limits[-1] or not done, count
        assert user1.get(terminal, "MemoryMax") == value, count
    stop_all(root, [terminal])


@pytest.mark.v2
def test_freeze(root, user1, installed):  # pylint: disable=unused-argument
    """What was not frozen runs, what was frozen can be thawed, and the manager knows which of them it is."""
    terminal = user1.start_terminal("cat")
    for member, state in [("Freeze", "frozen"), ("Thaw", "running")]:
        def act(member=member):
            return attempt(lambda: user1.call_session(terminal, member) or True)
        for count, done in Steps(root, "manager").each(act):
            machine.wait_until(lambda: attempt(user1.ids) == [terminal], "the manager is back")
            found = user1.get(terminal, "FreezerState")
            assert found == state if done else found in ("frozen", "running"), count
            user1.call_session(terminal, "Thaw" if state == "frozen" else "Freeze")
    user1.call_session(terminal, "Thaw")
    assert wait_whole(root) == [terminal]
    stop_all(root, [terminal])

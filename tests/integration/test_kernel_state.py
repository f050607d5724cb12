# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a kernel is doing, and what it and its workers use."""

import json
import time

import journal
import machine
import pytest
from kernels import execute, spawn, start_cell, wait_idle, wait_state

USEC = 1_000_000


def stays(condition, timeout):
    """Is it true all the time?"""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        assert condition()
        time.sleep(timeout / 20)


def state(user, session):
    said = user.get_all(session)
    return said["KernelState"], said["KernelStateTimestamp"], said["ExecutionCount"]


def listed_as_idle(user, session):
    """For how long, in seconds."""
    return next(one["idle_usec"] for one in json.loads(user.run("computectl", "-j").output)
                if one["id"] == session) / USEC


def test_idle_since_it_answered_and_after_each_cell(user1, notebook):
    begun = time.time() * USEC
    session, _ = user1.start_notebook(notebook)
    word, since, count = state(user1, session)
    assert (word, count) == ("idle", 0)
    assert begun < since < time.time() * USEC
    before = time.time() * USEC
    execute(user1, session, "1", "2")
    since = wait_idle(user1, session, executions=2)
    assert before < since < time.time() * USEC


@pytest.mark.kernels
def test_silent_cell_is_busy_until_its_end(root, user1, session, seconds=6):
    """No timer of ours makes it idle: nothing is said about it until it ends."""
    mark = root.mark()
    cell = start_cell(user1, session)
    wait_state(user1, session, "busy")
    since, begun = user1.get(session, "KernelStateTimestamp"), time.time()
    assert since < begun * USEC
    stays(lambda: state(user1, session)[:2] == ("busy", since), timeout=seconds)
    silent = time.time() - begun
    assert listed_as_idle(user1, session) < silent
    over = time.time()
    cell.go_on()
    assert cell.said() == [""]
    ended = wait_idle(user1, session, executions=1)
    assert over * USEC < ended < time.time() * USEC
    assert listed_as_idle(user1, session) < time.time() - over
    changes = [one["arguments"][1]["KernelState"] for one in root.signals(mark)
               if one["member"] == "PropertiesChanged" and "KernelState" in one["arguments"][1]]
    assert changes == ["busy", "idle"]


def test_idle_with_the_right_time_whatever_was_killed(root, user1, session):
    execute(user1, session, "1")
    wait_idle(user1, session, executions=1)
    before = state(user1, session)
    machine.kill_services(root, "compute-sessiond.service", f"compute-keeper-{session}.service")
    wait_state(user1, session, "idle")
    assert state(user1, session) == before


def test_busy_kernel_is_found_busy_by_a_new_keeper(root, user1, session):
    cell = start_cell(user1, session)
    wait_state(user1, session, "busy")
    machine.kill_services(root, f"compute-keeper-{session}.service")
    wait_state(user1, session, "busy")
    user1.call_session(session, "Interrupt")
    assert cell.said() == ["KeyboardInterrupt"]
    wait_state(user1, session, "idle")


def test_status_and_list_tell_it(user1, session):
    execute(user1, session, "1")
    wait_idle(user1, session, executions=1)
    said = machine.wait_until(lambda: (out := user1.run("computectl", "status", session).output) and
                              "Kernel state: idle for " in out and out, "for a second or more")
    assert ", 1 execution\n" in said


WORKERS = """import multiprocessing, subprocess, time
workers = [multiprocessing.Process(target=time.sleep, args=(1000,)) for _ in range(3)]
for worker in workers: worker.start()
free = subprocess.Popen(['setsid', 'sh', '-c', 'trap "" TERM HUP INT; while :; do sleep 1000; done'])
print(*[worker.pid for worker in workers], free.pid)"""


def test_workers_are_counted_and_gone_after_stop(root, user1, configure, notebook):
    configure("[Sessions]\nStopTimeoutSec=1s\n")  # one of them minds no SIGTERM
    session, _ = user1.start_notebook(notebook)
    before = user1.get(session, "TasksCurrent")
    pids = execute(user1, session, WORKERS)[0].split()
    machine.wait_until(lambda: user1.get(session, "TasksCurrent") >= before + 5, "all of them are counted")
    unit = user1.get(session, "Unit")
    assert all(f"/{unit}\n" in root.shell(f"cat /proc/{pid}/cgroup") for pid in pids)
    user1.stop(session)
    assert all(root.try_run("test", "-e", f"/proc/{pid}").status == 1 for pid in pids)


@pytest.mark.kernels
def test_killed_by_the_memory_limit(root, user1, session, notebook):
    other, _ = user1.start_notebook(notebook + "2")
    keeper = user1.get(session, "KeeperUnit")
    before = root.shell(f"systemctl show --value --property=MainPID {user1.get(other, 'KeeperUnit')}")
    root.run("systemctl", "set-property", "--runtime", user1.get(session, "Unit"), "MemoryMax=150M")
    mark = root.mark()
    client = spawn(user1, session, "x = b'x' * 400_000_000")
    assert root.wait_removed(mark, session) == "oom-killed"
    user1.ask("kill", pid=client, number=9)
    entry = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert (entry["RESULT"], entry["MEMORY_LIMIT"]) == ("oom-killed", str(150 * 2**20))
    assert keeper.startswith("compute-keeper-")
    assert user1.ids() == [other]
    assert root.shell(f"systemctl show --value --property=MainPID {user1.get(other, 'KeeperUnit')}") == before
    assert execute(user1, other, "6 * 7") == ["42"]
    ended = user1.run("computectl", "list", "--all").output
    assert [line for line in ended.splitlines() if line.startswith(f"{session} ")], ended

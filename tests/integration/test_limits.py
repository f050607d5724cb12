# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limits: as defaults, as options of a start, and of sessions that run. What the kernel makes of them is
measured by the programs that they limit; see also test_limits_v2.py."""

import json
import re

import journal
import machine
import pytest
from bus import ERROR, UNKNOWN, BusError, options, path_of, typed

MIB = 2**20
NAMES = ["MemoryMax", "MemoryHigh", "MemorySwapMax", "CPUQuotaPerSecUSec", "CPUWeight", "IOWeight", "TasksMax"]

# Takes so many MiB, and writes something to them: the kernel need not keep zeros.
TAKE = """/usr/bin/python3 -c '
import sys
b = bytearray(b"x") * (int(sys.argv[1]) * 2**20)
print("took", len(b) // 2**20)' {}; echo status $?"""
# Forks until it cannot.
FORK = """/usr/bin/python3 -c '
import os, time
children = 0
try:
    while children < 200:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        children += 1
except BlockingIOError:
    pass
print("children", children)
os.killpg(0, 15)
'; :"""


def limits(**values):
    return {name: typed("u" if name.endswith("Scale") else "t", value) for name, value in values.items()}


def set_limits(user, session, **values):
    user.call_session(session, "SetLimits", "a{sv}", limits(**values))


def of_systemd(user, session, *names):
    said = user.run("systemctl", "show", f"compute-{session}.scope", *(f"--property={name}" for name in names)).output
    return dict(line.split("=") for line in said.splitlines())


def refused(call, *arguments, **values):
    with pytest.raises(BusError) as caught:
        call(*arguments, **values)
    return caught.value.name.removeprefix(ERROR), caught.value.message


@pytest.mark.feature("MemoryMax")
@pytest.mark.feature("TasksMax")
def test_options_of_a_start_are_in_force(user1):
    user1.start_and_expect(TAKE.format(96), "took 96.*status 0")
    session = user1.start_terminal("sh", "-c", f"read go; {TAKE.format(96)}; read go; exec {FORK}",
                                   **limits(MemoryMax=48 * MIB, TasksMax=12))
    stream = user1.attach(session)
    assert user1.get(session, "MemoryMax") == 48 * MIB
    assert user1.get(session, "TasksMax") == 12
    stream.send("\n")
    stream.expect("status 137")
    stream.send("\n")
    assert int(stream.expect(r"children (\d+)").group(1)) in (10, 11)


@pytest.mark.feature("Limits of running sessions")
def test_limits_of_a_running_session_are_in_force(user1):
    session = user1.start_terminal("sh", "-c", f"read go; {TAKE.format(96)}; read go; exec {FORK}")
    stream = user1.attach(session)
    mark = user1.mark()
    set_limits(user1, session, MemoryMax=48 * MIB, TasksMax=20)
    user1.wait_properties(mark, session, MemoryMax=48 * MIB, TasksMax=20)
    assert of_systemd(user1, session, "MemoryMax", "TasksMax") == {"MemoryMax": str(48 * MIB), "TasksMax": "20"}
    stream.send("\n")
    stream.expect("status 137")
    stream.send("\n")
    assert int(stream.expect(r"children (\d+)").group(1)) in (18, 19)


def test_part_of_the_machine(user1):
    session = user1.start_terminal("sleep", "inf", **limits(MemoryMaxScale=2**30))
    total = int(user1.shell("sed -n 's/MemTotal: *//p' /proc/meminfo").split()[0]) * 1024
    assert 0.24 < user1.get(session, "MemoryMax") / total < 0.26


def test_registered_session_is_limited(user1):
    pid = user1.spawn("busctl", "call", "org.computesession1", "/org/computesession1", "org.computesession1.Manager",
                      "RegisterSession", "ssa{sv}", "terminal", "limited", "1", "TasksMax", "t", "0")
    assert "TasksMax cannot be 0" in user1.wait(pid).output


def test_wrong_limits_are_refused(user1):
    session = user1.start_terminal("sleep", "inf")
    before = user1.get(session, "TasksMax")
    assert refused(set_limits, user1, session) == (
        "InvalidArgument", f"No limit is given; give at least one of: {', '.join(NAMES)}.")
    assert refused(set_limits, user1, session, TasksMin=1)[0] == "UnknownOption"
    name, message = refused(set_limits, user1, session, TasksMax=10, MemoryMax=0)
    assert name == "InvalidArgument" and "MemoryMax cannot be 0" in message and "for example" in message
    assert refused(user1.call_session, session, "SetLimits", "a{sv}", options(MemoryMax="2G"))[0] == "InvalidArgument"
    assert refused(user1.start_terminal, "sleep", "inf", **limits(CPUWeight=10001))[0] == "InvalidArgument"
    assert user1.get(session, "TasksMax") == before


@pytest.mark.v1
@pytest.mark.parametrize("name, setting", [
    pytest.param("MemoryHigh", "MemoryHigh", marks=pytest.mark.feature("MemoryHigh", supported=False)),
    pytest.param("MemorySwapMax", "MemorySwapMax", marks=pytest.mark.feature("MemorySwapMax", supported=False)),
    pytest.param("IOWeight", "IOWeight", marks=pytest.mark.feature("IOWeight", supported=False)),
    # Of these, v1 has no controller in machines that share the host's hierarchies of it.
    pytest.param("CPUQuotaPerSecUSec", "CPUQuota", marks=pytest.mark.feature("CPUQuota", supported=False)),
    pytest.param("CPUWeight", "CPUWeight", marks=pytest.mark.feature("CPUWeight", supported=False))])
def test_what_cgroup_v1_has_not_is_refused(user1, name, setting):
    if name.startswith("CPU") and user1.try_run("test", "-e", "/sys/fs/cgroup/cpu/cpu.shares").status == 0:
        pytest.skip("This machine has the CPU controller of cgroup v1.")
    session = user1.start_terminal("sleep", "inf")
    for call, arguments in ((set_limits, (user1, session)), (user1.start_terminal, ("sleep", "inf"))):
        values = limits(**{name: 10000}) if call == user1.start_terminal else {name: 10000}
        said, message = refused(call, *arguments, **values)
        assert said == "NotSupported"
        assert f"{setting}= cannot be enforced here" in message and "cgroup v1" in message


@pytest.mark.v1
def test_memory_in_use_cannot_be_taken_away_on_v1(user1):
    """cgroup v2 takes the limit, and ends processes."""
    session, stream = user1.start_and_expect(
        "exec /usr/bin/python3 -c 'b = bytearray(b\"x\") * (64 * 2**20); print(\"took\", flush=True); input()'", "took")
    set_limits(user1, session, MemoryMax=512 * MIB)
    name, message = refused(set_limits, user1, session, MemoryMax=16 * MIB)
    assert name == "LimitNotTaken"
    assert "MemoryMax=16M" in message and "512M stays in force" in message
    assert user1.get(session, "MemoryMax") == 512 * MIB
    machine.wait_until(lambda: of_systemd(user1, session, "MemoryMax")["MemoryMax"] == str(512 * MIB),
                       "systemd has the old limit again")
    stream.close()


def test_what_others_set_is_seen_and_told(root, user1):
    session = user1.start_terminal("sleep", "inf")
    set_limits(user1, session, TasksMax=100)
    assert user1.get(session, "TasksMax") == 100
    mark = user1.mark()
    root.run("systemctl", "set-property", "--runtime", f"compute-{session}.scope", "TasksMax=200", "MemoryMax=1G")
    machine.wait_until(lambda: user1.get(session, "TasksMax") == 200, "it is read anew")
    user1.wait_properties(mark, session, TasksMax=200, MemoryMax=2**30)


@pytest.mark.parametrize("what", ["restart of the kernel", "kill of the manager", "daemon-reload", "daemon-reexec"])
def test_limits_stay(root, user1, notebook, what):
    session, _ = user1.start_notebook(notebook, **limits(TasksMax=150))
    set_limits(user1, session, MemoryMax=1023 * MIB + 1)
    if what == "restart of the kernel":
        user1.call_session(session, "Restart")
    elif what == "kill of the manager":
        machine.kill_services(root, "compute-sessiond.service")
    else:
        root.run("systemctl", what)
    assert user1.get(session, "MemoryMax") == 1023 * MIB + 1
    assert user1.get(session, "TasksMax") == 150
    assert of_systemd(user1, session, "MemoryMax", "TasksMax") == {"MemoryMax": str(1023 * MIB + 1), "TasksMax": "150"}


def test_adopted_scope_shows_its_limits(root, user1):
    session = user1.start_terminal("sleep", "inf", **limits(MemoryMax=777 * MIB))
    root.shell(f"systemctl stop compute-sessiond; rm /run/compute-sessions/sessions/{session}; "
               "systemctl start compute-sessiond")
    assert user1.get(session, "MemoryMax") == 777 * MIB


def test_change_is_in_the_journal(root, user1):
    session = user1.start_terminal("sleep", "inf")
    set_limits(root, session, MemoryMax=2**30, TasksMax=UNKNOWN)
    entry = journal.wait_entry(root, "LIMITS_CHANGED", SESSION_ID=session)
    assert entry["ACTOR_UID"] == "0" and entry["USER_ID"] == str(user1.uid)
    assert entry["LIMITS"] == "MemoryMax=1G TasksMax=infinity"
    assert "MemoryMax=1G TasksMax=infinity" in root.run(
        "journalctl", "--catalog", "--no-pager", f"SESSION_ID={session}").output
    told = root.run("computectl", "history", session).output
    assert "limits changed" in told and "MemoryMax=1G TasksMax=infinity, by root" in told


def test_defaults_of_type_and_user(root, user1, user2, notebook, configure):
    configure("[Terminal]\nTasksMax=100\nMemoryMax=1G\n[Notebook]\nTasksMax=200\n"
              f"[User {user1.name}]\nTasksMax=300\n[User {user2.uid}]\nMemoryMax=infinity\n")
    after = journal.cursor(root)
    first, second = user1.start_terminal("sleep", "inf"), user2.start_terminal("sleep", "inf")
    third = user1.start_terminal("sleep", "inf", **limits(TasksMax=400, MemoryMax=UNKNOWN))
    fourth, _ = user1.start_notebook(notebook)
    fifth = root.start_terminal("sleep", "inf")
    shown = {session: (root.get(session, "TasksMax"), root.get(session, "MemoryMax"))
             for session in (first, second, third, fourth, fifth)}
    assert shown == {first: (300, 2**30), second: (100, UNKNOWN), third: (400, UNKNOWN), fourth: (300, UNKNOWN),
                     fifth: (100, 2**30)}
    assert not journal.entries_after(root, after, PRIORITY="4", _SYSTEMD_UNIT="compute-sessiond.service")


def test_wrong_limits_in_the_configuration_are_named(root, user1, configure):
    after = journal.cursor(root)
    configure("[Terminal]\nMemoryMax=lots\nTasksMax=100\n[User nobody-at-all]\nTasksMax=1\n")
    journal.wait_message(root, r"50-test\.conf:2: MemoryMax= must be .*for example 2G.*'lots'", after)
    journal.wait_message(root, r"50-test\.conf:5: There is no user 'nobody-at-all'", after)
    assert user1.get(user1.start_terminal("sleep", "inf"), "TasksMax") == 100


@pytest.mark.v1
def test_configured_limits_that_v1_has_not_are_named(root, user1, configure):
    after = journal.cursor(root)
    configure("[Terminal]\nMemoryHigh=1G\nTasksMax=100\n")
    journal.wait_message(root, r"MemoryHigh= in section \[Terminal\] cannot be enforced", after)
    session = user1.start_terminal("sleep", "inf")
    assert (user1.get(session, "TasksMax"), user1.get(session, "MemoryHigh")) == (100, UNKNOWN)


def test_of_a_session_that_ends(user1):
    """A call that was on its way is answered all the same, and once."""
    session = user1.start_terminal("sleep", "inf")
    path = path_of(session)
    user1.stop(session)
    with pytest.raises(BusError) as caught:
        set_limits(user1, session, TasksMax=10)
    assert caught.value.name == "org.freedesktop.DBus.Error.UnknownObject"
    assert path not in user1.run("busctl", "tree", "org.computesession1").output


def test_total_of_a_user(root, user1):
    """As README says it: a drop-in of the slice bounds all sessions together, whatever each of them may
    have."""
    slice_ = f"compute-{user1.uid}.slice"
    drop_in = f"/etc/systemd/system/{slice_}.d"
    machine.wait_until(lambda: root.shell(f"find /sys/fs/cgroup -path '*/{slice_}/*' -name cgroup.procs -exec cat {{}} +") == "",
                       "no process is in the slice")
    # The kernel takes its time with those that earlier tests forked: they count until they are freed.
    counted = root.run("systemctl", "show", "--property=TasksCurrent", "--value", slice_).output.strip()
    tasks_max = 40 + (int(counted) if counted.isdigit() else 0)
    # It wants a terminal, and an editor.
    root.run("sh", "-euc", "cat > /tmp/editor; chmod +x /tmp/editor",
             text=f"#!/bin/sh -eu\nfor file; do :; done\nprintf '[Slice]\\nMemoryMax=96M\\nTasksMax={tasks_max}\\n' > \"$file\"\n")
    try:
        root.shell(f"SYSTEMD_EDITOR=/tmp/editor script -qec 'systemctl edit --force {slice_}' /dev/null")
        assert root.shell(f"cat {drop_in}/override.conf").startswith("[Slice]")
        session = user1.start_terminal("sh", "-c", f"read go; {TAKE.format(192)}; read go; exec {FORK}",
                                       **limits(MemoryMax=UNKNOWN, TasksMax=UNKNOWN))
        stream = user1.attach(session)
        stream.send("\n")
        stream.expect("status 137")
        assert user1.get(session, "MemoryMax") == UNKNOWN
        mark = user1.mark()
        stream.send("\n")
        assert int(stream.expect(r"children (\d+)").group(1)) < tasks_max
        user1.wait_removed(mark, session)
    finally:
        root.shell(f"rm -rf {drop_in} /tmp/editor; systemctl daemon-reload")


def test_computectl_sets_limits(user1):
    session = user1.run("computectl", "terminal", "-d", "-p", "TasksMax=50", "--property=MemoryMax=1G", "--name=limited",
                        "--", "sleep", "inf").output.strip()
    assert (user1.get(session, "TasksMax"), user1.get(session, "MemoryMax")) == (50, 2**30)
    assert user1.run("computectl", "limit", "limited", "TasksMax=infinity", "MemoryMax=25%").output == ""
    assert user1.get(session, "TasksMax") == UNKNOWN
    total = int(user1.shell("sed -n 's/MemTotal: *//p' /proc/meminfo").split()[0]) * 1024
    assert 0.24 < user1.get(session, "MemoryMax") / total < 0.26


def test_status_shows_use_and_limit(user1):
    session = user1.start_terminal("sleep", "inf", **limits(TasksMax=50, MemoryMax=2**31))
    shown = user1.run("computectl", "status", session).output
    assert re.search(r"^ *Tasks: \d of 50$", shown, re.M), shown
    assert re.search(r"^ *Memory: [\d.]+[KM] of 2\.0G$", shown, re.M), shown
    said = json.loads(user1.run("computectl", "--json=short", "status", session).output)
    assert (said["TasksMax"], said["MemoryMax"], said["CPUWeight"]) == (50, 2**31, None)
    shown = user1.run("computectl", "show", session, "--property=TasksMax,MemoryHigh,CPUWeight").output
    assert shown == "TasksMax=50\nMemoryHigh=infinity\nCPUWeight=[not set]\n"


def test_computectl_warns_of_limits_that_are_exceeded(user1):
    session, stream = user1.start_and_expect("sleep 100 & sleep 100 & echo there; wait", "there")
    done = user1.try_run("computectl", "limit", session, "TasksMax=2")
    assert done.status == 0 and "more than TasksMax=2 allows" in done.errors
    assert not user1.try_run("computectl", "--quiet", "limit", session, "TasksMax=1").errors
    stream.close()


@pytest.mark.parametrize("arguments, says", [
    (["MemoryMax=lots"], "expected a number of bytes"), (["Memory=2G"], "There is no limit \"Memory\""),
    (["CPUQuota"], "Expected LIMIT=VALUE"), (["TasksMax=1", "TasksMax=2"], "given twice")])
def test_computectl_says_what_is_wrong(user1, arguments, says):
    session = user1.start_terminal("sleep", "inf")
    done = user1.try_run("computectl", "limit", session, *arguments)
    assert done.status == 1 and says in done.errors
    done = user1.try_run("computectl", "terminal", "-d", *(f"-p{one}" for one in arguments), "--", "true")
    assert done.status == 1 and says in done.errors


def test_computectl_run_is_limited(user1):
    pid = user1.spawn("computectl", "run", "-p", "TasksMax=33", "--", "sh", "-c",
                      "cat /sys/fs/cgroup/pids$(sed -n 's/.*:pids://p' /proc/self/cgroup)/pids.max ||"
                      "cat /sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)/pids.max")
    done = user1.wait(pid)
    assert done.output.splitlines()[-1] == "33", done

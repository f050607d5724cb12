# SPDX-License-Identifier: LGPL-2.1-or-later
"""Want of memory: told before it ends badly, and told to the person it hit."""

import re

import journal
import machine
import pytest
from bus import UNKNOWN, User
from kernels import execute

MEGABYTE = 1024 * 1024
LIMIT = 64 * MEGABYTE
HOG = "/usr/bin/python3 -c 'a = bytearray(200 << 20)'"
OOM = pytest.mark.feature("Out of memory: which process, limit, peak")


def limit(root, session, **properties):
    properties = {"MemorySwapMax": 0, **properties}
    root.run("systemctl", "set-property", "--runtime", f"compute-{session}.scope",
             *(f"{name}={value}" for name, value in properties.items()))


def start(root, user, script, **properties):
    """A shell that waits before it runs the script, with limits."""
    session = user.start_terminal("sh", "-c", f"read go; {script}")
    limit(root, session, **properties)
    return session


def go(user, session):
    stream = user.attach(session, Raw=True)
    stream.send("\n")
    return stream


@pytest.mark.v2
@OOM
def test_killed_worker_is_told_and_the_session_lives(root, user1):
    """Whoever comes too late to see the process, on a busy machine, does not know which it was."""
    session = start(root, user1, f"for i in 1 2 3 4 5; do {HOG} & echo worker $i $!; wait; echo survived $i; read go; done",
                    MemoryMax=LIMIT)
    stream = user1.attach(session, Raw=True)
    for kills in range(1, 6):
        mark = user1.mark()
        stream.send("\n")
        pid = int(stream.expect(rf"worker {kills} (\d+)\r").group(1))
        stream.expect(rf"survived {kills}\r")
        user1.wait_properties(mark, session, OOMKills=kills)
        told = user1.get(session, "LastOOMKillPID"), user1.get(session, "LastOOMKillCommand")
        assert told in ((pid, "python3"), (0, ""))
        if told[0]:
            break
    assert told[0], "nobody was told a single time"
    entry = journal.wait_entry(root, "OOM_KILLED", SESSION_ID=session, OOM_PID=str(pid))
    assert (entry["OOM_COMMAND"], entry["MEMORY_LIMIT"]) == ("python3", str(LIMIT))
    assert 0.9 * LIMIT < int(entry["MEMORY_PEAK"]) <= LIMIT
    assert user1.get(session, "State") == "running"
    shown = user1.run("computectl", "status", session).output
    assert re.search(rf"Out of memory: {kills} process(es)? killed, last python3 \({pid}\)", shown), shown
    assert f"python3 ({pid})" in root.run("computectl", "history", session).output
    explained = root.run("journalctl", "--catalog", "--no-pager", f"SESSION_ID={session}").output
    assert "was killed for want of memory" in explained
    # Somebody's SIGKILL is another thing.
    mark = user1.mark()
    user1.run("computectl", "kill", "--signal=KILL", session)
    assert user1.wait_removed(mark, session) == "signal"


@pytest.mark.v2
@OOM
def test_killed_leader_is_the_reason_of_the_end(root, user1):
    """However fast systemd takes the cgroup away. Whoever comes too late to see the process does not know
    its name."""
    results, named = [], []
    for _ in range(5):
        session = start(root, user1, f"exec {HOG}", MemoryMax=LIMIT)
        mark = user1.mark()
        go(user1, session)
        results.append(user1.wait_removed(mark, session))
        named.append(journal.wait_entry(root, "OOM_KILLED", SESSION_ID=session).get("OOM_COMMAND"))
    assert results == ["oom-killed"] * 5
    entry = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert (entry["RESULT"], entry["MEMORY_LIMIT"]) == ("oom-killed", str(LIMIT))
    assert 0.9 * LIMIT < int(entry["MEMORY_PEAK"]) <= LIMIT
    assert "python3" in named and set(named) <= {"python3", None}
    assert f"{session} " in user1.run("computectl", "list", "--all").output


@pytest.mark.v2
def test_limit_of_the_slice_kills_too(root, user1):
    session = start(root, user1, f"exec {HOG}")
    slice_name = f"compute-{user1.uid}.slice"
    root.run("systemctl", "set-property", "--runtime", slice_name, "MemoryMax=128M", "MemorySwapMax=0")
    try:
        mark = user1.mark()
        go(user1, session)
        assert user1.wait_removed(mark, session) == "oom-killed"
    finally:
        root.run("systemctl", "set-property", "--runtime", slice_name, "MemoryMax=", "MemorySwapMax=")


@pytest.mark.v2
@OOM
def test_killed_keeper_is_no_reason_of_an_end(root, user1):
    """Nor is it of another session that somebody kills much later, while the manager is too late to read
    what this one's cgroup counted: all it has is the slice's count, and the keeper is in it."""
    session, other = user1.start_terminal("cat"), user1.start_terminal("cat")
    keeper, group = f"compute-keeper-{session}.service", f"/sys/fs/cgroup/compute.slice/compute-{user1.uid}.slice"
    killed = f"sed -n 's/^oom_kill //p' {group}/memory.events"
    before, manager = int(root.shell(killed)), machine.main_pid(root, "compute-sessiond.service")
    root.run("systemctl", "set-property", "--runtime", keeper, "MemoryMax=64K", "MemorySwapMax=0")
    # Since systemd 258 and Linux 6.16 nothing happens by that until the keeper asks for memory.
    root.shell(f"echo 64K > {group}/{keeper}/memory.max || :")
    machine.wait_until(lambda: int(root.shell(killed)) > before, "the keeper is killed")
    root.run("systemctl", "set-property", "--runtime", keeper, "MemoryMax=infinity")
    stream = user1.attach(session, Raw=True)
    stream.send("still there\n")
    stream.expect("still there\r\nstill there")
    mark = user1.mark()
    root.shell(f"kill -STOP {manager}")
    try:
        root.shell(f"kill -KILL $(cat {group}/compute-{other}.scope/cgroup.procs)")
        machine.wait_until(lambda: root.try_run("test", "-e", f"{group}/compute-{other}.scope").status != 0,
                           "the cgroup is gone")
    finally:
        root.shell(f"kill -CONT {manager}")
    assert user1.wait_removed(mark, other) == "signal"


@pytest.mark.v2
@OOM
def test_killed_kernel(root, user1, notebook):
    session, _ = user1.start_notebook(notebook, RestartOnCrash=True)
    limit(root, session, MemoryMax=200 * MEGABYTE)
    mark = user1.mark()
    user1.spawn("timeout", "20", "/usr/bin/python3", str(machine.FOLDER / "kernel_client.py"),
                user1.get(session, "ConnectionFile"), "a = bytearray(800 << 20)")
    user1.wait_properties(mark, session, OOMKills=1)
    machine.wait_until(lambda: user1.get(session, "Restarts") == 1, "it runs again", timeout=120)
    assert journal.wait_entry(root, "KERNEL_CRASHED", SESSION_ID=session)["RESULT"] == "oom-killed"
    assert execute(user1, session, "6 * 7") == ["42"]
    assert user1.get(session, "OOMKills") == 1


@pytest.mark.v2
@pytest.mark.feature("Warning before memory runs out")
def test_memory_high_is_told_before_anything_is_killed(root, user1):
    session = start(root, user1, "/usr/bin/python3 -c 'import time; a = bytearray(48 << 20); print(\"there\"); "
                    "time.sleep(1000)'", MemoryHigh=24 * MEGABYTE)
    assert user1.get(session, "MemoryPressure") == "none"
    mark = user1.mark()
    go(user1, session)
    user1.wait_signals(mark, lambda signals: any(
        one["member"] == "PropertiesChanged" and one["arguments"][1].get("MemoryPressure") in ("high", "critical")
        for one in signals))
    assert journal.wait_entry(root, "MEMORY_PRESSURE", SESSION_ID=session, LEVEL="high")
    assert "Memory pressure: " in user1.run("computectl", "status", session).output
    assert user1.get(session, "OOMKills") == 0


@pytest.mark.v2
def test_memory_max_is_critical_and_passes(root, user1):
    session = start(root, user1, f"{HOG}; echo over; exec sleep inf", MemoryMax=LIMIT)
    mark = user1.mark()
    go(user1, session).expect("over")
    user1.wait_properties(mark, session, MemoryPressure="critical")
    user1.wait_properties(user1.mark(), session, MemoryPressure="none")


@pytest.mark.v2
def test_reading_large_files_is_no_pressure(root, user1):
    session = start(root, user1, "dd if=/dev/zero of=/var/tmp/large bs=1M count=96 2>/dev/null; "
                    "cat /var/tmp/large > /dev/null; rm /var/tmp/large; echo read; exec sleep inf", MemoryMax=LIMIT)
    mark = user1.mark()
    go(user1, session).expect("read", timeout=60)
    events = root.shell(f"cat /sys/fs/cgroup/compute.slice/compute-*.slice/compute-{session}.scope/memory.events")
    assert "\nmax 0\n" not in events, "the limit was met"
    levels = [one["arguments"][1]["MemoryPressure"] for one in user1.signals(mark)
              if one["member"] == "PropertiesChanged" and "MemoryPressure" in one["arguments"][1]]
    assert "critical" not in levels


@pytest.mark.v2
def test_killed_manager_goes_on_counting(root, user1):
    session = start(root, user1, f"{HOG}; echo one; read go; {HOG}; echo two; exec sleep inf", MemoryMax=LIMIT)
    stream = go(user1, session)
    stream.expect("one")
    machine.kill_services(root, "compute-sessiond.service")
    assert user1.get(session, "OOMKills") == 1
    mark = user1.mark()
    stream.send("\n")
    stream.expect("two")
    user1.wait_properties(mark, session, OOMKills=2)


@pytest.mark.v2
@pytest.mark.feature("Swap")
@pytest.mark.feature("IO")
@pytest.mark.feature("Pressure")
def test_all_figures_are_known(root, user1):
    session = user1.start_terminal("sleep", "inf")
    said = user1.get_all(session)
    for name in ("MemoryCurrent", "MemoryPeak", "MemorySwapCurrent", "CPUUsageNSec", "TasksCurrent", "IOReadBytes",
                 "IOWriteBytes", "MemoryPressureAvg10", "CPUPressureAvg10", "IOPressureAvg10", "OOMKills"):
        assert said[name] != UNKNOWN, name
    assert said["MemoryPeak"] >= said["MemoryCurrent"] > 0
    assert said["MemoryPressure"] == "none"
    shown = user1.run("computectl", "status", session).output
    assert "Swap: 0B" in shown and "for memory, " in shown
    # The manager may tell it that it wants to be told of pressure, in its sandbox.
    assert "ReadWritePaths=/sys/fs/cgroup/compute.slice" in root.run(
        "systemctl", "show", "-p", "ReadWritePaths", "compute-sessiond").output.replace("=-", "=")


@pytest.mark.v2
def test_swap_is_counted(root, user1):
    root.run("swapon", "/dev/vdb")
    try:
        session = start(root, user1, "/usr/bin/python3 -c 'import time; a = bytearray(64 << 20); print(\"there\"); "
                        "time.sleep(1000)'", MemoryHigh=24 * MEGABYTE, MemorySwapMax="infinity")
        go(user1, session).expect("there", timeout=60)
        assert user1.get(session, "MemorySwapCurrent") > MEGABYTE
        user1.stop(session)
    finally:
        root.run("swapoff", "/dev/vdb")


@pytest.mark.feature("Peak of memory")
def test_peak_is_known_everywhere(user1):
    session = user1.start_terminal("sh", "-c", "exec sleep inf")
    assert 0 < user1.get(session, "MemoryPeak") < UNKNOWN
    assert "Memory peak: " in user1.run("computectl", "status", session).output


@pytest.mark.v1
@pytest.mark.feature("Out of memory: which process, limit, peak", supported=False)
def test_on_v1_kills_are_counted_and_nobody_says_whom(root, user1):
    session = user1.start_terminal("sh", "-c", f"read go; {HOG}; echo survived; exec sleep inf")
    root.run("systemctl", "set-property", "--runtime", f"compute-{session}.scope", f"MemoryMax={LIMIT}")
    go(user1, session).expect("survived")
    said = user1.get_all(session)
    assert (said["OOMKills"], said["LastOOMKillPID"], said["LastOOMKillTimestamp"]) == (1, 0, 0)
    assert "Out of memory: 1 process killed\n" in user1.run("computectl", "status", session).output


def test_kills_are_counted_over_restarts(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    root.run("systemctl", "set-property", "--runtime", f"compute-{session}.scope", f"MemoryMax={200 * MEGABYTE}")
    worker = "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'a = bytearray(800 << 20)']).returncode)"
    assert execute(user1, session, worker) == ["-9"]
    machine.wait_until(lambda: user1.get(session, "OOMKills") == 1, "it is counted")
    user1.call_session(session, "Restart")
    assert execute(user1, session, "6 * 7") == ["42"]
    assert user1.get(session, "OOMKills") == 1


@pytest.mark.v1
@pytest.mark.feature("Swap", supported=False)
@pytest.mark.feature("IO", supported=False)
@pytest.mark.feature("Pressure", supported=False)
@pytest.mark.feature("Warning before memory runs out", supported=False)
def test_what_v1_does_not_tell_is_unknown_and_never_0(user1):
    session = user1.start_terminal("sleep", "inf")
    said = user1.get_all(session)
    for name in ("MemorySwapCurrent", "IOReadBytes", "IOWriteBytes", "MemoryPressureAvg10", "CPUPressureAvg10",
                 "IOPressureAvg10"):
        assert said[name] == UNKNOWN, name
    assert said["MemoryPressure"] == ""
    shown = user1.run("computectl", "status", session).output
    assert "Swap:" not in shown and "pressure" not in shown and "Waited:" not in shown


@pytest.mark.v2
def test_in_user_mode():
    own = User("user1", bus="session")
    try:
        session = own.start_terminal("sh", "-c", f"read go; {HOG}; echo over; exec sleep inf")
        own.run("systemctl", "--user", "set-property", "--runtime", f"compute-{session}.scope", f"MemoryMax={LIMIT}",
                "MemorySwapMax=0")
        mark = own.mark()
        go(own, session).expect("over")
        own.wait_properties(mark, session, OOMKills=1, LastOOMKillCommand="python3")
        own.run("computectl", "--user", "stop", session)
    finally:
        own.end()


@pytest.fixture
def oomd(root):
    """systemd-oomd, quick to kill what is below the users' slices."""
    if root.try_run("test", "-e", "/usr/lib/systemd/systemd-oomd").status != 0:
        pytest.skip("systemd-oomd is not installed in this machine")
    root.shell("mkdir -p /run/systemd/oomd.conf.d; swapon /dev/vdb; "
               "printf '[OOM]\\nDefaultMemoryPressureDurationSec=1s\\n' > /run/systemd/oomd.conf.d/50-test.conf; "
               "systemctl restart systemd-oomd; "
               "systemctl set-property --runtime compute.slice ManagedOOMMemoryPressure=kill "
               "ManagedOOMMemoryPressureLimit=1%")
    yield
    root.shell("systemctl revert compute.slice; systemctl stop systemd-oomd; swapoff /dev/vdb; "
               "rm -r /run/systemd/oomd.conf.d")


@pytest.mark.v2
@pytest.mark.feature("Kills of systemd-oomd are recognised")
@pytest.mark.usefixtures("oomd")
def test_oomd_is_the_reason_of_the_end(root, user1):
    """It kills what waits for memory for long: here for its swap, over and over."""
    program = "a = bytearray(64 << 20)\nwhile True:\n for i in range(0, len(a), 4096): a[i] = 1"
    session = user1.start_terminal("/usr/bin/python3", "-c", f"input()\n{program}")
    limit(root, session, MemoryHigh=24 * MEGABYTE, MemorySwapMax="infinity")
    mark = user1.mark()
    go(user1, session)
    assert user1.wait_removed(mark, session) == "oom-killed"
    assert journal.wait_entry(root, "OOM_KILLED", SESSION_ID=session)["MESSAGE"].startswith(
        "For want of memory, systemd-oomd killed")

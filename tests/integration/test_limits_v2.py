# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each limit on cgroup v2: set at the start or of a running session, enforced by the kernel, and measured by
the program that it limits. The machine is an emulated one, so that what is compared are ratios."""

import re

import pytest
from bus import ERROR, UNKNOWN, BusError, User
from test_limits import FORK, MIB, TAKE, limits, of_systemd, set_limits

pytestmark = pytest.mark.v2

OWN_CGROUP = "C=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)"
# Busy for so many seconds, on the first CPU only; then how many seconds of it this got.
BURN = """/usr/bin/python3 -c '
import os, sys, time
os.sched_setaffinity(0, {0})
print("ready", flush=True)
input()
begin, used = time.monotonic(), time.process_time()
while time.monotonic() - begin < 4:
    pass
print("share", (time.process_time() - used) / (time.monotonic() - begin))
'"""
# Reads a file of 32 MiB past the page cache, always several MiB at once; then how many of them it got.
READ = """/usr/bin/python3 -c '
import mmap, os, sys, threading, time
descriptor, blocks = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECT), []
def read(first):
    buffer = mmap.mmap(-1, 2**20)
    while time.monotonic() - begin < 6:
        os.preadv(descriptor, [buffer], (first + len(blocks)) % 32 * 2**20)
        blocks.append(first)
threads = [threading.Thread(target=read, args=[i]) for i in range(8)]
print("ready", flush=True)
input()
begin = time.monotonic()
for thread in threads: thread.start()
for thread in threads: thread.join()
print("blocks", len(blocks))
' {}"""
AT_START_OR_LIVE = pytest.mark.parametrize("when", ["at the start", "live"])


def start_limited(user, script, when, **values):
    """Starts the script with these limits, or sets them before it does anything."""
    session = user.start_terminal("sh", "-c", f"read go; {script}", **(limits(**values) if when == "at the start" else {}))
    stream = user.attach(session)
    if when == "live":
        set_limits(user, session, **values)
    for name, value in values.items():
        assert user.get(session, name) == value
    assert of_systemd(user, session, "TasksMax")["TasksMax"] == str(user.get(session, "TasksMax"))
    stream.send("\n")
    return session, stream


def compare(user, script, pattern, name, first, second):
    """Two sessions with these values of a weight, which want the same at the same time: what the first one
    got for each that the second one did."""
    streams = [start_limited(user, script, "live", **{name: value})[1] for value in (first, second)]
    for stream in streams:
        stream.expect("ready", timeout=60)
    for stream in streams:
        stream.send("\n")
    got = [float(stream.expect(pattern, timeout=60).group(1)) for stream in streams]
    return got[0] / max(got[1], 0.001)


@pytest.mark.feature("MemoryMax")
@AT_START_OR_LIVE
def test_memory_max(user1, when):
    _, stream = start_limited(user1, TAKE.format(96), when, MemoryMax=48 * MIB, MemorySwapMax=0)
    stream.expect("status 137", timeout=60)


@pytest.mark.feature("MemoryHigh")
@AT_START_OR_LIVE
def test_memory_high(user1, when):
    """What a file takes in the page cache is taken back, though there is memory enough."""
    script = (f"{OWN_CGROUP}; dd if=/dev/zero of=$HOME/high bs=1M count=96 conv=fsync status=none; "
              "dd if=$HOME/high of=/dev/null bs=1M status=none; echo has $(cat $C/memory.current); "
              "grep '^high' $C/memory.events; rm $HOME/high; echo over")
    _, stream = start_limited(user1, script, when, MemoryHigh=24 * MIB)
    told = stream.expect(r"has (\d+)\s+high (\d+)", timeout=120)
    stream.expect("over")
    assert int(told[1]) < 32 * MIB and int(told[2]) > 0
    _, stream = start_limited(user1, script, when, MemoryHigh=UNKNOWN)
    told = stream.expect(r"has (\d+)\s+high (\d+)", timeout=120)
    stream.expect("over")
    assert int(told[1]) > 64 * MIB and told[2] == "0"


@pytest.fixture
def swap(root):
    """The machine's second disk, which is for that."""
    root.shell("mkswap /dev/vdb; swapon /dev/vdb")
    yield
    root.shell("swapoff /dev/vdb")


@pytest.mark.feature("MemorySwapMax")
@AT_START_OR_LIVE
def test_memory_swap_max(user1, swap, when):  # pylint: disable=unused-argument
    for most, status in ((UNKNOWN, "took 96.*status 0"), (16 * MIB, "status 137")):
        _, stream = start_limited(user1, TAKE.format(96), when, MemoryMax=48 * MIB, MemorySwapMax=most)
        stream.expect(status, timeout=120)


@pytest.mark.feature("CPUQuota")
@AT_START_OR_LIVE
def test_cpu_quota(user1, when):
    _, stream = start_limited(user1, f"{OWN_CGROUP}; {BURN}; grep nr_throttled $C/cpu.stat", when,
                              CPUQuotaPerSecUSec=200000)
    stream.expect("ready", timeout=60)
    stream.send("\n")
    told = stream.expect(r"share ([\d.]+)\s+nr_throttled (\d+)", timeout=60)
    assert 0.02 < float(told[1]) < 0.25 and int(told[2]) > 0


@pytest.mark.feature("CPUWeight")
def test_cpu_weight(user1):
    assert compare(user1, BURN, r"share ([\d.e-]+)", "CPUWeight", 900, 100) > 3
    assert compare(user1, BURN, r"share ([\d.e-]+)", "CPUWeight", UNKNOWN, 0) > 20  # idle


@pytest.mark.feature("IOWeight")
def test_io_weight(user1):
    """The disk has a scheduler that looks at weights (bfq); others do not, whatever is set."""
    assert "[bfq]" in user1.shell("cat /sys/block/vda/queue/scheduler")
    file = f"{user1.home}/weighed"
    user1.shell(f"dd if=/dev/urandom of={file} bs=1M count=32 conv=fsync status=none")
    try:
        assert compare(user1, READ.format(file), r"blocks (\d+)", "IOWeight", 10000, 10) > 2
    finally:
        user1.shell(f"rm {file}")


@pytest.mark.feature("TasksMax")
@AT_START_OR_LIVE
def test_tasks_max(user1, when):
    _, stream = start_limited(user1, f"exec {FORK}", when, TasksMax=20)
    assert int(stream.expect(r"children (\d+)", timeout=60).group(1)) in (18, 19)


def test_memory_in_use_is_taken_away(user1):
    """cgroup v1 refuses that."""
    session, _ = user1.start_and_expect(
        "exec /usr/bin/python3 -c 'b = bytearray(b\"x\") * (64 * 2**20); print(\"took\", flush=True); input()'", "took")
    mark = user1.mark()
    done = user1.try_run("computectl", "limit", session, "MemoryMax=16M", "MemorySwapMax=0")
    assert done.status == 0 and "more than MemoryMax=16M allows" in done.errors
    assert user1.wait_removed(mark, session) == "oom-killed"


def test_status_shows_all_limits(user1):
    session = user1.start_terminal("sleep", "inf")
    user1.run("computectl", "limit", session, "MemoryMax=2G", "MemoryHigh=1G", "MemorySwapMax=0", "CPUQuota=150%",
              "CPUWeight=idle", "IOWeight=50", "TasksMax=33")
    shown = user1.run("computectl", "status", session).output
    assert re.search(r"Memory: [\d.]+[KM] of 2\.0G \(high: 1\.0G, swap: 0B\)$", shown, re.M), shown
    assert re.search(r"CPU: .* \(quota: 150%, weight: idle\)$", shown, re.M), shown
    assert re.search(r"IO: .* \(weight: 50\)$", shown, re.M), shown
    assert re.search(r"Tasks: \d+ of 33$", shown, re.M), shown


def test_all_limits_stay_over_a_restart(user1, notebook):
    session, _ = user1.start_notebook(notebook)
    values = {"MemoryMax": 2**31, "MemoryHigh": 2**30 + 1, "MemorySwapMax": 0, "CPUQuotaPerSecUSec": 1500000,
              "CPUWeight": 50, "IOWeight": 50, "TasksMax": 333}
    set_limits(user1, session, **values)
    user1.call_session(session, "Restart", timeout=120)
    assert {name: user1.get(session, name) for name in values} == values


@pytest.fixture
def own():
    """user1's own manager, in user1's own systemd, which has what root's delegates to it."""
    user = User("user1", bus="session")
    yield user
    for session in user.ids():
        user.stop(session)
    user.end()


IN_USER_MODE = {"MemoryMax": 48 * MIB, "MemoryHigh": 40 * MIB, "MemorySwapMax": 0, "CPUQuotaPerSecUSec": 500000,
                "CPUWeight": 50, "TasksMax": 33}
OF_KERNEL = {"memory.max": str(48 * MIB), "memory.high": str(40 * MIB), "memory.swap.max": "0",
             "cpu.max": "50000 100000", "cpu.weight": "50", "pids.max": "33"}


@AT_START_OR_LIVE
def test_in_user_mode(own, when):
    files = "; ".join(f"echo {name} $(cat $C/{name}) end" for name in OF_KERNEL)
    session = own.start_terminal("sh", "-c", f"read go; {OWN_CGROUP}; {files}; exec sleep inf",
                                 **(limits(**IN_USER_MODE) if when == "at the start" else {}))
    if when == "live":
        own.run("computectl", "--user", "limit", session, "MemoryMax=48M", "MemoryHigh=40M", "MemorySwapMax=0",
                "CPUQuota=50%", "CPUWeight=50", "TasksMax=33")
    stream = own.attach(session)
    stream.send("\n")
    told = stream.expect(".*".join(rf"{name} ([\d ]+) end" for name in OF_KERNEL), timeout=60)
    assert [told[i + 1] for i in range(len(OF_KERNEL))] == list(OF_KERNEL.values())
    assert {name: own.get(session, name) for name in IN_USER_MODE} == IN_USER_MODE
    shown = own.run("computectl", "--user", "status", session).output
    assert re.search(r"Memory: .* of 48\.0M \(high: 40\.0M, swap: 0B\)$", shown, re.M), shown


def test_memory_max_in_user_mode(own):
    session = own.start_terminal("sh", "-c", f"read go; {TAKE.format(96)}; exec sleep inf",
                                 **limits(MemoryMax=48 * MIB, MemorySwapMax=0))
    stream = own.attach(session)
    stream.send("\n")
    stream.expect("status 137", timeout=60)


def test_what_is_not_delegated_to_a_user_is_refused(own):
    """systemd gives users no control over IO, unless Delegate= says so."""
    session = own.start_terminal("sleep", "inf")
    before = own.get(session, "IOWeight")
    with pytest.raises(BusError) as caught:
        set_limits(own, session, IOWeight=50)
    assert caught.value.name == ERROR + "NotSupported" and "Delegate=" in caught.value.message
    assert own.get(session, "IOWeight") == before

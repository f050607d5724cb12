# SPDX-License-Identifier: LGPL-2.1-or-later
"""An ordinary user calls everything with anything (tests/fuzz/bus-fuzz.c): nothing breaks, grows, or reaches
others.

A few thousand calls here; BUS_FUZZ_CALLS says otherwise, and BUS_FUZZ_SEED repeats what was printed.
"""

import os
import random
import statistics
import time

import journal
import machine

BUILD = machine.FOLDER.parents[1] / os.environ.get("BUILD_DIR", "build")
CALLS = int(os.environ.get("BUS_FUZZ_CALLS", "4000"))
# The short run is the same each time.
DEFAULT_SEED = random.randrange(2**32) if "BUS_FUZZ_CALLS" in os.environ else 20261122
SEED = int(os.environ.get("BUS_FUZZ_SEED") or DEFAULT_SEED)
# Generous, as the machine may be busy; what it is on an idle one is printed.
ANSWER_SECONDS = 1
# By how much the second half of the calls may make it grow: sanitizers keep for a while what was freed.
IS_SANITIZED = b"__asan_init" in (BUILD / "src/manager/compute-sessiond").read_bytes()
GROWTH_KIB = 4096 if IS_SANITIZED else 512
COSTS = """
pid=$(systemctl show --property=MainPID --value compute-sessiond)
echo "$pid $(ls "/proc/$pid/fd" | wc -l) $(sed -n 's/^VmRSS:\\s*\\([0-9]*\\) kB/\\1/p' "/proc/$pid/status")"
"""


def costs(root):
    """PID, descriptors, and resident KiB of the manager."""
    return tuple(int(word) for word in root.shell(COSTS).split())


def answer_time(user):
    began = time.monotonic()
    user.call("ListSessions")
    return time.monotonic() - began


def bus_time(user):
    """The same from the bus daemon itself: what it takes to get through to anybody now."""
    began = time.monotonic()
    user.call("GetId", path="/org/freedesktop/DBus", interface="org.freedesktop.DBus",
              destination="org.freedesktop.DBus")
    return time.monotonic() - began


def describe(times):
    times = sorted(times)
    return (f"median {times[len(times) // 2] * 1000:.1f}, 99% within {times[len(times) * 99 // 100] * 1000:.1f}, "
            f"slowest {times[-1] * 1000:.1f} ms of {len(times)}")


def of_others(root, session_id):
    """What nobody else may have changed; its usage goes on."""
    fixed = ("Id", "Name", "State", "Leader", "Command", "Rows", "Columns", "Clients", "Title", "Result")
    return {name: root.get(session_id, name) for name in fixed}


def fuzz(root, user, other, seed, calls):
    """Runs it. Returns what it said, and how long another user waited for answers meanwhile."""
    pid = user.spawn(str(BUILD / "tests/fuzz/bus-fuzz"), str(seed), str(calls))
    times, bus_times = [answer_time(other)], [bus_time(other)]
    while root.try_run("grep", "-q", "^State:.*[RSD]", f"/proc/{pid}/status").status == 0:
        for _ in range(5):
            times.append(answer_time(other))
            bus_times.append(bus_time(other))
    done = user.wait(pid, timeout=60)
    print(f"{done.output}answers to another user: {describe(times)}\nof the bus itself: {describe(bus_times)}")
    assert done.status == 0, done.output
    return times


def stop_others(root, kept):
    """Also those that are being started."""
    def is_alone():
        for session_id in root.ids():
            if session_id != kept:
                root.try_run("computectl", "stop", session_id)
        return root.ids() == [kept] and not root.shell(f"ls /run/compute-sessions/sessions | grep -vx {kept} || :")
    machine.wait_until(is_alone, "the end of all that was started", timeout=60)


def test_anything_is_called(root, user1, user2, configure):
    configure("[Sessions]\nSessionsMaxPerUser=24\nStartsMaxPerUser=4\n")
    kept = user2.start_terminal("cat")
    stream = user2.attach(kept)
    before = of_others(root, kept)
    place = journal.cursor(root)

    times = fuzz(root, user1, user2, SEED, CALLS // 2)
    stop_others(root, kept)
    half = costs(root)  # what is allocated once is there now
    times += fuzz(root, user1, user2, SEED + 1, CALLS // 2)
    stop_others(root, kept)
    now = costs(root)

    print(f"after the first half and the second: descriptors {half[1]}, {now[1]}; resident {half[2]}, {now[2]} KiB")
    assert statistics.median(times) < ANSWER_SECONDS
    assert now[0] == half[0], "It is another process than before."
    assert now[1] <= half[1] + 4
    assert now[2] <= half[2] + GROWTH_KIB
    assert of_others(root, kept) == before
    stream.send("still there\n")
    stream.expect("still there")
    stream.close()
    said = [one["MESSAGE"] for one in journal.entries_after(root, place, _SYSTEMD_UNIT="compute-sessiond.service")]
    assert not [line for line in said if "Sanitizer" in line or "runtime error" in line], said

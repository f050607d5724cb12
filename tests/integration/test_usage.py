# SPDX-License-Identifier: LGPL-2.1-or-later
"""What sessions use is read once, however many clients ask, and is fresh."""

import json
import threading
import time

import machine
from bus import User
from test_user_mode import alone, own  # pylint: disable=unused-import

SECONDS = 4
FRESH_USEC = 1_000_000


def ask_all(users, session, seconds):
    """All users ask as fast as they can, for so long. Returns (when the answer came, when the sample was
    taken), in µs."""
    seen = []

    def ask(user):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            sample = user.call("GetUsage", "as", [session])[0][6]
            seen.append((time.time_ns() // 1000, sample))
    threads = [threading.Thread(target=ask, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def test_each_session_is_looked_at_once_a_second(root, user1, user2):
    session = user1.start_terminal("sleep", "inf")
    seen = ask_all((root, user1, user2), session, SECONDS)
    assert len(seen) > 10 * SECONDS
    assert len({sample for _, sample in seen}) <= SECONDS + 1
    # An answer travels for a moment, on a busy machine for a longer one; nobody gets a sample that was old
    # when they asked.
    ages = sorted(came - sample for came, sample in seen)
    assert ages[len(ages) * 9 // 10] <= FRESH_USEC + 100_000, ages[-1]


def test_sample_is_taken_anew_when_it_is_old(user1):
    session = user1.start_terminal("sleep", "inf")
    first = user1.call("GetUsage", "as", [session])[0][6]
    later = machine.wait_until(
        lambda: (sample := user1.call("GetUsage", "as", [session])[0][6]) != first and sample, "a new sample")
    assert later - first > FRESH_USEC


def test_systemd_is_asked_for_each_property_once(root, own):  # pylint: disable=redefined-outer-name,unused-argument
    """Where there are no files of the cgroup to read: a user's systemd on cgroup v1."""
    session = own.start_terminal("sleep", "inf")
    others = [User("user1", bus="session") for _ in range(2)]
    watching = own.spawn("busctl", "--user", "monitor", "--json=short", "--match",
                         "type='method_call',interface='org.freedesktop.DBus.Properties',member='Get',"
                         "destination='org.freedesktop.systemd1'")
    machine.wait_until(lambda: own.shell("busctl --user list --acquired --no-legend | grep -c compute || :"), "the monitor")
    ask_all((own, *others), session, SECONDS)
    own.ask("kill", pid=watching, number=15)
    asked = [json.loads(line) for line in own.wait(watching).output.splitlines() if line.startswith("{")]
    counts = {}
    for call in asked:
        name = tuple(call["payload"]["data"])
        counts[name] = counts.get(name, 0) + 1
    for user in others:
        user.end()
    print(counts)
    assert all(count <= SECONDS + 1 for count in counts.values()), counts

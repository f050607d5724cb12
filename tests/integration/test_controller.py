# SPDX-License-Identifier: LGPL-2.1-or-later
"""systemd asks the manager to end notebooks that somebody stops by their scope, as far as the bus allows."""

import journal
import machine
import pytest

RULES_MAX = 512  # of one connection, as the system bus allows
MANY = 330


@pytest.fixture
def notebook(user1):
    folder = user1.shell("mktemp -d").strip()
    yield f"{folder}/a.ipynb"
    user1.shell(f"rm -rf {folder}")


def show(reader, unit, name):
    return reader.run("systemctl", "show", "--value", f"--property={name}", unit).output.strip()


def match_rules(root):
    """Of systemd's connection to the system bus."""
    owner = root.call("GetNameOwner", "s", "org.freedesktop.systemd1", path="/org/freedesktop/DBus",
                      interface="org.freedesktop.DBus", destination="org.freedesktop.DBus")
    stats = root.call("GetConnectionStats", "s", owner, path="/org/freedesktop/DBus",
                      interface="org.freedesktop.DBus.Debug.Stats", destination="org.freedesktop.DBus")
    return stats["MatchRules"]


def test_manager_is_the_controller_of_notebooks(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    owner = root.call("GetNameOwner", "s", "org.computesession1", path="/org/freedesktop/DBus",
                      interface="org.freedesktop.DBus", destination="org.freedesktop.DBus")
    assert show(root, f"compute-{session}.scope", "Controller") == owner
    terminal = user1.start_terminal("cat")
    assert show(root, f"compute-{terminal}.scope", "Controller") == ""


def test_scope_that_systemctl_stops(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    mark = root.mark()
    root.run("systemctl", "stop", f"compute-{session}.scope")
    assert root.wait_removed(mark, session) == "unit-stopped"
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["RESULT"] == "unit-stopped"


def test_stop_ends_all_that_a_kernel_started(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    scope = f"compute-{session}.scope"
    leader = user1.get(session, "Leader")
    user1.run("kill", "-STOP", str(leader))  # it can neither shut down nor mind SIGTERM
    mark = root.mark()
    user1.stop(session)
    assert root.wait_removed(mark, session) == "stopped"
    assert show(root, scope, "ActiveState") == "inactive"


def test_next_manager_is_not_the_controller_and_scopes_stop_all_the_same(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    machine.kill_services(root, "compute-sessiond.service")
    machine.wait_until(lambda: show(root, f"compute-{session}.scope", "Controller") == "", "systemd forgets the old one")
    mark = root.mark()
    root.run("systemctl", "stop", f"compute-{session}.scope")
    assert root.wait_removed(mark, session) in ("unit-stopped", "signal")


def register_many(users, n):
    """Cheap notebooks that somebody else's kernels would be."""
    for user in users:
        user.shell("mkdir -p ~/many; echo '{}' > ~/many/connection.json")
    before = len(users[0].ids())
    for first in range(0, n, 20):
        for i in range(first, min(first + 20, n)):
            user = users[i % len(users)]
            user.spawn("computectl", "run", "--type=notebook", f"--name=N{i}", "--",
                       "sh", "-c", "exec sleep inf", "-f", f"{user.home}/many/connection.json")
        machine.wait_until(lambda i=i: len(users[0].ids()) == before + i + 1, f"{i + 1} sessions", timeout=60)


def test_match_rules_of_systemd_stay_within_what_the_bus_allows(root, user1, user2):
    before = match_rules(root)
    register_many([user1, user2], MANY)
    rules = match_rules(root)
    assert before + 300 < rules < RULES_MAX * 0.8, "some have them, and not all"
    controlled = [one for one in root.ids() if show(root, f"compute-{one}.scope", "Controller")]
    assert 100 < len(controlled) < MANY
    # With and without, they are stopped, and the rules are given back.
    mark = root.mark()
    root.run("systemctl", "stop", "compute-*.scope", timeout=120)
    root.wait_signals(mark, lambda all: sum(one["member"] == "SessionRemoved" for one in all) == MANY, timeout=120)
    machine.wait_until(lambda: match_rules(root) <= before + 20, "the rules are gone")
    for user in (user1, user2):
        user.shell("rm -rf ~/many")

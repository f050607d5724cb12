# SPDX-License-Identifier: LGPL-2.1-or-later
"""busctl, systemctl, systemd-cgls, journalctl and computectl tell the same story about the same session."""

import json
import re

import journal
import machine
import pytest
from bus import MANAGER, NAME, ROOT, SESSION, path_of


@pytest.fixture(params=["terminal", "notebook"])
def session(request, user1):
    """A session of each type, with a child or without."""
    if request.param == "notebook":
        return user1.start_notebook(f"{user1.home}/Agreed.ipynb", Name="Agreed")[0]
    return user1.start_terminal("sh", "-c", "sleep 100000 & sleep 200000", Name="Agreed")


def systemd(root, unit, *names):
    said = root.run("systemctl", "show", unit, *(f"--property={name}" for name in names)).output
    return dict(line.split("=", 1) for line in said.splitlines())


def test_identity_is_the_same_everywhere(root, user1, session):
    mine = user1.get_all(session)
    listed = json.loads(user1.run("busctl", "--json=short", "call", NAME, ROOT, MANAGER, "ListSessions").output)
    assert listed["data"][0] == [[session, mine["Type"], user1.uid, "Agreed", "running", path_of(session)]]

    introspected = user1.run("busctl", "introspect", NAME, path_of(session), SESSION).output
    shown = {m[1]: m[2] for m in re.finditer(r"^\.(\w+)\s+property\s+s\s+\"(.*)\"\s", introspected, re.M)}
    for name in ("Id", "Type", "Name", "State", "Unit", "KeeperUnit", "Slice", "WorkingDirectory"):
        assert shown[name] == mine[name], name

    entry = json.loads(root.run("journalctl", "--quiet", "--output=json", f"SESSION_ID={session}",
                                f"MESSAGE_ID={journal.IDS['SESSION_START']}").output)
    assert (entry["SESSION_TYPE"], entry["SESSION_NAME"]) == (mine["Type"], "Agreed")
    assert (entry["USER_ID"], entry["UNIT"], entry["KEEPER_UNIT"], entry["LEADER"]) == \
        (str(user1.uid), mine["Unit"], mine["KeeperUnit"], str(mine["Leader"]))

    ours = json.loads(root.run("computectl", "--json=short").output)
    assert [(one["id"], one["type"], one["name"], one["uid"], one["user"], one["state"]) for one in ours] == \
        [(session, mine["Type"], "Agreed", user1.uid, "user1", "running")]


def test_units(root, user1, session):
    mine = user1.get_all(session)
    scope = systemd(root, mine["Unit"], "Description", "Slice", "ActiveState", "ControlGroup")
    words = {"terminal": "Terminal Agreed", "notebook": "Notebook Agreed (python3)"}
    assert (scope["Description"], scope["Slice"], scope["ActiveState"]) == \
        (words[mine["Type"]], mine["Slice"], "active")
    keeper = systemd(root, mine["KeeperUnit"], "User", "Slice", "ActiveState", "Description")
    assert (keeper["User"], keeper["Slice"], keeper["ActiveState"]) == (str(user1.uid), mine["Slice"], "active")
    assert session in keeper["Description"]
    assert mine["Slice"] == f"compute-{user1.uid}.slice"
    assert scope["ControlGroup"] == f"/compute.slice/{mine['Slice']}/{mine['Unit']}"


def test_processes(root, user1, session):
    mine = user1.get_all(session)
    group = systemd(root, mine["Unit"], "ControlGroup")["ControlGroup"]
    pids = set(map(int, root.shell(f"cat /sys/fs/cgroup/systemd{group}/cgroup.procs 2>/dev/null || "
                                   f"cat /sys/fs/cgroup{group}/cgroup.procs").split()))
    assert mine["Leader"] in pids
    assert len(pids) == {"terminal": 3, "notebook": 1}[mine["Type"]]

    tree = root.run("systemd-cgls", "--no-pager", "--full", "/compute.slice").output
    branch = tree.split(mine["Unit"])[1].split("compute-keeper")[0]
    assert {int(one) for one in re.findall(r"[├└]─(\d+) ", branch)} == pids
    status = root.run("systemctl", "status", "--no-pager", "--full", mine["Unit"]).output
    assert {int(one) for one in re.findall(r"[├└]─(\d+) ", status)} == pids
    own = root.run("computectl", "status", "--no-pager", "--full", session).output
    assert {int(one) for one in re.findall(r"[├└]─\s*(\d+) ", own)} == pids
    for pid in pids:
        assert user1.call("GetSessionByPID", "u", pid) == path_of(session)


def test_usage(root, user1, session):
    """The figures are of moments that are close together, so they are near each other, not equal."""
    def figures():
        scope = systemd(root, f"compute-{session}.scope", "MemoryCurrent", "TasksCurrent", "CPUUsageNSec")
        return scope, user1.call("GetUsage", "as", [session])[0], json.loads(root.run("computectl", "-j").output)[0]

    # A program that starts takes memory and CPU time and makes threads, and a sample may be a second old.
    def agree():
        scope, (_, memory, cpu, tasks, _, _, _), listed = figures()
        return (tasks == int(scope["TasksCurrent"]) == listed["tasks"]
                and memory == pytest.approx(int(scope["MemoryCurrent"]), rel=0.5)
                and memory == pytest.approx(listed["memory"], rel=0.5)
                and cpu == pytest.approx(int(scope["CPUUsageNSec"]), rel=0.5))

    machine.wait_until(agree, "all say the same")
    sampled = figures()[1][6]
    now = int(root.shell("date +%s%6N"))
    assert now - 10_000_000 < sampled <= now
    assert abs(user1.get(session, "CreatedTimestamp") - now) < 60_000_000


def test_end(root, user1, session):
    mine = user1.get_all(session)
    mark = root.mark()
    user1.stop(session)
    assert root.wait_removed(mark, session) == "stopped"
    assert root.try_run("systemctl", "is-active", mine["Unit"], mine["KeeperUnit"]).output == "inactive\ninactive\n"
    assert mine["Unit"] not in root.run("systemd-cgls", "--no-pager", "/compute.slice").output
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["RESULT"] == "stopped"
    assert "stopped" in root.run("computectl", "history", session).output
    assert root.run("computectl").output == "No sessions.\n"


def test_payload_alone_is_in_the_scope(root, user1, session):
    keeper = root.shell(f"systemctl show --value -p MainPID compute-keeper-{session}.service").strip()
    assert f"compute-{session}.scope" not in root.shell(f"cat /proc/{keeper}/cgroup")

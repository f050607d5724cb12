# SPDX-License-Identifier: LGPL-2.1-or-later
"""Processes that leave the scope of their session: seen, not claimed, not ended behind anybody's back."""

import re

import journal
import machine
import pytest
from bus import ERROR, BusError
from test_limits import limits


def outside(user, session):
    return sorted((command, unit) for _, command, unit in user.call_session(session, "GetOutsideProcesses"))


def wait_for(user, session, *commands):
    """Until these and no others are outside; returns the units that they are in."""
    machine.wait_until(lambda: [command for command, _ in outside(user, session)] == sorted(commands),
                       f"{commands} outside, of {outside(user, session)}")
    return {unit for _, unit in outside(user, session)}


def is_alive(root, pid):
    return root.try_run("test", "-e", f"/proc/{pid}").status == 0


def running(root, command):
    return root.shell(f"pgrep -x -f '{command}' || :").split()


@pytest.fixture
def killed(root):
    """What a test leaves outside on purpose ends with it."""
    yield
    root.shell("pkill -KILL -f 'sleep 4[8]15' || :")


@pytest.mark.usefixtures("killed")
@pytest.mark.parametrize("command", [
    ["su", "-", "user2", "-c", "sleep 4815; true"],
    ["su", "user2", "-c", "sleep 4815; true"],
    ["runuser", "-l", "user2", "-c", "sleep 4815; true"],
], ids=["su -", "su", "runuser -l"])
def test_leader_that_left_is_not_limited_and_is_stopped(root, command):
    session = root.start_terminal(*command)
    units = wait_for(root, session, command[0], "bash", "sleep")
    assert len(units) == 1 and re.fullmatch(r"session-\w+\.scope", *units)
    assert root.get(session, "State") == "running"
    with pytest.raises(BusError) as caught:
        root.call_session(session, "SetLimits", "a{sv}", limits(MemoryMax=100 << 20))
    assert caught.value.name == ERROR + "LimitNotTaken" and units.pop() in caught.value.message
    assert root.get(session, "MemoryMax") == 2**64 - 1
    leader = root.get(session, "Leader")
    root.stop(session)
    assert not is_alive(root, leader)
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["RESULT"] == "stopped"


@pytest.mark.usefixtures("killed")
def test_killed_manager_knows_the_leader_that_left(root):
    session = root.start_terminal("su", "-", "user2", "-c", "sleep 4815; true")
    wait_for(root, session, "su", "bash", "sleep")
    machine.kill_services(root, "compute-sessiond.service")
    wait_for(root, session, "su", "bash", "sleep")
    root.shell("pkill -x -f 'sleep 4815'")
    machine.wait_until(lambda: session not in root.ids(), "the end of the leader ends the session")
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["RESULT"] == "success"


@pytest.mark.usefixtures("killed")
def test_scope_of_systemd_run_is_told_and_left_alone(root, user1):
    session = user1.start_terminal("sh", "-c", "setsid systemd-run --user --scope --quiet sleep 4815 & sleep inf")
    assert len(wait_for(user1, session, "sleep")) == 1
    done = user1.run("computectl", "status", session)
    assert re.search(r"Outside: 1 process in user@\d+\.service: sleep \(\d+\) \(not counted, not limited\)", done.output)
    done = user1.run("computectl", "limit", session, "TasksMax=90")
    assert "do not hold for what has left its scope: 1 process in user@" in done.errors
    done = user1.run("computectl", "stop", session)
    left = re.search(r"had left the scope of \w+ was left alone: 1 process in \S+: sleep \((\d+)\)", done.errors)
    assert left and is_alive(root, left[1])
    assert f"sleep ({left[1]}) in user@" in journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["OUTSIDE"]


def test_nothing_is_outside_of_most(user1):
    session = user1.start_and_expect("setsid sleep 4815 & echo rea''dy; sleep inf", "ready")[0]
    assert outside(user1, session) == []
    assert "Outside" not in user1.run("computectl", "status", session).output
    assert "left" not in user1.run("computectl", "stop", session).errors


@pytest.fixture
def kept_inside(root):
    """As docs/outside.md tells administrators."""
    said = (machine.FOLDER.parents[1] / "docs/outside.md").read_text()
    line = re.search(r"^    (session .* pam_exec\.so .*)$", said, re.MULTILINE)[1]
    root.shell("cp -a /etc/pam.d/common-session /root/")
    root.run("sed", "-i", rf"/pam_systemd\.so/i {line}", "/etc/pam.d/common-session")
    yield
    root.shell("cp -a /root/common-session /etc/pam.d/")


@pytest.mark.usefixtures("killed", "kept_inside")
@pytest.mark.parametrize("command", [["su", "-", "user2", "-c"], ["sudo", "-i", "-u", "user2", "sh", "-c"]], ids=["su", "sudo"])
def test_administrator_can_keep_them_inside(root, command):
    session = root.start_terminal(*command, "sleep 4815; true")
    pid = machine.wait_until(lambda: running(root, "sleep 4815"), "it runs")[0]
    assert f"compute-{session}.scope" in root.run("cat", f"/proc/{pid}/cgroup").output
    assert outside(root, session) == []
    root.stop(session)
    assert not running(root, "sleep 4815")


@pytest.mark.usefixtures("killed")
def test_others_do_not_learn_what_is_outside(root, user2):
    session = root.start_terminal("su", "-", "user2", "-c", "sleep 4815; true")
    wait_for(root, session, "su", "bash", "sleep")
    with pytest.raises(BusError) as caught:
        user2.call_session(session, "GetOutsideProcesses")
    assert caught.value.name.endswith(("AccessDenied", "InteractiveAuthorizationRequired"))


@pytest.fixture
def sudo(root):
    """user1 may become root, and the command takes the place of sudo: with PAM's sessions sudo waits for it,
    and as it keeps the real uid of its user, it may be signalled and hands on what it gets."""
    def write(text):
        root.run("sh", "-euc", "cat > /etc/sudoers.d/test; chmod 440 /etc/sudoers.d/test", text=text)
    write("Defaults !use_pty, !pam_session, !pam_setcred\nuser1 ALL=(ALL) NOPASSWD: ALL\n")
    yield write
    root.shell("rm /etc/sudoers.d/test")


@pytest.mark.usefixtures("killed")
def test_sudo_that_left_is_ended_by_stop(root, user1, sudo):
    sudo("user1 ALL=(ALL) NOPASSWD: ALL\n")
    session = user1.start_terminal("sudo", "-i", "sleep", "4815")
    machine.wait_until(lambda: "sleep" in dict(outside(user1, session)), "sudo -i has left")
    user1.stop(session)
    machine.wait_until(lambda: not running(root, "sudo -i sleep 4815"), "sudo has ended")


@pytest.mark.usefixtures("killed", "sudo")
def test_leader_of_another_user_is_not_signalled(root, user1):
    session = user1.start_terminal("sudo", "sleep", "4815")
    machine.wait_until(lambda: running(root, "sleep 4815"), "sudo has started it")
    with pytest.raises(BusError) as caught:
        user1.call_session(session, "Kill", "si", "leader", 9)
    assert caught.value.name == "org.freedesktop.DBus.Error.AccessDenied" and "another user" in caught.value.message
    user1.stop(session)
    assert not running(root, "sleep 4815")


@pytest.mark.usefixtures("killed", "sudo")
def test_signals_obey_the_rule_of_kill(root, user1):
    """What runs as root by now gets none for its user; all get those of root."""
    session = user1.start_terminal("sh", "-c", "trap : USR1; sudo sleep 4815 & sleep 4816; sleep inf")
    machine.wait_until(lambda: running(root, "sleep 4815") and running(root, "sleep 4816"), "both run")
    user1.call_session(session, "Kill", "si", "all", 10)
    machine.wait_until(lambda: not running(root, "sleep 4816"), "the user's own has got the signal")
    assert running(root, "sleep 4815")
    root.call_session(session, "Kill", "si", "all", 9)
    machine.wait_until(lambda: not running(root, "sleep 4815"), "root's signal has killed it")

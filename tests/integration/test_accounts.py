# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who PAM does not let have sessions is told why, and nothing is left of the attempt. What users share by
default."""

import pytest
from bus import ERROR, BusError
from test_limits import limits, of_systemd


def refused(user):
    with pytest.raises(BusError) as caught:
        user.start_terminal("sleep", "inf")
    return caught.value.name.removeprefix(ERROR), caught.value.message


@pytest.fixture
def restored(root):
    """Accounts of the machine are as before at the end."""
    root.shell("cp -a /etc/passwd /etc/shadow /root/")
    yield
    root.shell("cp -a /root/passwd /root/shadow /etc/; rm -f /etc/nologin /run/nologin")


@pytest.mark.parametrize(("command", "says"), [
    (["chage", "--expiredate=1", "user2"], "account has expired"),
    (["chage", "--lastday=0", "user2"], "password has to be changed"),
    (["chage", "--lastday=2020-01-01", "--maxdays=30", "user2"], "password has expired"),
    (["sh", "-c", "echo Maintenance until noon > /etc/nologin"], "Maintenance until noon"),
    (["usermod", "--shell=/usr/sbin/nologin", "user2"], "/usr/sbin/nologin, is not one of /etc/shells"),
], ids=["account", "password", "old password", "nologin", "shell"])
@pytest.mark.usefixtures("restored")
def test_who_is_refused_is_told_why(root, user2, command, says):
    root.run(*command)
    name, message = refused(user2)
    assert name == "AccountRefused" and says in message
    assert not root.ids()


@pytest.mark.usefixtures("restored")
def test_who_is_let_in_again_has_sessions(root, user2):
    root.shell("echo > /etc/nologin")
    assert refused(user2)[0] == "AccountRefused"
    root.run("rm", "/etc/nologin")
    assert user2.start_terminal("sleep", "inf") in root.ids()


@pytest.mark.parametrize("name", ["t1", "n12", "host:work"])
def test_no_name_is_taken_for_something_else(user1, name):
    with pytest.raises(BusError) as caught:
        user1.start_terminal("sleep", "inf", Name=name)
    assert caught.value.name == ERROR + "InvalidArgument" and "not like an id" in caught.value.message
    session = user1.start_terminal("sleep", "inf")
    assert user1.try_run("computectl", "rename", session, name).status == 1
    assert user1.get(session, "Name") == "sleep"


def test_users_share_by_default(root, user1):
    """Without a weight systemd leaves the cpu controller off, and who has more processes gets more."""
    session = user1.start_terminal("sleep", "inf")
    assert of_systemd(user1, session, "CPUWeight") == {"CPUWeight": "100"}
    keeper = root.run("systemctl", "show", "--property=CPUWeight", f"compute-keeper-{session}.service").output
    assert keeper == "CPUWeight=1000\n"
    properties = ["systemctl", "show", "--property=CPUWeight,TasksMax"]
    slice_ = dict(line.split("=") for line in root.run(*properties, f"compute-{user1.uid}.slice").output.splitlines())
    login = dict(line.split("=") for line in root.run(*properties, f"user-{user1.uid}.slice").output.splitlines())
    assert slice_ == {"CPUWeight": "100", "TasksMax": login["TasksMax"]}


@pytest.mark.v2
@pytest.mark.feature("CPUWeight")
def test_the_controller_is_on_below_the_slice(root, user1):
    session = user1.start_terminal("sleep", "inf", **limits(CPUWeight=7))
    assert of_systemd(user1, session, "CPUWeight") == {"CPUWeight": "7"}
    for unit in "compute.slice", f"compute-{user1.uid}.slice":
        path = root.run("systemctl", "show", "--value", "--property=ControlGroup", unit).output.strip()
        assert "cpu" in root.run("cat", f"/sys/fs/cgroup{path}/cgroup.subtree_control").output.split()
    assert session in root.ids()

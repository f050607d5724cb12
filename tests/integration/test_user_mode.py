# SPDX-License-Identifier: LGPL-2.1-or-later
"""A user's own service, below the user's own systemd, with nothing of root's in it."""

import json
import re

import journal
import machine
import pytest
from bus import UNKNOWN, User

from test_interface import hears_of_starts_and_ends

EXAMPLES = machine.FOLDER.parents[1] / "examples"
CLIENT = str(machine.FOLDER / "kernel_client.py")


@pytest.fixture
def alone(root, user1):
    """The system's service is down meanwhile, and stays so."""
    root.shell("systemctl stop compute-sessiond; systemctl mask --runtime --quiet compute-sessiond")
    yield
    for session in json.loads(user1.run("computectl", "--user", "--json=short").output):
        user1.try_run("computectl", "--user", "stop", session["id"])
    user1.shell("systemctl --user stop compute-sessiond.service")
    left = user1.shell("systemctl --user list-units --all --plain --no-legend 'compute-*.scope' 'compute-keeper-*'")
    root.shell("systemctl unmask --runtime --quiet compute-sessiond")
    assert left == ""


@pytest.fixture
def own(alone):  # pylint: disable=unused-argument
    """user1 on the session bus."""
    user = User("user1", bus="session")
    yield user
    user.end()


def test_bus_activates_the_manager_in_the_users_systemd(root, own):
    own.shell("systemctl --user stop compute-sessiond.service")
    assert own.call("ListSessions") == []
    pid = own.shell("systemctl --user show --value -p MainPID compute-sessiond.service").strip()
    assert root.shell(f"stat -c %U /proc/{pid}") == "user1\n"
    assert f"user@{own.uid}.service" in root.shell(f"cat /proc/{pid}/cgroup")


@pytest.mark.feature("User mode, without root")
def test_terminal(root, own):
    session = own.start_terminal("sh", "-c", "read a; echo got $a; exec sleep inf", Name="Own")
    stream = own.attach(session)
    stream.send("input\n")
    stream.expect("got input")
    said = own.get_all(session)
    assert (said["User"], said["Unit"]) == (own.uid, f"compute-{session}.scope")
    assert f"user@{own.uid}.service/compute.slice" in root.shell(f"cat /proc/{said['Leader']}/cgroup")
    assert root.shell("ps -eo user:20=,args= | grep '[c]ompute-session' | grep ^root | grep -v agent.py || :") == ""


def test_what_left_the_scope_is_found(own):
    """By what is in its environment, as the sessions of a user's manager share one audit session."""
    session = own.start_terminal("sh", "-c", "setsid systemd-run --user --scope --quiet sleep 4815 & sleep inf")
    machine.wait_until(lambda: [command for _, command, _ in own.call_session(session, "GetOutsideProcesses")] == ["sleep"],
                       "sleep has left")
    assert own.call_session(own.start_terminal("sleep", "inf"), "GetOutsideProcesses") == []
    left = own.run("computectl", "--user", "stop", session).errors
    assert re.search(r"was left alone: 1 process in .*: sleep \(\d+\)\.", left), left
    own.shell("pkill -f 'sleep 4[8]15'")


def test_list_and_status(own):
    session = own.start_terminal("sleep", "inf", Name="Own")
    listed = json.loads(own.run("computectl", "--user", "--json=short").output)
    assert [(one["id"], one["name"], one["uid"]) for one in listed] == [(session, "Own", own.uid)]
    assert "0 notebooks, 1 terminal" in own.run("computectl", "--user").output
    assert "Own" in own.run("computectl", "--user", "status", session).output
    assert own.run("computectl", "--user", "show", "--value", "-p", "Id", session).output == f"{session}\n"


def test_notebook(own):
    session, started = own.start_notebook(f"{own.home}/own.ipynb")
    assert started
    path = own.get(session, "ConnectionFile")
    run = ("/usr/bin/python3", CLIENT, path)
    assert json.loads(own.run(*run, "kept = 6 * 7").output) == [""]
    assert own.start_notebook(f"{own.home}/own.ipynb") == (session, False)
    assert json.loads(own.run(*run, "kept").output) == ["42"]


def test_outputs_outlive_the_session(own):
    session, _ = own.start_notebook(f"{own.home}/own.ipynb")
    own.run("/usr/bin/python3", CLIENT, own.get(session, "ConnectionFile"), "print('kept')")
    own.stop(session)
    assert "kept" in own.run("computectl", "--user", "output", session).output


def test_usage_is_known_or_unknown_but_not_wrong(own):
    session = own.start_terminal("sleep", "inf")
    for name in ("MemoryCurrent", "CPUUsageNSec", "TasksCurrent"):
        value = own.get(session, name)
        assert value == UNKNOWN or value > 0, name


@pytest.mark.parametrize("how", ["stop", "scope", "kill", "exit"])
def test_endings(own, how):
    session = own.start_terminal("sh", "-c", "read a; exit 3")
    stream = own.attach(session)
    mark = own.mark()
    expected = {"stop": "stopped", "scope": "unit-stopped", "kill": "signal", "exit": "exit-code"}[how]
    if how == "stop":
        own.run("computectl", "--user", "stop", session)
    elif how == "scope":
        own.run("systemctl", "--user", "stop", f"compute-{session}.scope")
    elif how == "kill":
        own.run("kill", "-KILL", str(own.get(session, "Leader")))
    else:
        stream.send("\n")
    assert own.wait_removed(mark, session) == expected


def test_run(own):
    pid = own.spawn("computectl", "--user", "run", "--type=terminal", "--name=Run", "--", "sleep", "inf")
    session = machine.wait_until(own.ids, "the process is a session")[0]
    assert own.get(session, "Leader") == pid
    own.stop(session)
    assert own.wait(pid).status == -15


def test_survives_kills(own):
    session = own.start_terminal("bash")
    stream = own.attach(session)
    stream.send("kept=precious; echo rea''dy\n")
    stream.expect("ready")
    stream.close()
    machine.kill_services(own, "compute-sessiond.service", f"compute-keeper-{session}.service",
                          systemctl=("systemctl", "--user"))
    assert own.ids() == [session]
    stream = own.attach(session)
    stream.send("echo \"<$kept>\"\n")
    stream.expect("<precious>")


# The manager holds a reference to the scope when the bus dies, and dies later; $2 is done in between. (At
# once would be too much for systemd: it may connect to the bus that is gone, and wait for its answer for 90
# s.)
KILL_BUS = """
main_pid() { systemctl --user show --value --property=MainPID "$1"; }
scope=compute-$1.scope
leader=$(computectl --user show --value --property=Leader "$1")
manager=$(main_pid compute-sessiond.service) bus=$(main_pid dbus.service)
systemd=$(ps -o ppid= -p "$bus")
kill -STOP "$manager"
kill -KILL "$leader"
until [ "$(systemctl --user show --value --property=ActiveState "$scope")" = inactive ]; do sleep 0.05; done
[ -n "$(systemctl --user show --value --property=Refs "$scope")" ]
kill -STOP $systemd
kill -KILL "$bus"
until grep -q "^State:.Z" "/proc/$bus/status"; do sleep 0.05; done
kill -CONT $systemd
while [ "$(main_pid dbus.service)" = "$bus" ]; do sleep 0.05; done
eval "$2"
kill -KILL "$manager"
"""
FORGET = 'pkill -KILL -f "compute-session-keeper $1"; rm "$XDG_RUNTIME_DIR/compute-sessions/sessions/$1"'


@pytest.mark.parametrize("meanwhile", [":", FORGET], ids=["on-record", "forgotten"])
@pytest.mark.usefixtures("alone")
def test_no_unit_is_left_when_the_bus_is_killed(root, user1, meanwhile):
    """systemd, if it hears of the end of dbus-daemon before that of its connection, forgets who referred to
    a unit, and does not look whether it can go now."""
    session = user1.run("computectl", "--user", "terminal", "-d", "--", "sleep", "inf").output.strip()
    user1.shell(KILL_BUS, session, meanwhile)
    machine.wait_until(lambda: user1.try_run("computectl", "--user", "list").output == "No sessions.\n", "it has ended")
    machine.wait_until(lambda: user1.shell(f"systemctl --user list-units --all --plain --no-legend '*{session}.*'") == "",
                       "its units are gone")
    if meanwhile == ":":
        assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session, _UID=user1.uid)["RESULT"] == "signal"


def test_own_configuration(own):
    folder = f"{own.home}/.config/compute-sessions/sessiond.conf.d"
    own.shell(f"mkdir -p {folder}; printf '[Sessions]\\nRecommendedSessions=2\\n' > {folder}/x.conf; "
              "systemctl --user restart compute-sessiond.service")
    assert own.get_manager("RecommendedSessions") == 2
    own.shell(f"rm -r {folder}; systemctl --user restart compute-sessiond.service")


def test_journal(root, own):
    """Entries are the user's; here root reads them, as a volatile journal has no files of users."""
    session = own.start_terminal("sleep", "inf", Name="In the journal")
    own.stop(session)
    entry = journal.wait_entry(root, "SESSION_END", SESSION_ID=session, _UID=own.uid,
                               _SYSTEMD_USER_UNIT="compute-sessiond.service", SESSION_NAME="In the journal")
    assert entry["RESULT"] == "stopped"


def test_daemons_are_gone_after_stop(own):
    path = own.shell("mktemp").strip()
    session = own.start_terminal(
        "sh", "-c", f"setsid sh -c 'trap \"\" HUP; echo $$ > {path}; exec sleep inf' & exec sleep inf")
    pid = machine.wait_until(lambda: own.shell(f"cat {path}").strip(), "the daemon runs")
    own.stop(session)
    assert own.try_run("test", "-e", f"/proc/{pid}").status == 1


def test_generic_clients_hear_of_starts_and_ends(own):
    hears_of_starts_and_ends(own, "SESSION")


@pytest.mark.parametrize("example", ["python/list.py", "shell/list.sh"])
def test_examples_list_its_sessions(own, example):
    session = own.start_terminal("sleep", "inf", Name="Own")
    assert own.run(str(EXAMPLES / example), "--user").output.startswith(f"{session} terminal ")


def test_an_ordinary_user_follows_in_shell(own):
    follower = own.on_terminal(str(EXAMPLES / "shell/follow.sh"), "--user")
    follower.expect("Monitoring")
    session = own.start_terminal("sleep", "inf")
    follower.expect(rf'\["SessionNew",.*"{session}"')
    follower.close()


@pytest.mark.parametrize("example", ["python/start-and-attach.py", "shell/start-and-attach.sh"])
def test_examples_start_and_attach(own, example):
    terminal = own.on_terminal(str(EXAMPLES / example), "--user", "sh", "-c", "read line; echo got $line")
    terminal.send("it\n")
    terminal.expect("got it\r\n.* ended")
    terminal.exit_status()
    terminal.close()

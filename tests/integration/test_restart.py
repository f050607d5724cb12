# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kernels that are started again in their session: on request, after a crash, and whatever is killed
meanwhile."""

import json

import journal
import machine
import pytest
from bus import ERROR, INTERACT, BusError, options, typed
from kernels import write_kernelspec

CLIENT = str(machine.FOLDER / "kernel_client.py")
KILLER = str(machine.FOLDER / "kill_in_phase.py")
RECORDS = "/run/compute-sessions/sessions"
WORKERS = "import subprocess; print(subprocess.Popen(['setsid', 'sleep', '4343']).pid)"


def execute(user, session, *pieces):
    return user.execute(user.get(session, "ConnectionFile"), *pieces)


def crash(user, session, code):
    """Executes what ends the kernel; its client gets no answer."""
    user.spawn("timeout", "120", "/usr/bin/python3", CLIENT, user.get(session, "ConnectionFile"), code)


@pytest.fixture
def notebook(user1):
    folder = user1.shell("mktemp -d").strip()
    yield f"{folder}/a.ipynb"
    user1.shell(f"rm -rf {folder}")


def restart(user, session):
    user.call_session(session, "Restart")


def test_restart_keeps_all_but_the_kernel(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    before = user1.get_all(session)
    scope = before["Unit"]
    worker = execute(user1, session, "kept = 1", WORKERS)[1]
    root.run("systemctl", "set-property", "--runtime", scope, "MemoryMax=987654144", "TasksMax=321")
    mark = user1.mark()
    restart(user1, session)
    after = user1.get_all(session)
    assert (after["Restarts"], after["State"], after["Result"]) == (1, "running", "")
    assert after["Leader"] not in (0, before["Leader"])
    for name in ("Id", "Unit", "KeeperUnit", "ConnectionFile", "Notebook", "KernelName", "CreatedTimestamp", "Command"):
        assert after[name] == before[name]
    limits = root.run("systemctl", "show", "--property=MemoryMax,TasksMax", scope).output.split()
    assert sorted(limits) == ["MemoryMax=987654144", "TasksMax=321"]
    assert f"/{scope}\n" in user1.shell(f"cat /proc/{after['Leader']}/cgroup")
    assert user1.try_run("kill", "-0", worker).status != 0, "what the old kernel had started is gone"
    assert execute(user1, session, "'kept' in globals()") == ["False"]
    told = [one for one in user1.signals(mark) if one["path"].endswith(f"/{session}")]
    states = [one["arguments"][1]["State"] for one in told
              if one["member"] == "PropertiesChanged" and "State" in one["arguments"][1]]
    assert states == ["restarting", "running"]
    assert not [one for one in user1.signals(mark) if one["member"] in ("SessionRemoved", "SessionNew")]
    assert journal.wait_entry(root, "RESTART_REQUESTED", SESSION_ID=session)["ACTOR_UID"] == str(user1.uid)
    assert journal.wait_entry(root, "KERNEL_RESTARTED", SESSION_ID=session)["RESTARTS"] == "1"


def test_client_that_is_connected_goes_on(user1, notebook):
    session, _ = user1.start_notebook(notebook)
    code = ("import subprocess, sys; from kernel_client import wait_for_ready; "
            "from jupyter_client import BlockingKernelClient as C; c = C(connection_file=sys.argv[1]); "
            "c.load_connection_file(); c.start_channels(); wait_for_ready(c); "
            "subprocess.run(['busctl', 'call', 'org.computesession1', sys.argv[2], 'org.computesession1.Session', 'Restart'], "
            "check=True); wait_for_ready(c); print(c.execute('1', reply=True, timeout=60)['content']['status'])")
    said = user1.run("env", f"PYTHONPATH={machine.FOLDER}", "/usr/bin/python3", "-c", code,
                     user1.get(session, "ConnectionFile"), f"/org/computesession1/session/{session}", timeout=180)
    assert said.output.split() == ["ok"]


def test_restarts_at_once_are_one(user1, notebook):
    session, _ = user1.start_notebook(notebook)
    calls = [user1.spawn("computectl", "restart", session) for _ in range(3)]
    assert [user1.wait(call, timeout=60).status for call in calls] == [0, 0, 0]
    assert user1.get(session, "Restarts") == 1


def test_kernel_that_does_not_shut_down_is_restarted_all_the_same(configure, user1, notebook):
    configure("[Sessions]\nStopTimeoutSec=1s\n[Notebook]\nKernelShutdownTimeoutSec=1s\n")
    session, _ = user1.start_notebook(notebook)
    leader = user1.get(session, "Leader")
    user1.run("kill", "-STOP", str(leader))
    restart(user1, session)
    assert user1.get(session, "Leader") not in (0, leader)
    assert execute(user1, session, "6 * 7") == ["42"]


def test_stop_during_a_restart(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    leader = user1.get(session, "Leader")
    user1.run("kill", "-STOP", str(leader))  # so that the restart takes its time
    mark = root.mark()
    call = user1.spawn("computectl", "restart", session)
    machine.wait_until(
        lambda: user1.get(session, "State") == "restarting", "the restart has begun")
    user1.stop(session)
    assert root.wait_removed(mark, session) == "stopped"
    assert user1.wait(call).status != 0


def test_limits_set_during_a_restart_are_those_of_the_new_kernel(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    user1.run("kill", "-STOP", str(user1.get(session, "Leader")))  # so that the restart takes its time
    call = user1.spawn("computectl", "restart", session)
    machine.wait_until(lambda: user1.get(session, "State") == "restarting", "the restart has begun")
    user1.call_session(session, "SetLimits", "a{sv}", options(TasksMax=typed("t", 77)))
    assert (user1.get(session, "State"), user1.get(session, "Restarts")) == ("running", 1)
    assert user1.get(session, "TasksMax") == 77
    assert root.run("systemctl", "show", "--value", "-p", "TasksMax", user1.get(session, "Unit")).output == "77\n"
    assert user1.wait(call).status == 0


def test_limits_set_during_a_restart_that_is_stopped_are_refused(user1, notebook):
    session, _ = user1.start_notebook(notebook)
    user1.run("kill", "-STOP", str(user1.get(session, "Leader")))
    user1.spawn("computectl", "restart", session)
    machine.wait_until(lambda: user1.get(session, "State") == "restarting", "the restart has begun")
    call = user1.spawn("computectl", "limit", session, "TasksMax=77")
    again = user1.spawn("computectl", "limit", session, "TasksMax=78")
    user1.stop(session)
    assert [user1.wait(one).status for one in (call, again)] == [1, 1]


def test_open_during_a_restart_is_answered_when_the_kernel_runs(user1, notebook):
    session, _ = user1.start_notebook(notebook)
    call = user1.spawn("computectl", "restart", session)
    machine.wait_until(lambda: user1.get(session, "State") == "restarting", "the restart has begun")
    assert user1.start_notebook(notebook) == (session, False)
    assert (user1.get(session, "State"), user1.get(session, "Restarts")) == ("running", 1)
    assert user1.wait(call).status == 0


def test_who_cannot_be_restarted(user1, user2, notebook):
    terminal = user1.start_terminal("cat")
    with pytest.raises(BusError) as error:
        restart(user1, terminal)
    assert error.value.name == ERROR + "NotSupported"
    user1.spawn("computectl", "run", "--type=notebook", "--name=Mine", "--", "sleep", "inf")
    registered = machine.wait_until(lambda: [one for one in user1.ids() if one[0] == "n"], "registered")[0]
    with pytest.raises(BusError) as error:
        restart(user1, registered)
    assert error.value.name == ERROR + "NotSupported"
    session, _ = user1.start_notebook(notebook)
    with pytest.raises(BusError) as error:
        restart(user2, session)
    assert error.value.name == INTERACT
    assert user1.get(session, "Restarts") == 0


@pytest.mark.parametrize("phase", ["restarting", "clearing", "reforking", "rescoping", "reviving"])
def test_manager_killed_during_a_restart(root, user1, notebook, phase):
    session, _ = user1.start_notebook(notebook)
    leader = user1.get(session, "Leader")
    execute(user1, session, "kept = 1")
    if phase == "restarting":  # a kernel that hears it may be gone too soon to be seen
        user1.run("kill", "-STOP", str(leader))
    killer = root.spawn("/usr/bin/python3", KILLER, session, phase)
    call = user1.spawn("computectl", "restart", session)
    killed = root.wait(killer, timeout=60).status == 0
    user1.wait(call, timeout=60)
    machine.wait_until(lambda: user1.get(session, "State") == "running", "the kernel runs again", timeout=60)
    assert killed or phase in ("clearing", "reforking", "rescoping"), "these may be over in no time"
    assert user1.get(session, "Restarts") == 1
    assert user1.get(session, "Leader") not in (0, leader)
    assert execute(user1, session, "'kept' in globals()") == ["False"]


def test_manager_killed_while_the_new_kernel_is_awaited(root, user1, notebook):
    """The next manager must not take a kernel that runs for one that answers."""
    hold = notebook + ".hold"
    folder = write_kernelspec(user1, "awaited", [
        "sh", "-c", '[ ! -e "$1" ] || cat "$1"; exec python3 -m ipykernel_launcher -f "$2"', "sh", hold,
        "{connection_file}"])
    session, _ = user1.start_notebook(notebook, "awaited")
    user1.run("mkfifo", hold)
    killer = root.spawn("/usr/bin/python3", KILLER, session, "reviving")
    call = user1.spawn("computectl", "restart", session)
    assert root.wait(killer, timeout=60).status == 0
    user1.wait(call, timeout=60)
    machine.wait_until(lambda: user1.get(session, "KernelState") == "starting", "the keeper was heard")
    assert user1.get(session, "State") == "restarting"
    user1.run("sh", "-c", 'echo > "$1"; rm -r "$1" "$2"', "sh", hold, folder)
    machine.wait_until(lambda: user1.get(session, "State") == "running", "the kernel runs again", timeout=60)
    assert user1.get(session, "Restarts") == 1
    assert execute(user1, session, "6 * 7") == ["42"]


def test_manager_killed_during_a_graceful_stop(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    user1.run("kill", "-STOP", str(user1.get(session, "Leader")))
    killer = root.spawn("/usr/bin/python3", KILLER, session, "parting")
    mark = root.mark()
    user1.spawn("computectl", "stop", session)
    assert root.wait(killer, timeout=60).status == 0
    assert root.wait_removed(mark, session) == "stopped"


def test_keeper_killed_during_a_restart(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    leader = user1.get(session, "Leader")
    user1.run("kill", "-STOP", str(leader))
    call = user1.spawn("computectl", "restart", session)
    machine.wait_until(lambda: user1.get(session, "State") == "restarting", "the restart has begun")
    root.run("systemctl", "kill", "--signal=KILL", f"compute-keeper-{session}.service")
    assert user1.wait(call, timeout=60).status == 0
    assert user1.get(session, "Leader") not in (0, leader)
    assert execute(user1, session, "6 * 7") == ["42"]


@pytest.mark.parametrize("phase", ["rescoping", "reviving"])
@pytest.mark.parametrize("whom", ["keeper", "both"])
def test_keeper_killed_before_the_new_kernel_runs(root, user1, notebook, phase, whom):
    """The payload at the gate dies with it, and is forked anew by the next one."""
    session, _ = user1.start_notebook(notebook)
    killer = root.spawn("/usr/bin/python3", KILLER, session, phase, whom)
    call = user1.spawn("computectl", "restart", session)
    killed = root.wait(killer, timeout=60).status == 0
    status = user1.wait(call, timeout=60).status
    assert killed or phase == "rescoping", "this may be over in no time"
    assert status == 0 or whom == "both"
    machine.wait_until(lambda: user1.get(session, "State") == "running", "the kernel runs again", timeout=60)
    assert user1.get(session, "Restarts") == 1
    assert execute(user1, session, "6 * 7") == ["42"]


def test_next_manager_finds_no_keeper_in_a_restart(root, user1, notebook):
    """It is there and cannot be reached: a user's process can give up what it listens on. The session ends,
    once."""
    session, _ = user1.start_notebook(notebook)
    keeper = user1.get(session, "KeeperUnit")
    leader = str(user1.get(session, "Leader"))
    user1.run("kill", "-STOP", leader)
    user1.spawn("computectl", "restart", session)
    machine.wait_until(lambda: user1.get(session, "State") == "restarting", "the restart has begun")
    root.run("systemctl", "kill", "--signal=STOP", keeper)
    user1.run("kill", "-KILL", leader)
    record = f"{RECORDS}/{session}"
    machine.wait_until(lambda: "PHASE=reforking\n" in root.run("cat", record).output, "the old kernel is gone")
    root.run("rm", f"/run/compute-sessions/keepers/{session}")
    machine.kill_services(root, "compute-sessiond.service")
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["RESULT"] == "restart-failed"
    assert root.ids() == []
    assert root.try_run("test", "-e", record).status == 1
    assert root.try_run("systemctl", "is-active", keeper).status != 0


def block_record(root, session):
    """Keeps the manager from saving what becomes of the session, as a full directory does."""
    root.run("mkdir", f"{RECORDS}/#{session}")


def unblock_record(root, session):
    root.run("rmdir", f"{RECORDS}/#{session}")


def failed_saves(root, session):
    return root.run("journalctl", "-b", "-o", "cat", "-u", "compute-sessiond").output.count(
        f"Cannot save the record of session {session}:")


def test_kernel_is_not_let_go_before_that_is_on_record(root, user1, notebook):
    """By an older record the next manager would stop it, to start another."""
    session, _ = user1.start_notebook(notebook)
    leader = user1.get(session, "Leader")
    user1.run("kill", "-STOP", str(leader))
    call = user1.spawn("computectl", "restart", session)
    machine.wait_until(lambda: user1.get(session, "State") == "restarting", "the restart has begun")
    block_record(root, session)
    user1.run("kill", "-CONT", str(leader))
    machine.wait_until(lambda: failed_saves(root, session) >= 5, "it comes to the gate")
    assert user1.get(session, "State") == "restarting"
    program = root.run("readlink", f"/proc/{user1.get(session, 'Leader')}/exe").output
    assert program.endswith("/compute-session-keeper\n")
    unblock_record(root, session)
    assert user1.wait(call, timeout=60).status == 0
    assert user1.get(session, "Restarts") == 1
    execute(user1, session, "kept = 1")
    machine.kill_services(root, "compute-sessiond.service")
    machine.wait_until(lambda: user1.get(session, "State") == "running", "it is taken up")
    assert execute(user1, session, "'kept' in globals()") == ["True"]


def test_restart_is_not_answered_by_one_before(root, user1, notebook):
    """An earlier manager saw the kernel run, and could not save that."""
    hold = notebook + ".hold"
    folder = write_kernelspec(user1, "awaited", [
        "sh", "-c", '[ ! -e "$1" ] || cat "$1"; exec python3 -m ipykernel_launcher -f "$2"', "sh", hold,
        "{connection_file}"])
    session, _ = user1.start_notebook(notebook, "awaited")
    keeper = user1.get(session, "KeeperUnit")
    user1.run("mkfifo", hold)
    first = user1.spawn("computectl", "restart", session)
    machine.wait_until(lambda: "PHASE=reviving\n" in root.run("cat", f"{RECORDS}/{session}").output, "it is let go")
    block_record(root, session)
    user1.run("sh", "-c", 'echo > "$1"; rm -r "$1" "$2"', "sh", hold, folder)
    assert user1.wait(first, timeout=60).status == 0
    execute(user1, session, "kept = 1")
    write_kernelspec(user1, "awaited", ["python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"])
    # The next manager is asked before it has heard of the keeper.
    root.run("systemctl", "kill", "--signal=STOP", keeper)
    machine.kill_services(root, "compute-sessiond.service")
    second = user1.spawn("computectl", "restart", session)
    asked = f"MESSAGE_ID={journal.IDS['RESTART_REQUESTED']}", f"SESSION_ID={session}"
    machine.wait_until(lambda: len(journal.entries(root, *asked)) == 2, "it is asked")
    unblock_record(root, session)
    root.run("systemctl", "kill", "--signal=CONT", keeper)
    assert user1.wait(second, timeout=60).status == 0
    assert execute(user1, session, "'kept' in globals()") == ["False"]
    assert user1.get(session, "Restarts") == 2
    user1.run("rm", "-r", folder)


@pytest.mark.feature("Kernels restarted after a crash")
def test_crash_is_survived_if_asked_for(root, user1, notebook):
    session, _ = user1.start_notebook(notebook, RestartOnCrash=True)
    leader = user1.get(session, "Leader")
    assert user1.get(session, "RestartOnCrash") is True
    mark = root.mark()
    crash(user1, session, "import os; os._exit(7)")
    machine.wait_until(lambda: user1.get(session, "Restarts") == 1, "the kernel is back", timeout=60)
    assert user1.get(session, "Leader") not in (0, leader)
    assert execute(user1, session, "6 * 7") == ["42"]
    assert not [one for one in root.signals(mark) if one["member"] == "SessionRemoved"]
    entry = journal.wait_entry(root, "KERNEL_CRASHED", SESSION_ID=session)
    assert (entry["EXIT_CODE"], entry["EXIT_STATUS"]) == ("exited", "7")
    journal.wait_entry(root, "KERNEL_RESTARTED", SESSION_ID=session)
    told = json.loads(root.run("computectl", "history", session, "--json=short").output)
    assert [(one["event"], one["exit_status"]) for one in told] == [
        ("started", None), ("crashed", 7), ("restarted", None)]


def test_setting_says_what_becomes_of_crashes(configure, user1, notebook):
    configure("[Notebook]\nRestartOnCrash=yes\n")
    session, _ = user1.start_notebook(notebook)
    user1.run("kill", "-KILL", str(user1.get(session, "Leader")))
    machine.wait_until(lambda: user1.get(session, "Restarts") == 1, "the kernel is back", timeout=60)


def test_crash_without_that_ends_the_session(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    mark = root.mark()
    user1.run("kill", "-KILL", str(user1.get(session, "Leader")))
    assert root.wait_removed(mark, session) == "signal"


def test_kernel_that_is_told_to_quit_is_not_started_again(root, user1, notebook):
    session, _ = user1.start_notebook(notebook, RestartOnCrash=True)
    mark = root.mark()
    crash(user1, session, "quit()")
    assert root.wait_removed(mark, session) == "success"


def test_crash_loop_ends(root, user1, notebook):
    session, _ = user1.start_notebook(notebook, RestartOnCrash=True)
    mark = root.mark()
    for restarts in range(4):
        machine.wait_until(lambda restarts=restarts: (user1.get(session, "Restarts"), user1.get(session, "State")) ==
                           (restarts, "running"), f"restart {restarts}", timeout=60)
        if restarts == 2:  # another manager goes on counting
            machine.kill_services(root, "compute-sessiond.service")
        user1.run("kill", "-KILL", str(user1.get(session, "Leader")))
    assert root.wait_removed(mark, session) == "signal"
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["RESTARTS"] == "3"


def test_systemctl_stop_is_no_crash(root, user1, notebook):
    session, _ = user1.start_notebook(notebook, RestartOnCrash=True)
    machine.kill_services(root, "compute-sessiond.service")  # systemd forgets the controller
    mark = root.mark()
    root.run("systemctl", "stop", f"compute-{session}.scope")
    assert root.wait_removed(mark, session) == "unit-stopped"

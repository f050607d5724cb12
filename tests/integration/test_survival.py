# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever of ours is killed, no session is lost."""

import time

import journal
import machine
import pytest
from bus import ERROR, BusError, options, typed
from kernels import spawn, write_kernelspec

MANAGER = "compute-sessiond.service"
RECORDS = "/run/compute-sessions/sessions"


def kill_manager(root):
    machine.kill_services(root, MANAGER)


def kill_keeper(root, session_id):
    machine.kill_services(root, f"compute-keeper-{session_id}.service")


def is_attachable(user, session_id):
    """A restarted keeper may need a moment."""
    try:
        return user.attach(session_id)
    except BusError as e:
        assert e.name.endswith(".KeeperNotAvailable"), e
        return None


def attach_soon(user, session_id):
    return machine.wait_until(lambda: is_attachable(user, session_id), "attached")


def set_variable(user, session_id):
    stream = user.attach(session_id)
    stream.send("kept=precious; echo do''ne\n")
    stream.expect("done")
    stream.close()


def expect_variable(user, session_id):
    stream = attach_soon(user, session_id)
    stream.send("echo \"<$kept>\"\n")
    stream.expect("<precious>")
    stream.close()


@pytest.mark.feature("Sessions outlive a killed manager")
def test_sessions_outlive_a_killed_manager(root, user1, user2):
    sessions = [user1.start_terminal("bash"), user1.start_terminal("sleep", "inf"), user2.start_terminal("bash")]
    set_variable(user1, sessions[0])
    before = root.call("ListSessions")
    leaders = [root.get(one, "Leader") for one in sessions]
    kill_manager(root)
    assert root.call("ListSessions") == before
    assert [root.get(one, "Leader") for one in sessions] == leaders
    expect_variable(user1, sessions[0])
    assert root.get_manager("TerminalCount") == 3


def test_properties_outlive_a_killed_manager(root, user1):
    session = user1.start_terminal("sleep", "inf", Name="a name", Rows=33, Columns=99)
    before = user1.get_all(session)
    kill_manager(root)
    machine.wait_until(lambda: user1.get(session, "LastOutputTimestamp") == before["LastOutputTimestamp"],
                       "the keeper's numbers")
    after = user1.get_all(session)
    varying = {"MemoryCurrent", "MemoryPeak", "CPUUsageNSec", "TasksCurrent", "IOReadBytes", "IOWriteBytes"}
    assert {k: v for k, v in after.items() if k not in varying} == \
        {k: v for k, v in before.items() if k not in varying}


def test_sessions_outlive_many_killed_managers(root, user1):
    session = user1.start_terminal("bash")
    set_variable(user1, session)
    for _ in range(5):
        kill_manager(root)
    expect_variable(user1, session)


def test_exit_status_is_known_after_a_killed_manager(root, user1):
    session = user1.start_terminal("bash")
    kill_manager(root)
    stream = attach_soon(user1, session)
    mark = root.mark()
    stream.send("exit 7\n")
    assert root.wait_removed(mark, session) == "exit-code"
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["EXIT_STATUS"] == "7"


def test_end_while_no_manager_runs_is_reported_by_the_next(root, user1):
    session = user1.start_terminal("bash")
    leader = user1.get(session, "Leader")
    root.run("systemctl", "stop", MANAGER)
    root.run("kill", "-KILL", str(leader))
    root.run("systemctl", "start", MANAGER)
    end = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert (end["RESULT"], end["EXIT_STATUS"]) == ("signal", "9")
    assert session not in root.ids()


def test_attached_client_does_not_notice_a_killed_manager(root, user1):
    session = user1.start_terminal("bash")
    stream = user1.attach(session)
    kill_manager(root)
    stream.send("echo still $((6 * 7))\n")
    stream.expect("still 42")
    stream.close()


@pytest.mark.feature("A shell outlives its killed keeper")
def test_shell_outlives_a_killed_keeper(root, user1):
    session = user1.start_terminal("bash")
    leader = user1.get(session, "Leader")
    set_variable(user1, session)
    kill_keeper(root, session)
    expect_variable(user1, session)
    assert user1.get(session, "Leader") == leader
    kill_keeper(root, session)
    expect_variable(user1, session)


def test_shell_outlives_many_killed_keepers(root, user1):
    session = user1.start_terminal("bash")
    set_variable(user1, session)
    for _ in range(8):
        kill_keeper(root, session)
    expect_variable(user1, session)


def test_manager_and_keeper_killed_together(root, user1):
    session = user1.start_terminal("bash")
    set_variable(user1, session)
    machine.kill_services(root, MANAGER, f"compute-keeper-{session}.service")
    expect_variable(user1, session)


def test_end_after_a_killed_keeper_is_clean(root, user1):
    """Nobody is the shell's parent any more; what is said of its end must be true, or "unknown"."""
    session = user1.start_terminal("bash")
    kill_keeper(root, session)
    stream = attach_soon(user1, session)
    mark = root.mark()
    stream.send("exit 9\n")
    result = root.wait_removed(mark, session)
    end = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert (result, end.get("EXIT_STATUS")) in (("exit-code", "9"), ("exited", None))


def test_stop_after_a_killed_keeper(root, user1):
    session = user1.start_terminal("bash")
    kill_keeper(root, session)
    mark = root.mark()
    user1.stop(session)
    assert root.wait_removed(mark, session) == "stopped"


def test_restart_of_everything_at_once(root, user1, user2):
    sessions = [(user, user.start_terminal("bash")) for user in (user1, user2, user1)]
    for user, session in sessions:
        set_variable(user, session)
    root.run("systemctl", "restart", MANAGER, *(f"compute-keeper-{session}.service" for _, session in sessions))
    assert sorted(root.ids()) == sorted(session for _, session in sessions)
    for user, session in sessions:
        expect_variable(user, session)


def test_session_whose_keeper_was_stopped_is_listed_and_can_be_stopped(root, user1):
    """Its terminal is hung up then, so this is for programs that do not mind."""
    session = user1.start_terminal("nohup", "sleep", "inf")
    leader = user1.get(session, "Leader")
    # Before nohup has executed its command, it minds.
    machine.wait_until(lambda: root.run("cat", f"/proc/{leader}/comm").output == "sleep\n", "sleep")
    root.run("systemctl", "stop", f"compute-keeper-{session}.service")
    journal.wait_entry(root, "KEEPER_LOST", SESSION_ID=session)
    assert root.ids() == [session]
    with pytest.raises(BusError) as refused:
        user1.attach(session)
    assert refused.value.name.endswith("Error.KeeperNotAvailable")
    mark = root.mark()
    user1.stop(session)
    assert root.wait_removed(mark, session) == "stopped"


def test_manager_killed_in_the_middle_of_starts(root, user1):
    """Each start leaves a whole session or nothing."""
    starts = [user1.spawn("sh", "-c", "for i in 1 2 3 4 5 6 7 8; do computectl terminal -d -- sleep inf; done")
              for _ in range(2)]
    for _ in range(6):
        kill_manager(root)
    for start in starts:
        user1.wait(start, timeout=60)
    listed = root.ids()
    for session in listed:
        properties = root.get_all(session)
        assert properties["State"] == "running"
        assert root.shell(f"cat /proc/{properties['Leader']}/cgroup | grep -c {properties['Unit']}") != "0\n"
        assert root.shell(f"systemctl is-active {properties['Unit']} {properties['KeeperUnit']}") == "active\nactive\n"
    def scopes():
        return root.shell("systemctl list-units --plain --no-legend 'compute-*.scope' 'compute-keeper-*' | wc -l")
    machine.wait_until(lambda: int(scopes()) == 2 * len(listed), "no units of half sessions")


def test_kernel_whose_start_a_killed_manager_left_is_followed_by_the_next(root, user1, notebook, cgroup_version):
    """What systemd and the kernel tell of its scope is known, as of any other."""
    go_on = f"{notebook}.go"
    folder = write_kernelspec(user1, "waits", [
        "sh", "-c", 'until [ -e "$0" ]; do sleep 0.1; done; exec /usr/bin/python3 -m ipykernel_launcher -f "$1"', go_on,
        "{connection_file}"])
    user1.spawn("busctl", "call", "org.computesession1", "/org/computesession1", "org.computesession1.Manager",
                "StartNotebook", "ssa{sv}", notebook, "waits", "0")
    machine.wait_until(lambda: "PHASE=releasing\n" in root.shell(f"cat {RECORDS}/* || true"),
                       "the kernel is let go")
    kill_manager(root)
    user1.run("touch", go_on)
    session = machine.wait_until(root.ids, "the kernel runs")[0]
    assert root.run("systemctl", "show", "--value", "--property=Refs", user1.get(session, "Unit")).output != "\n"
    assert user1.get(session, "MemoryPressure") == ("none" if cgroup_version == 2 else "")
    mark = root.mark()
    user1.call_session(session, "SetLimits", "a{sv}", options(MemoryMax=typed("t", 128 << 20)))
    spawn(user1, session, "a = bytearray(1 << 30)")
    assert root.wait_removed(mark, session) == "oom-killed"
    user1.run("rm", "-r", folder)


@pytest.fixture
def small(root, user1):
    """The runtime directory, which is small now."""
    directory = "/run/compute-sessions"
    user1.stop(user1.start_terminal("cat"))  # so that there is a number to go on from
    root.shell(f"systemctl stop {MANAGER}; mkdir -p {directory}; cp {directory}/next-number /run; "
               f"mount -t tmpfs -o size=256k,mode=0700 small {directory}; cp /run/next-number {directory}")
    yield directory
    for session in root.ids():
        root.stop(session)
    root.shell(f"systemctl stop {MANAGER}; cp {directory}/next-number /run; umount {directory}; "
               f"mv /run/next-number {directory}")  # no id is ever used twice


def fill(root, directory, pages=0):
    """But for so many pages."""
    root.shell(f"cat /dev/zero > {directory}/fill || truncate -s -$(({pages} * 4096)) {directory}/fill")


def test_started_session_outlives_a_manager_that_could_not_write_all_of_its_records(root, user1, small):
    """However many pages are left in the runtime directory: what is started is on record, or is not
    started."""
    results = set()
    for pages in range(4):
        fill(root, small, pages)
        try:
            session = user1.start_terminal("cat")
        except BusError as e:
            assert (e.name, "No space left" in e.message) == ("org.computesession1.Error.StartFailed", True)
            session = None
        results.add(bool(session))
        kill_manager(root)
        root.shell(f"rm {small}/fill")
        assert root.ids() == [session] * bool(session)
        if session:
            user1.stop(session)
    assert results == {True, False}


def test_kernel_whose_restart_cannot_be_put_on_record_goes_on(root, user1, small, notebook):
    session = user1.start_notebook(notebook)[0]
    leader = user1.get(session, "Leader")
    fill(root, small)
    with pytest.raises(BusError) as caught:
        user1.call_session(session, "Restart")
    assert caught.value.name == ERROR + "StartFailed" and "No space left" in caught.value.message
    kill_manager(root)
    assert (root.ids(), user1.get(session, "Leader"), user1.get(session, "State")) == ([session], leader, "running")
    root.shell(f"rm {small}/fill")
    user1.call_session(session, "Restart")
    assert user1.get(session, "Leader") != leader


def test_sessions_outlive_a_change_of_target(root, user1):
    """As the sessions of logind do."""
    session = user1.start_terminal("bash")
    set_variable(user1, session)
    units = "compute-sessiond", user1.get(session, "KeeperUnit")
    before = [machine.main_pid(root, unit) for unit in units]
    root.run("systemctl", "isolate", "multi-user.target")
    machine.wait_until(lambda: not root.run("systemctl", "list-jobs", "--no-legend").output, "the target is reached")
    assert [machine.main_pid(root, unit) for unit in units] == before
    expect_variable(user1, session)


def test_name_that_cannot_be_put_on_record_is_refused(root, user1, small, notebook):
    session = user1.start_notebook(notebook)[0]
    other = notebook.replace("a.ipynb", "b.ipynb")
    user1.run("cp", notebook, other)
    fill(root, small)
    for method, value in ("SetName", "other"), ("SetNotebook", other):
        with pytest.raises(BusError) as caught:
            user1.call_session(session, method, "s", value)
        assert caught.value.name == "org.freedesktop.DBus.Error.IOError" and "record" in caught.value.message
    assert [user1.get(session, name) for name in ("Name", "Notebook")] == ["a.ipynb", notebook]
    root.shell(f"rm {small}/fill")
    for method, value in ("SetNotebook", other), ("SetName", "other"):
        user1.call_session(session, method, "s", value)
    kill_manager(root)
    assert [user1.get(session, name) for name in ("Name", "Notebook")] == ["other", other]


def test_no_entry_is_lost_while_journald_is_away(root, user1):
    """The manager goes on meanwhile, and tells afterwards."""
    units = ("systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald.service")
    root.run("systemctl", "stop", *units)
    sessions = [user1.start_terminal("cat") for _ in range(3)]
    for session in sessions:
        user1.stop(session)
    root.run("systemctl", "start", *units)
    for session in sessions:
        assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["RESULT"] == "stopped"


def test_frozen_journald_holds_nobody_up(root, user1):
    pid = machine.main_pid(root, "systemd-journald")
    root.run("kill", "-STOP", pid)
    try:
        session = user1.start_terminal("cat")
        for _ in range(600):  # each is an entry
            root.call("KillSession", "ssi", session, "all", 28)
        user1.stop(session)
    finally:
        root.run("kill", "-CONT", pid)
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["RESULT"] == "stopped"


def test_nobody_notices_that_systemd_is_executed_anew(root, user1):
    """But by the time that it takes."""
    again = root.spawn("sh", "-c", "for i in 1 2 3 4 5 6; do systemctl daemon-reexec; sleep 0.5; done")
    count = 0
    while root.shell(f"test -e /proc/{again}/cwd && echo runs || :") or count < 2:
        began = time.monotonic()
        user1.stop(user1.start_terminal("cat"))
        assert time.monotonic() - began < 10 * machine.PATIENCE
        count += 1
    root.wait(again)


@pytest.mark.slow
def test_keeper_that_is_stopped_is_not_waited_for_forever(root, user1):
    session = user1.start_terminal("cat")
    keeper = user1.get(session, "KeeperUnit")
    root.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", keeper)
    with pytest.raises(BusError) as caught:
        user1.attach(session)
    assert caught.value.name == ERROR + "KeeperNotAvailable" and keeper in caught.value.message
    root.run("systemctl", "kill", "--signal=CONT", "--kill-who=main", keeper)
    attach_soon(user1, session).close()


@pytest.mark.slow
def test_systemd_that_is_executed_anew_without_a_pause(root, user1):
    """A call gets through now and then, and what it began is done when it is asked about again."""
    session = user1.start_terminal("cat")
    again = root.spawn("sh", "-c", "for i in $(seq 100); do systemctl daemon-reexec; done")
    try:
        user1.stop(user1.start_terminal("cat"))
        user1.stop(session)
    finally:
        root.wait(again, timeout=120)


@pytest.mark.slow
def test_manager_that_hangs_is_restarted(root, user1):
    """It is watched while something happens, and not woken while nothing does."""
    def pid():
        return root.run("systemctl", "show", "--property=MainPID", "--value", MANAGER).output.strip()

    def watched():
        return root.run("systemctl", "show", "--property=WatchdogUSec", "--value", MANAGER).output.strip()
    session = user1.start_terminal("bash")
    set_variable(user1, session)
    machine.wait_until(lambda: watched() in ("0", "infinity"), "not watched while idle")
    root.ids()
    hanging = pid()
    root.run("kill", "-STOP", hanging)
    machine.wait_until(lambda: pid() not in ("0", hanging), "restarted", timeout=40)
    expect_variable(user1, session)


def test_status_tells_what_there_is(root, user1):
    def status():
        return root.run("systemctl", "show", "--property=StatusText", "--value", MANAGER).output.strip()
    user1.start_terminal("cat")
    machine.wait_until(lambda: status() == "0 notebooks, 1 terminal.", "status")
    user1.start_terminal("cat")
    machine.wait_until(lambda: status() == "0 notebooks, 2 terminals.", "status")

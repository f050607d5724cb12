# SPDX-License-Identifier: LGPL-2.1-or-later
"""Frozen sessions: nothing runs in them, everything about them is still there, and they go on when they are
needed."""

import base64
import gzip
import json
import subprocess
import tempfile

import journal
import machine
import pytest
from bus import ERROR, BusError, User
from kernels import entries, execute

BUSY = "while :; do :; done"
FREEZE = pytest.mark.feature("Freeze and thaw")


@pytest.fixture
def terminal(user1):
    """A shell that has shown something."""
    session = user1.start_terminal("sh", "-c", "echo on the screen; while read line; do echo got $line; done")
    stream = user1.attach(session)
    stream.expect("on the screen")
    stream.close()
    return session


def freeze(user, session):
    user.call_session(session, "Freeze")
    assert user.get(session, "FreezerState") == "frozen"


def is_frozen_for_systemd(root, session):
    return root.run("systemctl", "show", "--value", "-p", "FreezerState", f"compute-{session}.scope").output == "frozen\n"


@pytest.mark.v1
@pytest.mark.feature("Freeze and thaw", supported=False)
@pytest.mark.parametrize("member", ["Freeze", "Thaw"])
def test_without_cgroup_v2_it_is_said_what_is_needed(user1, terminal, member):
    with pytest.raises(BusError) as caught:
        user1.call_session(terminal, member)
    assert caught.value.name == ERROR + "NotSupported"
    assert "not supported here" in caught.value.message and "cgroup v2" in caught.value.message
    assert user1.get(terminal, "FreezerState") == "running"
    done = user1.try_run("computectl", member.lower(), terminal)
    assert done.status != 0
    assert f"Failed to {member.lower()} {terminal}: " in done.errors and "cgroup v2" in done.errors


def cpu(root, session):
    return int(root.shell(f"sed -n 's/^usage_usec //p' /sys/fs/cgroup/compute.slice/compute-*.slice/"
                          f"compute-{session}.scope/cpu.stat"))


@pytest.mark.v2
@FREEZE
def test_frozen_uses_no_cpu(root, user1):
    frozen, clock = user1.start_terminal("sh", "-c", BUSY), user1.start_terminal("sh", "-c", BUSY)
    machine.wait_until(lambda: cpu(root, frozen) > 50_000, "it computes")
    freeze(user1, frozen)
    assert is_frozen_for_systemd(root, frozen)
    used, began = cpu(root, frozen), cpu(root, clock)
    machine.wait_until(lambda: cpu(root, clock) - began > 300_000, "the other one computes")
    assert cpu(root, frozen) - used < 5_000
    user1.call_session(frozen, "Thaw")
    assert user1.get(frozen, "FreezerState") == "running"
    machine.wait_until(lambda: cpu(root, frozen) > used + 50_000, "it goes on")


@pytest.mark.v2
def test_it_is_told_and_shown(user1, terminal):
    mark = user1.mark()
    user1.run("computectl", "freeze", terminal)
    user1.wait_properties(mark, terminal, FreezerState="frozen")
    assert user1.get_manager("FrozenSessions") == [terminal]
    assert user1.run("computectl", "--no-legend", "list").output.split()[4] == "frozen"
    assert json.loads(user1.run("computectl", "-j", "list").output)[0]["state"] == "frozen"
    assert "State: running, frozen" in user1.run("computectl", "status", terminal).output
    assert user1.get(terminal, "State") == "running"
    user1.run("computectl", "thaw", terminal)
    user1.wait_properties(mark, terminal, FreezerState="running")
    assert user1.get_manager("FrozenSessions") == []
    # Both are as they are wanted already.
    user1.run("computectl", "thaw", terminal)


@pytest.mark.v2
def test_who_froze_it_is_in_the_journal(root, user1, terminal):
    user1.run("computectl", "freeze", terminal)
    entry = journal.wait_entry(root, "SESSION_FROZEN", SESSION_ID=terminal)
    assert (entry["ACTOR_UID"], entry["METHOD"]) == (str(user1.uid), "Freeze")
    root.run("computectl", "thaw", terminal)
    entry = journal.wait_entry(root, "SESSION_THAWED", SESSION_ID=terminal)
    assert (entry["ACTOR_UID"], entry["METHOD"]) == ("0", "Thaw")
    shown = root.run("computectl", "history", terminal).output
    assert "by user1" in shown and "by root" in shown


@pytest.mark.v2
def test_the_screen_of_a_frozen_terminal_is_shown(user1, terminal):
    freeze(user1, terminal)
    assert "on the screen" in user1.snapshot(terminal)
    looks = user1.attach(terminal, 24, 80, ReadOnly=True)
    looks.expect("on the screen")
    looks.close()
    assert user1.get(terminal, "FreezerState") == "frozen"


@pytest.mark.v2
def test_attach_thaws_first(root, user1, terminal):
    freeze(user1, terminal)
    stream = user1.attach(terminal)
    assert user1.get(terminal, "FreezerState") == "running"
    stream.send("a line\n")
    stream.expect("got a line")
    assert journal.wait_entry(root, "SESSION_THAWED", SESSION_ID=terminal)["METHOD"] == "Attach"


@pytest.mark.v2
def test_attach_leaves_it_frozen_if_so_configured(user1, configure):
    configure("[Sessions]\nThawOnAttach=no\n")
    session, stream = user1.start_and_expect("echo ready; read line; echo got $line; exec sleep inf", "ready")
    stream.close()
    freeze(user1, session)
    client = user1.on_terminal("computectl", "attach", session)
    client.expect(f"{session} is frozen.*ready")
    client.send("typed\r")
    client.send("\x1d")
    client.expect("detached from .* which is frozen")
    assert client.exit_status() == 0
    assert user1.get(session, "FreezerState") == "frozen"
    stream = user1.attach(session)
    user1.call_session(session, "Thaw")
    stream.expect("got typed")


@pytest.mark.v2
def test_many_wait_for_the_same_thaw(user1, terminal):
    freeze(user1, terminal)
    clients = [user1.spawn("computectl", "thaw", terminal) for _ in range(4)]
    clients += [user1.spawn("computectl", "send", "--enter", terminal, f"line {i}") for i in range(4)]
    assert [user1.wait(pid).status for pid in clients] == [0] * 8
    stream = user1.attach(terminal, 24, 80)
    stream.expect("got line")


@pytest.mark.v2
def test_frozen_terminal_can_be_stopped(user1, terminal):
    freeze(user1, terminal)
    mark = user1.mark()
    user1.run("computectl", "stop", terminal, timeout=8)
    assert user1.wait_removed(mark, terminal) == "stopped"


@pytest.mark.v2
def test_frozen_terminal_can_be_killed(user1, terminal):
    freeze(user1, terminal)
    mark = user1.mark()
    user1.run("computectl", "kill", "--signal=KILL", terminal)
    assert user1.wait_removed(mark, terminal) == "signal"


@pytest.mark.v2
def test_frozen_kernel_says_goodbye(user1, notebook):
    session, _ = user1.start_notebook(notebook)
    file = f"{notebook}.goodbye"
    execute(user1, session, f"import atexit; _ = atexit.register(lambda: open({file!r}, 'w').write('bye'))")
    freeze(user1, session)
    mark = user1.mark()
    user1.run("computectl", "stop", session)
    assert user1.wait_removed(mark, session) == "stopped"
    assert user1.shell(f"cat {file}") == "bye"


@pytest.mark.v2
def test_frozen_kernel_keeps_its_outputs_and_its_variables(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    execute(user1, session, "kept = 42; print('printed')")
    freeze(user1, session)
    assert any("printed" in str(one["content"]) for one in entries(user1, session))
    assert user1.start_notebook(notebook) == (session, False)
    assert user1.get(session, "FreezerState") == "running"
    assert execute(user1, session, "kept") == ["42"]
    assert journal.wait_entry(root, "SESSION_THAWED", SESSION_ID=session)["METHOD"] == "StartNotebook"


@pytest.mark.v2
@pytest.mark.parametrize("member", ["Interrupt", "Restart"])
def test_what_a_kernel_has_to_run_for_thaws_it(user1, notebook, member):
    session, _ = user1.start_notebook(notebook)
    freeze(user1, session)
    user1.call_session(session, member)
    assert user1.get(session, "FreezerState") == "running"
    assert execute(user1, session, "6 * 7") == ["42"]


@pytest.mark.v2
def test_killed_manager_finds_what_is_frozen(root, user1, terminal):
    freeze(user1, terminal)
    machine.kill_services(root, "compute-sessiond.service")
    assert user1.get(terminal, "FreezerState") == "frozen"
    user1.call_session(terminal, "Thaw")
    assert user1.get(terminal, "FreezerState") == "running"


@pytest.mark.v2
def test_what_systemctl_does_is_followed(root, user1, terminal):
    mark = user1.mark()
    root.run("systemctl", "freeze", f"compute-{terminal}.scope")
    user1.wait_properties(mark, terminal, FreezerState="frozen")
    assert "ACTOR_UID" not in journal.wait_entry(root, "SESSION_FROZEN", SESSION_ID=terminal)
    root.run("systemctl", "thaw", f"compute-{terminal}.scope")
    user1.wait_properties(mark, terminal, FreezerState="running")


@pytest.mark.v2
def test_frozen_slice(root, user1, terminal):
    victim = user1.start_terminal("sleep", "inf")
    mark = user1.mark()
    root.run("systemctl", "freeze", f"compute-{user1.uid}.slice")
    try:
        user1.wait_properties(mark, terminal, FreezerState="frozen")
        if int(root.run("systemctl", "--version").output.split()[1]) < 256:
            # Whoever thaws a unit thaws its slice, too, but nothing else that is in there.
            user1.call_session(terminal, "Thaw")
            assert user1.get(terminal, "FreezerState") == "running"
            assert user1.get(victim, "FreezerState") == "frozen"
        else:
            with pytest.raises(BusError) as caught:
                user1.call_session(terminal, "Thaw")
            assert caught.value.name == ERROR + "FreezeFailed"
        # There is no other way to end it than to kill it.
        mark = user1.mark()
        user1.run("computectl", "stop", victim, timeout=10)
        assert user1.wait_removed(mark, victim) == "stopped"
    finally:
        root.run("systemctl", "thaw", f"compute-{user1.uid}.slice")
        # systemd does not stop its keeper either, until then.
        root.try_run("systemctl", "stop", f"compute-keeper-{victim}.service")
    machine.wait_until(lambda: user1.get(terminal, "FreezerState") == "running", "the terminal is thawed")


@pytest.fixture
def frozen_disk(root):
    """A folder on the machine's second disk, which is frozen itself: who writes there waits and cannot be
    frozen."""
    with tempfile.NamedTemporaryFile() as image:
        image.truncate(2**21)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", image.name], check=True)
        content = base64.b64encode(gzip.compress(image.read())).decode()
    root.run("sh", "-euc", "base64 -d | gunzip > /dev/vdb; mkdir /run/frozen; mount -t ext4 /dev/vdb /run/frozen; "
             "chmod 777 /run/frozen; fsfreeze --freeze /run/frozen", text=content)
    yield "/run/frozen"
    root.shell("fsfreeze --unfreeze /run/frozen || :; umount /run/frozen; rmdir /run/frozen; mkswap /dev/vdb")


@pytest.mark.v2
def test_what_cannot_be_frozen_goes_on(root, user1, frozen_disk):
    """A process in the midst of a system call that lasts: then nothing of the session stays frozen."""
    session = user1.start_terminal("sh", "-c", f"read go; echo beg''un; echo x > {frozen_disk}/file; echo ov''er; cat")
    stream = user1.attach(session)
    stream.send("\n")
    stream.expect("begun")
    leader = user1.get(session, "Leader")
    machine.wait_until(lambda: root.shell(f"ps -o stat= -p {leader}").startswith("D"), "it waits for the disk")
    with pytest.raises(BusError) as caught:
        user1.call_session(session, "Freeze", timeout=120)
    assert caught.value.name == ERROR + "FreezeFailed"
    machine.wait_until(lambda: user1.get(session, "FreezerState") == "running", "nobody wants it frozen")
    root.shell(f"fsfreeze --unfreeze {frozen_disk}")
    stream.expect("over", timeout=60)
    assert user1.get(session, "FreezerState") == "running"
    assert not is_frozen_for_systemd(root, session)


@pytest.mark.v2
def test_in_user_mode():
    own = User("user1", bus="session")
    try:
        session = own.start_terminal("sh", "-c", BUSY)
        own.run("computectl", "--user", "freeze", session)
        assert own.get(session, "FreezerState") == "frozen"
        own.run("computectl", "--user", "thaw", session)
        assert own.get(session, "FreezerState") == "running"
        own.run("computectl", "--user", "freeze", session)
        own.run("computectl", "--user", "stop", session)
    finally:
        own.end()

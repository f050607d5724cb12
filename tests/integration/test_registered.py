# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that something else starts, and that make themselves sessions."""

import json
import time

import journal
import machine
import pytest
from bus import BusError

CLIENT = str(machine.FOLDER / "kernel_client.py")
RUN = ("computectl", "run")


def register(user, *arguments, command=("sleep", "inf")):
    """Returns the pid of the registered process, which is the agent's child, and its session."""
    pid = user.spawn(*RUN, *arguments, "--", *command)
    return pid, machine.wait_until(lambda: session_of(user, pid), "the process is a session")


def session_of(user, pid):
    for session in user.ids():
        if user.get(session, "Leader") == pid:
            return session
    return None


def test_registered_process_is_a_session_and_its_callers_child(user1):
    pid, session = register(user1, "--type=terminal", "--name=Report")
    said = user1.get_all(session)
    assert (said["Id"][0], said["Type"], said["Name"], said["User"]) == ("t", "terminal", "Report", user1.uid)
    assert (said["KeeperUnit"], said["Command"]) == ("", ["sleep", "inf"])
    assert f"/{said['Unit']}\n" in user1.shell(f"cat /proc/{pid}/cgroup")
    assert user1.shell(f"ps -o ppid= -p {pid}").strip() == str(user1.ask("pid"))
    user1.ask("kill", pid=pid, number=15)
    assert user1.wait(pid).status == -15


def test_notebook_of_a_registered_kernel_is_found(user1):
    register(user1, "--type=notebook", f"--notebook={user1.home}/r.ipynb", "--kernel=python3", "--name=R")
    session = user1.ids()[0]
    assert session[0] == "n"
    assert user1.get(session, "KernelName") == "python3"
    assert user1.call("GetSessionByNotebook", "s", f"{user1.home}/r.ipynb").endswith(f"/{session}")
    assert user1.start_notebook(f"{user1.home}/r.ipynb") == (session, False)


def test_caller_sees_the_exit_status(root, user1):
    mark = root.mark()
    pid = user1.spawn(*RUN, "--type=terminal", "--name=Short", "--", "sh", "-c", "exit 3")
    assert user1.wait(pid).status == 3
    signals = root.wait_signals(mark, lambda all: [one for one in all if one["member"] == "SessionRemoved"])
    session = [one for one in signals if one["member"] == "SessionRemoved"][0]["arguments"][0]
    entry = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert (entry["RESULT"], entry.get("EXIT_STATUS")) in (("exited", None), ("exit-code", "3"))


def test_stop_waits_for_no_parent(user1):
    """Who never asks for its child's exit status holds nobody up, be it for a moment."""
    took = []
    for _ in range(3):
        _, session = register(user1, "--type=terminal", "--name=Forgotten")
        began = time.monotonic()
        user1.stop(session)
        took.append(time.monotonic() - began)
    assert min(took) < 1.8 * machine.PATIENCE, took


def test_stop(root, user1):
    pid, session = register(user1, "--type=terminal", "--name=Stopped")
    mark = root.mark()
    user1.stop(session)
    assert root.wait_removed(mark, session) == "stopped"
    assert user1.wait(pid).status == -15


@pytest.mark.feature("Sessions of what others start (computectl run)")
def test_children_are_in_the_session(user1):
    _, session = register(user1, "--type=terminal", "--name=Family",
                          command=("sh", "-c", "setsid sleep inf & sleep inf"))
    machine.wait_until(lambda: user1.get(session, "TasksCurrent") == 3, "all are counted")
    user1.stop(session)


def test_survives_a_killed_manager(root, user1):
    _, session = register(user1, "--type=terminal", "--name=Survivor")
    machine.kill_services(root, "compute-sessiond.service")
    assert root.ids() == [session]
    assert user1.get(session, "Name") == "Survivor"
    user1.stop(session)


def test_cannot_be_attached_to(user1):
    _, session = register(user1, "--type=terminal", "--name=Elsewhere")
    with pytest.raises(BusError) as refused:
        user1.attach(session)
    assert refused.value.name.endswith("Error.NotAttachable")


def test_process_in_a_session_cannot_register(user1):
    """Neither the leader of a session, nor a child of it: it is accounted already."""
    path = user1.shell("mktemp").strip()
    script = f"computectl run --type=terminal --name=Inner -- sleep 1000 2> {path}; echo status $? >> {path}; sleep inf"
    session = user1.start_terminal("sh", "-c", script)
    machine.wait_until(lambda: "status" in user1.shell(f"cat {path}") or len(user1.ids()) > 1, "an answer")
    assert user1.ids() == [session]
    assert session in user1.shell(f"cat {path}")


def test_jupyter_client_starts_a_kernel_through_it(root, user1):
    """A kernelspec whose command is our "run" in front of the kernel's: jupyter_client notices nothing."""
    user1.shell("""mkdir -p ~/.local/share/jupyter/kernels/registered
cat > ~/.local/share/jupyter/kernels/registered/kernel.json << 'END'
{"argv": ["computectl", "run", "--type=notebook", "--name=Registered kernel", "--", "/usr/bin/python3", "-m",
          "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Registered", "language": "python"}
END""")
    mark = root.mark()
    said = json.loads(user1.run("/usr/bin/python3", CLIENT, "--manage", "registered", "6 * 7",
                                "print(open('/proc/self/cgroup').read())").output)
    assert said[0] == "42"
    new = root.wait_signals(mark, lambda all: [one for one in all if one["member"] == "SessionRemoved"])
    session = [one for one in new if one["member"] == "SessionNew"][0]["arguments"][0]
    assert f"compute-{session}.scope" in said[1]
    entry = journal.wait_entry(root, "SESSION_START", SESSION_ID=session)
    assert (entry["SESSION_NAME"], entry["SESSION_TYPE"]) == ("Registered kernel", "notebook")


def test_connection_file_of_a_registered_kernel_is_known(user1):
    path = user1.shell("mktemp --suffix=.json").strip()
    _, session = register(user1, "--type=notebook", "--name=K", command=(
        "/usr/bin/python3", "-c", "import time; time.sleep(1000)", "-f", path))
    assert user1.get(session, "ConnectionFile") == path


@pytest.mark.parametrize("said", ["named/c.ipynb", "c.ipynb", "named/c-jvsc-0b7e4c1e-6f7c-4f0e-9a63-d5f1a2b3c4d5.ipynb"])
def test_notebook_that_a_server_names(user1, said):
    """By its path below the server's root, or by what VS Code makes of it; the kernel is in the notebook's
    folder."""
    folder = f"{user1.home}/named"
    user1.shell("mkdir -p $1; touch $1/c.ipynb", folder)
    mark = user1.mark()
    child = user1.spawn("sh", "-euc", 'cd "$1"; JPY_SESSION_NAME=$2 exec computectl run --type=notebook -- sleep 1000', "sh",
                        folder, said)
    new = user1.wait_signals(mark, lambda all: [one for one in all if one["member"] == "SessionNew"])
    session = [one for one in new if one["member"] == "SessionNew"][0]["arguments"][0]
    assert (user1.get(session, "Notebook"), user1.get(session, "Name")) == (f"{folder}/c.ipynb", "c.ipynb")
    user1.stop(session)
    user1.wait(child)
    user1.run("rm", "-r", folder)

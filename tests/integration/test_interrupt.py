# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a session tells of its kernel, and what it has the kernel do: interrupt, shut down, another file."""

import json

import journal
import machine
import pytest
from bus import ERROR, INTERACT, BusError
from kernels import execute, start_cell


def refused(call, name):
    with pytest.raises(BusError) as error:
        call()
    assert error.value.name == name


@pytest.fixture
def folder(user1):
    folder = user1.shell("mktemp -d").strip()
    yield folder
    user1.shell(f"rm -rf {folder}")


@pytest.fixture
def session(user1, folder):
    return user1.start_notebook(f"{folder}/a.ipynb")[0]


def test_state_of_the_kernel_is_told(user1, session):
    said = user1.get_all(session)
    assert (said["KernelLanguage"], said["ExecutionCount"], said["Restarts"]) == ("python", 0, 0)
    assert said["KernelState"] == "idle"
    mark = user1.mark()
    cell = start_cell(user1, session, before=["1", "2"])
    user1.wait_properties(mark, session, KernelState="busy", ExecutionCount=3)
    mark = user1.mark()
    cell.go_on()
    user1.wait_properties(mark, session, KernelState="idle")
    assert cell.said() == ["1", "2", ""]
    now = user1.get_all(session)
    assert now["KernelStateTimestamp"] > said["KernelStateTimestamp"] > 0
    assert now["LastActivityTimestamp"] == max(now["LastInputTimestamp"], now["LastOutputTimestamp"])


def test_interrupt_ends_what_is_executed_and_nothing_else(root, user1, session):
    cell = start_cell(user1, session, before=["kept = 'precious'"], after=["kept"])
    user1.call_session(session, "Interrupt")
    assert cell.said() == ["", "KeyboardInterrupt", "'precious'"]
    assert journal.wait_entry(root, "KERNEL_INTERRUPTED", SESSION_ID=session)["ACTOR_UID"] == str(user1.uid)


def test_who_may_interrupt(root, user1, user2, session):
    refused(lambda: user2.call_session(session, "Interrupt"), INTERACT)
    root.call_session(session, "Interrupt")
    terminal = user1.start_terminal("cat")
    refused(lambda: user1.call_session(terminal, "Interrupt"), ERROR + "NotSupported")


def test_stop_lets_the_kernel_say_goodbye(root, user1, session, folder):
    execute(user1, session, f"import atexit; atexit.register(lambda: open('{folder}/goodbye', 'w').close())")
    mark = root.mark()
    user1.stop(session)
    assert root.wait_removed(mark, session) == "stopped"
    user1.run("test", "-e", f"{folder}/goodbye")
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["EXIT_STATUS"] == "0"


def test_systemctl_stop_does_so_too(root, user1, session, folder):
    execute(user1, session, f"import atexit; atexit.register(lambda: open('{folder}/goodbye', 'w').close())")
    mark = root.mark()
    root.run("systemctl", "stop", f"compute-{session}.scope")
    assert root.wait_removed(mark, session) == "unit-stopped"
    user1.run("test", "-e", f"{folder}/goodbye")


def test_stop_interrupts_what_is_executed(root, user1, session, folder):
    mark = user1.mark()
    cell = start_cell(user1, session,
                      before=[f"import atexit; atexit.register(lambda: open('{folder}/goodbye', 'w').close())"])
    user1.wait_properties(mark, session, KernelState="busy", ExecutionCount=2)
    user1.stop(session)
    cell.kill_client()
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["EXIT_STATUS"] == "0"
    user1.run("test", "-e", f"{folder}/goodbye")


def test_notebook_that_moved_is_followed(root, user1, session, folder):
    user1.shell(f"mkdir {folder}/b; mv {folder}/a.ipynb {folder}/b/moved.ipynb 2>/dev/null || :; ln -s b {folder}/link")
    mark = user1.mark()
    user1.call_session(session, "SetNotebook", "s", f"{folder}/link/moved.ipynb")
    user1.wait_properties(mark, session, Notebook=f"{folder}/b/moved.ipynb", Name="moved.ipynb")
    assert user1.start_notebook(f"{folder}/b/moved.ipynb") == (session, False)
    machine.kill_services(root, "compute-sessiond.service")
    assert user1.get(session, "Notebook") == f"{folder}/b/moved.ipynb"
    refused(lambda: user1.call("GetSessionByNotebook", "s", f"{folder}/a.ipynb"), ERROR + "NoSuchSession")


def test_notebook_that_moved_is_followed_by_computectl(user1, session, folder):
    user1.shell(f"mkdir {folder}/b")
    done = user1.run("sh", "-euc", 'cd "$1"; computectl set-notebook "$2" b/moved.ipynb', "sh", folder, session)
    assert "no file" in done.errors and f"{folder}/b/moved.ipynb" in done.errors
    assert user1.get(session, "Notebook") == f"{folder}/b/moved.ipynb"
    user1.run("touch", f"{folder}/b/again.ipynb")
    assert user1.run("computectl", "set-notebook", f"{folder}/b/moved.ipynb", f"{folder}/b/again.ipynb").errors == ""
    assert user1.get(session, "Notebook") == f"{folder}/b/again.ipynb"
    for file, reason in ((f"{folder}/b", "folder"), ("", "empty"), (f"{folder}/no/such.ipynb", "No such file"),
                         ("a\nb.ipynb", "UTF-8")):
        done = user1.try_run("computectl", "set-notebook", session, file)
        assert done.status == 1 and reason in done.errors


def test_notebook_that_moved_is_asked_for(user1, user2, session, folder):
    notebook, moved = f"{folder}/a.ipynb", f"{folder}/it's moved.ipynb"
    user1.run("touch", notebook)
    user2.start_notebook("/tmp/not-there.ipynb")
    execute(user1, session, "kept = 'precious'")
    # There is no file yet.
    assert user1.run("computectl", "notebook", f"{folder}/b.ipynb").errors.count("\n") == 1
    user1.run("touch", f"{folder}/b.ipynb")
    user1.run("mv", notebook, moved)
    done = user1.run("computectl", "notebook", "-j", moved)
    other = json.loads(done.output)["id"]
    assert other != session and f"notebook of {session}, {notebook}, is not there" in done.errors, done
    assert done.errors.count("\n") == 1
    assert user1.run("computectl", "notebook", "-q", moved).errors == ""  # re-opened
    done = user1.shell(done.errors.rsplit("instead: ")[1])
    assert f"Re-opened {session} " in done
    assert execute(user1, session, "kept") == ["'precious'"]
    assert other not in user1.ids()
    user2.shell("computectl stop /tmp/not-there.ipynb")


def test_notebook_that_cannot_be(user1, session, folder):
    other, _ = user1.start_notebook(f"{folder}/other.ipynb")
    refused(lambda: user1.call_session(session, "SetNotebook", "s", f"{folder}/other.ipynb"), ERROR + "NotebookInUse")
    refused(lambda: user1.call_session(session, "SetNotebook", "s", "relative.ipynb"), ERROR + "InvalidArgument")
    refused(lambda: user1.call_session(session, "SetNotebook", "s", f"{folder}/no/such/a.ipynb"),
            ERROR + "NotebookNotAccessible")
    assert user1.get(session, "Notebook") == f"{folder}/a.ipynb"
    assert user1.get(other, "Notebook") == f"{folder}/other.ipynb"


def test_outputs_come_by_the_interface(user1, user2, session):
    execute(user1, session, "print('to be kept')")
    descriptor = user1.call_session(session, "GetOutputs", "ta{sv}", 0, {})
    text = user1.ask("receive", stream=descriptor, pattern=None, timeout=20)["text"]
    entries = [json.loads(line) for line in text.splitlines()]
    assert [one["content"]["text"] for one in entries if one["type"] == "stream"] == ["to be kept\n"]
    assert [one["seq"] for one in entries] == sorted(one["seq"] for one in entries)
    refused(lambda: user2.call_session(session, "GetOutputs", "ta{sv}", 0, {}), INTERACT)
    terminal = user1.start_terminal("cat")
    refused(lambda: user1.call_session(terminal, "GetOutputs", "ta{sv}", 0, {}), ERROR + "NotSupported")

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nothing that a kernel printed or drew is lost, whoever looked or did not."""

import base64
import json
import re
import time

import machine
import pytest
from bus import DENIED, INTERACT, BusError
from kernels import code_cells, entries, execute, output, printed, saved, spawn, start_cell, wait_state

PNG = base64.b64encode(bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082")).decode()
DRAW = f"import base64; from IPython.display import Image, display; display(Image(base64.b64decode('{PNG}')))"


def texts(cell, name="stdout"):
    return "".join(one.text for one in cell.outputs if one.output_type == "stream" and one.name == name)


def test_everything_is_kept_in_order(user1, session):
    execute(user1, session, "import sys; print('out'); print('err', file=sys.stderr); 6 * 7", DRAW, "1 / 0",
            "# nothing")
    cells = code_cells(saved(user1, session))
    assert [cell.source for cell in cells] == [
        "import sys; print('out'); print('err', file=sys.stderr); 6 * 7", DRAW, "1 / 0", "# nothing"]
    assert [cell.execution_count for cell in cells] == [1, 2, 3, 4]
    assert (texts(cells[0]), texts(cells[0], "stderr")) == ("out\n", "err\n")
    assert cells[0].outputs[-1].data["text/plain"] == "42"
    assert cells[1].outputs[0].data["image/png"].replace("\n", "") == PNG
    assert (cells[2].outputs[0].output_type, cells[2].outputs[0].ename) == ("error", "ZeroDivisionError")
    assert cells[3].outputs == []
    said = entries(user1, session)
    assert [one["seq"] for one in said] == list(range(1, len(said) + 1))
    assert sorted(said, key=lambda one: one["time"]) == said


@pytest.mark.kernels
def test_notebook_tells_its_kernel(user1, session):
    execute(user1, session, "1")
    metadata = saved(user1, session).metadata
    assert (metadata.kernelspec.name, metadata.language_info.name) == ("python3", "python")


def test_text_is_what_one_would_have_seen(user1, session):
    execute(user1, session, "print('a'); 6 * 7", DRAW, "import time\nprint('x\\ry')", "1 / 0")
    said = output(user1, session)
    assert "In [1]: print('a'); 6 * 7\na\nOut [1]: 42\n" in said
    assert "[image/png, " in said
    assert "In [3]: import time\nprint('x\\ry')\ny\n" in said
    assert "ZeroDivisionError: division by zero\n" in said
    assert "\033" not in said


def test_colours_reach_a_terminal_and_nothing_else_does(user1, session):
    execute(user1, session, r"print('\033[31mred\033[m \033]0;title\007 \033[2J \x9b2J')")
    terminal = user1.on_terminal("computectl", "output", session)
    said = terminal.expect_end()
    assert "\033[31mred\033[m ?]0;title? ?[2J ?2J" in said


@pytest.mark.feature("Outputs kept while nobody looks")
def test_client_is_killed_in_the_middle(user1, session):
    lines = 30
    client = spawn(user1, session, f"""import time
for i in range({lines}):
    print(i, flush=True); time.sleep(0.1)
{DRAW}""")
    machine.wait_until(lambda: "1\n" in printed(user1, session), "the cell prints")
    user1.ask("kill", pid=client, number=9)
    user1.wait(client)
    wait_state(user1, session, "idle")
    cell, = code_cells(saved(user1, session))
    assert texts(cell) == "".join(f"{i}\n" for i in range(lines))
    assert cell.outputs[-1].data["image/png"].replace("\n", "") == PNG


@pytest.mark.kernels
def test_outputs_without_any_client(user1, session):
    """What a thread prints when nobody is connected any more."""
    execute(user1, session, """import threading, time
def late():
    time.sleep(1); print('late', flush=True)
threading.Thread(target=late).start()""")
    machine.wait_until(lambda: "late" in printed(user1, session), "it was printed")


def test_keeper_is_killed_while_outputs_come_and_a_client_is_connected(root, user1, session):
    before = user1.get(session, "Leader")
    follower = user1.spawn("computectl", "output", "--follow", "--format=jsonl", session)
    file = user1.shell("mktemp").strip()
    client = spawn(user1, session, f"""import os, time
i = 0
while os.path.exists({file!r}):
    print(i, flush=True); i += 1; time.sleep(0.02)""", "i", "print('next')")
    for others in ([], ["compute-sessiond.service"]):
        seen = len(entries(user1, session))
        machine.wait_until(lambda known=seen: len(entries(user1, session)) > known + 5, "more is recorded")
        machine.kill_services(root, f"compute-keeper-{session}.service", *others)
    user1.run("rm", file)
    seen, lines, following = json.loads(user1.wait(client, timeout=180).output)
    expected = "".join(f"{i}\n" for i in range(int(lines)))
    assert (seen, following) == (expected.strip(), "next")
    assert user1.get(session, "Leader") == before
    machine.wait_until(lambda: printed(user1, session).endswith("next\n"), "all is recorded")
    recorded = printed(user1, session).split()
    assert recorded == expected.split() + ["next"]
    user1.stop(session)
    followed = user1.wait(follower)
    assert followed.status == 0
    assert "".join(one["content"]["text"] for one in map(json.loads, followed.output.splitlines())
                   if one["type"] == "stream").split() == recorded


# Kills a process that stands still, once there is something to read in one of its sockets.
KILL_WHEN_ASKED = """import array, ctypes, fcntl, os, signal, sys, termios, time
pid = int(sys.argv[1])
target = os.pidfd_open(pid)

def unread(number):
    size, fd = array.array("i", [0]), ctypes.CDLL(None).syscall(438, target, number, 0)  # pidfd_getfd(2)
    try:
        fcntl.ioctl(fd, termios.FIONREAD, size)
        return size[0]
    except OSError:
        return 0
    finally:
        os.close(fd)

while not any(unread(int(name)) for name in os.listdir(f"/proc/{pid}/fd")
              if os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")):
    time.sleep(0.01)
os.kill(pid, signal.SIGKILL)
"""


def test_manager_is_killed_when_it_is_asked_for_the_first_time(root, user1, session):
    execute(user1, session, "print('kept')")
    manager = machine.main_pid(root, "compute-sessiond")
    root.shell(f"kill -STOP {manager}")
    follower = user1.spawn("computectl", "output", "--follow", session)
    root.run("/usr/bin/python3", "-c", KILL_WHEN_ASKED, manager, timeout=60)
    machine.wait_until(lambda: machine.main_pid(root, "compute-sessiond") != manager, "another manager")
    wait_state(user1, session, "idle")
    user1.stop(session)
    followed = user1.wait(follower)
    assert followed.status == 0, followed.output
    assert "\nkept\n" in followed.output


def test_follow_until_the_end(user1, session):
    terminal = user1.on_terminal("computectl", "output", "--follow", session)
    spawn(user1, session, "print('first', flush=True); import time; time.sleep(0.5); print('second')")
    terminal.expect("first")
    terminal.expect("second")
    user1.stop(session)
    assert terminal.exit_status() == 0


def test_since(user1, session):
    execute(user1, session, "print('old')")
    newest = entries(user1, session)[-1]
    begun = newest["time"] // 1_000_000 + 1  # times are given in seconds
    machine.wait_until(lambda: time.time() > begun, "the next second")
    execute(user1, session, "print('new')")
    later = entries(user1, session, f"--since={newest['seq']}")
    assert later[0]["seq"] == newest["seq"] + 1
    assert [one["content"]["text"] for one in later if one["type"] == "stream"] == ["new\n"]
    by_time = output(user1, session, f"--since=@{begun}")
    assert "new" in by_time and "old" not in by_time


@pytest.mark.parametrize("option", ["--since=soon", "--format=pdf"])
def test_bad_options(user1, option):
    done = user1.try_run("computectl", "output", option, "n1")
    assert done.status == 1 and "Invalid value" in done.errors


def test_terminals_have_none(user1):
    terminal = user1.start_terminal("sleep", "inf")
    done = user1.try_run("computectl", "output", terminal)
    assert done.status == 1 and "terminal" in done.errors


def test_outputs_of_others(user2, session):
    with pytest.raises(BusError) as refused:
        user2.call_session(session, "GetOutputs", "ta{sv}", 0, {})
    assert refused.value.name in (DENIED, INTERACT)


def test_progress_is_updated_and_cleared(user1, session):
    execute(user1, session, """from IPython.display import clear_output, display
handle = display('0%', display_id=True)
for i in range(5): handle.update(f'{i}')
handle.update('100%')""", """print('gone'); clear_output(wait=True); print('kept')""")
    cells = code_cells(saved(user1, session))
    assert [one.data["text/plain"] for one in cells[0].outputs] == ["'100%'"]
    assert texts(cells[1]) == "kept\n"


@pytest.mark.kernels
def test_more_than_is_kept(user1, configure, notebook):
    """The oldest goes first, and that is told."""
    configure("[Notebook]\nOutputLogSize=1M\n")
    session, _ = user1.start_notebook(notebook)
    execute(user1, session, "print('begin')", "for i in range(400): print(f'{i:04}' + 'x' * 9995, flush=True)",
            "print('end')")
    machine.wait_until(lambda: printed(user1, session).endswith("end\n"), "the keeper has read it all", 120)
    kept = entries(user1, session)
    assert (kept[0]["type"], kept[0]["content"]["event"]) == ("session", "dropped")
    assert printed(user1, session).endswith("end\n")  # which may be one message or two
    assert sum(len(json.dumps(one)) for one in kept) <= 1100 * 1000
    numbers = [int(n) for n in re.findall(r"^(\d{4})x", printed(user1, session), re.M)]
    assert numbers == list(range(400 - len(numbers), 400)) and len(numbers) > 50
    assert saved(user1, session).cells[0].cell_type == "markdown"
    assert execute(user1, session, "6 * 7") == ["42"]


@pytest.mark.kernels
def test_one_that_is_too_large_is_told(user1, configure, notebook):
    configure("[Notebook]\nOutputLogSize=1M\n")
    session, _ = user1.start_notebook(notebook)
    execute(user1, session, "from IPython.display import display; display({'text/plain': 'x' * 3_000_000}, raw=True)",
            "print('next')")
    machine.wait_until(lambda: printed(user1, session).endswith("next\n"), "the keeper has read it all", 120)
    said = entries(user1, session)
    assert [one for one in said if one["content"].get("event") in ("omitted", "dropped")], said
    assert said[-1]["content"]["text"] == "next\n"


@pytest.mark.kernels
def test_restart_is_told_and_clients_go_on(user1, session):
    before = (user1.get(session, "Leader"), user1.get(session, "ConnectionFile"), user1.get(session, "Unit"))
    execute(user1, session, "x = 1; print('before')")
    cell = start_cell(user1, session)
    user1.run("computectl", "restart", session)
    cell.kill_client()
    after = (user1.get(session, "Leader"), user1.get(session, "ConnectionFile"), user1.get(session, "Unit"))
    assert before[0] != after[0] and before[1:] == after[1:]
    assert execute(user1, session, "'x' in globals()") == ["False"]
    notebook = saved(user1, session)
    assert [cell.source for cell in code_cells(notebook)][0] == "x = 1; print('before')"
    assert [cell for cell in notebook.cells if cell.cell_type == "markdown" and "restarted" in cell.source]
    assert user1.get(session, "Restarts") == 1


@pytest.mark.kernels
def test_interrupt(user1, session):
    cell = start_cell(user1, session, after=["'still here'"])
    user1.run("computectl", "interrupt", session)
    assert cell.said() == ["KeyboardInterrupt", "'still here'"]


def test_console(user1, session):
    """jupyter console, unmodified, as a person has it."""
    execute(user1, session, "kept = 'precious'")
    terminal = user1.on_terminal("computectl", "console", session)
    terminal.expect(r"In \[", timeout=60)
    terminal.send("kept\r")
    terminal.expect("'precious'")
    terminal.send("quit(keep_kernel=True)\r")
    assert terminal.exit_status(timeout=30) == 0
    assert execute(user1, session, "kept") == ["'precious'"]


def test_console_is_not_installed(user1, session):
    done = user1.try_run("env", "PATH=/nowhere", "/usr/bin/computectl", "console", session)
    assert done.status == 127 and "jupyter-console" in done.errors


def test_other_kernel_than_the_open_one(user1, notebook, session):
    done = user1.try_run("computectl", "notebook", "--kernel=other", notebook)
    assert done.status == 1
    assert f"open in {session} with the kernel python3, not other" in done.errors
    assert user1.run("computectl", "notebook", "--kernel=Python3", "-q", notebook).output == f"{session}\n"

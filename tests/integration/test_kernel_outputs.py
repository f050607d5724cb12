# SPDX-License-Identifier: LGPL-2.1-or-later
"""What kernels put out is kept, whoever is killed and whether or not anybody looks."""

import json

import machine
import pytest
from kernels import entries, execute, printed, spawn, start_cell, wait_idle, wait_state, write_kernelspec

# As many messages as a kernel holds back for a client that does not read them: whoever is slow, none is
# dropped.
NUMBERS = "".join(f"{number}\n" for number in range(1000))
PRINT_NUMBERS = "import time\nfor i in range(1000):\n  print(i, flush=True)\n  time.sleep(.01)"


@pytest.fixture
def session(user1):
    folder = user1.shell("mktemp -d").strip()
    yield user1.start_notebook(f"{folder}/a.ipynb")[0]
    user1.shell(f"rm -rf {folder}")


def kill_keeper(root, session):
    machine.kill_services(root, f"compute-keeper-{session}.service")


def events(user, session, *names):
    return [one["content"] for one in entries(user, session)
            if one["type"] == "session" and one["content"]["event"] in names]


def test_nothing_is_lost_or_doubled_with_killed_keepers(root, user1, session):
    client = spawn(user1, session, PRINT_NUMBERS)
    wait_state(user1, session, "busy")
    for _ in range(5):
        kill_keeper(root, session)
    assert user1.wait(client, timeout=180).status == 0
    machine.wait_until(lambda: len(printed(user1, session)) >= len(NUMBERS), "all is there", 60)
    assert printed(user1, session) == NUMBERS
    assert [one["seq"] for one in entries(user1, session)] == list(range(1, len(entries(user1, session)) + 1))
    assert not events(user1, session, "omitted", "invalid", "dropped")
    wait_idle(user1, session, executions=1)


def test_nothing_is_lost_while_the_keeper_is_away(root, user1, session):
    unit = f"compute-keeper-{session}.service"
    root.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", unit)
    execute(user1, session, "for i in range(1000): print('x' * 99)", "1 / 0", "6 * 7")
    root.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", unit)
    machine.wait_until(lambda: user1.get(session, "ExecutionCount") == 3, "the keeper is back")
    assert printed(user1, session) == ("x" * 99 + "\n") * 1000
    assert [one["type"] for one in entries(user1, session) if one["type"] in ("error", "execute_result")] == \
        ["error", "execute_result"]


def test_what_the_process_prints_itself(root, user1):
    write_kernelspec(user1, "talks", ["sh", "-c", "printf 'written by the process \\377\\n' >&2; "
                                      "exec python3 -m ipykernel_launcher -f \"$0\"", "{connection_file}"])
    session, _ = user1.start_notebook("/tmp/talks.ipynb", "talks")
    assert "written by the process \ufffd\n" in "".join(one["text"] for one in events(user1, session, "process"))
    said = root.run("journalctl", "--output=json", "--all", f"SESSION_ID={session}").output
    assert any("written by the process" in str(json.loads(line)["MESSAGE"]) or b"written by the process" in
               bytes(part for part in json.loads(line)["MESSAGE"] if isinstance(part, int)) for line in said.splitlines())


def test_what_is_not_utf8_is_replaced(user1, session):
    execute(user1, session, r"print('a\udcffb')")
    machine.wait_until(lambda: printed(user1, session) == "a\ufffdb\n", "it is there")


def test_large_outputs(user1, session):
    execute(user1, session, "print('x' * 20_000_000)")
    machine.wait_until(lambda: len(printed(user1, session)) == 20_000_001, "it is kept", 120)
    execute(user1, session, "print('y' * 200_000_000)", "print('after')", timeout=900)
    machine.wait_until(lambda: printed(user1, session).endswith("after\n"), "the kernel goes on", 120)
    assert len(printed(user1, session)) == 20_000_007
    omitted, = events(user1, session, "omitted")
    assert omitted["bytes"] > 200_000_000


def test_end_of_a_large_output_is_kept(user1, session):
    execute(user1, session, "print('x' * 50_000_000 + 'end')", "print('after')", timeout=900)
    machine.wait_until(lambda: printed(user1, session).endswith("after\n"), "the kernel goes on", 120)
    said = printed(user1, session)
    assert said.endswith("xend\nafter\n") and 33_000_000 < len(said) <= 2**25
    omitted, = events(user1, session, "omitted")
    assert omitted["bytes"] + len(said) == 50_000_000 + len("end\nafter\n")


def test_forged_messages_are_ignored_and_told(user1, session):
    forge = """
def forge():
    socket = get_ipython().kernel.iopub_thread.socket
    for parts in ([b'stream', b'<IDS|MSG>', b'0' * 64, b'{"msg_type":"stream"}', b'{}', b'{}', b'{"text":"forged"}'],
                  [b'x'], [b'\\xff' * 300] * 9, [b''] * 10000, [b'<IDS|MSG>']):
        socket.send_multipart(parts)
for _ in range(40):
    get_ipython().kernel.iopub_thread.schedule(forge)
"""
    user1.wait(spawn(user1, session, forge))  # Jupyter's client does not survive this
    machine.wait_until(lambda: len(events(user1, session, "omitted")) == 40, "all are told")
    execute(user1, session, "print('genuine')")
    machine.wait_until(lambda: printed(user1, session) == "genuine\n", "the kernel goes on")
    told = events(user1, session, "invalid")
    assert told and any("signature" in one["text"] for one in told)
    assert len(told) < 20


def test_probes_are_no_activity(user1, session):
    execute(user1, session, "1")
    wait_idle(user1, session, executions=1)
    before = user1.get_all(session)
    probe = ("import sys; from jupyter_client import BlockingKernelClient as C; c = C(connection_file=sys.argv[1]); "
             "c.load_connection_file(); c.start_channels()\n"
             "for f in (c.kernel_info, c.history, lambda: c.is_complete('1'), c.comm_info): f(); c.get_shell_msg(timeout=60)")
    user1.run("/usr/bin/python3", "-c", probe, user1.get(session, "ConnectionFile"))
    after = user1.get_all(session)
    assert (after["KernelState"], after["KernelStateTimestamp"]) == ("idle", before["KernelStateTimestamp"])
    assert after["LastActivityTimestamp"] == before["LastActivityTimestamp"]
    execute(user1, session, "2")
    machine.wait_until(lambda: user1.get(session, "LastActivityTimestamp") > before["LastActivityTimestamp"], "activity")


def test_silent_work_is_busy(user1, session):
    cell = start_cell(user1, session)
    wait_state(user1, session, "busy")
    since = user1.get(session, "KernelStateTimestamp")
    kernel_info = "import sys; from jupyter_client import BlockingKernelClient as C; c = C(connection_file=sys.argv[1]); " \
        "c.load_connection_file(); c.start_channels(); c.kernel_info()"
    user1.run("/usr/bin/python3", "-c", kernel_info, user1.get(session, "ConnectionFile"))
    assert (user1.get(session, "KernelState"), user1.get(session, "KernelStateTimestamp")) == ("busy", since)
    cell.kill_client()


def test_kernel_that_says_why_it_ends(user1):
    write_kernelspec(user1, "short", ["sh", "-c", "echo first >&2; echo No module named life >&2; exit 3"])
    said = user1.try_run("computectl", "notebook", "--kernel=short", "/tmp/short.ipynb")
    assert said.status != 0
    assert "exited with status 3" in said.output + said.errors and "No module named life" in said.output + said.errors
    assert user1.ids() == []


def test_kernel_that_never_answers(configure, user1):
    configure("[Notebook]\nKernelStartTimeoutSec=2s\n")
    write_kernelspec(user1, "silent", ["sh", "-c", "echo waiting for Godot; exec sleep inf"])
    said = user1.try_run("computectl", "notebook", "--kernel=silent", "/tmp/silent.ipynb")
    assert said.status != 0
    assert "did not answer within 2.0s" in said.output + said.errors and "Godot" in said.output + said.errors
    machine.wait_until(lambda: user1.ids() == [], "nothing is left")
    assert user1.try_run("pgrep", "-u", "user1", "-f", "sleep inf").status != 0


def test_runtime_directory_that_cannot_be_written(user1):
    said = user1.try_run("computectl", "notebook", "--setenv=JUPYTER_RUNTIME_DIR=/proc/nowhere", "/tmp/a.ipynb")
    assert said.status != 0 and "/proc/nowhere" in said.output + said.errors
    assert user1.ids() == []


def test_what_the_kernel_publishes_is_not_recorded_twice(user1, session):
    """It takes what is written to descriptors 1 and 2, publishes it, and writes it to where they led
    before."""
    execute(user1, session, "import os; os.system('echo one-time'); os.system('echo err-time >&2')")
    machine.wait_until(lambda: "err-time" in printed(user1, session), "it was published")
    said = [one for one in entries(user1, session) if "-time\n" in one["content"].get("text", "")]
    assert sorted((one["type"], one["content"].get("name"), one["content"]["text"]) for one in said) == \
        [("stream", "stderr", "err-time\n"), ("stream", "stdout", "one-time\n")]


def test_wrapped_kernel_publishes_too(user1):
    """The process that was started keeps the pipe; the kernel is its child."""
    write_kernelspec(user1, "wrapped", ["sh", "-c", "python3 -m ipykernel_launcher -f \"$0\"; exit 0", "{connection_file}"])
    session, _ = user1.start_notebook("/tmp/wrapped.ipynb", "wrapped", Transport="ipc")
    execute(user1, session, "import os; os.system('echo one-time')")
    machine.wait_until(lambda: "one-time" in printed(user1, session), "it was published")
    assert not [one for one in events(user1, session, "process") if "one-time" in one["text"]]


def journal_of(root, session):
    said = root.run("journalctl", "--output=json", "--all", f"SESSION_ID={session}").output
    return [str(json.loads(line)["MESSAGE"]) for line in said.splitlines()]


def test_journal_has_no_outputs_until_the_kernel_dies(root, user1, session):
    """What a user's cells print is nobody's business who may read the journal."""
    execute(user1, session, "import os; os.system('seq -f private-%g 300000')")
    machine.wait_until(lambda: "private-300000\n" in printed(user1, session), "it was published", 120)
    assert not [line for line in journal_of(root, session) if "private" in line]
    spawn(user1, session, "import ctypes, faulthandler, sys; faulthandler.enable(sys.stderr.fileno()); ctypes.string_at(0)")
    machine.wait_until(lambda: not user1.ids(), "the session has ended")
    machine.wait_until(lambda: any("most recent call first" in line for line in journal_of(root, session)), "it says why")
    assert len([line for line in journal_of(root, session) if "private" in line]) < 50
    said = events(user1, session, "process")
    assert "Fatal Python error: Segmentation fault" in said[-1]["text"]
    assert "private" not in "".join(one["text"] for one in said)

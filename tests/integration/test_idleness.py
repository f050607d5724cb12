# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which sessions are idle, since when and why: real programs, real kernels. tests/unit/manager/idleness has
the same of times that no test can wait for."""

import json
import time

import machine
import nbformat
import pytest
from bus import BusError, options, typed
from kernels import PYTHON, wait_state
from test_survival import kill_manager

USEC = 1_000_000
# A window of cpu-watch.h, one in which a start is still counted, and the timer's slack.
SETTLED_S = 60 + 60 + 10
HOG = "while :; do :; done"
IDLE, CPU, BUSY = "no-activity", "cpu", "busy"

# Name, what IdleReason is once it has run for SETTLED_S, and the program.
TERMINALS = {
    "a program that waits": (IDLE, "sleep", "inf"),
    "a shell at its prompt": (IDLE, "bash"),
    "an editor": (IDLE, "vim", "-u", "NONE"),
    "a pager": (IDLE, "less", "/etc/services"),
    "a file that does not grow": (IDLE, "tail", "-f", "/etc/hostname"),
    "a prompt of Python": (IDLE, PYTHON),
    "a server that nobody asks": (IDLE, PYTHON, "-m", "http.server", "--bind", "127.0.0.1", "0"),
    "a loop that mostly sleeps": (IDLE, "sh", "-c", "while :; do sleep 1; done"),
    "a clock that prints nothing": (IDLE, PYTHON, "-c", "import time\nwhile True: time.sleep(0.5)"),
    "what was computed and done": (IDLE, "sh", "-c", f"timeout 5 sh -c '{HOG}'; exec sleep inf"),
    "what printed and is done": (IDLE, "sh", "-c", "echo done; exec sleep inf"),
    "a silent computation": (CPU, "sh", "-c", HOG),
    "a silent child's": (CPU, "sh", "-c", f"sh -c '{HOG}' & exec sleep inf"),
    "that of a child of init": (CPU, "sh", "-c", f"setsid sh -c \"{HOG}\" & sleep 1; exec sleep inf"),
    "one that leaves much to others": (CPU, PYTHON, "-c", "import time\nwhile True:\n end = time.process_time() + 0.02\n"
                                       " while time.process_time() < end: pass\n time.sleep(0.2)"),
    "a program that prints now and then": ("output", "sh", "-c", "while :; do echo on; sleep 10; done"),
    "top": ("output", "top", "-d", "20"),
    "a watched command": ("output", "watch", "-n", "5", "date"),
}
# The same of kernels: the code that is executed, and what a client does meanwhile.
KERNELS = {
    "a kernel that nobody used": (IDLE, "", ""),
    "a cell that is done": (IDLE, "1", ""),
    "a front-end that asks by itself": (IDLE, "1", "client.kernel_info()"),
    "completions": ("input", "1", "client.complete('pri')"),
    "a cell that computes in silence": (BUSY, "while True: pass", ""),
    "a cell whose child computes": (BUSY, f"import subprocess; subprocess.run(['sh', '-c', '{HOG}'])", ""),
    "a cell that waits for a server": ("busy-without-cpu", "import time; time.sleep(1000)", ""),
    "a cell that waits for input": ("waiting-for-input", "input()", ""),
    "a thread that computes": (CPU, "import threading\ndef f():\n while True: pass\nthreading.Thread(target=f).start()", ""),
    "a child that computes": (CPU, f"import subprocess; p = subprocess.Popen(['sh', '-c', '{HOG}'])", ""),
}
CLIENT = """
import sys, time
from jupyter_client import BlockingKernelClient
client = BlockingKernelClient(connection_file=sys.argv[1])
client.load_connection_file()
client.start_channels()
client.wait_for_ready(timeout=120)
if sys.argv[2]:
    client.execute(sys.argv[2], allow_stdin=True)
print("sent", flush=True)
while True:
    exec(sys.argv[3])
    time.sleep(2)
"""


def idleness(user, session):
    """IdleSince, LastActivityTimestamp, IdleReason."""
    return tuple(user.call("GetIdleness", "as", [session])[0][2:])


def start_kernel(user, folder, name, code, meanwhile):
    path = f"{folder}/{name}.ipynb"
    user.run("sh", "-euc", 'cat > "$1"', "sh", path, text=nbformat.writes(nbformat.v4.new_notebook()))
    session = user.start_notebook(path)[0]
    client = user.on_terminal(PYTHON, "-c", CLIENT, user.get(session, "ConnectionFile"), code, meanwhile)
    client.expect("sent")
    return session, client


def start_all(user, folder):
    """Of each name: what to expect, and the session. And what has to go on meanwhile."""
    expected, clients = {}, []
    for name, (reason, code, meanwhile) in KERNELS.items():
        session, client = start_kernel(user, folder, name, code, meanwhile)
        expected[name] = (reason, session)
        clients.append(client)
    for name, (reason, *program) in TERMINALS.items():
        expected[name] = (reason, user.start_terminal(*program))
    looked_at = user.start_terminal("sleep", "inf")
    clients.append(user.attach(looked_at, 24, 80))
    expected["a terminal that somebody looks at"] = (IDLE, looked_at)
    for name, (reason, program) in {"a registered process": (IDLE, "exec sleep inf"),
                                    "one that computes": (CPU, HOG)}.items():
        known = set(user.ids())
        clients.append(user.on_terminal("computectl", "run", "--type=terminal", "--", "sh", "-c", program))
        machine.wait_until(lambda before=known: set(user.ids()) - before, "it is registered")
        expected[name] = (reason, (set(user.ids()) - known).pop())
    return expected, clients


def settled(wrong, earliest, timeout):
    """What is still wrong when nothing is, after this time; or at last."""
    end = time.monotonic() + timeout
    while (missing := wrong()) or time.time() < earliest:
        if time.monotonic() > end:
            break
        time.sleep(1)
    return missing


def check_agreement(user, session):
    """The properties, the list and the status say the same."""
    before = idleness(user, session)
    said = user.get_all(session)
    listed = next(one for one in json.loads(user.run("computectl", "-j").output) if one["id"] == session)
    status = user.run("computectl", "status", "--lines=0", session).output
    after = idleness(user, session)
    assert before[0] <= said["IdleSince"] <= after[0]
    assert before[0] <= listed["idle_since_usec"] <= after[0]
    assert said["IdleReason"] == listed["idle_reason"] == before[2] == after[2]
    assert before[1] <= said["LastActivityTimestamp"] <= after[1]
    assert (" Idle: no (" in status) == (before[0] == 0)


@pytest.mark.kernels  # takes minutes
def test_each_situation(root, user1, configure):
    configure("[Notebook]\nBusyWithoutCPUSec=1min\n")
    folder = user1.shell("mktemp -d").strip()
    begun = time.time()
    expected, clients = start_all(user1, folder)
    started = time.time()
    used = user1.start_terminal("sh", "-c", "stty -echo; exec sleep inf")
    stream = user1.attach(used)

    def wrong():
        stream.send("x\n")  # typing is what keeps it from being idle
        return {name: (idleness(user1, session)[2], "instead of", reason)
                for name, (reason, session) in {**expected, "typed into": ("input", used)}.items()
                if idleness(user1, session)[2] != reason}
    # A busy machine may be late, but comes to this.
    assert settled(wrong, started + SETTLED_S, timeout=2 * SETTLED_S) == {}
    for name, (reason, session) in expected.items():
        since = idleness(user1, session)[0] / USEC
        if reason == "waiting-for-input":  # on a machine that is full it is not seen in every window
            assert begun < since < time.time(), name
        elif reason in (IDLE, "busy-without-cpu"):
            assert begun < since < started + 90, name
        else:
            assert since == 0, name
        check_agreement(user1, session)

    # Another manager knows the same.
    before = {session: idleness(user1, session) for reason, session in expected.values() if reason == IDLE}
    kill_manager(root)
    assert {session: idleness(user1, session)[0] for session in before} == {
        session: said[0] for session, said in before.items()}
    for client in clients:
        client.close()
    user1.shell(f"rm -rf {folder}")


def test_stop_unused(user1, user2):
    """Nothing is idle for less than a minute. What others have is theirs."""
    others = user2.start_terminal("sleep", "inf")
    idle, looked_at, busy = [user1.start_terminal("sleep", "inf"), user1.start_terminal("sleep", "inf"),
                             user1.start_terminal("sh", "-c", "while :; do echo on; sleep 5; done")]
    stream = user1.attach(looked_at, 24, 80)
    assert {what for _, what, _ in user1.call("StopUnusedSessions", "a{sv}", options(IdleSec=typed("t", 60)))} == {"kept"}
    assert "it was started within a minute" in user1.run("computectl", "stop", "--unused").output
    machine.wait_until(lambda: idleness(user1, idle)[0] > 0 and idleness(user1, looked_at)[0] > 0, "they are idle", 90)
    machine.wait_until(lambda: time.time() - idleness(user1, idle)[0] / USEC > 61, "for a minute", 90)
    said = user1.run("computectl", "stop", "--unused=1min", "--dry-run").output
    assert [line.split()[0] for line in said.splitlines() if "would be stopped" in line] == [idle]
    said = user1.run("computectl", "-j", "stop", "--unused=1min", "--dry-run").output
    assert {one["id"]: one["what"] for one in json.loads(said)} == {idle: "stopped", looked_at: "kept", busy: "kept"}
    assert idle in user1.ids()
    said = user1.run("computectl", "stop", "--unused=1min").output
    assert [line.split()[:2] for line in said.splitlines()[1:]] == [[idle, "stopped"], [looked_at, "kept"], [busy, "kept"]]
    assert "1 client is attached" in said
    assert set(user1.ids()) == {looked_at, busy, others}
    stream.close()


@pytest.mark.parametrize("arguments, sentence", [
    (["--unused=3"], "at least 1min"), (["--unused", "t1"], "Which sessions"), (["--dry-run", "t1"], "Which sessions"),
    ([], "Which sessions")])
def test_wrong_words(user1, arguments, sentence):
    done = user1.try_run("computectl", "stop", *arguments)
    assert done.status == 1
    assert sentence in done.errors


def test_wrong_options(user1):
    for wrong in (59, 2**63):
        with pytest.raises(BusError) as caught:
            user1.call("StopUnusedSessions", "a{sv}", options(IdleSec=typed("t", wrong)))
        assert caught.value.name == "org.computesession1.Error.InvalidArgument"


def test_input_is_told_in_time(user1, session):
    """In list and status, with a word."""
    client = user1.on_terminal(PYTHON, "-c", CLIENT, user1.get(session, "ConnectionFile"), "input()", "")
    client.expect("sent")
    wait_state(user1, session, "busy")
    machine.wait_until(lambda: idleness(user1, session)[2] == "waiting-for-input", "it waits", 60)
    assert "waiting for input" in user1.run("computectl", "status", "--lines=0", session).output
    assert " waiting " in user1.run("computectl", "list", "--no-legend").output
    client.close()

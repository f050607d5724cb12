# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a kernel printed and drew can be opened after its session has ended, however that ended."""

import json

import journal
import machine
import pytest
from bus import DENIED, INTERACT, BusError
from kernels import code_cells, entries, execute, output, printed, saved, spawn, start_cell

ATTACH = "org.computesession1.attach-others"
FOLDER = ".local/state/compute-sessions/outputs"
CODE = "print('kept'); 6 * 7"


def kept_files(user):
    return user.shell(f"ls ~/{FOLDER}").split()


def inputs(user, session):
    return [one["content"]["code"] for one in entries(user, session) if one["type"] == "execute_input"]


def file_of(user, session):
    name, = (name for name in kept_files(user) if name.startswith(f"{session}-"))
    return f"{user.home}/{FOLDER}/{name}"


def check_kept(user, session):
    cell, = code_cells(saved(user, session))
    assert (cell.source, cell.outputs[0].text, cell.outputs[1].data["text/plain"]) == (CODE, "kept\n", "42")


def has_ended(user, session):
    try:
        return session not in user.ids() and any(one[0] == session for one in user.call("ListEnded"))
    except BusError:  # the manager was killed
        return False


def kill_kernel(root, user, session):
    root.shell(f"kill -9 {user.get(session, 'Leader')}")


def kill_both(root, user, session):
    keeper = machine.main_pid(root, f"compute-keeper-{session}")
    root.shell(f"kill -9 {keeper} {user.get(session, 'Leader')}")


def kill_everything(root, user, session):
    manager = machine.main_pid(root, "compute-sessiond")
    keeper = machine.main_pid(root, f"compute-keeper-{session}")
    root.shell(f"kill -9 {keeper} {user.get(session, 'Leader')} {manager}")


def stop(_, user, session):
    user.stop(session)


def stop_scope(root, _, session):
    root.shell(f"systemctl stop compute-{session}.scope")



@pytest.mark.parametrize("end", [kill_kernel, kill_both, kill_everything, stop, stop_scope])
def test_outputs_outlive_the_session(root, user1, session, end):
    execute(user1, session, CODE)
    before = entries(user1, session)
    end(root, user1, session)
    machine.wait_until(lambda: has_ended(user1, session), "the session ended")
    after = entries(user1, session)
    assert after[:len(before)] == before
    assert after[-1]["content"]["event"] == "ended"
    check_kept(user1, session)
    machine.wait_until(lambda: not root.shell(f"systemctl list-units --plain --no-legend 'compute-*{session}.*'"),
                       "no unit of it is left")


def test_killed_for_want_of_memory(root, user1, session):
    """A kernel is killed before it sends what it was about to: so it eats once it has sent it."""
    root.run("systemctl", "set-property", "--runtime", user1.get(session, "Unit"), "MemoryMax=150M")
    cell = start_cell(user1, session, before=[CODE], code="x = [bytearray(b'x' * 10_000_000) for _ in range(100)]")
    machine.wait_until(lambda: len(inputs(user1, session)) == 2, "the kernel has sent the input")
    cell.go_on()
    machine.wait_until(lambda: has_ended(user1, session), "the session ended")
    cell.kill_client()
    assert printed(user1, session) == "kept\n"
    assert inputs(user1, session)[0] == CODE and "x = [bytearray" in inputs(user1, session)[1]


def test_all_that_had_come_when_it_was_killed(root, user1, session):
    """The keeper stands still meanwhile: it finds in its socket what the kernel wrote in its last moments.
    That is as much as the socket takes; what waits behind it in the kernel's own memory goes with the
    kernel."""
    unit = user1.get(session, "KeeperUnit")
    root.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", unit)
    execute(user1, session, "print(*range(1000))", "'the former was sent to all'")
    kill_kernel(root, user1, session)
    root.run("systemctl", "kill", "--signal=CONT", "--kill-who=main", unit)
    machine.wait_until(lambda: has_ended(user1, session), "the session ended")
    assert printed(user1, session).split() == [str(i) for i in range(1000)]


def test_the_notebook_made_of_it_is_that_kernels(user1, notebook, session):
    execute(user1, session, CODE)
    title = saved(user1, session).metadata.kernelspec.display_name
    assert title.startswith("Python 3")
    user1.stop(session)
    metadata = saved(user1, session).metadata
    assert (metadata.kernelspec.name, metadata.kernelspec.display_name, metadata.language_info.name) == (
        "python3", title, "python")
    assert output(user1, notebook) == output(user1, session)  # it is found by the notebook's path, too


def test_followed_to_the_end(user1, session):
    follower = user1.spawn("computectl", "output", "--follow", "--format=jsonl", session)
    execute(user1, session, CODE)
    user1.stop(session)
    followed = user1.wait(follower)
    assert followed.status == 0
    assert followed.output == output(user1, session, "--format=jsonl")


def test_since(user1, session):
    execute(user1, session, "print(1)", "print(2)")
    user1.stop(session)
    said = entries(user1, session)
    assert entries(user1, session, f"--since={said[2]['seq']}") == said[3:]
    assert entries(user1, session, f"--since={said[-1]['seq']}") == []


def test_it_is_the_owners_alone(root, user1, user2, session):
    execute(user1, session, CODE)
    user1.stop(session)
    with pytest.raises(BusError) as caught:
        user2.call("GetEndedOutputs", "st", session, 0)
    assert caught.value.name in (DENIED, INTERACT)
    assert user2.try_run("computectl", "output", session).status == 1
    check_kept(root, session)
    assert root.shell(f"stat -c '%U %a' {user1.home}/{FOLDER} {file_of(user1, session)}") == "user1 700\nuser1 600\n"


def test_whom_polkit_lets_in(root, polkit, user1, user2, session):
    execute(user1, session, CODE)
    user1.stop(session)
    polkit.say("YES", f'action.id == "{ATTACH}" && action.lookup("session") == "{session}" && '
               f'action.lookup("owner") == "{user1.uid}" && action.lookup("type") == "notebook"')
    check_kept(user2, session)
    entry = machine.wait_until(lambda: journal.entries(root, f"MESSAGE_ID={journal.IDS['REQUEST_AUTHORIZED']}",
                                                       f"SESSION_ID={session}"), "it is in the journal")[0]
    assert (entry["ACTOR_UID"], entry["USER_ID"]) == (str(user2.uid), str(user1.uid))


def test_what_there_is_not(user1):
    session = user1.start_terminal("true")
    machine.wait_until(lambda: session not in user1.ids(), "it ended")
    done = user1.try_run("computectl", "output", session)
    assert done.status == 1 and "terminal" in done.errors
    done = user1.try_run("computectl", "output", "n999999")
    assert done.status == 1 and "There is no session 'n999999'" in done.errors
    done = user1.try_run("computectl", "output", "nowhere.ipynb")
    assert done.status == 1 and "There is no session" in done.errors


def test_nothing_is_left(user1, session):
    """Files are the user's, who may remove them."""
    execute(user1, session, CODE)
    user1.stop(session)
    user1.run("rm", file_of(user1, session))
    done = user1.run("computectl", "output", session)
    assert done.output == "" and "Nothing is left" in done.errors
    assert code_cells(saved(user1, session)) == []


def test_home_that_cannot_be_written_to(root, user1, session):
    execute(user1, session, CODE)
    root.shell(f"mkdir -p {user1.home}/{FOLDER}; mv {user1.home}/{FOLDER} {user1.home}/outputs; touch {user1.home}/{FOLDER}")
    try:
        user1.stop(session)
        assert entries(user1, session) == []
    finally:
        root.shell(f"rm {user1.home}/{FOLDER}; mv {user1.home}/outputs {user1.home}/{FOLDER}")


def test_old_ones_go(user1, notebook, session):
    execute(user1, session, CODE)
    user1.stop(session)
    old = file_of(user1, session)
    user1.run("touch", "-d", "25 hours ago", old)
    user1.shell(f"touch ~/{FOLDER}/n1-1.jsonl.new ~/{FOLDER}/mine; touch -d '2 days ago' ~/{FOLDER}/n1-1.jsonl.new ~/{FOLDER}/mine")
    user1.stop(user1.start_notebook(notebook)[0])
    left = kept_files(user1)
    assert old.split("/")[-1] not in left and "n1-1.jsonl.new" not in left
    assert "mine" in left
    user1.shell(f"rm ~/{FOLDER}/mine")


def test_no_more_than_so_many_bytes(user1, configure, notebook):
    configure("[Notebook]\nEndedOutputsMax=200K\n")
    session = user1.start_notebook(notebook)[0]
    execute(user1, session, CODE)
    user1.stop(session)
    first = file_of(user1, session)
    session = user1.start_notebook(notebook)[0]
    execute(user1, session, "for i in range(300): print(i, 'x' * 1000, flush=True)")
    user1.stop(session)
    said = entries(user1, session)
    assert said[0]["content"]["event"] == "dropped"
    assert said[0]["seq"] == said[0]["content"]["entries"] == said[1]["seq"] - 1
    assert printed(user1, session).endswith("299 " + 1000 * "x" + "\n")
    assert first.split("/")[-1] not in kept_files(user1)
    assert int(user1.shell(f"cat ~/{FOLDER}/*.jsonl | wc -c")) <= 200 * 1024


def test_none_are_kept(user1, configure, notebook):
    configure("[Notebook]\nEndedOutputsMax=0\n")
    session = user1.start_notebook(notebook)[0]
    execute(user1, session, CODE)
    user1.stop(session)
    assert entries(user1, session) == []


def test_keeper_is_stopped_for_good(root, user1, session):
    """The kernel goes on; what there was is there, and nothing is left behind in the end."""
    execute(user1, session, CODE)
    path = user1.get(session, "ConnectionFile")
    root.shell(f"systemctl stop compute-keeper-{session}")
    machine.wait_until(lambda: user1.get(session, "KernelState") == "", "nobody knows what it does")
    assert execute(user1, session, "print('on')") == ["on"]
    check_kept(user1, session)
    assert "on" not in printed(user1, session).split()
    left = f"ls -d {path[:-len('.json')]}* 2>/dev/null || :"
    assert path in user1.shell(left) and "-ipc-1" in user1.shell(left)
    user1.stop(session)
    machine.wait_until(lambda: user1.shell(left) == "", "connection file and sockets are gone")
    check_kept(user1, session)


def test_no_variables_in_paths_that_are_cleaned_up(root, user1, notebook):
    folder = f"{user1.home}/$HOME %i"
    user1.run("mkdir", "-p", folder)
    session, _ = user1.start_notebook(notebook, Environment=[f"JUPYTER_RUNTIME_DIR={folder}"])
    assert user1.get(session, "ConnectionFile").startswith(folder)
    root.shell(f"systemctl stop compute-keeper-{session}")
    user1.stop(session)
    machine.wait_until(lambda: user1.run("ls", folder).output == "", "connection file and sockets are gone")
    user1.run("rmdir", folder)


def test_keeper_is_restarted_by_an_administrator(root, user1, session):
    execute(user1, session, CODE)
    root.shell(f"systemctl restart compute-keeper-{session}")
    execute(user1, session, "print('more')")
    assert printed(user1, session) == "kept\nmore\n"
    user1.stop(session)
    assert printed(user1, session) == "kept\nmore\n"


MUCH = "for i in range(450): print(i, 10**5 * 'x', flush=True)"  # in several pieces
# Says that it is ready. Stops a process as soon as there is a file of that session that is not whole, and
# kills it, when the manager would dismiss it if the session ends; exit status 1: there was none.
KILL_WHILE_IT_WRITES = """
import glob, os, select, sys, time
pid, end = int(sys.argv[1]), time.monotonic() + 60
pidfd = os.pidfd_open(pid)
os.nice(-20)
print("ready", flush=True)
while not glob.glob(sys.argv[2]):
    if time.monotonic() > end or select.select([pidfd], [], [], 0)[0]:
        sys.exit(1)
os.kill(pid, 19)
while open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] != "T":
    pass
if not glob.glob(sys.argv[2]):
    os.kill(pid, 18)
    sys.exit(1)
while sys.argv[3] and "PHASE=dismissing\\n" not in open(sys.argv[3]).read():
    pass
os.kill(pid, 9)
"""


def stop_keeper(root, _, session):
    root.shell(f"systemctl stop compute-keeper-{session}")


def kill_while_it_writes(root, user, session, end):
    """Returns whether it was."""
    keeper = machine.main_pid(root, f"compute-keeper-{session}")
    record = f"/run/compute-sessions/sessions/{session}" if end != stop_keeper else ""
    killer = root.on_terminal("/usr/bin/python3", "-c", KILL_WHILE_IT_WRITES, keeper,
                              f"{user.home}/{FOLDER}/{session}-*.jsonl.new", record)
    killer.expect("ready")
    end(root, user, session)
    return root.wait(killer.pid).status == 0


@pytest.mark.parametrize("end", [kill_kernel, stop, stop_scope, stop_keeper])
def test_keeper_is_killed_while_it_writes_them(root, user1, notebook, end):
    """Another one writes them; or, if there is to be none, what was written is there, and what is missing
    told."""
    for _ in range(5):  # the killer may not have its turn soon enough
        session = user1.start_notebook(notebook)[0]
        execute(user1, session, MUCH)
        before = entries(user1, session)
        killed = kill_while_it_writes(root, user1, session, end)
        if end == stop_keeper:
            user1.stop(session)
        machine.wait_until(lambda: has_ended(user1, session), "the session ended")
        if killed:
            break
    assert killed
    after = entries(user1, session)
    if end == stop_keeper:
        assert after[-1]["content"]["event"] == "omitted"
        assert after[:-1] == before[:len(after) - 1]
    else:
        assert after[:len(before)] == before
    user1.run("rm", "-r", f"{user1.home}/{FOLDER}")


FLOOD = """
import os, socket, time, warnings
warnings.simplefilter("ignore")  # Python 3.12 has one of fork() in a process of several threads
ends = [socket.socket(fileno=os.dup(int(fd))) for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")
        and os.readlink(f"/proc/self/fd/{fd}").startswith("socket:")]
iopub = [end for end in ends if end.family == socket.AF_UNIX and str(end.getsockname()).endswith("-ipc-%d" % PORT)
         and not end.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)]
if any(os.fork() == 0 for _ in range(4)):
    while True:  # whoever waits for room is woken when there is not much left to read
        for end in iopub:
            try:
                end.send(bytes(2**16), socket.MSG_DONTWAIT)  # messages without anything in them
            except OSError:
                pass
time.sleep(3600)
"""


def test_keeper_is_stopped_in_a_flood(root, user1, session):
    """Of a process that has the kernel's socket and writes faster than the keeper reads: what came before is
    kept."""
    port = json.loads(user1.shell(f"cat '{user1.get(session, 'ConnectionFile')}'"))["iopub_port"]
    client = spawn(user1, session, CODE, f"PORT = {port}\n{FLOOD}")
    unit = f"compute-keeper-{session}"
    machine.wait_until(lambda: "A message was ignored" in output(user1, session, "--format=jsonl"), "the flood has come")
    root.shell(f"systemctl stop {unit}")
    assert not root.shell(f"journalctl -q -u {unit} --grep=SIGKILL || :")
    user1.stop(session)
    assert printed(user1, session) == "kept\n"
    user1.ask("kill", pid=client, number=9)
    user1.wait(client)


ESCAPES = r"\033]0;pwned\007\033[2J\n\377\376\n"
SAYS_ESCAPES = ('{"seq":1,"time":1,"type":"stream","parent":"","content":{"name":"stdout","text":"'
                r"\u001b]0;pwned\u0007\u001b[2Jhello\u000a" '"}}')
# Runs a command, and says at the end how many KiB of memory it had at most.
PEAK = ("import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(done.returncode)")
# What is put in the place of a file, what is shown then, and what is said about it.
INSTEAD = [("ln -s /etc/shadow $1", "", "Nothing is left"), ("ln -s /etc/passwd $1", "", "Nothing is left"),
           ("ln -s $1 $1", "", "Nothing is left"), ("mkfifo $1", "", "Nothing is left"),
           ("mkdir $1", "", "Nothing is left"), ("truncate -s 3G $1", "", "File too large"),
           (f"printf '{ESCAPES}' > $1", "", "2 lines of"), (f"echo '{SAYS_ESCAPES}' > $1", "?]0;pwned??[2Jhello\n", "")]


def test_whatever_its_user_puts_there(root, user1, session):
    """Root looks at it: nothing is followed, nothing waited for, nothing gets to the terminal, memory is
    bounded."""
    execute(user1, session, CODE)
    user1.stop(session)
    file = file_of(user1, session)
    try:
        for script, printed, said in INSTEAD:
            user1.run("rm", "-rf", file)
            user1.run("bash", "-c", script, "bash", file)
            done = root.try_run("/usr/bin/python3", "-c", PEAK, "computectl", "output", session)
            assert int(done.errors.splitlines()[-1]) < 3 * 2**20, script
            assert (done.output, "\033" in done.errors) == (printed, False), script
            assert said in done.errors, script
            assert "could not be understood" not in done.errors or "lines of" in said, script
    finally:
        user1.run("rm", "-rf", file)

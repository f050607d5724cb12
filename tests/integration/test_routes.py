# SPDX-License-Identifier: LGPL-2.1-or-later
"""user2 has a grudge against user1. A test for each way on which they could learn or change something of
user1's sessions that is not said to everybody; D-Bus itself is in test_matrix.py."""

import json
import re

import journal
import machine
import pytest
from bus import DENIED, ERROR, INTERACT, MANAGER, ROOT, BusError, typed

SECRET = "secret-4321"


def refusal(call, *arguments, **options):
    with pytest.raises(BusError) as caught:
        call(*arguments, **options)
    return caught.value.name


@pytest.fixture
def terminal(user1):
    """A terminal that shows something, was given something, and has something in its environment."""
    session = user1.start_terminal("sh", "-c", f"read go; echo shown-$SECRET; exec sleep {SECRET[-4:]}",
                                   Environment=[f"SECRET={SECRET}"])
    stream = user1.attach(session)
    stream.send("\n")
    stream.expect(f"shown-{SECRET}")
    stream.close()
    return session


@pytest.fixture(params=["ipc", "tcp"])
def notebook(request, user1):
    session, _ = user1.start_notebook(f"{user1.home}/{SECRET}/a.ipynb", Transport=request.param)
    return session


@pytest.fixture(autouse=True)
def folder(user1):
    user1.shell(f"mkdir -p -m 700 ~/{SECRET}")


def processes(root, session):
    """What is behind a session: the leader, and the keeper."""
    keeper = root.get(session, "KeeperUnit")
    return [str(root.get(session, "Leader")),
            root.run("systemctl", "show", "--value", "--property=MainPID", keeper).output.strip()]


# The keepers' sockets and the runtime directory


def test_keepers_sockets(root, user2, terminal):
    script = ("import socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.settimeout(5); "
              "s.connect(sys.argv[1]); print(s.recv(100))")
    path = f"/run/compute-sessions/keepers/{terminal}"
    assert root.run("test", "-S", path)
    assert "PermissionError" in user2.try_run("/usr/bin/python3", "-c", script, path).errors
    # Not even if the directory was open, or the socket was handed over.
    root.shell("chmod 755 /run/compute-sessions /run/compute-sessions/keepers; chmod 777 " + path)
    try:
        done = user2.try_run("/usr/bin/python3", "-c", script, path)
        assert done.output.strip() in ("", "b''") and SECRET not in done.errors, done
    finally:
        root.shell("chmod 700 /run/compute-sessions /run/compute-sessions/keepers; chmod 600 " + path)
    assert f"shown-{SECRET}" in root.snapshot(terminal)


def test_no_socket_has_a_name_that_all_can_reach(root, user2, terminal, notebook):
    """Abstract sockets have no permissions: there are none of ours. The manager's sockets, which it hands to
    keepers, are in its own network namespace."""
    manager = root.run("systemctl", "show", "--value", "--property=MainPID", "compute-sessiond").output.strip()
    paths = [line.split()[7] for line in root.run("cat", f"/proc/{manager}/net/unix").output.splitlines()[1:]
             if int(line.split()[3], 16) & 0x10000 and len(line.split()) > 7]
    assert {f"/run/compute-sessions/keepers/{session}" for session in (terminal, notebook)} <= set(paths)
    ours = {f"pid={pid}" for session in (terminal, notebook) for pid in processes(root, session)}
    said = root.run("ss", "--no-header", "--listening", "--processes", "--unix").output
    paths += [line.split()[4] for line in said.splitlines() if ours & set(re.findall(r"pid=\d+", line))]
    for path in paths:
        assert path.startswith("/"), path
        assert user2.try_run("ls", path).status != 0, path


@pytest.mark.parametrize("what", ["", "/sessions", "/keepers", "/next-number", "/sessions/{id}", "/keepers/{id}"])
def test_runtime_directory(user2, terminal, what):
    path = "/run/compute-sessions" + what.format(id=terminal)
    for command in (["ls", path], ["cat", path], ["touch", path], ["rm", "-rf", path], ["ln", "-sfT", "/tmp", path]):
        assert user2.try_run(*command).status != 0 or command[0] == "rm", command
    assert user2.try_run("mv", "/run/compute-sessions", "/run/x").status != 0


# /proc


@pytest.mark.parametrize("file", ["environ", "mem", "fd/0", "cwd/.", "root/.", "maps", "fdinfo/0", "map_files", "stack",
                                  "syscall", "io", "auxv", "pagemap"])
def test_proc(root, user2, terminal, file):
    for pid in processes(root, terminal):
        done = user2.try_run("head", "-c1", f"/proc/{pid}/{file}")
        assert done.status != 0 and "ermission denied" in done.errors, (pid, file, done)


def test_command_line_of_the_keeper_says_nothing(root, user2, terminal):
    """/proc/PID/cmdline is everybody's. What user1 gave to the session is not on the keeper's; the payload's
    is its own."""
    _, keeper = processes(root, terminal)
    assert SECRET not in user2.run("cat", f"/proc/{keeper}/cmdline").output
    assert "sleep" not in user2.run("cat", f"/proc/{keeper}/cmdline").output


def test_ptrace_and_signals(root, user2, terminal):
    script = ("import ctypes, os, sys\nlibc = ctypes.CDLL(None, use_errno=True)\n"
              "for pid in map(int, sys.argv[1:]):\n"
              "    assert libc.ptrace(16, pid, 0, 0) == -1 and ctypes.get_errno() == 1\n"
              "    try:\n        os.kill(pid, 9)\n        sys.exit('killed')\n    except PermissionError:\n        pass\n"
              "    fd = os.pidfd_open(pid)\n"
              "    assert libc.syscall(438, fd, 0, 0) == -1 and ctypes.get_errno() == 1  # pidfd_getfd\n")
    user2.run("/usr/bin/python3", "-c", script, *processes(root, terminal))
    assert root.get(terminal, "State") == "running"


def test_terminal_device(root, user2, terminal):
    """The PTY itself is user1's, and nobody else can write to it (as with `write`)."""
    leader, _ = processes(root, terminal)
    device = root.run("readlink", f"/proc/{leader}/fd/0").output.strip()
    assert device.startswith("/dev/pts/")
    assert root.run("stat", "-c", "%U", device).output == "user1\n"
    assert user2.try_run("sh", "-c", f"echo x > {device}").status != 0
    assert user2.try_run("sh", "-c", f"exec 0< {device}").status != 0


# systemd


def test_systemd_says_nothing_private(root, user2, terminal, notebook):
    """Units and their properties are everybody's, so nothing private may be in them."""
    for session in (terminal, notebook):
        for unit in (root.get(session, "Unit"), root.get(session, "KeeperUnit")):
            said = user2.run("systemctl", "show", "--all", unit).output
            assert SECRET not in said.replace(f"Description=Notebook {SECRET}", ""), unit
            assert user2.try_run("systemctl", "--no-ask-password", "stop", unit).status != 0
            assert user2.try_run("systemctl", "--no-ask-password", "kill", unit).status != 0
            assert user2.try_run("systemctl", "--no-ask-password", "set-property", "--runtime", unit,
                                 "MemoryMax=1M").status != 0
    assert sorted(root.ids()) == sorted([terminal, notebook])


def test_cgroup_files(root, user2, terminal):
    paths = root.shell("find /sys/fs/cgroup -path '*compute.slice*' -name cgroup.procs").split()
    assert paths
    for path in paths:
        assert user2.try_run("sh", "-c", f"echo $$ > {path}").status != 0, path


# Kernels


def test_kernels_sockets_and_connection_file(root, user1, user2, notebook):
    path = user1.get(notebook, "ConnectionFile")
    connection = json.loads(user1.run("cat", path).output)
    assert user2.try_run("cat", path).status != 0
    assert user2.try_run("sh", "-c", f"echo x > {path}").status != 0
    assert user2.try_run("rm", "-f", path).status != 0 or user1.try_run("test", "-e", path).status == 0
    assert len(connection["key"]) >= 32
    assert connection["key"] not in user2.shell("cat /proc/[0-9]*/cmdline 2>/dev/null || :")
    if connection["transport"] == "ipc":
        for number in range(1, 6):
            assert user2.try_run("ls", f"{connection['ip']}-{number}").status != 0
            connect = f"import socket; socket.socket(socket.AF_UNIX).connect('{connection['ip']}-{number}')"
            assert "PermissionError" in user2.try_run("/usr/bin/python3", "-c", connect).errors


def test_requests_without_the_key_are_not_heard(user1, user2):
    """Over tcp any local user can connect, and see what a kernel publishes; but nothing can be run without
    the key."""
    session, _ = user1.start_notebook(f"{user1.home}/{SECRET}/a.ipynb", Transport="tcp")
    connection = json.loads(user1.run("cat", user1.get(session, "ConnectionFile")).output)
    client = """
import json, sys
from jupyter_client import BlockingKernelClient
info = json.loads(sys.argv[1])
info["key"] = "0" * 64
client = BlockingKernelClient()
client.load_connection_info(info)
client.start_channels(iopub=False, stdin=False, hb=False)
client.execute("open('/tmp/user2-was-here', 'w').close()")
try:
    client.get_shell_msg(timeout=3)
    sys.exit("it answered")
except Exception as e:
    print(type(e).__name__)
"""
    assert "Empty" in user2.run("/usr/bin/python3", "-c", client, json.dumps(connection)).output
    assert user1.try_run("test", "-e", "/tmp/user2-was-here").status != 0


# What is left of sessions that ended


def test_files_of_ended_outputs(user1, user2, notebook):
    """They are in user1's home, where nobody else can look, or lay anything; and the manager hands them out
    to user1."""
    user1.run("chmod", "a+x", user1.home, f"{user1.home}/.local")
    user1.stop(notebook)
    folder = f"{user1.home}/.local/state/compute-sessions/outputs"
    created, = (one[7] for one in user1.call("ListEnded") if one[0] == notebook)
    file = f"{folder}/{notebook}-{created}.jsonl"
    assert user1.run("cat", file).output
    for command in (["ls", folder], ["cat", file], ["rm", "-f", file], ["ln", "-sf", "/tmp", f"{folder}/n1-1.jsonl"],
                    ["mv", folder, "/tmp/moved"]):
        assert user2.try_run(*command).status != 0, command
    assert refusal(user2.call, "GetEndedOutputs", "st", notebook, 0) == INTERACT
    assert user1.run("cat", file).output


# The journal


def test_journal(root, user1, user2, terminal, notebook):
    """What ordinary users can read of the journal is their own."""
    user1.stop(terminal)
    journal.wait_entry(root, "SESSION_END", SESSION_ID=terminal)
    said = user2.try_run("journalctl", "--quiet", "--no-pager", "--all", "--output=json", f"SESSION_ID={terminal}")
    assert said.output == ""
    keeper = f"_SYSTEMD_UNIT=compute-keeper-{terminal}.service"
    assert user2.try_run("journalctl", "--quiet", "--no-pager", "--all", keeper).output == ""
    assert terminal not in user2.try_run("computectl", "--no-pager", "history").output


# Processes of others


def test_register_is_for_the_caller_alone(root, user1, user2, terminal):
    """There is no way to say another process: not as an option, not by the name of who called before."""
    leader = root.get(terminal, "Leader")
    for options in ({"PID": typed("u", leader)}, {"Leader": typed("u", leader)}, {"PIDs": typed("au", [leader])}):
        assert refusal(user2.call, "RegisterSession", "ssa{sv}", "terminal", "x", options) == ERROR + "UnknownOption"
    assert root.ids() == [terminal]


def test_notebooks_of_others_cannot_be_shadowed(user1, user2):
    """user2 registers what claims to be user1's notebook: user1 still starts, and gets, their own."""
    path = f"{user1.home}/{SECRET}/a.ipynb"
    user1.run("chmod", "a+x", user1.home)  # Debian 13 closes homes
    mark = user2.mark()
    pid = user2.spawn("computectl", "run", "--type=notebook", f"--notebook={path}", "--", "sleep", "inf")
    user2.wait_signals(mark, lambda signals: any(one["member"] == "SessionNew" for one in signals))
    theirs, = user2.ids()
    session, started = user1.start_notebook(path)
    assert started and session != theirs
    assert user1.start_notebook(path) == (session, False)
    assert user1.call("GetSessionByNotebook", "s", path).endswith(session)
    user2.stop(theirs)
    user2.wait(pid)


def test_session_of_a_process_is_no_more_than_its_id(user2, root, terminal):
    """Which session a process is in is public (its cgroup is); a process in none says nothing."""
    leader, _ = processes(root, terminal)
    assert user2.call("GetSessionByPID", "u", int(leader)).endswith(terminal)
    other = user2.run("pgrep", "-o", "dbus-daemon").output.strip()
    assert refusal(user2.call, "GetSessionByPID", "u", int(other)) == ERROR + "NoSuchSession"


# Symbolic links


@pytest.mark.parametrize("target", ["/home/user1/" + SECRET + "/a.ipynb", "/home/user1/" + SECRET + "/new.ipynb"])
def test_links_to_notebooks_of_others(user1, user2, target):
    """A link of user2's into user1's folder is followed as user2, who may not."""
    user1.shell(f"echo '{{}}' > ~/{SECRET}/a.ipynb")
    link = f"{user2.home}/link.ipynb"
    user2.run("ln", "-sfn", target, link)
    assert refusal(user2.start_notebook, link) == ERROR + "NotebookNotAccessible"
    user2.run("rm", link)


def test_links_that_user2_lays_for_user1(root, user1, user2):
    """user1 opens a notebook through a link that user2 can change: it is user1's kernel, with user1's
    rights, of what the link said then; and re-opening is by what it says now."""
    user1.shell(f"echo '{{}}' > ~/{SECRET}/a.ipynb")
    user2.shell(f"mkdir -p -m 755 /tmp/shared; ln -sfn {user1.home}/{SECRET}/a.ipynb /tmp/shared/a.ipynb")
    session, _ = user1.start_notebook("/tmp/shared/a.ipynb")
    assert user1.get(session, "Notebook") == f"{user1.home}/{SECRET}/a.ipynb"
    assert root.get(session, "User") == user1.uid
    user2.shell("ln -sfn /etc/passwd /tmp/shared/a.ipynb")
    assert user1.get(session, "Notebook") == f"{user1.home}/{SECRET}/a.ipynb"
    assert refusal(user2.call, "StopSession", "s", session) == INTERACT
    user2.shell("rm -r /tmp/shared")


def test_links_where_the_runtime_directory_of_jupyter_should_be(user1, user2):
    """user1's connection files do not go where user2 says: the folder is user1's alone."""
    user2.shell("mkdir -p -m 777 /tmp/trap")
    session, _ = user1.start_notebook(f"{user1.home}/{SECRET}/a.ipynb")
    folder = user1.get(session, "ConnectionFile").rsplit("/", 1)[0]
    for part in (folder, folder.rsplit("/", 1)[0]):
        assert user2.try_run("ln", "-s", "/tmp/trap", f"{part}/x").status != 0
        assert user2.try_run("mv", part, "/tmp/trap/moved").status != 0
    assert user2.shell("ls -A /tmp/trap") == ""
    user2.shell("rm -r /tmp/trap")


def test_links_in_the_working_directory(user1, user2):
    """A working directory is entered as its user, who may not enter user1's."""
    user2.run("ln", "-sfn", f"{user1.home}/{SECRET}", f"{user2.home}/link")
    assert refusal(user2.start_terminal, "pwd", WorkingDirectory=f"{user2.home}/link") == ERROR + "NoWorkingDirectory"
    user2.run("rm", f"{user2.home}/link")


# The bus


def test_nobody_can_answer_for_the_manager(root, user2):
    """Neither own its name, nor send its signals to those who listen to that name, nor put others up as the
    keeper."""
    for name in ("org.computesession1", "org.computesession1.Manager"):
        assert refusal(user2.call, "RequestName", "su", name, 4, destination="org.freedesktop.DBus",
                       path="/org/freedesktop/DBus", interface="org.freedesktop.DBus") == DENIED
    mark = root.mark()
    user2.run("busctl", "emit", ROOT, MANAGER, "SessionRemoved", "sos", "t1", f"{ROOT}/session/t1", "stopped")
    assert [one for one in root.signals(mark) if one["member"] == "SessionRemoved"] == []


def test_nobody_can_listen_in(user1, user2):
    """An attached stream and the calls that lead to it are between user1 and the manager."""
    done = user2.try_run("timeout", "2", "busctl", "monitor", "org.computesession1")
    assert done.status not in (0, 124), done
    mark = user2.mark()
    session = user1.start_terminal("sh", "-c", f": {SECRET}; exec sleep inf", Environment=[f"SECRET={SECRET}"])
    user2.wait_signals(mark, lambda signals: any(one["member"] == "SessionNew" for one in signals))
    user1.call_session(session, "SetName", "s", "public")
    user2.wait_properties(mark, session, Name="public")
    assert SECRET not in str(user2.signals(mark))

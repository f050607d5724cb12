# SPDX-License-Identifier: LGPL-2.1-or-later
"""computectl, as people and scripts use it."""

import json
import re

import machine
import pytest
from kernels import execute

DETACH = "\x1d"  # C-]


def computectl(user, *arguments, status=0):
    done = user.try_run("computectl", *arguments)
    assert done.status == status, done
    return done


def test_list(root, user1, user2):
    first = user1.start_terminal("sleep", "inf", Name="First")
    second = user2.start_terminal("sleep", "inf", Name="Second")
    lines = computectl(root).output.splitlines()
    assert lines[0].split() == "ID TYPE NAME USER STATE MEMORY CPU TASKS IDLE CLIENTS".split()
    assert lines[1].split()[:5] == [first, "terminal", "First", "user1", "running"]
    assert lines[2].split()[:5] == [second, "terminal", "Second", "user2", "running"]
    assert lines[-1] == "0 notebooks, 2 terminals; 6 recommended."
    assert computectl(user1, "list").output.splitlines()[1].split()[0] == first


def test_empty_list(user1):
    assert computectl(user1).output == "No sessions.\n"
    assert computectl(user1, "--no-legend").output == ""
    assert json.loads(computectl(user1, "--json=short").output) == []


def test_list_without_legend(user1):
    session = user1.start_terminal("sleep", "inf")
    lines = computectl(user1, "list", "--no-legend").output.splitlines()
    assert [line.split()[0] for line in lines] == [session]


@pytest.mark.parametrize("option", ["-j", "--json=short", "--json=pretty"])
def test_list_as_json(user1, option):
    session = user1.start_terminal("sleep", "inf", Name='A "name" \\ with ✓')
    listed = json.loads(computectl(user1, option).output)
    assert [(one["id"], one["name"], one["uid"], one["clients"]) for one in listed] == \
        [(session, 'A "name" \\ with ✓', user1.uid, 0)]


def test_list_warns_of_too_many(user1):
    for _ in range(7):
        user1.start_terminal("sleep", "inf")
    assert "7 sessions are more than the 6 recommended" in computectl(user1).output


def test_list_of_what_ended(root, user1):
    mark = root.mark()
    session = user1.start_terminal("sh", "-c", "exit 3", Name="Ended")
    root.wait_removed(mark, session)
    line, = [line for line in user1.run("computectl", "list", "--all").output.splitlines() if f"{session} " in line]
    assert "Ended" in line and "exit status 3" in line
    entry, = [one for one in json.loads(user1.run("computectl", "-j", "list", "--all").output) if one["id"] == session]
    assert (entry["state"], entry["result"], entry["exit_status"]) == ("ended", "exit-code", 3)
    assert session not in user1.run("computectl", "list").output


def test_status(root, user1):
    session = user1.start_terminal("sh", "-c", "sleep 31415 & sleep inf", Name="Shown")
    said = computectl(root, "status", session).output
    for words in (f"{session} - Terminal Shown", "user1", "running", "sleep 31415", f"compute-{session}.scope",
                  f"compute-keeper-{session}.service", "started"):
        assert words in said


def test_status_of_what_ended(user1):
    mark = user1.mark()
    session = user1.start_terminal("sh", "-c", "exit 3")
    user1.wait_removed(mark, session)
    errors = computectl(user1, "status", session, status=1).errors
    assert f"Session {session} ended" in errors and "exit status 3; " in errors
    for arguments in (("status", "t999999"), ("stop", session), ("stop", "nonesuch")):
        assert "'computectl list --all'" in computectl(user1, *arguments, status=1).errors


def test_show(user1):
    session = user1.start_terminal("sleep", "inf", Name="Shown")
    assert computectl(user1, "show", "-p", "Name", "--value", session).output == "Shown\n"
    assert computectl(user1, "show", "-p", "Id,State", session).output == f"Id={session}\nState=running\n"
    shown = dict(line.split("=", 1) for line in computectl(user1, "show", session).output.splitlines() if "=" in line)
    assert (shown["Unit"], shown["Leader"]) == (f"compute-{session}.scope", str(user1.get(session, "Leader")))
    assert "TerminalCount=1\n" in computectl(user1, "show").output
    assert json.loads(computectl(user1, "show", "-j", session).output)


def test_stop_by_id_name_and_notebook(user1):
    sessions = [user1.start_terminal("sleep", "inf"), user1.start_terminal("sleep", "inf", Name="Named"),
                user1.start_notebook(f"{user1.home}/stop.ipynb")[0],
                user1.start_notebook(f"{user1.home}/file.ipynb")[0]]
    assert len(user1.ids()) == 4
    computectl(user1, "stop", sessions[0], "Named", f"{user1.home}/stop.ipynb", "file.ipynb")
    assert user1.ids() == []


def test_stop_of_hundreds(user1):
    """The bus allows 128 calls of a connection at once; what comes behind would be refused."""
    ids = [f"t{number}" for number in range(900000, 900300)]
    session = user1.start_terminal("sleep", "inf")
    errors = computectl(user1, "stop", *ids, session, status=1).errors
    assert user1.ids() == []
    assert len(errors.splitlines()) == len(ids) and "pending" not in errors, errors


def test_stop_by_a_link_to_the_notebook(user1):
    """As it is opened by one. What the link leads to is meant, not another notebook whose file has the
    link's name."""
    user1.shell("mkdir -p ~/linked ~/other; echo '{}' | tee ~/linked/real.ipynb > ~/other/link.ipynb; "
                "ln -sf linked/real.ipynb ~/link.ipynb")
    other, _ = user1.start_notebook(f"{user1.home}/other/link.ipynb")
    user1.start_notebook(f"{user1.home}/link.ipynb")
    computectl(user1, "stop", f"{user1.home}/link.ipynb")
    assert user1.ids() == [other]
    user1.start_notebook(f"{user1.home}/linked/real.ipynb")
    user1.shell("cd && computectl stop link.ipynb")
    assert user1.ids() == [other]


def test_ambiguous_name_is_refused(user1):
    sessions = [user1.start_terminal("sleep", "inf", Name="Twin") for _ in range(2)]
    errors = computectl(user1, "stop", "Twin", status=1).errors
    assert all(session in errors for session in sessions)
    assert user1.ids() == sessions


def test_one_bad_word_leaves_all_sessions_alone(user1):
    session = user1.start_terminal("sleep", "inf")
    assert "no-such-name" in computectl(user1, "stop", session, "no-such-name", status=1).errors
    assert user1.ids() == [session]


@pytest.mark.parametrize("arguments, result", [(("-s", "INT"), 2), (("-s", "SIGUSR1"), 10), (("--signal=9",), 9),
                                               ((), 15), (("--kill-whom=leader", "-s", "KILL"), 9)])
def test_kill(root, user1, arguments, result):
    session = user1.start_terminal("sleep", "inf")
    mark = root.mark()
    computectl(user1, "kill", *arguments, session)
    assert root.wait_removed(mark, session) == "signal"
    ended = json.loads(machine.wait_until(lambda: "ended" in (out := computectl(
        root, "history", "--json=short", session).output) and out, "history"))
    assert str(result) in json.dumps(ended[-1])


def test_terminal_detached_prints_the_id(user1):
    assert computectl(user1, "terminal", "-d", "--", "sleep", "inf").output.split() == user1.ids()


def test_terminal_with_options(user1):
    computectl(user1, "terminal", "-d", "--name=Named", "--cwd=/var/tmp", "-E", "A=b c", "sh", "-c", "exec sleep inf")
    session = user1.ids()[0]
    said = user1.get_all(session)
    assert (said["Name"], said["WorkingDirectory"]) == ("Named", "/var/tmp")
    assert said["Command"] == ["sh", "-c", "exec sleep inf"]
    assert "A=b c\0" in user1.shell(f"cat /proc/{said['Leader']}/environ")


# Prints the size of its terminal, and again when that changes, until it is 122 columns wide. (A shell is no
# good for this: a change while it runs a command is told to that command alone.)
SIZES = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
while True:
    size = os.get_terminal_size()
    print(size.lines, size.columns, flush=True)
    if size.columns == 122:
        sys.exit(5)
    signal.sigwait([signal.SIGWINCH])
"""


def test_terminal_attaches_and_has_the_window_size(user1):
    stream = user1.on_terminal("computectl", "terminal", "--", "/usr/bin/python3", "-c", SIZES, rows=33, columns=111)
    stream.expect("33 111")
    stream.resize(44, 122)
    stream.expect("44 122")
    assert stream.exit_status() == 5


def test_attach_and_detach(user1):
    session = user1.start_terminal("bash", "--norc")
    stream = user1.on_terminal("computectl", "attach", session)
    stream.send("kept=precious; echo rea''dy\n")
    stream.expect("ready")
    machine.wait_until(lambda: user1.get(session, "Clients") == 1, "one client")
    stream.send(DETACH)
    assert stream.exit_status() == 0
    machine.wait_until(lambda: user1.get(session, "Clients") == 0, "no client")

    stream = user1.on_terminal("computectl", "attach", session)
    stream.send("echo \"<$kept>\"\n")
    stream.expect("<precious>")
    stream.send("exit 4\n")
    assert stream.exit_status() == 4


def test_other_detach_key(user1):
    session = user1.start_terminal("bash", "--norc")
    for command in (["computectl", "attach", "--detach-key=C-a", session],
                    ["env", "COMPUTECTL_DETACH_KEY=C-a", "computectl", "attach", session],
                    ["env", "COMPUTECTL_DETACH_KEY=C-b", "computectl", "attach", "--detach-key=C-a", session]):
        stream = user1.on_terminal(*command)
        stream.send("echo rea''dy\n")
        stream.expect("ready")
        stream.send("\x01")
        assert stream.exit_status() == 0
        assert user1.ids() == [session]


def test_detach_key_typed_twice_is_sent(user1):
    session = user1.start_terminal("cat", "-v")
    stream = user1.on_terminal("computectl", "attach", session)
    stream.send(f"a{DETACH}{DETACH}b\n")
    stream.expect(r"a\^]b\r\na\^]b")
    stream.send(DETACH)
    assert stream.exit_status() == 0
    assert user1.ids() == [session]


def test_attach_of_a_killed_program_tells_its_signal(root, user1):
    session = user1.start_terminal("bash", "--norc")
    stream = user1.on_terminal("computectl", "attach", session)
    stream.send("echo rea''dy\n")
    stream.expect("ready")
    root.run("kill", "-KILL", str(user1.get(session, "Leader")))
    assert stream.exit_status() == 128 + 9


def test_attach_survives_a_killed_manager(root, user1):
    session = user1.start_terminal("bash", "--norc")
    stream = user1.on_terminal("computectl", "attach", session)
    stream.send("echo rea''dy\n")
    stream.expect("ready")
    machine.kill_services(root, "compute-sessiond.service")
    stream.send("echo still $((6 * 7))\n")
    stream.expect("still 42")
    stream.send(DETACH)
    assert stream.exit_status() == 0


def test_notebook(user1):
    said = computectl(user1, "notebook", f"{user1.home}/cli.ipynb").output
    session = user1.ids()[0]
    assert said.startswith(f"Started {session} (python3) for {user1.home}/cli.ipynb\n")
    assert user1.get(session, "ConnectionFile") in said
    again = computectl(user1, "notebook", f"{user1.home}/cli.ipynb").output
    assert again.startswith(f"Re-opened {session} ")
    told = json.loads(computectl(user1, "notebook", "-j", f"{user1.home}/cli.ipynb").output)
    assert (told["id"], told["started"]) == (session, False)


def test_run_is_replaced_by_the_program(user1):
    assert user1.run("computectl", "run", "--type=terminal", "--name=x", "--", "echo", "said").output == "said\n"
    assert computectl(user1, "run", "--type=terminal", "--name=x", "--", "sh", "-c", "exit 7", status=7)
    assert computectl(user1, "run", "--name=x", "--", "no-such-program", status=127)


def test_history(root, user1):
    session = user1.start_terminal("sleep", "inf", Name="Remembered")
    user1.stop(session)
    machine.wait_until(lambda: "ended" in computectl(root, "history", session).output, "history")
    events = [one["event"] for one in json.loads(computectl(root, "history", "-j", session).output)]
    assert len(events) == 3
    assert "Remembered" in computectl(root, "history").output
    assert len(computectl(root, "history", "--no-legend", "-n2").output.splitlines()) == 2
    assert computectl(root, "history", "--since=1h ago", session).output
    assert computectl(user1, "history", status=1).errors


@pytest.mark.parametrize("verb", ["output", "output --format=jsonl", "output --format=ipynb", "list", "show", "--version"])
def test_disk_full(user1, session, verb):
    execute(user1, session, "for i in range(1000): print('x' * 100)")  # more than stdio holds back
    operand = session if verb.startswith(("output", "show")) else ""
    done = user1.try_run("sh", "-c", f"exec computectl {verb} {operand} >/dev/full")
    assert (done.status, "No space left on device" in done.errors) == (1, True), done
    assert "read" not in done.errors


def test_help_and_version(user1):
    said = computectl(user1, "--help").output
    for verb in ("list", "status", "show", "terminal", "notebook", "run", "attach", "stop", "kill", "history"):
        assert re.search(rf"^  {verb}\b", said, re.M), verb
    assert max(map(len, said.splitlines())) <= 109
    assert computectl(user1, "-h").output == said
    version = computectl(user1, "--version").output
    assert version.startswith("computectl ") and user1.get_manager("Version") in version


@pytest.mark.parametrize("arguments", [
    ("no-such-verb",), ("--no-such-option",), ("-Z",), ("stop",), ("attach",), ("attach", "t1", "t2"), ("notebook",),
    ("run",), ("--json=xml",), ("kill", "-s", "NOSUCH", "t1"), ("kill", "--kill-whom=some", "t1"), ("-p",),
    ("history", "--since=whenever"), ("terminal", "-d", "--name=a\nb"), ("terminal", "-d", "-E", "=x"),
    ("attach", "t999999"), ("stop", "t999999"), ("status", "t999999"), ("show", "t999999"), ("status",),
    ("notebook", "/no/such/folder/a.ipynb"), ("terminal", "-d", "no-such-program"), ("notebook", "/"),
], ids=" ".join)
def test_mistakes_are_explained_on_stderr(user1, arguments):
    done = computectl(user1, *arguments, status=1)
    assert done.output == ""
    assert re.fullmatch(r"[^\n]{15,}\n", done.errors), done.errors


def test_others_sessions_cannot_be_stopped(user1, user2):
    session = user1.start_terminal("sleep", "inf")
    errors = computectl(user2, "stop", session, status=1).errors
    assert session in errors and "another user" in errors


def test_names_cannot_harm_the_terminal(user1):
    """A program may give itself a name with escape sequences; a list must not obey them."""
    user1.shell("cp /bin/sleep \"/tmp/$(printf 'a\\033[31mb')\"")
    user1.start_terminal("/tmp/a\x1b[31mb", "inf")
    for command in (("list",), ("status", user1.ids()[0]), ("show", user1.ids()[0])):
        assert "\x1b" not in computectl(user1, *command).output


@pytest.mark.slow
def test_service_that_does_not_answer_can_be_looked_at(root, user1):
    """Until systemd's watchdog ends it."""
    user1.ids()
    root.run("kill", "-STOP", machine.main_pid(root, "compute-sessiond"))
    done = user1.try_run("computectl", "list")
    assert done.status != 0 and "'systemctl status compute-sessiond'" in done.errors

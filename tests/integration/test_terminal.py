# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs on terminals: what they get, and what looking at them is like."""

import re

import machine
import pytest
from bus import SESSION

# What systemd gives to a user who logs in on a console, to compare with.
LOGIN = ("systemd-run", "--quiet", "--wait", "--pipe", "--collect", "--property=PAMName=login")


def payload_says(user, script, **extra):
    """Runs the script in a new session, and returns what it writes to its descriptor 5."""
    path = user.shell("mktemp").strip()
    session = user.start_terminal("sh", "-c", f"({script}) 5> {path}; echo end >> {path}; exec sleep inf", **extra)
    machine.wait_until(lambda: user.shell(f"tail -n1 {path}") == "end\n", "the script's output")
    user.stop(session)
    return user.shell(f"head -n-1 {path}; rm {path}")


def login_says(root, user, script):
    return root.run(*LOGIN, f"--uid={user.name}", "sh", "-c", script).output


def test_login_shell_is_the_default(user1):
    session = user1.start_terminal()
    assert user1.get(session, "Command") == ["/bin/bash"]
    assert user1.get(session, "WorkingDirectory") == user1.home
    stream = user1.attach(session)
    stream.send("shopt -q login_shell && echo $0 in $PWD\n")
    stream.expect(f"-bash in {user1.home}")


def test_options_arrive(user1):
    said = payload_says(user1, "stty size >&5; pwd >&5; echo $VARIABLE $TERM >&5", Rows=31, Columns=97, Name="a name",
                        WorkingDirectory="/var/tmp", Environment=["VARIABLE=a value", "TERM=vt220"])
    assert said == "31 97\n/var/tmp\na value vt220\n"


def test_program_is_found_by_path_of_the_session(user1):
    user1.shell("mkdir -p ~/bin; printf '#!/bin/sh\\nexec sleep inf\\n' > ~/bin/own-program; chmod +x ~/bin/own-program")
    session = user1.start_terminal("own-program", Environment=[f"PATH={user1.home}/bin:/usr/bin:/bin"])
    assert user1.get(session, "Name") == "own-program"


def test_name_is_that_of_the_program(user1):
    assert user1.get(user1.start_terminal("/usr/bin/sleep", "inf"), "Name") == "sleep"
    assert user1.get(user1.start_terminal(), "Name") == "bash"
    assert user1.get(user1.start_terminal("sleep", "inf", Name="Späße ✓"), "Name") == "Späße ✓"


@pytest.mark.feature("Terminals")
def test_what_is_typed_arrives_and_what_is_printed_is_seen(user1):
    stream = user1.attach(user1.start_terminal("bash"))
    stream.send("echo $((6 * 7)) is it\n")
    stream.expect("42 is it")


def test_attaching_sets_the_size_and_zero_leaves_it(user1):
    session = user1.start_terminal("bash", Rows=20, Columns=70)
    stream = user1.attach(session, 41, 123)
    stream.send("stty size\n")
    stream.expect("41 123")
    stream.close()
    again = user1.attach(session)
    again.send("stty size\n")
    again.expect("41 123")
    assert (user1.get(session, "Rows"), user1.get(session, "Columns")) == (41, 123)


def test_resize_reaches_the_program_and_the_properties(user1):
    session = user1.start_terminal("bash", "--norc")
    stream = user1.attach(session)
    stream.send("trap 'stty size' WINCH; echo rea''dy\n")
    stream.expect("ready")
    mark = user1.mark()
    user1.call_session(session, "Resize", "uu", 50, 132)
    stream.expect("50 132")
    changes = user1.wait_signals(mark, lambda all: [one for one in all if one["member"] == "PropertiesChanged"])
    changed = {k: v for one in changes if one["arguments"][0] == SESSION for k, v in one["arguments"][1].items()}
    assert (changed["Rows"], changed["Columns"]) == (50, 132)


def test_clients_are_counted(user1):
    session = user1.start_terminal("bash")
    assert user1.get(session, "Clients") == 0
    stream = user1.attach(session)
    machine.wait_until(lambda: user1.get(session, "Clients") == 1, "one client")
    stream.close()
    machine.wait_until(lambda: user1.get(session, "Clients") == 0, "no client")


def test_stream_ends_with_the_session(user1):
    session = user1.start_terminal("bash")
    stream = user1.attach(session)
    stream.send("echo last wo''rds; exit\n")
    assert "last words" in stream.expect_end()


def test_stream_ends_with_stop(user1):
    session = user1.start_terminal("sleep", "inf")
    stream = user1.attach(session)
    user1.stop(session)
    stream.expect_end()


def test_activity_is_noted(user1):
    session = user1.start_terminal("sh", "-c", "read line; echo $line; exec sleep inf")
    assert (user1.get(session, "LastInputTimestamp"), user1.get(session, "LastOutputTimestamp")) == (0, 0)
    stream = user1.attach(session)
    stream.send("hello\n")
    stream.expect("hello.*hello")
    created, seen = user1.get(session, "CreatedTimestamp"), user1.get(session, "LastOutputTimestamp")
    assert created < user1.get(session, "LastInputTimestamp") <= seen
    assert user1.call("GetActivity", "as", [session])[0][3] == seen


def test_nobody_needs_to_look(user1):
    """A program that prints much is not held up because nobody is attached."""
    path = user1.shell("mktemp").strip()
    user1.start_terminal("sh", "-c", f"seq 300000; echo printed > {path}; exec sleep inf")
    machine.wait_until(lambda: user1.shell(f"cat {path}") == "printed\n", "everything is printed")


def test_program_is_leader_of_its_terminal(user1):
    said = payload_says(user1, "ps -o pid=,pgid=,sid=,tpgid=,tty= -p $$ >&5")
    pid, group, session, foreground, tty = said.split()
    assert pid == group == session == foreground
    assert tty.startswith("pts/")


def test_no_descriptors_of_ours_are_left(user1):
    said = payload_says(user1, "exec 6>&5 5>&-; ls -l /proc/$$/fd >&6")
    targets = dict(re.findall(r" (\d+) -> (\S+)", said))
    assert set(targets) == {"0", "1", "2"}, targets
    assert all(one.startswith("/dev/pts/") for one in targets.values()), targets


def test_environment_is_free_of_the_keepers(user1):
    said = payload_says(user1, "env >&5")
    names = {line.split("=")[0] for line in said.splitlines()}
    assert {"HOME", "USER", "LOGNAME", "SHELL", "PATH", "TERM", "COMPUTE_SESSION_ID"} <= names
    assert not [name for name in names if re.match("NOTIFY_|LISTEN_|WATCHDOG_|JOURNAL_|INVOCATION_|SYSTEMD_", name)]
    assert not names & {"JPY_PARENT_PID", "MANAGERPID", "FDSTORE"}


@pytest.mark.parametrize("field", ["NoNewPrivs", "Seccomp", "CapBnd", "CapInh", "CapPrm", "CapEff", "CapAmb", "Umask",
                                   "Groups", "Uid", "Gid"])
def test_process_is_as_after_a_login(root, user1, field):
    script = f"grep ^{field}: /proc/self/status"
    assert payload_says(user1, f"{script} >&5") == login_says(root, user1, script)


def test_signals_are_as_at_the_start_of_a_program(user1):
    said = payload_says(user1, "cat /proc/self/status | grep ^Sig[BICP] >&5")
    assert set(re.findall(r"\t(\w+)", said)) == {"0" * 16}


@pytest.mark.parametrize("file", ["limits", "oom_score_adj", "coredump_filter", "timerslack_ns"])
def test_limits_are_as_after_a_login(root, user1, file):
    script = f"cat /proc/self/{file}"
    assert payload_says(user1, f"{script} >&5") == login_says(root, user1, script)


def test_setuid_programs_work(root, user1):
    root.shell("install -m 4755 /usr/bin/id /usr/local/bin/setuid-id")
    assert "euid=0(root)" in payload_says(user1, "setuid-id >&5")


def test_namespaces_are_those_of_the_machine(root, user1):
    script = "readlink /proc/self/ns/mnt /proc/self/ns/net /proc/self/ns/pid /proc/self/ns/user /proc/self/ns/ipc"
    assert payload_says(user1, f"{script} >&5") == login_says(root, user1, script)


def test_ids_are_never_used_again(user1):
    first = user1.start_terminal("sleep", "inf")
    user1.stop(first)
    assert int(user1.start_terminal("sleep", "inf")[1:]) > int(first[1:])

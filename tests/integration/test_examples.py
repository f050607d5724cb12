# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clients in examples/ do what they say, as their README builds and calls them."""

import re

import machine
import pytest
from bus import path_of

from test_survival import kill_keeper, kill_manager

EXAMPLES = machine.FOLDER.parents[1] / "examples"
LANGUAGES = ["python", "c", "shell"]


@pytest.fixture(scope="module")
def example(user1):
    """Gives an example by language and name; those in C were compiled as README.md has it."""
    commands = re.findall(r"^cc .*", (EXAMPLES / "README.md").read_text(), re.MULTILINE)
    folder = user1.shell(f'cd "$(mktemp -d)" && chmod 755 . && ln -s {EXAMPLES}/c && pwd').strip()
    for command in commands:
        done = user1.run("sh", "-euc", f"cd {folder} && {command.replace('-Wall', '-Wall -Wextra -Werror')}")
        assert done.errors == ""
    paths = {"python": f"{EXAMPLES}/python/%s.py", "c": f"{folder}/%s", "shell": f"{EXAMPLES}/shell/%s.sh"}
    yield lambda language, name: paths[language] % name
    user1.shell(f"rm -rf {folder}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_list(user1, user2, example, language):
    one, two = user1.start_terminal("sleep", "inf", Name="of one"), user2.start_terminal("sleep", "inf", Name="of two")
    lines = user1.run(example(language, "list")).output.splitlines()
    assert len(lines) == 2
    for line, session, user, name in zip(lines, (one, two), (user1, user2), ("of one", "of two")):
        memory = "" if language == "shell" else r"[\d.]+[KM] "
        assert re.fullmatch(rf"{session} terminal ({user.name}|{user.uid}) running {memory}{name}", line), line


@pytest.mark.parametrize("language", ["python", "c"])
def test_follow(root, user1, example, language):
    first = user1.start_terminal("sleep", "inf", Name="First")
    follower = user1.on_terminal(example(language, "follow"))
    follower.expect(f"there: {first} running First\r\n")
    second = user1.start_terminal("sleep", "inf")
    follower.expect(f"new: {second}\r\n")
    user1.stop(second)
    follower.expect(f"changed: {second} State closing\r\n.*removed: {second} stopped\r\n")
    kill_manager(root)
    follower.expect(f"there: {first} running First\r\n")
    follower.close()


def test_follow_in_shell(root, user1, example):
    follower = root.on_terminal(example("shell", "follow"))
    follower.expect("Monitoring")
    session = user1.start_terminal("sleep", "inf")
    follower.expect(re.escape(f'["SessionNew","/org/computesession1",["{session}","{path_of(session)}"]]') + "\r\n")
    user1.stop(session)
    follower.expect(re.escape(f'["SessionRemoved","/org/computesession1",["{session}","{path_of(session)}","stopped"]]'))
    follower.close()


PROGRAM = "stty size; while read line; do echo \"got $line of $(stty size)\"; done; exit 3"


@pytest.mark.parametrize("language", LANGUAGES)
def test_start_and_attach(root, user1, example, language):
    """A terminal goes through all that may happen to it: another size, a restarted keeper, the program's
    end."""
    terminal = user1.on_terminal(example(language, "start-and-attach"), "sh", "-c", PROGRAM, rows=30, columns=100)
    terminal.expect("30 100\r\n")
    session, = user1.ids()
    terminal.send("one\n")
    terminal.expect("got one of 30 100\r\n")
    terminal.resize(31, 101)
    machine.wait_until(lambda: user1.get(session, "Columns") == 101, "the new size")
    terminal.send("two\n")
    terminal.expect("got two of 31 101\r\n")
    kill_keeper(root, session)
    machine.wait_until(lambda: user1.get(session, "Clients") == 1, "it attaches again")
    terminal.send("three\n")
    terminal.expect("got three of 31 101\r\n")
    terminal.send("\x04")
    terminal.expect(f"{session} ended" + ("" if language == "shell" else ": exit(-code|ed)\r\n"))
    terminal.exit_status()
    terminal.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_leave(user1, example, language):
    shell = user1.on_terminal("sh", "-c", f"{example(language, 'start-and-attach')} sh -c 'echo ready; exec cat'; stty -a")
    shell.expect("ready\r\n")
    session, = user1.ids()
    shell.send("\x1d")
    shell.expect(rf"{session}\b.*[^-]icanon.* echo ")
    assert user1.get(session, "State") == "running"
    shell.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_start_fails(user1, example, language):
    terminal = user1.on_terminal(example(language, "start-and-attach"), "/no/such/program")
    said = terminal.expect_end()
    assert "/no/such/program" in said and "Traceback" not in said
    assert terminal.exit_status() == 1
    terminal.close()

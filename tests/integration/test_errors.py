# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input: an error of ours with a sentence that says what to do, and nothing left of the attempt."""

import journal
import machine
import pytest
from bus import ERROR, NAME, ROOT, MANAGER, BusError, typed
from conftest import parts

STARTS = {
    "NoSuchCommand": [
        {"Command": ["no-such-program"]},
        {"Command": ["/no/such/program"]},
        {"Command": ["/etc/passwd"]},
        {"Command": ["/etc"]},
        {"Command": ["sleep", "inf"], "Environment": ["PATH=/nowhere"]},
    ],
    "NoWorkingDirectory": [
        {"WorkingDirectory": "/no/such/folder"},
        {"WorkingDirectory": "/etc/passwd"},
        {"WorkingDirectory": "/etc/ssl/private/or-root-only"},
    ],
    "UnknownOption": [
        {"Nmae": "a typing error"},
        {"name": "case matters"},
        {"": "empty"},
        {"Transport": "tcp"},
        {"Notebook": "/tmp/a.ipynb"},
    ],
    "InvalidArgument": [
        {"Name": typed("u", 1)},
        {"Name": typed("as", ["a", "b"])},
        {"Command": "a string"},
        {"Command": typed("as", [])},
        {"Command": [""]},
        {"Command": ["x"] * 1025},
        {"Command": ["echo", "x" * 130_000, "y" * 3000]},
        {"Rows": "24"},
        {"Rows": typed("i", 24)},
        {"Rows": 0},
        {"Columns": 10_001},
        {"WorkingDirectory": "relative"},
        {"WorkingDirectory": ""},
        {"WorkingDirectory": "/tmp/../etc"},
        {"WorkingDirectory": "/tmp/\x1b[31m"},
        {"WorkingDirectory": "/" + "x" * 5000},
        {"Name": ""},
        {"Name": " "},
        {"Name": "x" * 129},
        {"Name": "two\nlines"},
        {"Name": "red \x1b[31m"},
        {"Name": "evil \u202e text"},
        {"Environment": "A=B"},
        {"Environment": ["NOVALUE"]},
        {"Environment": ["=x"]},
        {"Environment": ["1A=x"]},
        {"Environment": ["A B=x"]},
        {"Environment": ["A=x"] * 1025},
    ],
}
CASES = [(name, case) for name, cases in STARTS.items() for case in cases]


def expect_error(error, call, *arguments, **options):
    """Our own error, with a sentence."""
    with pytest.raises(BusError) as caught:
        call(*arguments, **options)
    assert caught.value.name == ERROR + error
    message = caught.value.message
    assert len(message) > 20 and message[-1] in ".:)" and message.isprintable(), message
    return message


@pytest.mark.parametrize("name, case", CASES, ids=[f"{name}-{str(case)[:40]!a}" for name, case in CASES])
def test_terminal(root, user1, name, case):
    expect_error(name, user1.start_terminal, **case)
    assert not parts(root)


@pytest.mark.parametrize("name, notebook, kernel, extra", [
    ("NoSuchKernel", "/tmp/a.ipynb", "no-such-kernel", {}),
    ("NoSuchKernel", "/tmp/a.ipynb", "/no/such/kernel", {}),
    ("NotebookNotAccessible", "/no/such/folder/a.ipynb", "", {}),
    ("NotebookNotAccessible", "/root/secret/a.ipynb", "", {}),
    ("NotebookNotAccessible", "/etc", "", {}),
    ("NoWorkingDirectory", "/tmp/a.ipynb", "", {"WorkingDirectory": "/no/such/folder"}),
    ("InvalidArgument", "a.ipynb", "", {}),
    ("InvalidArgument", "", "", {}),
    ("InvalidArgument", "/", "", {}),
    ("InvalidArgument", "/tmp/./a.ipynb", "", {}),
    ("InvalidArgument", "/tmp/\x07.ipynb", "", {}),
    ("InvalidArgument", "/tmp/a.ipynb", "../python3", {}),
    ("InvalidArgument", "/tmp/a.ipynb", "a\nb", {}),
    ("InvalidArgument", "/tmp/a.ipynb", "", {"Transport": "udp"}),
    ("UnknownOption", "/tmp/a.ipynb", "", {"Command": ["sh"]}),
    ("UnknownOption", "/tmp/a.ipynb", "", {"Rows": 24}),
])
def test_notebook(root, user1, name, notebook, kernel, extra):
    root.shell("mkdir -p -m 700 /root/secret")
    expect_error(name, user1.start_notebook, notebook, kernel, **extra)
    assert not parts(root)


@pytest.mark.parametrize("text", [
    "not json", "{}", '{"argv": []}', '{"argv": "string"}', '{"argv": [1, 2]}', '{"argv": ["/no/such/program"]}',
    '{"argv": ["/usr/bin/python3"], "env": 3}', "[" * 10_000,
], ids=str)
def test_broken_kernelspec(root, user1, text):
    user1.run("sh", "-c", "mkdir -p ~/broken && cat > ~/broken/kernel.json", text=text)
    with pytest.raises(BusError) as caught:
        user1.start_notebook("/tmp/a.ipynb", f"{user1.home}/broken")
    assert caught.value.name == ERROR + "InvalidKernelSpec"
    assert not parts(root)


def test_kernel_that_ends_at_once_leaves_nothing(root, user1):
    user1.shell("mkdir -p ~/short; printf '%s' "
                "'{\"argv\": [\"false\"], \"display_name\": \"x\", \"language\": \"x\"}' > ~/short/kernel.json")
    with pytest.raises(BusError) as error:
        user1.start_notebook("/tmp/a.ipynb", f"{user1.home}/short")
    assert error.value.name == ERROR + "KernelNotReady"
    assert "exited with status 1" in error.value.message
    assert user1.ids() == []


@pytest.fixture
def limited_files(root):
    drop_in = "/run/systemd/system/compute-keeper-.service.d"
    root.shell(f"mkdir -p {drop_in}; printf '[Service]\\nLimitFSIZE=1M\\n' > {drop_in}/limit.conf; systemctl daemon-reload")
    yield
    root.shell(f"rm -r {drop_in}; systemctl daemon-reload")


@pytest.mark.parametrize("start", [lambda user: user.start_terminal("cat"), lambda user: user.start_notebook("/tmp/a.ipynb")],
                         ids=["terminal", "notebook"])
def test_limit_of_file_sizes_is_told(root, user1, limited_files, start):  # pylint: disable=unused-argument
    """The kernel's answer to it is a signal, of which a keeper would die again and again."""
    with pytest.raises(BusError) as error:
        start(user1)
    assert "File too large" in error.value.message and "ulimit -f" in error.value.message
    machine.wait_until(lambda: not parts(root), "nothing is left")


def test_option_given_twice(root, user1):
    done = user1.try_run("busctl", "call", NAME, ROOT, MANAGER, "StartTerminal", "a{sv}", "2",
                         "Name", "s", "first", "Name", "s", "second")
    assert done.status != 0
    assert not parts(root)


@pytest.mark.parametrize("session", ["t999999", "n999999", "", "t0", "t-1", "t01", "x1", "t1;ls", "../t1", "\x1b[31m",
                                     "t99999999999999999999", "t1" * 1000])
def test_ids_that_do_not_exist(user1, session):
    for member, signature, arguments in (
            ("GetSession", "s", [session]), ("StopSession", "s", [session]), ("GetUsage", "as", [[session]]),
            ("KillSession", "ssi", [session, "all", 15]), ("GetActivity", "as", [[session]])):
        expect_error("NoSuchSession", user1.call, member, signature, *arguments)


def test_session_that_has_ended_does_not_exist(user1):
    session = user1.start_terminal("sleep", "inf")
    user1.stop(session)
    expect_error("NoSuchSession", user1.stop, session)
    with pytest.raises(BusError) as caught:
        user1.call_session(session, "Stop")
    assert caught.value.name == "org.freedesktop.DBus.Error.UnknownObject"


def test_processes_without_session(root, user1):
    expect_error("NoSuchSession", user1.call, "GetSessionByPID", "u", 0)
    expect_error("NoSuchSession", user1.call, "GetSessionByPID", "u", 1)
    for pid in (2**22 + 1, 2**31, 2**32 - 1):
        expect_error("NoSuchProcess", root.call, "GetSessionByPID", "u", pid)


def test_notebook_without_session(user1):
    for notebook in ("/tmp/never-opened.ipynb", "relative", ""):
        expect_error("NoSuchSession", user1.call, "GetSessionByNotebook", "s", notebook)


@pytest.mark.parametrize("whom, number", [("everybody", 15), ("", 15), ("all", 0), ("all", -1), ("leader", 65),
                                          ("leader", 2**31 - 1)])
def test_signals_that_do_not_exist(user1, whom, number):
    session = user1.start_terminal("sleep", "inf")
    expect_error("InvalidArgument", user1.call, "KillSession", "ssi", session, whom, number)
    expect_error("InvalidArgument", user1.call_session, session, "Kill", "si", whom, number)
    assert user1.ids() == [session]


def test_sizes_that_no_terminal_has(user1):
    session = user1.start_terminal("sleep", "inf")
    for rows, columns in ((0, 80), (24, 0), (10_001, 80), (24, 2**32 - 1)):
        expect_error("InvalidArgument", user1.call_session, session, "Resize", "uu", rows, columns)
    expect_error("InvalidArgument", user1.call_session, session, "Attach", "uua{sv}", 10_001, 80, {})
    expect_error("UnknownOption", user1.call_session, session, "Attach", "uua{sv}", 24, 80, {"X": typed("s", "x")})


def test_calls_with_wrong_arguments(user1):
    for member, signature, arguments in (("StartTerminal", "", []), ("StopSession", "u", [1]),
                                         ("StartTerminal", "s", ["x"]), ("GetUsage", "s", ["t1"]),
                                         ("ListSessions", "s", ["x"])):
        with pytest.raises(BusError) as caught:
            user1.call(member, signature, *arguments)
        assert caught.value.name == "org.freedesktop.DBus.Error.InvalidArgs"


def test_failed_start_is_in_the_journal(root, user1):
    after = journal.cursor(root)
    expect_error("NoSuchCommand", user1.start_terminal, "no-such-program")
    found = machine.wait_until(lambda: journal.entries_after(root, after, MESSAGE_ID=journal.IDS["START_FAILED"]),
                               "a journal entry")
    assert "no-such-program" in found[0]["REASON"]
    assert found[0]["USER_ID"] == str(user1.uid)


def test_register_with_bad_arguments(user1):
    for arguments in (("editor", "x", {}), ("terminal", "", {}), ("terminal", "a\nb", {}),
                      ("terminal", "x", {"Notebook": typed("s", "/tmp/a.ipynb")}),
                      ("notebook", "x", {"ConnectionFile": typed("s", "relative")})):
        expect_error("InvalidArgument", user1.call, "RegisterSession", "ssa{sv}", *arguments)
    expect_error("UnknownOption", user1.call, "RegisterSession", "ssa{sv}", "terminal", "x",
                 {"WorkingDirectory": typed("s", "/")})

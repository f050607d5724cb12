# SPDX-License-Identifier: LGPL-2.1-or-later
"""computectl kernelspec: kernels of unmodified front-ends are sessions, and their front-ends' children as
before."""

import json

import journal
import machine
import pytest
from kernels import CLIENT, PYTHON, write_kernelspec

NAME = "python3-session"
INTERRUPT = """import sys
from jupyter_client import KernelManager
manager = KernelManager(kernel_name=sys.argv[1])
manager.start_kernel()
client = manager.blocking_client()
client.start_channels()
client.wait_for_ready(timeout=40)
client.execute('import os; print(os.getpid(), flush=True); import time; time.sleep(1000)')
while True:
    message = client.get_iopub_msg(timeout=40)
    if message['msg_type'] == 'stream':
        break
assert int(message['content']['text']) == manager.provisioner.pid
manager.interrupt_kernel()
while message['msg_type'] != 'error':
    message = client.get_iopub_msg(timeout=40)
print(message['content']['ename'])
said = []
def hear(message):
    if message['msg_type'] == 'execute_result':
        said.append(message['content']['data']['text/plain'])
# Right behind an error, a kernel aborts what else it was asked to execute.
while client.execute_interactive("input('name: ')", allow_stdin=True, stdin_hook=lambda message: client.input('typed'),
                                 output_hook=hear, timeout=40)['content']['status'] == 'aborted':
    pass
print(*said)
client.execute('import os; os._exit(7)')
print(manager.provisioner.process.wait(timeout=40))
manager.cleanup_resources()"""


@pytest.fixture
def installed(user1):
    user1.run("computectl", "kernelspec", "install", "python3")
    yield NAME
    user1.run("computectl", "kernelspec", "remove")


def all_files(user):
    return user.shell("find ~/.local/share/jupyter/kernels -ls 2>/dev/null | awk '{ print $3, $11, $12, $13 }'")


def test_installed_twice_is_installed_once_and_removed_without_a_trace(user1):
    before = all_files(user1)
    first = user1.run("computectl", "kernelspec", "install", "python3").output
    files = all_files(user1)
    assert first.startswith(f"Installed {NAME}: ")
    assert user1.run("computectl", "kernelspec", "install", "python3").output.startswith("Already installed")
    assert all_files(user1) == files
    assert [line.split()[2] for line in user1.run("computectl", "kernelspec", "list").output.splitlines()
            if line.startswith(f"{NAME} ")]
    user1.run("computectl", "kernelspec", "remove", "python3")
    assert [line for line in all_files(user1).splitlines() if NAME in line] == []
    assert all_files(user1).rstrip().splitlines()[1:] == before.rstrip().splitlines()[1:]


def test_jupyter_finds_it(user1, installed):
    said = json.loads(user1.run(PYTHON, "-c", "import json; from jupyter_client.kernelspec import KernelSpecManager; "
                                "print(json.dumps(KernelSpecManager().get_all_specs()))").output)
    assert said[installed]["spec"]["display_name"] == "Python 3 (ipykernel) [compute session]"
    assert said[installed]["spec"]["language"] == said["python3"]["spec"]["language"]
    assert user1.shell(f"cat {said[installed]['resource_dir']}/logo-64x64.png | wc -c") == \
        user1.shell(f"cat {said['python3']['resource_dir']}/logo-64x64.png | wc -c")


def test_front_ends_kernel_is_a_session(root, user1, installed):
    mark = root.mark()
    path = f"{user1.home}/front-end.ipynb"
    said = json.loads(user1.run("env", f"JPY_SESSION_NAME={path}", PYTHON, CLIENT, "--manage", installed, "6 * 7",
                                "print(open('/proc/self/cgroup').read())").output)
    assert said[0] == "42"
    new = root.wait_signals(mark, lambda all: [one for one in all if one["member"] == "SessionRemoved"])
    session = [one for one in new if one["member"] == "SessionNew"][0]["arguments"][0]
    assert f"compute-{session}.scope" in said[1]
    entry = journal.wait_entry(root, "SESSION_START", SESSION_ID=session)
    assert (entry["SESSION_TYPE"], entry["NOTEBOOK"], entry["SESSION_NAME"]) == ("notebook", path, "front-end.ipynb")


def test_pid_signals_input_and_end_are_as_without_it(user1, installed):
    for name in ("python3", installed):
        assert user1.run(PYTHON, "-c", INTERRUPT, name).output.split() == ["KeyboardInterrupt", "'typed'", "7"]


def test_front_end_in_a_session(user1, installed):
    """A Jupyter server in a terminal of ours: its kernels are a part of that session."""
    path = user1.shell("mktemp").strip()
    session = user1.start_terminal("sh", "-c", f"{PYTHON} {CLIENT} --manage {installed} '6 * 7' "
                                   f"'print(open(\"/proc/self/cgroup\").read())' > {path}; echo over >> {path}; sleep inf")
    machine.wait_until(lambda: "over" in user1.shell(f"cat {path}"), "the kernel's end", timeout=60)
    said = json.loads(user1.shell(f"head -n1 {path}"))
    assert said[0] == "42" and f"compute-{session}.scope" in said[1]


def test_all_of_what_is_there(user1):
    folder = write_kernelspec(user1, "own", ["python3", "{resource_dir}/x", "{connection_file}"],
                              interrupt_mode="message", env={"A": "${HOME}"})
    user1.run("computectl", "kernelspec", "install")
    made = json.loads(user1.shell(f"cat {folder}-session/kernel.json"))
    assert made["argv"][-2:] == [f"{folder}/x", "{connection_file}"]
    assert (made["interrupt_mode"], made["env"]) == ("message", {"A": "${HOME}"})
    assert user1.run("computectl", "kernelspec", "install").output.count("Already installed") >= 2
    listed = json.loads(user1.run("computectl", "-j", "kernelspec", "list").output)
    assert {one["name"]: one["wraps"] for one in listed}["own-session"] == folder
    user1.shell(f"rm -r {folder}")
    assert "stale" in user1.run("computectl", "kernelspec", "list").output
    user1.run("computectl", "kernelspec", "remove")
    assert all(one["wraps"] is None for one in json.loads(user1.run("computectl", "-j", "kernelspec", "list").output))


@pytest.mark.kernels
def test_own_name_shadows_the_original(user1):
    user1.run("computectl", "kernelspec", "install", "--name=python3", "python3")
    said = json.loads(user1.run(PYTHON, CLIENT, "--manage", "python3", "print(open('/proc/self/cgroup').read())").output)
    assert "/compute-n" in said[0]
    user1.run("computectl", "kernelspec", "remove", "python3")
    said = json.loads(user1.run(PYTHON, CLIENT, "--manage", "python3", "print(open('/proc/self/cgroup').read())").output)
    assert "/compute-n" not in said[0]


def test_mistakes_change_nothing(user1):
    folder = write_kernelspec(user1, "taken-session", ["true"])
    write_kernelspec(user1, "taken", ["true"])
    write_kernelspec(user1, "broken", "true")
    before = all_files(user1)
    for words, told in ((["install", "nothing"], "no kernelspec"), (["install", "taken"], "another kernelspec"),
                        (["install", "broken"], "broken"), (["remove", "taken-session"], "that computectl installed"),
                        (["install", "--name=a/b", "taken"], "--name="), (["list", "x"], "Expected"), (["x"], "Expected")):
        done = user1.try_run("computectl", "kernelspec", *words)
        assert done.status == 1 and told in done.errors, (words, done)
    assert all_files(user1) == before
    user1.shell(f"rm -r {folder} {folder.removesuffix('-session')} {folder.replace('taken-session', 'broken')}")


@pytest.mark.kernels
def test_for_all_users(root, user1):
    root.run("computectl", "kernelspec", "install", "python3")
    said = json.loads(user1.run(PYTHON, CLIENT, "--manage", NAME, "print(open('/proc/self/cgroup').read())").output)
    assert "/compute-n" in said[0]
    root.run("computectl", "kernelspec", "remove")
    machine.wait_until(lambda: not user1.ids(), "its session ends")


def test_session_of_ours_with_a_wrapped_kernel(user1, notebook, installed):
    """A notebook that a front-end saved names the wrapped kernel: our own sessions take what it wraps."""
    session, started = user1.start_notebook(notebook, installed)
    assert started and user1.get(session, "KeeperUnit") != ""
    assert "computectl" not in " ".join(user1.get(session, "Command"))


# Starts its kernel again whenever it ends, as Jupyter servers do (KernelRestarter polls every 3 s).
RESTARTS = """import sys, time
from jupyter_client.ioloop import IOLoopKernelManager
from tornado.ioloop import IOLoop
manager = IOLoopKernelManager(kernel_name=sys.argv[1])
manager.start_kernel()
IOLoop.current().start()"""


def test_stop_says_who_starts_it_again(user1, installed):
    folder = user1.shell("mktemp -d").strip()
    user1.run("sh", "-euc", 'cat > "$1/own-server"', "sh", folder, text=RESTARTS)
    server = user1.spawn(PYTHON, f"{folder}/own-server", installed)
    session = machine.wait_until(user1.ids, "the kernel is a session")[0]
    said = user1.run("computectl", "stop", session).errors
    assert f"{session} was started by own-server (process " in said and "end that process" in said
    pid = said.split("(process ")[1].split(")")[0]
    again = machine.wait_until(user1.ids, "it is started again")
    assert again != [session]
    user1.run("kill", pid)
    user1.wait(server)
    for one in user1.ids():
        user1.stop(one)
    user1.shell(f"rm -rf {folder}")


def test_stop_says_nothing_of_shells(user1):
    """Which start nothing again."""
    user1.spawn("computectl", "run", "--type=notebook", "--notebook=/tmp/a.ipynb", "--", "sleep", "inf")
    session = machine.wait_until(user1.ids, "it is a session")[0]
    assert "was started by" not in user1.run("computectl", "stop", session).errors

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Notebooks as they are in earnest: large packages, large outputs, long cells."""

import machine
import pytest
from kernels import code_cells, entries, execute, printed, saved, spawn, wait_state
from test_kernel_state import test_silent_cell_is_busy_until_its_end as check_silent_cell
from test_kernels import check_all, connection

pytestmark = pytest.mark.kernels  # it is for tests/run kernels

MATPLOTLIB = """%matplotlib inline
import time
import matplotlib.pyplot as plt
for i in range(600):
    print(i, flush=True); time.sleep(0.1)
plt.plot(range(10))
plt.show()"""

# A notebook server: starts a session through its REST API, and says what it knows of the kernel.
SERVER = r"""
set -eu
cd "$1"
jupyter-notebook --no-browser --port=18888 --NotebookApp.token=secret --NotebookApp.password= 2> server.log &
server=$!
trap 'kill $server; wait $server || :' EXIT
curl -sf --retry 60 --retry-delay 1 --retry-connrefused http://localhost:18888/api/status?token=secret > /dev/null
curl -sf -H 'Authorization: token secret' -d '{"path": "served.ipynb", "type": "notebook", "name": "served.ipynb",
        "kernel": {"name": "python3-session"}}' http://localhost:18888/api/sessions > session.json
/usr/bin/python3 -c '
import json, queue, urllib.request
from jupyter_client import BlockingKernelClient
from jupyter_core.paths import jupyter_runtime_dir
kernel = json.load(open("session.json"))["kernel"]["id"]
client = BlockingKernelClient(connection_file=f"{jupyter_runtime_dir()}/kernel-{kernel}.json")
client.load_connection_file()
client.start_channels()
def wait_for_answer():
    # Until shell and iopub both work, which ZeroMQ connects again one after the other when a kernel was started anew.
    # wait_for_ready() takes a kernel that is slow to start for dead.
    request = client.kernel_info()
    while client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != request:
        pass
    try:
        while client.get_iopub_msg(timeout=1)["parent_header"].get("msg_id") != request:
            pass
    except queue.Empty:
        wait_for_answer()
wait_for_answer()
client.execute_interactive("print(open(\"/proc/self/cgroup\").read())", timeout=60)
def call(what, method="GET"):
    request = urllib.request.Request(f"http://localhost:18888/api/kernels/{kernel}{what}", method=method,
                                     headers={"Authorization": "token secret"}, data=b"" if method == "POST" else None)
    return urllib.request.urlopen(request, timeout=60).read()
call("/interrupt", "POST")
call("/restart", "POST")
wait_for_answer()
reply = client.execute_interactive("", user_expressions={"answer": "6 * 7"}, timeout=60)
print(reply["content"]["user_expressions"]["answer"]["data"]["text/plain"])
call("", "DELETE")
'
"""


def test_sixty_seconds_and_a_figure_with_the_client_killed(user1, session):
    client = spawn(user1, session, MATPLOTLIB)
    machine.wait_until(lambda: "1\n" in printed(user1, session), "the cell prints", 120)
    user1.ask("kill", pid=client, number=9)
    wait_state(user1, session, "idle", timeout=180)
    cell, = code_cells(saved(user1, session))
    assert "".join(one.text for one in cell.outputs if one.output_type == "stream") == \
        "".join(f"{i}\n" for i in range(600))
    assert len(cell.outputs[-1].data["image/png"]) > 5000


def test_twelve_silent_minutes(root, user1, session):
    check_silent_cell(root, user1, session, seconds=12 * 60)


def test_two_hundred_megabytes(user1, session):
    """More than is kept, as fast as it comes: the newest is there, what is not is told, and the kernel
    answers. In no more messages than it holds back for clients that are slow."""
    execute(user1, session, "line = 'x' * 99 + '\\n'\nfor i in range(800): print(line * 2500, end='', flush=True)",
            "print('end')", timeout=900)
    machine.wait_until(lambda: entries(user1, session)[-1]["content"].get("text") == "end\n", "the keeper has read it all", 300)
    kept = entries(user1, session)
    assert [one for one in kept if one["content"].get("event") in ("dropped", "omitted")]
    assert len(printed(user1, session)) > 30_000_000
    saved(user1, session)
    assert execute(user1, session, "6 * 7") == ["42"]


def test_one_message_of_two_hundred_megabytes(user1, session):
    execute(user1, session, "from IPython.display import display; display({'text/plain': 'x' * 200_000_000}, raw=True)",
            "print('next')", timeout=900)
    machine.wait_until(lambda: printed(user1, session) == "next\n", "the keeper has read it all", 300)
    assert [one for one in entries(user1, session) if one["content"].get("event") == "omitted"]


def test_kernel_of_another_language(user1, notebook):
    session, _ = user1.start_notebook(notebook, "ir")
    assert connection(user1, session)["transport"] == "tcp"
    assert user1.get(session, "KernelLanguage") == "R"
    assert saved(user1, session).metadata.language_info.name == "R"
    check_all(user1, session, "cat(6 * 7)", "42")


def test_interrupt_and_restart_of_another_language(user1, notebook):
    session, _ = user1.start_notebook(notebook, "ir")
    # R ends when it is interrupted before it is in the cell.
    client = spawn(user1, session, "file.create('begun'); Sys.sleep(1000)")
    folder = user1.get(session, "WorkingDirectory")
    machine.wait_until(lambda: user1.try_run("test", "-e", f"{folder}/begun").status == 0, "the cell runs")
    user1.run("computectl", "interrupt", session)
    wait_state(user1, session, "idle")
    user1.wait(client, timeout=60)
    user1.run("computectl", "restart", session, timeout=120)
    assert execute(user1, session, "cat('again')") == ["again"]


def test_notebook_server(root, user1):
    """Jupyter's own server starts, interrupts, restarts and ends a kernel that is a session of ours."""
    folder = user1.shell("mktemp -d").strip()
    user1.run("computectl", "kernelspec", "install", "python3")
    mark = root.mark()
    said = user1.run("bash", "-c", SERVER, "bash", folder, timeout=180).output
    assert "/compute-n" in said and "42" in said
    signals = root.wait_signals(mark, lambda all: len([one for one in all if one["member"] == "SessionRemoved"]) == 2)
    assert [one["member"] for one in signals if one["member"].startswith("Session")].count("SessionNew") == 2
    user1.run("computectl", "kernelspec", "remove")
    user1.shell(f"rm -rf {folder}")

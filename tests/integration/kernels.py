# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kernels in the machine: code that a real client executes in them, and what they said of it."""

import json

import machine
import nbformat

CLIENT = str(machine.FOLDER / "kernel_client.py")
PYTHON = "/usr/bin/python3"


def execute(user, session, *pieces, timeout=180):
    """Executes pieces of code; returns what each of them printed or returned. The kernel has told the keeper
    what it told its client, and the keeper says all that it was told when it is asked for outputs. Its state
    it tells later."""
    return user.execute(user.get(session, "ConnectionFile"), *pieces, timeout=timeout)


def spawn(user, session, *pieces):
    """The same in the background. Returns the client's pid."""
    return user.spawn(PYTHON, CLIENT, user.get(session, "ConnectionFile"), *pieces)


class Cell:
    """A cell that runs until it is told to go on, executed by a client in the background. It runs when this
    returns: not only begun, where an interrupt would still meet the kernel's own code."""

    def __init__(self, user, connection_file, before=(), code="", after=()):
        self.user = user
        self.file = user.shell("mktemp").strip()
        wait = (f"import os, time; open({self.file!r}, 'w').write('runs')\n"
                f"while os.path.exists({self.file!r}): time.sleep(0.01)\n")
        self.client = user.spawn("env", "KERNEL_CLIENT_TIMEOUT=3600", PYTHON, CLIENT, connection_file, *before,
                                 wait + code, *after)
        machine.wait_until(lambda: user.shell(f"cat {self.file}") == "runs", "the cell runs", 60)

    def go_on(self):
        self.user.run("rm", self.file)

    def said(self):
        """What each piece of code printed or returned, after the last one's end."""
        return json.loads(self.user.wait(self.client, timeout=180).output)

    def kill_client(self):
        self.user.ask("kill", pid=self.client, number=9)
        self.user.wait(self.client)


def start_cell(user, session, **more):
    return Cell(user, user.get(session, "ConnectionFile"), **more)


def wait_state(user, session, state, timeout=60):
    """It may be the state of before: what a client was told already may reach us later."""
    machine.wait_until(lambda: user.get(session, "KernelState") == state, f"{session} is {state}", timeout)


def wait_idle(user, session, executions):
    """Waits until so many pieces of code were executed, all told. Returns since when it is idle."""
    def is_idle():
        said = user.get_all(session)
        return said["KernelStateTimestamp"] if (said["KernelState"], said["ExecutionCount"]) == ("idle", executions) else 0
    return machine.wait_until(is_idle, f"{session} is idle after {executions} executions", 60)


def output(user, session, *options):
    return user.run("computectl", "output", *options, session).output


def entries(user, session, *options):
    """All entries of the log, as they are."""
    return [json.loads(line) for line in output(user, session, "--format=jsonl", *options).splitlines()]


def printed(user, session):
    """All that was printed, without prompts and code."""
    return "".join(one["content"]["text"] for one in entries(user, session) if one["type"] == "stream")


def saved(user, session):
    """The notebook that "computectl output" makes, which is valid."""
    notebook = nbformat.reads(output(user, session, "--format=ipynb"), as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    return notebook


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def write_kernelspec(user, name, command, **more):
    """A kernelspec of the user's own; returns its folder."""
    folder = f"{user.home}/.local/share/jupyter/kernels/{name}"
    user.run("sh", "-euc", 'mkdir -p "$1"; cat > "$1/kernel.json"', "sh", folder,
             text=json.dumps({"argv": command, "display_name": name, "language": "python", **more}))
    return folder

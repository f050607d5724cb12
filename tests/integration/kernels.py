# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kernels in the machine: code that a real client executes in them, and what they said of it."""

import json

import machine
import nbformat

CLIENT = str(machine.FOLDER / "kernel_client.py")
PYTHON = "/usr/bin/python3"


def execute(user, session, *pieces):
    """Executes pieces of code; returns what each of them printed or returned."""
    connection_file = user.get(session, "ConnectionFile")
    return json.loads(user.run(PYTHON, CLIENT, connection_file, *pieces).output)


def spawn(user, session, *pieces):
    """The same in the background. Returns the client's pid."""
    return user.spawn(PYTHON, CLIENT, user.get(session, "ConnectionFile"), *pieces)


def wait_state(user, session, state, timeout=30):
    machine.wait_until(lambda: user.get(session, "KernelState") == state, f"{session} is {state}", timeout)


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

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kernels of other kinds than Debian's ipykernel over ipc."""

import json

import pytest
from bus import ERROR, BusError
from kernels import PYTHON, code_cells, execute, saved, wait_idle, write_kernelspec

# As Debian 13's own kernelspec has it: or its debugger prints what it thinks of Python 3.13, which is then
# an output.
QUIET = "-Xfrozen_modules=off"


def connection(user, session):
    return json.loads(user.shell(f"cat {user.get(session, 'ConnectionFile')}"))


def start_kernel(user, notebook, name):
    return user.start_notebook(notebook, name)[0]


@pytest.fixture
def kernelspec(user1):
    """Writes kernelspecs that are gone afterwards."""
    folders = []

    def write(name, command, **more):
        folders.append(write_kernelspec(user1, name, command, **more))
        return name
    yield write
    for folder in folders:
        user1.shell(f"rm -rf {folder}")


def check_all(user, session, code="6 * 7", result="42"):
    """State, count, outputs and end, of any kernel that knows this code."""
    assert execute(user, session, code) == [result]
    wait_idle(user, session, executions=1)
    cell, = code_cells(saved(user, session))
    assert cell.source == code and cell.outputs
    user.stop(session)


def test_kernel_that_is_no_python_program(user1, notebook):
    """xpython is written in C++, with libraries of its own for the protocol."""
    session = start_kernel(user1, notebook, "xpython")
    assert connection(user1, session)["transport"] == "tcp"
    check_all(user1, session)


def test_kernel_that_cannot_do_ipc(user1, notebook, kernelspec):
    start = 'grep -q \'"ipc"\' "$1" && { echo "No ipc here." >&2; exit 9; }; exec python3 "$2" -m ipykernel_launcher -f "$1"'
    name = kernelspec("tcp-only", ["sh", "-c", start, "sh", "{connection_file}", QUIET])
    check_all(user1, start_kernel(user1, notebook, name))
    with pytest.raises(BusError) as failed:
        user1.start_notebook(notebook, name, Transport="ipc")
    assert failed.value.name == f"{ERROR}KernelNotReady"
    assert "No ipc here." in failed.value.message


def test_virtual_environment(user1, notebook):
    folder = user1.shell("mktemp -d").strip()
    user1.run(PYTHON, "-m", "venv", "--without-pip", "--system-site-packages", f"{folder}/venv", timeout=120)
    user1.shell(f"""mkdir -p {folder}/venv/share/jupyter/kernels/python3
echo '{{"argv": ["python", "{QUIET}", "-m", "ipykernel_launcher", "-f", "{{connection_file}}"], "display_name": "V",
        "language": "python"}}' > {folder}/venv/share/jupyter/kernels/python3/kernel.json""")
    session, _ = user1.start_notebook(notebook, "python3", Environment=[f"VIRTUAL_ENV={folder}/venv"])
    assert execute(user1, session, "import sys; print(sys.prefix)") == [f"{folder}/venv"]
    user1.stop(session)
    session, _ = user1.start_notebook(notebook, f"{folder}/venv/share/jupyter/kernels/python3",
                                      Environment=[f"VIRTUAL_ENV={folder}/venv"])
    check_all(user1, session)
    user1.shell(f"rm -rf {folder}")


def test_interrupt_by_message(user1, notebook, kernelspec):
    name = kernelspec("by-message", [PYTHON, QUIET, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                      interrupt_mode="message")
    session = start_kernel(user1, notebook, name)
    check_all(user1, session)

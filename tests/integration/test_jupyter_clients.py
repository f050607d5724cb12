# SPDX-License-Identifier: LGPL-2.1-or-later
"""Jupyter's own programs, unmodified, on kernels that we started, and on kernels that they start through us."""

import machine
import pytest
from kernels import PYTHON, execute

PROGRAM = str(machine.FOLDER / "jupyter_programs.py")


def run(user, *arguments):
    return user.run(PYTHON, PROGRAM, *arguments, timeout=180).output


def test_kernel_test_passes_as_without_us(user1, session):
    """jupyter_kernel_test: the same tests pass, on a kernel of ours, and on one that it starts by itself."""
    plain = run(user1, "kernel-test", "python3")
    ours = run(user1, "kernel-test", user1.get(session, "ConnectionFile"))
    assert ours == plain
    assert "passed" in plain and "failed" not in plain


@pytest.mark.kernels
def test_kernel_test_starts_a_wrapped_kernel(user1):
    user1.run("computectl", "kernelspec", "install", "python3")
    assert run(user1, "kernel-test", "python3-session") == run(user1, "kernel-test", "python3")
    user1.run("computectl", "kernelspec", "remove")


def test_nbclient(user1, session):
    """Executes a notebook in a session's kernel, which has its variables afterwards."""
    assert run(user1, "nbclient", user1.get(session, "ConnectionFile")) == "42 kept\n"
    assert execute(user1, session, "x") == ["'kept'"]

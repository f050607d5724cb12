# SPDX-License-Identifier: LGPL-2.1-or-later
"""Jupyter's own programs, unmodified, on kernels that we started, and on kernels that they start through
us."""

import machine
import pytest
from kernels import PYTHON, execute


def run(user, program, *arguments):
    return user.run(PYTHON, str(machine.FOLDER / program), *arguments, timeout=180).output


@pytest.fixture
def kernel_test(user1):
    """Runs jupyter_kernel_test on a kernel."""
    if user1.try_run(PYTHON, "-c", "import jupyter_kernel_test").status != 0:
        pytest.skip("python3-jupyter-kernel-test is not in this release of Debian")
    return lambda kernel: run(user1, "run_kernel_tests.py", kernel)


def test_kernel_test_passes_as_without_us(user1, session, kernel_test):
    """jupyter_kernel_test: the same tests pass, on a kernel of ours, and on one that it starts by itself."""
    plain = kernel_test("python3")
    ours = kernel_test(user1.get(session, "ConnectionFile"))
    assert ours == plain
    assert "passed" in plain and "failed" not in plain


@pytest.mark.kernels
def test_kernel_test_starts_a_wrapped_kernel(user1, kernel_test):
    user1.run("computectl", "kernelspec", "install", "python3")
    assert kernel_test("python3-session") == kernel_test("python3")
    user1.run("computectl", "kernelspec", "remove")


def test_nbclient(user1, session):
    """Executes a notebook in a session's kernel, which has its variables afterwards."""
    assert run(user1, "nbclient_run.py", user1.get(session, "ConnectionFile")) == "42 kept\n"
    assert execute(user1, session, "x") == ["'kept'"]

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in the machine: nbclient executes a notebook in a kernel that is there. Prints a result and a
variable.

Usage: nbclient_run.py CONNECTION-FILE
"""

import sys

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient


class Existing(AsyncKernelManager):
    """A kernel that somebody else started, and ends."""

    has_kernel = True

    async def is_alive(self):
        return True

    async def shutdown_kernel(self, *_args, **_more):
        pass


def nbclient():
    manager = Existing()
    manager.load_connection_file(sys.argv[1])
    cells = [nbformat.v4.new_code_cell(code) for code in ("x = 'kept'", "6 * 7", "print(x)")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, km=manager, timeout=60).execute(cleanup_kc=False)
    print(notebook.cells[1].outputs[0].data["text/plain"], notebook.cells[2].outputs[0].text.strip())



nbclient()

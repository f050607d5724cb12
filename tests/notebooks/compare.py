#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in the machine, as an ordinary user: executes notebooks by nbclient in kernels that are sessions, and
compares what nbclient makes of what it is told with the notebook that "computectl output" makes of what was
recorded.

Usage: compare.py [NAME…]   all notebooks of the corpus, unless some are named

Exit status 1: there are differences, each of which is printed.
"""

import concurrent.futures
import copy
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile

import corpus
import nbclient
import nbformat
from jupyter_client import AsyncKernelManager

# Each is mostly waiting for its kernel.
AT_ONCE = 3
CELL_TIMEOUT = 60
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


class SessionManager(AsyncKernelManager):
    """What nbclient asks about a kernel, of one that somebody else started."""

    has_kernel = True

    async def is_alive(self):
        return True


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def execute(notebook, connection_file):
    """What nbclient makes of it. It does not know that this kernel is a session's."""
    manager = SessionManager(connection_file=connection_file)
    manager.load_connection_file()
    client = nbclient.NotebookClient(notebook, km=manager, timeout=CELL_TIMEOUT, startup_timeout=CELL_TIMEOUT,
                                     iopub_timeout=CELL_TIMEOUT, allow_errors=True, record_timing=False)
    client.execute()
    client.kc.stop_channels()
    return client.nb


def joined(outputs):
    """Streams come in as many pieces as they were published in, which front-ends join."""
    result = []
    for output in outputs:
        if result and output.output_type == "stream" == result[-1].output_type and output.name == result[-1].name:
            result[-1].text += output.text
        else:
            result.append(copy.deepcopy(output))
    return result


def plain(value):
    """The same, of what JSON knows only."""
    return json.loads(json.dumps(value))


def cells_of(notebook):
    """What is compared of the cells that were executed."""
    return [plain({"source": cell.source, "execution_count": cell.execution_count, "outputs": joined(cell.outputs)})
            for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def widgets_of(notebook):
    return plain(notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}))


def differences(expected, found):
    """Sentences that say where two notebooks differ."""
    said = []
    expected_cells, found_cells = cells_of(expected), cells_of(found)
    if len(expected_cells) != len(found_cells):
        said.append(f"{len(found_cells)} cells instead of {len(expected_cells)}")
    for number, (theirs, ours) in enumerate(zip(expected_cells, found_cells), 1):
        for key, value in theirs.items():
            if ours[key] != value:
                said.append(f"cell {number}, {theirs['source']!r}: {key}\n    nbclient: {value!r:.3000}\n"
                            f"    ours:     {ours[key]!r:.3000}")
    theirs, ours = widgets_of(expected), widgets_of(found)
    for key in {**theirs, **ours}:
        if key != "state" and theirs.get(key) != ours.get(key):
            said.append(f"widgets: {key} is {ours.get(key)!r} instead of {theirs.get(key)!r}")
    for model in {**theirs.get("state", {}), **ours.get("state", {})}:
        if theirs.get("state", {}).get(model) != ours.get("state", {}).get(model):
            said.append(f"widget {model}\n    nbclient: {theirs.get('state', {}).get(model)!r:.3000}\n"
                        f"    ours:     {ours.get('state', {}).get(model)!r:.3000}")
    return said


def compare(name, folder):
    """Returns the number of cells, and the differences."""
    path = f"{folder}/{name}.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in corpus.NOTEBOOKS[name]])
    nbformat.write(notebook, path)
    session = run("computectl", "notebook", "--quiet", path).strip()
    try:
        connection_file = run("computectl", "show", "--value", "--property=ConnectionFile", session).strip()
        expected = execute(notebook, connection_file)
        found = nbformat.reads(run("computectl", "output", "--format=ipynb", session), as_version=nbformat.NO_CONVERT)
        nbformat.validate(found)
        return len(cells_of(expected)), differences(expected, found)
    except (nbclient.exceptions.CellTimeoutError, nbformat.ValidationError) as e:
        return 0, [f"{type(e).__name__}: {e}"]
    finally:
        run("computectl", "stop", session)


def can_run(name):
    """Widgets are a package of its own, which a machine need not have."""
    package, least = corpus.NEEDS.get(name, (None, 0))
    try:
        return not package or int(importlib.metadata.version(package).split(".")[0]) >= least
    except importlib.metadata.PackageNotFoundError:
        return False


def main(names):
    names = names or list(corpus.NOTEBOOKS)
    able = [name for name in names if can_run(name)]
    n_cells = n_differences = 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ProcessPoolExecutor(AT_ONCE) as pool:
        os.environ["IPYTHONDIR"] = folder  # what a user has there does not count
        for name, (cells, said) in zip(able, pool.map(compare, able, [folder] * len(able))):
            n_cells += cells
            n_differences += len(said)
            for one in said:
                print(f"{name}: {one}", flush=True)
    for name in names:
        if name not in able:
            print("{}: not run, as it needs {} {} or later".format(name, *corpus.NEEDS[name]))
    print(f"{len(able)} notebooks, {n_cells} cells, {n_differences} differences")
    return 1 if n_differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

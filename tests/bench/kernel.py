# SPDX-License-Identifier: LGPL-2.1-or-later
"""Benchmarks of notebooks' kernels, beside the same kernel started by jupyter_client alone."""

import time

import kernels
from figures import Aim, Figure

CELLS = 1000
STREAM_MB = 100
STREAM = f"""import sys
line = 'x' * 99 + '\\n'
for _ in range({STREAM_MB}):
    sys.stdout.write(line * 10000)
"""
PEER = "jupyter_client alone"


def timed(function):
    """Returns ms and what the function returned."""
    begin = time.monotonic()
    result = function()
    return (time.monotonic() - begin) * 1000, result


def start(options, _sessions):
    """A kernel's start, until a client has its reply to kernel_info_request."""
    ours, peer = [], []
    for _ in range(options.runs or 10):
        for samples, opener in ((ours, kernels.SessionKernel), (peer, kernels.PlainKernel)):
            took, kernel = timed(opener)
            kernel.close()
            samples.append(took)
    yield Figure("kernel", "start, until kernel_info_reply", "ms", ours, PEER, peer)
    yield Figure("kernel", "start, more than the peer took", "ms", [a - b for a, b in zip(ours, peer)],
                 aim=Aim("at most", 50, "median"))


def run_cells(kernel):
    for _ in range(CELLS):
        kernel.execute("")


def work_figures(options, ours, peer):
    work = {f"{CELLS} empty cells": (run_cells, 7), f"{STREAM_MB} MB of output": (lambda k: k.execute(STREAM), 5)}
    for what, (function, runs) in work.items():
        samples = ([], [])
        for kernel in (ours, peer):
            function(kernel)
        for _ in range(options.runs or runs):
            for kept, kernel in zip(samples, (ours, peer)):
                kept.append(timed(lambda: function(kernel))[0])  # pylint: disable=cell-var-from-loop
            kernels.settle(ours.keeper())
        yield Figure("kernel", what, "ms", samples[0], PEER, samples[1], Aim("at most", 1.05))


def work(options, _sessions):
    """Empty cells, and a flood of output, with one client; and what the keeper takes of memory after it."""
    ours, peer = kernels.SessionKernel(), None
    try:
        peer = kernels.PlainKernel()
        ours.execute("1")
        kernels.settle(ours.keeper())
        yield Figure("kernel", "keeper beside what it recorded, at first", "kB",
                     [kernels.memory_beside_log(ours.keeper())], aim=Aim("at most", 3072, "median"))
        yield from work_figures(options, ours, peer)
        kernels.settle(ours.keeper())
        yield Figure("kernel", "keeper beside what it recorded, at last", "kB",
                     [kernels.memory_beside_log(ours.keeper())], aim=Aim("at most", 3072, "median"))
    finally:
        for kernel in filter(None, (ours, peer)):
            kernel.close()


ALL = {"kernel-start": start, "kernel-work": work}

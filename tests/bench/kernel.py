# SPDX-License-Identifier: LGPL-2.1-or-later
"""Benchmarks of notebooks' kernels, beside the same kernel started by jupyter_client alone."""

import time

import kernels
from figures import Aim, Figure

CELLS, CELLS_AT_ONCE = 1000, 50
STREAM_MB, STREAM_MB_AT_ONCE = 100, 10
STREAM = f"""import sys
line = 'x' * 99 + '\\n'
for _ in range({STREAM_MB_AT_ONCE}):
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
    for _ in range(CELLS_AT_ONCE):
        kernel.execute("")


def run_stream(kernel):
    kernel.execute(STREAM)


def measure(function, times, both):
    """Lets both do it so often, in turns. Returns of each how long it took, and its CPU time."""
    took = [0, 0]
    before = [kernels.cpu_ms(kernel.processes()) for kernel in both]
    for _ in range(times):
        for i, kernel in enumerate(both):
            took[i] += timed(lambda: function(kernel))[0]  # pylint: disable=cell-var-from-loop
    kernels.settle(both[0].keeper())
    used = [kernels.cpu_ms(kernel.processes()) - cpu for kernel, cpu in zip(both, before)]
    return took, used


def work_figures(options, both):
    for what, function, times, runs in ((f"{CELLS} empty cells", run_cells, CELLS // CELLS_AT_ONCE, 7),
                                        (f"{STREAM_MB} MB of output", run_stream, STREAM_MB // STREAM_MB_AT_ONCE, 5)):
        measure(function, 1, both)
        samples = [measure(function, times, both) for _ in range(options.runs or runs)]
        for name, of, aim in ((what, 0, Aim("at most", 1.05)), (f"CPU for {what}, with the keeper's", 1, None)):
            yield Figure("kernel", name, "ms", [one[of][0] for one in samples], PEER, [one[of][1] for one in samples],
                         aim)


def work(options, _sessions):
    """Empty cells, and a flood of output, with one client; and what the keeper takes of memory after it."""
    ours, peer = kernels.SessionKernel(), None
    try:
        peer = kernels.PlainKernel()
        ours.execute("1")
        kernels.settle(ours.keeper())
        yield Figure("kernel", "keeper beside what it recorded, at first", "kB",
                     [kernels.memory_beside_log(ours.keeper())], aim=Aim("at most", 3072, "median"))
        yield from work_figures(options, (ours, peer))
        kernels.settle(ours.keeper())
        yield Figure("kernel", "keeper beside what it recorded, at last", "kB",
                     [kernels.memory_beside_log(ours.keeper())], aim=Aim("at most", 3072, "median"))
    finally:
        for kernel in filter(None, (ours, peer)):
            kernel.close()


ALL = {"kernel-start": start, "kernel-work": work}

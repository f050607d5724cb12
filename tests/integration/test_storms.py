# SPDX-License-Identifier: LGPL-2.1-or-later
"""What changes all the time is told a few times a second, and the last of it is told."""

import time

from bus import path_of
from kernels import execute

TITLES = 20000
CELLS = 200


def told(user, mark, session, name):
    """Each value of that property that was told of the session."""
    return [one["arguments"][1][name] for one in user.signals(mark) if one["member"] == "PropertiesChanged" and
            one["path"] == path_of(session) and name in one["arguments"][1]]


def test_titles(user1):
    session, stream = user1.start_and_expect(
        f"echo rea''dy; read _; i=0; while [ $i -lt {TITLES} ]; do i=$((i+1)); printf '\\033]2;%d\\007' $i; done; read _", "ready")
    mark, began = user1.mark(), time.monotonic()
    stream.send("\n")
    user1.wait_properties(mark, session, Title=str(TITLES))
    # The keeper looks every 250 ms.
    assert len(told(user1, mark, session, "Title")) <= 4 * (time.monotonic() - began) + 2


def test_kernel_states(user1):
    """Each cell makes the kernel busy and idle again."""
    session, _ = user1.start_notebook(f"{user1.home}/storm.ipynb")
    execute(user1, session, "pass")
    mark, began = user1.mark(), time.monotonic()
    execute(user1, session, *["pass"] * CELLS)
    user1.wait_properties(mark, session, ExecutionCount=CELLS + 1, KernelState="idle")
    # The keeper tells at most every 100 ms.
    bound = 10 * (time.monotonic() - began) + 2
    assert len(told(user1, mark, session, "KernelState")) <= bound
    assert len(told(user1, mark, session, "ExecutionCount")) <= bound

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Benchmarks of terminals, beside a raw PTY, dtach, tmux and screen, all of 200 columns and 50 rows."""

import collections
import contextlib
import math
import os
import pathlib
import random
import select
import statistics
import subprocess
import tempfile
import time

import dbus
import system
import terminals
from figures import Aim, Figure

OVER = b"##over##"
# Clears the screen first, so that what has to be seen is not in the middle of something that is left out.
SAY_OVER = r"printf '\033[m\033[H\033[2J##%s##\r\n' over"
SEQ_LAST = 8_000_000  # 63 MB
LISTING_SIZE, ADDRESSING_SIZE = 13_000_000, 17_000_000
KEYS = b"QXZ"
KEYS_AT_ONCE = 50
HOGS = 4
SLOW_BYTES, SLOW_S = 1024, 1


def listing():
    """Like what "ls -lR --color" prints."""
    numbers = random.Random(1)
    colors = ["01;34", "01;32", "01;36", "0", "00", "38;5;208", "30;42", "40;33;01"]
    size, parts = 0, []
    while size < LISTING_SIZE:
        color, name = numbers.choice(colors), "".join(numbers.choices("abcdefghij-_.é", k=numbers.randint(4, 28)))
        line = f"-rw-r--r-- 1 root root {numbers.randint(0, 10**8):9} Jan {numbers.randint(1, 28):2} " \
            f"{numbers.randint(0, 23):02}:{numbers.randint(0, 59):02} \033[{color}m{name}\033[0m\n"
        size += len(line.encode())
        parts.append(line)
    return "".join(parts).encode()


def addressing():
    """Like what a program prints that changes its screen here and there."""
    numbers = random.Random(2)
    size, parts = 0, []
    while size < ADDRESSING_SIZE:
        part = f"\033[{numbers.randint(1, 50)};{numbers.randint(1, 190)}H\033[{numbers.randint(30, 37)}m" \
            f"{numbers.randint(0, 999999)}"
        size += len(part)
        parts.append(part)
    return "".join(parts).encode()


@contextlib.contextmanager
def inputs():
    """The commands that print them, by name."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name, make in (("listing", listing), ("addressing", addressing)):
            pathlib.Path(folder, name).write_bytes(make())
        yield {"63 MB of seq": f"seq {SEQ_LAST}", "13 MB of coloured listing": f"cat {folder}/listing",
               "17 MB of cursor addressing": f"cat {folder}/addressing"}


def time_flood(opener, programs, command):
    """From a key that starts the command until its end is seen, in ms."""
    terminal = opener(programs, f"stty -echo; echo wait''ing; read go; {command}; {SAY_OVER}; read go")
    try:
        terminal.read_until(b"waiting")
        begin = time.monotonic()
        terminal.type(b"\r")
        terminal.read_until(OVER)
        return (time.monotonic() - begin) * 1000
    finally:
        terminal.close()


def flood_aim(what, peer):
    if peer == "tmux":
        return Aim("at least", 3, "speed") if "cursor" in what else Aim("at most", 1)
    return Aim("at most", 1) if peer == "dtach" and "seq" in what else None


def flood(options, _sessions):
    """A flood of output, until its end is seen by a client that reads as fast as it can."""
    peers = terminals.peers()
    openers = {"stream": terminals.Attached, "computectl attach": terminals.Computectl, **peers}
    with inputs() as commands:
        for what, command in commands.items():
            samples = collections.defaultdict(list)
            for _ in range(options.runs or 3):
                for name, opener in openers.items():
                    samples[name].append(time_flood(opener, options.programs, command))
            for peer in peers:
                yield Figure("terminal", f"{what}, session", "ms", samples["stream"], peer, samples[peer],
                             flood_aim(what, peer))
            yield Figure("terminal", f"{what}, computectl attach", "ms", samples["computectl attach"],
                         "the session's stream", samples["stream"])
            if "dtach" in peers:
                yield Figure("terminal", f"{what}, computectl attach", "ms", samples["computectl attach"],
                             "dtach", samples["dtach"], flood_aim(what, "dtach"))


def p99(samples):
    return sorted(samples)[math.ceil(len(samples) * 0.99) - 1]


def time_keys(terminal):
    """From a key to its echo by the program, in µs; a few keys, with pauses as a fast typist would not
    make."""
    samples = []
    for i in range(KEYS_AT_ONCE):
        key = KEYS[i % len(KEYS):][:1]
        terminals.drop_input(terminal.fd)
        begin = time.monotonic()
        terminal.type(key)
        terminal.read_until(key)
        samples.append((time.monotonic() - begin) * 1e6)
        time.sleep(0.003)
    return samples


def key_figures(options, state):
    peers = terminals.peers()
    openers = {"session": terminals.Attached, "computectl attach": terminals.Computectl, **peers}
    opened = {}
    rounds = collections.defaultdict(list)
    try:
        for name, opener in openers.items():
            opened[name] = opener(options.programs, "stty raw -echo; echo wait''ing; exec cat")
            opened[name].read_until(b"waiting")
        for terminal in opened.values():
            time_keys(terminal)
        for _ in range(options.runs or 12):
            for name, terminal in opened.items():
                rounds[name].append(time_keys(terminal))
    finally:
        for terminal in opened.values():
            terminal.close()
    middle = {name: [statistics.median(one) for one in all] for name, all in rounds.items()}
    end = {name: [p99([sample for one in all for sample in one])] for name, all in rounds.items()}
    for who in ("session", "computectl attach"):
        for peer in peers:
            aim = Aim("at most", 1) if peer == "dtach" else None
            yield Figure("terminal", f"key to echo, {state}, p50, {who}", "us", middle[who], peer, middle[peer], aim)
        for peer in peers:
            yield Figure("terminal", f"key to echo, {state}, p99, {who}", "us", end[who], peer, end[peer])


def wait_for_hogs(timeout=30):
    """Until each of them has had the CPU."""
    end = time.monotonic() + timeout
    pids = []
    while time.monotonic() < end and not (len(pids) > HOGS and all(system.cpu_ms(pid) > 10 for pid in pids[1:])):
        group = system.run("systemctl", "show", "--property=ControlGroup", "--value", "benchmark-hogs.scope").strip()
        pids = sorted(system.pids_of_cgroup(group))
        time.sleep(0.05)


def echo(options, _sessions):
    """From a key to its echo, idle and beside 4 hogs of CPU."""
    yield from key_figures(options, "idle")
    loop = " & ".join(["while :; do :; done"] * HOGS)
    with subprocess.Popen(["systemd-run", "--scope", "--quiet", "--unit=benchmark-hogs", "sh", "-c", loop],
                          stdin=subprocess.DEVNULL):
        try:
            wait_for_hogs()
            yield from key_figures(options, f"{HOGS} hogs")
        finally:
            system.run("systemctl", "stop", "benchmark-hogs.scope")


def time_attach(session, size, **extra):
    """From the call of Attach to the last byte of so many, in ms; and the keeper's CPU for it."""
    keeper = session.keeper()
    cpu = system.cpu_ms(keeper)
    begin = time.monotonic()
    terminal = session.attach(0, 0, **extra)
    got = 0
    while got < size:
        got += len(terminal.read())
    took = (time.monotonic() - begin) * 1000
    cpu = system.cpu_ms(keeper) - cpu
    terminal.close()
    while session.get("Clients") > 0:
        time.sleep(0.01)
    return took, cpu


def reattach(options, _sessions):
    """Attaching to a session with 10,000 lines of scrollback, until its whole picture is there."""
    with inputs() as commands:
        for what, command in list(commands.items())[:2]:  # the third has no lines that scroll off
            session = terminals.Session(options.programs, "sh", "-c", f"read go; {command} | tail -n10060; exec cat")
            terminal = session.attach()
            terminal.type(b"\r")
            terminals.read_whole(terminal, quiet=3)
            terminal.close()
            wanted = {"Scrollback": dbus.UInt32(10000)}
            terminal = session.attach(0, 0, **wanted)
            size = terminals.read_whole(terminal)
            terminal.close()
            times = [(time_attach(session, size, **wanted), time_attach(session, 0, Raw=True))
                     for _ in range(options.runs or 20)]
            session.stop()
            picture, without = zip(*times)
            name = f"attach to {size // 1000} kB picture after {what}"
            yield Figure("terminal", name, "ms", [took for took, _ in picture], "Attach without a picture",
                         [took for took, _ in without])
            yield Figure("terminal", f"{name}, without the call", "ms", [a[0] - b[0] for a, b in times],
                         aim=Aim("at most", 5, "median"))
            yield Figure("terminal", f"{name}, CPU of the keeper", "ms", [cpu for _, cpu in picture])


def mappings(pid):
    """PSS in kB by what is mapped."""
    sums = collections.Counter()
    name = ""
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        fields = line.split()
        if not fields[0].endswith(":"):
            name = " ".join(fields[5:]) or "anonymous"
            name = name.rsplit("/", 1)[-1] if name.startswith("/") else name
        elif fields[0] == "Pss:":
            sums[name] += int(fields[1])
    return sums


def keeper(options, sessions):
    """Memory (PSS) of the keeper of a detached idle terminal of 80 columns and 24 rows, and what it consists
    of."""
    for count in options.sessions or [1, 20]:
        sessions.resize(count - 1)
        session = terminals.Session(options.programs, "bash", "--norc")
        terminal = session.attach(24, 80)
        terminal.type(b"echo wait''ing\r")
        terminal.read_until(b"waiting\r")
        terminal.close()
        pid = session.keeper()
        system.settle(pid)
        yield Figure("terminal", f"keeper, one of {count}", "kB", [system.pss(pid)], aim=Aim("at most", 400, "median"))
        for name, size in mappings(pid).most_common(10):
            if size > 0:
                yield Figure("terminal", f"  {name}", "kB", [size])
        session.stop()
    sessions.resize(0)


def seq_last(size):
    """Up to which number seq prints so many bytes."""
    last, digits = 0, 1
    while size > 9 * 10 ** (digits - 1) * (digits + 1):
        last = 10 ** digits - 1
        size -= 9 * 10 ** (digits - 1) * (digits + 1)
        digits += 1
    return last + size // (digits + 1)


class Watched:
    """A flood with clients: one reads as fast as it can, the others as they like."""

    def __init__(self, programs, command, slow):
        self.session = terminals.Session(programs, "sh", "-c", f"stty -echo; read go; {command}; {SAY_OVER}; read go")
        self.normal = self.session.attach()
        self.stuck = [self.session.attach()] if slow else []
        self.slow = self.session.attach() if slow else None
        self.keeper = self.session.keeper()
        self.memory = [system.pss(self.keeper)]

    def run(self):
        """Returns ms until the normal client saw the end, and how many MB it saw."""
        begin = time.monotonic()
        tick = begin + SLOW_S
        tail, seen = b"", 0
        self.normal.type(b"\r")
        while OVER not in tail:
            select.select([self.normal.fd], [], [], 1)
            data = self.normal.read()
            seen += len(data)
            tail = tail[-len(OVER):] + data
            if time.monotonic() >= tick:
                tick += SLOW_S
                self.memory.append(system.pss(self.keeper))
                if self.slow:
                    os.read(self.slow.fd, SLOW_BYTES)
        return (time.monotonic() - begin) * 1000, seen / 1e6

    def stop(self):
        for one in (self.normal, *self.stuck, self.slow):
            if one:
                one.close()
        self.session.stop()


def slow(options, _sessions):
    """A flood beside a client that never reads and one that reads 1 kB/s, and the same without them."""
    took, seen, memory = (collections.defaultdict(list) for _ in range(3))
    command = f"seq {seq_last(options.flood * 10**6)}"
    for _ in range(options.runs or 2):
        for is_slow in (True, False):
            watched = Watched(options.programs, command, is_slow)
            for figure, value in zip((took, seen), watched.run()):
                figure[is_slow].append(value)
            memory[is_slow].append(max(watched.memory))
            watched.stop()
    yield Figure("terminal", f"{options.flood} MB beside slow clients", "ms", took[True], "the same without them",
                 took[False], Aim("at most", 1.1))
    yield Figure("terminal", "seen of that by a client that reads", "MB", seen[True], "the same without them",
                 seen[False])
    yield Figure("terminal", "keeper during that, at most", "kB", memory[True], "the same without them", memory[False],
                 Aim("at most", 1.1))


ALL = {"terminal-flood": flood, "terminal-echo": echo, "terminal-attach": reattach, "terminal-keeper": keeper,
       "terminal-slow": slow}

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The benchmarks. Each is a generator of figures; its docstring is its line in --help."""

import collections
import os
import signal
import time

import kernel
import system
import terminal
from figures import Aim, Figure

# Let systemd finish what the run before left behind.
PAUSE_MS = 50
# Samples of usage that are older are taken again.
STALE_MS = 1100
IDLE_S = 30


class Alternate:
    """Actions to be timed alternately: see alternate.c."""

    def __init__(self, programs):
        self.programs = programs
        self.arguments = []

    def add(self, name, *action, pause=PAUSE_MS):
        self.arguments += [":", name, str(pause), *action]

    def run(self, runs, user=None, own_bus=False):
        """Returns a list of ms for each name."""
        command = [f"{self.programs}/alternate", str(runs)] + ["--user"] * own_bus + self.arguments
        samples = collections.defaultdict(list)
        for line in system.run(*(system.user_command(user, *command) if user else command)).splitlines():
            name, usec = line.split()
            samples[name].append(float(usec) / 1000)
        return samples


def start_as(options, who, user, own_bus):
    """A start by one kind of caller: over a connection that is there, and as a whole command."""
    bus = ["--user"] if own_bus else []
    a = Alternate(options.programs)
    a.add("call", "@start-terminal", "cat")
    a.add("run", "systemd-run", *(["--user"] if user else []), "--scope", "--quiet", "true")
    a.add("command", "computectl", *bus, "terminal", "--detach", "--name=benchmark", "--", "true")
    samples = a.run(options.runs or 40, user, own_bus)
    peer = f"systemd-run{' --user' if user else ''} --scope true"
    for name, key in (("StartTerminal, call to reply", "call"), ("computectl terminal -d -- true", "command")):
        yield Figure("start", f"{name}, {who}", "ms", samples[key], peer, samples["run"], Aim("at most", 2))


def start(options, sessions):
    """A terminal's start, until its program runs, beside systemd-run --scope; with --sessions also among
    others."""
    yield from start_as(options, "root", None, False)
    yield from start_as(options, "user1", "user1", False)
    yield from start_as(options, "user1's own manager", "user1", True)
    # Whose the others are makes the difference: for each unit that starts, systemd goes through all units of
    # its slice, and so of its user.
    first = None
    for count in options.sessions or []:
        sessions.resize(count)
        a = Alternate(options.programs)
        a.add("call", "@start-terminal", "cat")
        samples = a.run(options.runs or 40)["call"]
        if first is None:
            first = (count, samples)
            yield Figure("start", f"StartTerminal among {count} sessions", "ms", samples)
        else:
            yield Figure("start", f"StartTerminal among {count} of {'+'.join(options.users)}", "ms", samples,
                         f"the same among {first[0]}",
                         first[1], Aim("at most", 1.3))


def list_as(options, sessions, user):
    """Lists by one kind of caller: systemctl goes past the bus when root calls it."""
    count, who = len(sessions.ids), user or "root"
    a = Alternate(options.programs)
    a.add("cold", "computectl", "list", pause=STALE_MS)
    a.add("warm", "computectl", "list", pause=0)
    a.add("show", "systemctl", "show", *sessions.scopes())
    a.add("read", f"{options.programs}/read-cgroups", *sessions.cgroups())
    samples = a.run(options.runs or 20, user)
    peers = {"show": (f"systemctl show of {count}", Aim("at least", 10, "speed")),
             "read": (f"reading {count} cgroups directly", Aim("at most", 5))}
    for key, peer in (("cold", "show"), ("cold", "read"), ("warm", "show")):
        yield Figure("list", f"computectl list of {count}, {key}, {who}", "ms", samples[key],
                     peers[peer][0], samples[peer], peers[peer][1])


def list_(options, sessions):
    """computectl list with usage, cold (samples are too old) and warm, beside systemctl show of the same
    scopes."""
    for count in options.sessions or [200]:
        sessions.resize(count)
        yield from list_as(options, sessions, None)
        yield from list_as(options, sessions, "user1")


def memory(options, sessions):
    """Memory (PSS) of the manager, of a keeper and of the process that holds its PAM session."""
    for count in options.sessions or [0, 1, 200]:
        sessions.resize(count)
        if count == 0:
            sessions.restart_manager()
        system.run("computectl", "list")
        limit = Aim("at most", 3000 if count == 0 else 8000, "median") if count in (0, 1000) else None
        yield Figure("memory", f"manager with {count} sessions", "kB", [system.pss(system.manager_pid())], aim=limit)
        keepers = sessions.keepers()
        system.settle(*keepers)
        if keepers:
            yield Figure("memory", f"keeper, {count} of them", "kB", [system.pss(pid) for pid in keepers])
            holders = [pid for pid in map(system.pam_pid, keepers) if pid]
            if holders:
                yield Figure("memory", f"(sd-pam) of a keeper, {count} of them", "kB",
                             [system.pss(pid) for pid in holders])


def idle(options, sessions):
    """Wake-ups in 30 s with sessions, while nobody asks."""
    for count in options.sessions or [20]:
        sessions.resize(count)
        processes = {"manager": [system.manager_pid()], "keeper": sessions.keepers(), "PID 1": [1],
                     "dbus-daemon": [system.bus_pid()]}
        system.settle(*(pid for pids in processes.values() for pid in pids))
        before = {pid: (system.switches(pid), system.cpu_ms(pid)) for pids in processes.values() for pid in pids}
        time.sleep(IDLE_S)
        for name, pids in processes.items():
            ours = name in ("manager", "keeper")
            if pids:
                yield Figure("idle", f"{name} with {count} sessions", "wake-ups",
                             [system.switches(pid) - before[pid][0] for pid in pids],
                             aim=Aim("at most", 0, "median") if ours else None)


def poll(options, sessions):
    """CPU of one core, while a client asks for list and usage once a second, for 30 s."""
    for count in options.sessions or [200]:
        sessions.resize(count)
        processes = {"manager": system.manager_pid(), "PID 1": 1, "dbus-daemon": system.bus_pid()}
        before = {name: system.cpu_ms(pid) for name, pid in processes.items()}
        begin = time.monotonic()
        for second in range(1, IDLE_S + 1):
            system.run("computectl", "list")
            time.sleep(max(0, begin + second - time.monotonic()))
        took_ms = (time.monotonic() - begin) * 1000
        used = {name: (system.cpu_ms(pid) - before[name]) / took_ms * 100 for name, pid in processes.items()}
        yield Figure("poll", f"manager and PID 1 with {count} sessions", "%", [used["manager"] + used["PID 1"]],
                     aim=Aim("at most", 5, "median"))
        for name, percent in used.items():
            yield Figure("poll", f"{name} with {count} sessions", "%", [percent])


def recover(options, sessions):
    """From SIGKILL of the manager to the whole list from its successor."""
    for count in options.sessions or [200]:
        sessions.resize(count)
        samples = []
        for _ in range(options.runs or 5):
            manager = system.manager_pid()
            system.settle(manager)
            begin = time.monotonic()
            os.kill(manager, signal.SIGKILL)
            while system.count_listed() < count:
                pass
            samples.append((time.monotonic() - begin) * 1000)
        yield Figure("recover", f"complete list of {count} after SIGKILL", "ms", samples,
                     aim=Aim("at most", 1000, "median"))


ALL = {"start": start, "list": list_, "memory": memory, "idle": idle, "poll": poll, "recover": recover,
       **terminal.ALL, **kernel.ALL}

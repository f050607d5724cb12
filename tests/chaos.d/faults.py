# SPDX-License-Identifier: LGPL-2.1-or-later
"""What goes wrong. Each fault is a function of the host and of dice; its docstring says what it does. It
returns how many faults it made (0: there was nothing to hit), after it took back what does not pass by
itself."""

import signal
import time

import host as hosts

MANAGER = "compute-sessiond"
KEEPER = "compute-session-keeper"
JOURNAL = ("systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald.service")


def freeze(pids, seconds):
    count = hosts.send(pids, signal.SIGSTOP)
    pause(timeout=seconds)
    hosts.send(pids, signal.SIGCONT)
    return count


def pause(timeout):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        time.sleep(min(0.05, timeout))


def managers(host):
    return host.main_pids(f"{MANAGER}.service", MANAGER)


def keepers(host):
    return host.main_pids("compute-keeper-*.service", KEEPER)


def buses(host):
    return host.main_pids("dbus.service", "dbus-daemon")


def some(dice, pids):
    return dice.sample(pids, dice.randint(1, len(pids))) if pids else []


def kill_manager(host, _dice):
    """SIGKILL of the manager"""
    return hosts.kill(managers(host))


def kill_keepers(host, dice):
    """SIGKILL of some keepers"""
    return hosts.kill(some(dice, keepers(host)))


def kill_all(host, _dice):
    """SIGKILL of the manager and of all keepers"""
    return hosts.kill(managers(host) + keepers(host))


def kill_bus(host, _dice):
    """SIGKILL of dbus-daemon"""
    return hosts.kill(buses(host))


def freeze_manager(host, dice):
    """SIGSTOP and SIGCONT of the manager"""
    return freeze(managers(host), dice.uniform(0.1, 1.5))


def freeze_keepers(host, dice):
    """SIGSTOP and SIGCONT of some keepers"""
    return freeze(some(dice, keepers(host)), dice.uniform(0.1, 1.5))


def freeze_bus(host, dice):
    """SIGSTOP and SIGCONT of dbus-daemon"""
    return freeze(buses(host), dice.uniform(0.1, 1.5))


def freeze_journal(host, dice):
    """SIGSTOP and SIGCONT of journald"""
    return freeze(host.journals(), dice.uniform(0.5, 2))


def stop_journal(host, dice):
    """journald stopped, with its sockets"""
    with host.kernels:
        # Whoever logs just then may have it started again: then the stop job is canceled, and that is all of
        # the fault.
        host.run("systemctl", "stop", *JOURNAL, check=False)
        pause(timeout=dice.uniform(0.2, 1.5))
        host.run("systemctl", "start", *JOURNAL, check=False)
    return 1


def reexecute(host, _dice):
    """systemctl daemon-reexec"""
    host.systemctl("daemon-reexec")
    return 1


def reexecute_in_a_row(host, dice):
    """systemctl daemon-reexec several times without a pause"""
    count = dice.randint(2, 6)
    for _ in range(count):
        host.systemctl("daemon-reexec")
    return count


def reload(host, _dice):
    """systemctl daemon-reload"""
    host.systemctl("daemon-reload")
    return 1


def restart_manager(host, _dice):
    """systemctl restart of the manager, as an upgrade does"""
    host.systemctl("restart", f"{MANAGER}.service", check=False)  # others may kill it meanwhile
    return 1


def fill_runtime_directory(host, dice):
    """the runtime directory full"""
    host.run("sh", "-c", f"cat /dev/zero > {host.runtime}/fill 2>/dev/null", check=False)
    pause(timeout=dice.uniform(0.2, 1.5))
    host.run("rm", "-f", f"{host.runtime}/fill")
    return 1


def forbid_forks(host, dice):
    """TasksMax= of a user's slice reached"""
    slices = host.systemctl("list-units", "--plain", "--no-legend", "compute-*.slice").split("\n")
    names = [line.split()[0] for line in slices if line]
    if not names:
        return 0
    name = dice.choice(names)
    with host.kernels:
        host.systemctl("set-property", "--runtime", name, "TasksMax=1")
        pause(timeout=dice.uniform(0.2, 1.5))
        host.systemctl("set-property", "--runtime", name, "TasksMax=infinity")
    return 1


def jump_clock(host, dice):
    """the clock set forward and back again, or back and forward"""
    offset = dice.choice([-1, 1]) * dice.choice([60, 3600, 400 * 86400])
    begin = time.monotonic()
    before = time.time()
    host.run("date", "--utc", f"--set=@{before + offset}")
    pause(timeout=dice.uniform(0.2, 1.5))
    host.run("date", "--utc", f"--set=@{before + time.monotonic() - begin}")
    return 2


# With how often each is taken.
ALL = {kill_manager: 4, kill_keepers: 4, kill_all: 2, kill_bus: 1, freeze_manager: 2, freeze_keepers: 2, freeze_bus: 1,
       freeze_journal: 1, stop_journal: 1, reexecute: 1, reexecute_in_a_row: 1, reload: 1, restart_manager: 1,
       fill_runtime_directory: 2, forbid_forks: 2, jump_clock: 1}

# What only a machine with a clock of its own gets: namespaces have the host's.
OF_VIRTUAL_MACHINES = {jump_clock}

# What no user's systemd gets over: when its bus dies, systemd 252 connects anew too early, gives that up
# when it learns of the death, and flushes the connection first, to nobody: it does nothing else for 90 s.
# Then all goes on, with
# all sessions.
NOT_OF_USERS = {kill_bus}

# By name: what keeps journald from taking entries, and what ends a manager that keeps them until it does.
OF_JOURNAL = {"freeze_journal", "stop_journal"}
OF_MANAGER = {"kill_manager", "kill_all", "kill_bus", "restart_manager"}

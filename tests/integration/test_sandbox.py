# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manager is confined, and what it starts is not: a shell or a kernel in a session can do what it can
after a login.

What terminals get is compared with a login in test_terminal.py; here is what else would break sudo,
debuggers and containers, and the same for kernels and for programs that were registered.
"""

import json
import re

import machine
import pytest
from test_terminal import login_says, payload_says

EXPOSURE_MAX = 1.5
# Of /proc/PID/status: what is inherited, and would tell on a program what started it.
STATUS = ("NoNewPrivs", "Seccomp", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "Umask", "Groups", "Uid", "Gid")
SIGNALS = ("SigPnd", "SigBlk", "SigIgn")
OURS = re.compile("NOTIFY_|LISTEN_|WATCHDOG_|JOURNAL_|INVOCATION_|SYSTEMD_|MAINPID|MANAGERPID|FDSTORE|CREDENTIALS_|"
                  "MEMORY_PRESSURE_|LOG_NAMESPACE|JPY_PARENT_PID")

# A program that is traced, and one that traces: what a debugger does, without one.
DEBUGGER = r"""
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
child = os.fork()
if child == 0:
    signal.pause()
ATTACH, DETACH = 16, 17
assert libc.ptrace(ATTACH, child, 0, 0) == 0, os.strerror(ctypes.get_errno())
os.waitpid(child, 0)
assert libc.ptrace(DETACH, child, 0, 0) == 0, os.strerror(ctypes.get_errno())
open(f"/proc/{child}/mem", "rb").close()
PR_GET_DUMPABLE, PR_GET_CHILD_SUBREAPER, PR_GET_PDEATHSIG, PR_GET_SECUREBITS = 3, 37, 2, 27
value = ctypes.c_int(-1)
assert libc.prctl(PR_GET_PDEATHSIG, ctypes.byref(value), 0, 0, 0) == 0 and value.value == 0, value
assert libc.prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(value), 0, 0, 0) == 0 and value.value == 0, value
assert libc.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1
assert libc.prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) == 0
os.kill(child, signal.SIGKILL)
os.write(5, b"debugged\n")
"""


def test_the_managers_exposure(root):
    """As systemd counts it, on the unit that runs: 10 is without any protection, logind has 2.8."""
    said = root.run("systemd-analyze", "security", "--no-pager", f"--threshold={int(EXPOSURE_MAX * 10)}",
                    "compute-sessiond.service").output
    assert float(re.search(r"Overall exposure level for compute-sessiond\.service: ([\d.]+)", said)[1]) <= EXPOSURE_MAX


def test_the_manager_is_what_the_unit_says(root):
    pid = root.run("systemctl", "show", "--value", "--property=MainPID", "compute-sessiond").output.strip()
    status = dict(re.findall(r"^(\w+):\s*(.*)$", root.shell(f"cat /proc/{pid}/status"), re.M))
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    assert int(status["CapBnd"], 16) == int(status["CapEff"], 16) == 1 << 5  # CAP_KILL
    script = "readlink /proc/{}/ns/net /proc/{}/ns/mnt"
    assert not set(root.shell(script.format(pid, pid)).split()) & set(root.shell(script.format(1, 1)).split())


def test_debuggers_work(user1):
    assert payload_says(user1, f"exec /usr/bin/python3 -c '{DEBUGGER}'") == "debugged\n"


def test_containers_work_as_after_a_login(root, user1):
    """Whether an ordinary user may make namespaces is the machine's affair, not the session's."""
    script = "unshare --user --map-root-user --mount --pid --fork true 2>&1; echo $?"
    assert payload_says(user1, f"({script}) >&5") == login_says(root, user1, script)


@pytest.mark.parametrize("what", ["chown", "setpriv"])
def test_who_becomes_root_is_root(root, user1, what):
    """As with sudo: what a setuid program of root's starts has all capabilities, and nothing filters its
    calls."""
    root.shell("install -m 4755 /usr/bin/python3 /usr/local/bin/setuid-python")
    script = {"chown": "os.close(os.open('/root/setuid', os.O_CREAT)); os.chown('/root/setuid', 1, 1)",
              "setpriv": "print(open('/proc/self/status').read(), file=os.fdopen(5, 'w'))"}[what]
    said = payload_says(user1, f'setuid-python -c "import os; os.setuid(0); {script}" && echo done >&5')
    root.shell("rm -f /usr/local/bin/setuid-python /root/setuid")
    assert said.endswith("done\n")
    if what == "setpriv":
        effective = re.search(r"CapEff:\s*(\w+)", said)[1]
        assert effective == re.search(r"CapEff:\s*(\w+)", root.shell("cat /proc/self/status"))[1]


@pytest.fixture(params=["kernel", "registered"])
def program(request, user1):
    """The state of a program that is no terminal's, as it sees it itself at its start."""
    script = ("cat /proc/self/status > ~/seen.status; cat /proc/self/limits /proc/self/oom_score_adj "
              "/proc/self/coredump_filter > ~/seen.limits; (ls -l /proc/$$/fd) > ~/seen.descriptors; env -0 > ~/seen.environment; "
              "readlink /proc/self/ns/mnt /proc/self/ns/net /proc/self/ns/pid /proc/self/ns/user > ~/seen.namespaces; "
              "touch ~/seen; ")
    user1.shell("rm -rf ~/seen* ~/looking; mkdir ~/looking")
    if request.param == "kernel":
        command = script + 'exec /usr/bin/python3 -m ipykernel_launcher -f "$1"'
        spec = {"argv": ["sh", "-c", command, "sh", "{connection_file}"], "display_name": "Looking", "language": "python"}
        user1.run("sh", "-euc", "cat > ~/looking/kernel.json", text=json.dumps(spec))
        user1.start_notebook("/tmp/looking.ipynb", f"{user1.home}/looking")
        pid = None
    else:
        pid = user1.spawn("computectl", "run", "--type=notebook", "--", "sh", "-c", script + "exec sleep inf")
    machine.wait_until(lambda: user1.try_run("test", "-e", f"{user1.home}/seen").status == 0, "what it sees")
    yield request.param, lambda name: user1.shell(f"cat ~/seen.{name}")
    for session in user1.ids():
        user1.stop(session)
    if pid:
        user1.wait(pid)


def fields(text, names):
    return {name: re.search(rf"^{name}:[ \t]*(.*)$", text, re.M)[1] for name in names}


def test_programs_without_terminal_are_as_after_a_login(root, user1, program):
    kind, seen = program
    # A registered program is its caller's: what that had is what it has.
    if kind == "registered":
        said, limits = [user1.shell(one) for one in ("cat /proc/self/status",
                        "cat /proc/self/limits /proc/self/oom_score_adj /proc/self/coredump_filter")]
    else:
        said, limits = [login_says(root, user1, one) for one in ("cat /proc/self/status",
                        "cat /proc/self/limits /proc/self/oom_score_adj /proc/self/coredump_filter")]
    assert fields(seen("status"), STATUS) == fields(said, STATUS)
    assert seen("limits") == limits
    namespaces = "readlink /proc/self/ns/mnt /proc/self/ns/net /proc/self/ns/pid /proc/self/ns/user"
    assert seen("namespaces") == user1.shell(namespaces)


def test_kernels_have_no_signals_blocked_or_ignored(program):
    kind, seen = program
    if kind == "kernel":
        assert fields(seen("status"), SIGNALS) == dict.fromkeys(SIGNALS, "0" * 16)


def test_kernels_have_no_descriptors_of_ours(program):
    kind, seen = program
    targets = dict(re.findall(r" (\d+) -> (\S+)", seen("descriptors")))
    assert set(targets) == {"0", "1", "2"}, targets
    if kind == "kernel":
        assert targets["0"] == "/dev/null"
        assert not [one for one in targets.values() if "keepers" in one or "memfd" in one]


def test_environment_without_terminal_is_free_of_ours(user1, program):
    """A registered program keeps its caller's, whatever started that."""
    kind, seen = program
    names = {one.split("=")[0] for one in seen("environment").split("\0") if one}
    callers = {one.split("=")[0] for one in user1.shell("env -0").split("\0")} if kind == "registered" else set()
    assert not [name for name in names - callers if OURS.match(name)]


STARTS = {"terminal": ["terminal", "--detach", "--", "sleep", "inf"], "notebook": ["notebook", "/tmp/a.ipynb"],
          "run": ["run", "--", "sleep", "inf"]}
SERVICE = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect", "--unit=confined"]


@pytest.mark.parametrize("user", ["user1", "www-data"])
@pytest.mark.parametrize("limit", [None, "NoNewPrivileges=yes", "IPAddressDeny=any", "DevicePolicy=closed", "TasksMax=20",
                                   "MemoryMax=200M"])
@pytest.mark.parametrize("verb", STARTS)
def test_no_way_out_of_a_service(root, user, verb, limit):
    """What a service may not do, a session of its user's could, and it would outlive the service."""
    limits = [f"--property={limit}"] if limit else []
    done = root.try_run(*SERVICE, f"--property=User={user}", *limits, "computectl", *STARTS[verb])
    assert done.status != 0 and "The calling process is in confined.service" in done.errors, done
    assert root.ids() == []


def test_a_service_of_roots_may_start(root):
    root.run(*SERVICE, "computectl", *STARTS["terminal"])
    assert len(root.ids()) == 1


@pytest.mark.parametrize("slice", ["user-1.slice", "system-user.slice", "compute-9.slice"])
def test_a_slice_that_looks_like_a_logins_is_none(root, user1, slice):
    uid = user1.run("id", "-u").output.strip()
    if slice == "user-1.slice":
        slice = f"user-{uid}.slice"
    done = root.try_run(*SERVICE, "--property=User=user1", f"--slice={slice}", "computectl", *STARTS["terminal"])
    assert done.status != 0 and "The calling process is in confined.service" in done.errors, done
    assert root.ids() == []


def test_a_service_of_the_users_own_systemd_may_start(user1):
    user1.run("systemd-run", "--user", "--quiet", "--wait", "--pipe", "--collect", "computectl", *STARTS["terminal"])
    assert len(user1.ids()) == 1


def test_a_session_may_start_another(user1):
    session = user1.start_terminal("sh", "-c", "computectl terminal --detach --name=inner -- sleep inf; exec sleep inf")
    machine.wait_until(lambda: len(user1.ids()) == 2, "the session of the session")
    assert {user1.get(one, "Name") for one in user1.ids() if one != session} == {"inner"}


@pytest.mark.parametrize("verb", ["terminal", "notebook"])
def test_who_cannot_log_in_has_no_sessions(root, verb):
    done = root.try_run("setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "computectl", *STARTS[verb])
    assert done.status != 0 and "only users who may log in have sessions" in done.errors, done
    assert root.ids() == []

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every method and property of the interface files, called by everybody on every kind of session: what comes
of it.

The callers: the owner of sessions; another user as polkit is installed (it would ask for a password), with a
rule that says yes, with one that says no, and without polkit; root. The sessions: the caller's own,
another's, one that has ended, one that never was. What is in the interface and has no expectation here
fails: nothing is allowed by being forgotten.
"""

import itertools
from xml.etree import ElementTree

import machine
import pytest
from bus import DENIED, ERROR, INTERACT, MANAGER, PROPERTIES, ROOT, SESSION, BusError, options, path_of, typed

OK, NO_SESSION, NO_PROCESS = "ok", ERROR + "NoSuchSession", ERROR + "NoSuchProcess"
NOT_SUPPORTED = ERROR + "NotSupported"
NO_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
CALLERS = ["owner", "other", "other with polkit yes", "other with polkit no", "other without polkit", "root"]
TARGETS = ["own", "other's", "ended", "unknown"]
RULES = {"other with polkit yes": "YES", "other with polkit no": "NO"}


def on(others, gone, admitted=OK):
    """What comes of it, for each caller and target: own sessions are always fine. admitted: what comes of a
    call that is allowed; the sessions are terminals, so what is for notebooks is then answered as not
    supported."""
    outcomes = {}
    for caller, target in itertools.product(CALLERS, TARGETS):
        outcome = {"own": OK, "other's": others[caller]}.get(target, gone)
        outcomes[caller, target] = admitted if outcome == OK else outcome
    return outcomes


NEEDS_POLKIT = {"owner": INTERACT, "other": INTERACT, "other with polkit yes": OK, "other with polkit no": DENIED,
                "other without polkit": DENIED, "root": OK}
EVERYBODY = dict.fromkeys(CALLERS, OK)
# Who has no notebook there is told so, root too.
NOBODY = dict.fromkeys(CALLERS, NO_SESSION)

# The session that has ended is another's, and was a terminal. The others have not ended.
ENDED = {(caller, target): NO_SESSION if target != "ended" else NOT_SUPPORTED if NEEDS_POLKIT[caller] == OK else
         NEEDS_POLKIT[caller] for caller, target in itertools.product(CALLERS, TARGETS)}

FREEZING = on(NEEDS_POLKIT, NO_OBJECT, NOT_SUPPORTED)  # on cgroup v1

# Of a method: its signature, its arguments, and what comes of it. Whoever may call a method on the sessions
# of others when polkit says yes must be root or have asked polkit.
METHODS = {
    (MANAGER, "ListSessions"): ("", lambda t: (), dict.fromkeys(itertools.product(CALLERS, TARGETS), OK)),
    (MANAGER, "ListEnded"): ("", lambda t: (), dict.fromkeys(itertools.product(CALLERS, TARGETS), OK)),
    (MANAGER, "GetEndedOutputs"): ("st", lambda t: (t.id, 0), ENDED),
    (MANAGER, "PurgeEndedOutputs"): ("s", lambda t: (t.id,), ENDED),
    (MANAGER, "GetUsage"): ("as", lambda t: ([t.id],), on(EVERYBODY, NO_SESSION)),
    (MANAGER, "GetActivity"): ("as", lambda t: ([t.id],), on(EVERYBODY, NO_SESSION)),
    (MANAGER, "GetIdleness"): ("as", lambda t: ([t.id],), on(EVERYBODY, NO_SESSION)),
    (MANAGER, "GetSession"): ("s", lambda t: (t.id,), on(EVERYBODY, NO_SESSION)),
    (MANAGER, "GetSessionByPID"): ("u", lambda t: (t.leader,), on(EVERYBODY, NO_PROCESS)),
    (MANAGER, "GetSessionByNotebook"): ("s", lambda t: (t.notebook,), on(NOBODY, NO_SESSION)),
    (MANAGER, "KillSession"): ("ssi", lambda t: (t.id, "all", 18), on(NEEDS_POLKIT, NO_SESSION)),
    (MANAGER, "StopUnusedSessions"): ("a{sv}", lambda t: (options(DryRun=True),),
                                      dict.fromkeys(itertools.product(CALLERS, TARGETS), OK)),
    (MANAGER, "StopSession"): ("s", lambda t: (t.victims.pop(),), on(NEEDS_POLKIT, NO_SESSION)),
    (SESSION, "Attach"): ("uua{sv}", lambda t: (24, 80, {}), on(NEEDS_POLKIT, NO_OBJECT)),
    (SESSION, "Resize"): ("uu", lambda t: (24, 80), on(NEEDS_POLKIT, NO_OBJECT)),
    (SESSION, "Snapshot"): ("a{sv}", lambda t: ({},), on(NEEDS_POLKIT, NO_OBJECT)),
    (SESSION, "GetOutputs"): ("ta{sv}", lambda t: (0, {}), on(NEEDS_POLKIT, NO_OBJECT, NOT_SUPPORTED)),
    (SESSION, "PurgeOutputs"): ("", lambda t: (), on(NEEDS_POLKIT, NO_OBJECT, NOT_SUPPORTED)),
    (SESSION, "Interrupt"): ("", lambda t: (), on(NEEDS_POLKIT, NO_OBJECT, NOT_SUPPORTED)),
    (SESSION, "Restart"): ("", lambda t: (), on(NEEDS_POLKIT, NO_OBJECT, NOT_SUPPORTED)),
    (SESSION, "SetNotebook"): ("s", lambda t: ("/tmp/moved.ipynb",), on(NEEDS_POLKIT, NO_OBJECT, NOT_SUPPORTED)),
    (SESSION, "SetName"): ("s", lambda t: ("sleep",), on(NEEDS_POLKIT, NO_OBJECT)),
    (SESSION, "SetLimits"): ("a{sv}", lambda t: (options(TasksMax=typed("t", 100)),), on(NEEDS_POLKIT, NO_OBJECT)),
    (SESSION, "Kill"): ("si", lambda t: ("leader", 18), on(NEEDS_POLKIT, NO_OBJECT)),
    (SESSION, "GetOutsideProcesses"): ("", lambda t: (), on(NEEDS_POLKIT, NO_OBJECT)),
    (SESSION, "Freeze"): ("", lambda t: (), FREEZING),
    (SESSION, "Thaw"): ("", lambda t: (), FREEZING),
    (SESSION, "Stop"): ("", lambda t: (), on(NEEDS_POLKIT, NO_OBJECT)),
}
# They make a session of the caller's own, whatever sessions there are; see
# test_starts_are_the_callers_own().
STARTS = {(MANAGER, "StartTerminal"), (MANAGER, "StartNotebook"), (MANAGER, "RegisterSession")}

PRIVATE = {(SESSION, "Command"): [], (SESSION, "WorkingDirectory"): "", (SESSION, "ForegroundDirectory"): "",
           (SESSION, "ConnectionFile"): ""}
PUBLIC = {(SESSION, name) for name in (
    "Id", "Type", "User", "Name", "State", "Unit", "KeeperUnit", "Slice", "Leader", "CreatedTimestamp",
    "CreatedTimestampMonotonic", "Rows", "Columns", "Clients", "Title", "Foreground", "OnDetach", "LastInputTimestamp",
    "LastOutputTimestamp", "Notebook", "KernelName", "MemoryCurrent", "CPUUsageNSec", "TasksCurrent", "IOReadBytes",
    "IOWriteBytes", "Result", "ExitStatus", "LastActivityTimestamp", "KernelLanguage", "KernelState",
    "KernelStateTimestamp", "ExecutionCount", "RestartOnCrash", "RecordOutputs", "Restarts", "MemoryMax", "MemoryPeak",
    "FreezerState", "MemoryHigh", "MemorySwapMax", "CPUQuotaPerSecUSec", "CPUWeight", "IOWeight", "TasksMax",
    "MemorySwapCurrent", "MemoryPressureAvg10", "CPUPressureAvg10", "IOPressureAvg10", "MemoryPressure", "OOMKills",
    "LastOOMKillTimestamp", "LastOOMKillPID", "LastOOMKillCommand", "KeepUser", "IdleSince",
    "IdleReason")} | {
    (MANAGER, name) for name in (
        "Version", "NotebookCount", "TerminalCount", "RecommendedSessions", "RecommendedExceeded", "SessionsMax",
        "SessionsMaxPerUser", "FrozenSessions")}


def documented(kind):
    found = set()
    for name in (MANAGER, SESSION):
        tree = ElementTree.parse(machine.FOLDER.parents[1] / "dbus" / f"{name}.xml")
        found |= {(name, one.get("name")) for one in tree.find(f"interface[@name='{name}']").findall(kind)}
    return found


def test_everything_has_an_expectation():
    assert documented("method") == set(METHODS) | STARTS
    assert documented("property") == set(PRIVATE) | PUBLIC


class Target:
    """A session to be called on. Those who stop one get one of its own for that."""

    def __init__(self, user=None, ended=False):
        self.id, self.leader, self.notebook = "t999999", 2**22 + 1, "/tmp/never.ipynb"
        self.victims = ["t999999"] * 2
        if user:
            self.id = user.start_terminal("sleep", "inf")
            self.leader = user.get(self.id, "Leader")
            self.notebook = f"/tmp/matrix-{user.name}.ipynb"
            self.victims = [self.id] * 2 if ended else [user.start_terminal("sleep", "inf") for _ in range(2)]
        if ended:
            user.stop(self.id)
            self.notebook += ".ended"


def outcome(call, *arguments, **options):
    try:
        return OK, call(*arguments, **options)
    except BusError as e:
        return e.name, e.message


@pytest.fixture
def caller(request, polkit, users_with_notebooks):
    """The user who calls, and the one whose session is another's."""
    user1, user2, root = users_with_notebooks
    if request.param in RULES:
        polkit.say(RULES[request.param])
    elif request.param == "other without polkit":
        polkit.remove()
    if request.param == "root":
        return "root", root, user1
    return request.param, *((user1, user2) if request.param == "owner" else (user2, user1))


@pytest.fixture
def users_with_notebooks(user1, user2, root):
    spawned = []
    for user in (user1, user2, root):
        notebook = f"/tmp/matrix-{user.name}.ipynb"
        mark = user.mark()
        spawned.append((user, user.spawn("computectl", "run", "--type=notebook", f"--notebook={notebook}", "--",
                                         "sleep", "inf")))
        user.wait_signals(mark, lambda signals: any(one["member"] == "SessionNew" for one in signals))
    yield user1, user2, root
    for session in root.ids():
        outcome(root.stop, session)  # one that was registered by a short program may end by itself
    for user, pid in spawned:
        user.wait(pid)


def targets(user, other):
    return {"own": Target(user), "other's": Target(other), "ended": Target(other, ended=True), "unknown": Target()}


def call(user, interface, member, target, signature, arguments):
    path = ROOT
    if interface == SESSION:
        path = path_of(target.victims.pop() if member == "Stop" else target.id)
    result = outcome(user.call, member, signature, *arguments(target), path=path, interface=interface)
    if result[0] == OK and member in ("Attach", "Snapshot"):
        user.ask("close", stream=result[1])
    return result[0]


@pytest.mark.parametrize("caller", CALLERS, indirect=True)
def test_methods(caller, cgroup_version):
    who, user, other = caller
    found, expected = {}, {}
    for name, target in targets(user, other).items():
        for (interface, member), (signature, arguments, outcomes) in METHODS.items():
            found[name, interface, member] = call(user, interface, member, target, signature, arguments)
            expected[name, interface, member] = outcomes[who, name]
            if member in ("Freeze", "Thaw") and cgroup_version == 2 and outcomes[who, name] == NOT_SUPPORTED:
                expected[name, interface, member] = OK
    assert found == expected


@pytest.mark.parametrize("caller", CALLERS, indirect=True)
def test_properties(caller, root):
    """polkit is not asked about what is only looked at: what is private is the owner's and root's, whatever
    it says."""
    who, user, other = caller
    # The connection file and the command are those of the notebook.
    sessions = {name: target.id for name, target in targets(user, other).items()}
    for interface, name in sorted(documented("property")):
        for target, session in sessions.items():
            path = path_of(session) if interface == SESSION else ROOT
            result, value = outcome(user.call, "Get", "ss", interface, name, path=path, interface=PROPERTIES)
            about = (who, target, name)
            if interface == SESSION and target in ("ended", "unknown"):
                assert result == NO_OBJECT, about
                continue
            assert result == OK, about
            if (interface, name) in PRIVATE and target == "other's" and who != "root":
                assert value == PRIVATE[interface, name], about
            elif name in ("Command", "WorkingDirectory", "Id", "User", "Name"):
                assert value == root.get(session, name) != PRIVATE.get((interface, name)), about
    # Who asks for all of them is told no more.
    managed = user.call("GetManagedObjects", interface="org.freedesktop.DBus.ObjectManager")
    for target in ("own", "other's"):
        hidden = target == "other's" and who != "root"
        expected = {name: empty if hidden else root.get(sessions[target], name) for (_, name), empty in PRIVATE.items()}
        for said in user.get_all(sessions[target]), managed[path_of(sessions[target])][SESSION]:
            assert {name: said[name] for name in expected} == expected, (who, target)


@pytest.mark.parametrize("caller", CALLERS, indirect=True)
def test_what_ended_sessions_ran_is_private(caller):
    who, user, other = caller
    for one, seen in ((user, True), (other, who == "root")):
        session = one.start_terminal("sleep", "4321")
        one.stop(session)
        what = [ended[4] for ended in user.call("ListEnded") if ended[0] == session]
        assert what == ["sleep 4321" if seen else ""]


@pytest.mark.parametrize("caller", CALLERS, indirect=True)
def test_starts_are_the_callers_own(caller):
    _, user, _ = caller
    mark = user.mark()
    started = [user.start_terminal("sleep", "inf"), user.start_notebook("/tmp/matrix-own.ipynb")[0]]
    # The program that calls is what becomes the session; this one ends at once.
    user.run("busctl", "call", "org.computesession1", ROOT, MANAGER, "RegisterSession", "ssa{sv}", "terminal", "x", "0")
    signals = user.wait_signals(mark, lambda signals: sum(one["member"] == "SessionNew" for one in signals) >= 3)
    assert {user.get(session, "User") for session in started} == {user.uid}
    assert len([one for one in signals if one["member"] == "SessionNew"]) == 3


@pytest.mark.parametrize("caller", ["other with polkit yes", "root"], indirect=True)
def test_nothing_can_be_set(caller):
    _, user, other = caller
    target = targets(user, other)["own"]
    for interface, name in sorted(documented("property")):
        path = path_of(target.id) if interface == SESSION else ROOT
        result, _ = outcome(user.call, "Set", "ssv", interface, name, "x", path=path, interface=PROPERTIES)
        assert result == DENIED, name

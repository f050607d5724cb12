# SPDX-License-Identifier: LGPL-2.1-or-later
"""One user's view of the machine: calls, signals and terminals over D-Bus, and commands."""

import json
import re
import subprocess
import time
from dataclasses import dataclass

import machine

NAME = "org.computesession1"
ROOT = "/org/computesession1"
MANAGER = "org.computesession1.Manager"
SESSION = "org.computesession1.Session"
PROPERTIES = "org.freedesktop.DBus.Properties"
ERROR = "org.computesession1.Error."
DENIED = "org.freedesktop.DBus.Error.AccessDenied"
INTERACT = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
UNKNOWN = 2**64 - 1


class BusError(Exception):
    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


@dataclass
class Done:
    status: int
    output: str
    errors: str = ""


def typed(signature, value):
    return {"type": signature, "value": value}


def options(**values):
    """Options as a{sv}, each with the type that the interface has for such a value."""
    kinds = {str: "s", int: "u", list: "as", bool: "b"}
    return {name: value if isinstance(value, dict) else typed(kinds[type(value)], value)
            for name, value in values.items()}


def path_of(session_id):
    return f"{ROOT}/session/{session_id}"


class Stream:
    """A terminal, from the side of who looks at it."""

    def __init__(self, user, descriptor, pid=None):
        self.user = user
        self.descriptor = descriptor
        self.pid = pid

    def send(self, text):
        self.user.ask("send", stream=self.descriptor, text=text)

    def expect(self, pattern, timeout=60, keep=None):
        """Reads until the pattern matches, and returns the match; with keep, it is in the last so many
        bytes."""
        got = self.user.ask("receive", stream=self.descriptor, pattern=pattern, timeout=timeout, keep=keep)
        found = re.search(pattern, got["text"], re.S)
        assert found, f"No {pattern!r} in {got['text']!r}" + (", and then the end" if got["end"] else "")
        return found

    def try_receive(self, pattern, timeout):
        """Reads until the pattern matches or it is time, and returns what came."""
        return self.user.ask("receive", stream=self.descriptor, pattern=pattern, timeout=timeout)["text"]

    def expect_end(self, timeout=60):
        got = self.user.ask("receive", stream=self.descriptor, pattern=None, timeout=timeout)
        assert got["end"], f"No end after {got['text']!r}"
        return got["text"]

    def resize(self, rows, columns):
        self.user.ask("resize", stream=self.descriptor, rows=rows, columns=columns)

    def echoes(self):
        return self.user.ask("echoes", stream=self.descriptor)

    def close(self):
        self.user.ask("close", stream=self.descriptor)

    def exit_status(self, timeout=60):
        status = self.user.ask("wait", pid=self.pid, timeout=timeout)["status"]
        assert status is not None, "It does not end."
        return status


class User:
    """An agent in the machine: a process of this user, with a connection to one bus."""
    program = machine.FOLDER / "agent.py"
    everybody = []

    def __init__(self, name, bus="system"):
        self.name = name
        self.process = subprocess.Popen(
            machine.argv(name, "/usr/bin/python3", str(self.program), bus),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert self._read() == "ready"
        self.everybody.append(self)
        self.uid = int(self.run("id", "-u").output)
        self.home = self.run("sh", "-c", "echo ~").output.strip()

    def end(self):
        self.everybody.remove(self)
        self.process.stdin.close()
        self.process.wait(timeout=20 * machine.PATIENCE)
        self.process.stdout.close()

    def _read(self):
        line = self.process.stdout.readline()
        assert line, f"The agent of {self.name} ended with {self.process.wait(timeout=20)}."
        return json.loads(line)

    def ask(self, what, **arguments):
        if "timeout" in arguments:
            arguments["timeout"] *= machine.PATIENCE
        self.process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
        self.process.stdin.flush()
        answer = self._read()
        assert "failure" not in answer, answer["failure"]
        return answer["answer"]

    # Commands

    def try_run(self, *argv, text=None, timeout=120):
        done = Done(**self.ask("run", argv=argv, text=text, timeout=timeout))
        assert done.status is not None, f"{argv} does not end: {done}"
        return done

    def run(self, *argv, text=None, timeout=120):
        done = self.try_run(*argv, text=text, timeout=timeout)
        assert done.status == 0, f"{argv}: {done}"
        return done

    def execute(self, connection_file, *pieces, timeout=180):
        """Executes pieces of code in a kernel; returns what each of them printed or returned."""
        done = Done(**self.ask("kernel_client", arguments=[connection_file, *pieces], timeout=timeout))
        assert done.status == 0, done
        return json.loads(done.output)

    def shell(self, script, *arguments):
        return self.run("sh", "-euc", script, "sh", *arguments).output

    def spawn(self, *argv):
        return self.ask("spawn", argv=argv)

    def wait(self, pid, timeout=60):
        done = Done(**self.ask("wait", pid=pid, timeout=timeout))
        assert done.status is not None, f"{pid} does not end."
        return done

    def on_terminal(self, *argv, rows=30, columns=100):
        spawned = self.ask("spawn_on_terminal", argv=argv, rows=rows, columns=columns)
        return Stream(self, spawned["stream"], spawned["pid"])

    # D-Bus

    def call(self, member, signature="", *arguments, path=ROOT, interface=MANAGER, destination=NAME, timeout=60):
        """Returns None, the value, or the tuple of values."""
        answer = self.ask("call", destination=destination, path=path, interface=interface, member=member,
                          signature=signature, arguments=arguments, timeout=timeout)
        if "error" in answer:
            raise BusError(answer["error"], answer["message"])
        result = answer["result"]
        return tuple(result) if len(result) > 1 else result[0] if result else None

    def call_session(self, session_id, member, signature="", *arguments, timeout=60):
        return self.call(member, signature, *arguments, path=path_of(session_id), interface=SESSION, timeout=timeout)

    def get(self, session_id, name):
        return self.call("Get", "ss", SESSION, name, path=path_of(session_id), interface=PROPERTIES)

    def get_all(self, session_id):
        return self.call("GetAll", "s", SESSION, path=path_of(session_id), interface=PROPERTIES)

    def get_manager(self, name):
        return self.call("Get", "ss", MANAGER, name, interface=PROPERTIES)

    def ids(self):
        return [one[0] for one in self.call("ListSessions")]

    def start_terminal(self, *command, **extra):
        if command:
            extra["Command"] = list(command)
        return self.call("StartTerminal", "a{sv}", options(**extra))[0]

    def start_and_expect(self, script, pattern):
        """Starts the script when it is looked at, and returns session and stream once it printed this."""
        session_id = self.start_terminal("sh", "-c", f"read go; {script}")
        stream = self.attach(session_id)
        stream.send("\n")
        stream.expect(pattern)
        return session_id, stream

    def start_notebook(self, notebook, kernel="", **extra):
        """Returns the id and whether it was started."""
        session_id, _, started = self.call("StartNotebook", "ssa{sv}", notebook, kernel, options(**extra))
        return session_id, started

    def stop(self, session_id):
        self.call("StopSession", "s", session_id)

    def attach(self, session_id, rows=0, columns=0, **extra):
        return Stream(self, self.call_session(session_id, "Attach", "uua{sv}", rows, columns, options(**extra)))

    def snapshot(self, session_id, **extra):
        descriptor = self.call_session(session_id, "Snapshot", "a{sv}", options(**extra))
        return self.ask("contents", descriptor=descriptor)

    # Signals

    def mark(self):
        """A place in the sequence of signals, to look at what came after it."""
        return len(self.ask("signals", known=0, timeout=0))

    def signals(self, mark):
        return self.ask("signals", known=mark, timeout=0)

    def wait_signals(self, mark, condition, timeout=60):
        """Waits until the condition is true for the signals since the mark, and returns these."""
        end = time.monotonic() + timeout * machine.PATIENCE
        got = self.signals(mark)
        while not condition(got):
            assert time.monotonic() < end, f"Not what was expected: {got}"
            got += self.ask("signals", known=mark + len(got), timeout=1)
        return got

    def wait_properties(self, mark, session_id, **expected):
        """Waits until the session said that these properties have these values now."""
        def told(signals):
            now = {}
            for one in signals:
                if one["member"] == "PropertiesChanged" and one["path"] == path_of(session_id):
                    now.update(one["arguments"][1])
            return all(now.get(name) == value for name, value in expected.items())
        self.wait_signals(mark, told)

    def wait_removed(self, mark, session_id):
        """Waits for the session's end and returns its result."""
        def removals(signals):
            return [one["arguments"][2] for one in signals
                    if one["member"] == "SessionRemoved" and one["arguments"][0] == session_id]
        got = removals(self.wait_signals(mark, removals))
        assert len(got) == 1
        return got[0]

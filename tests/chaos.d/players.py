# SPDX-License-Identifier: LGPL-2.1-or-later
"""Users who work while things go wrong, and what they know of their sessions."""

import machine
from bus import BusError, User

AGENT = machine.FOLDER.parent / "chaos.d/agent.py"
TERMINALS_MAX, NOTEBOOKS_MAX = 4, 1
# What a call may come to when its bus, its manager or its keeper is killed, frozen or out of resources.
TIMEOUT = 20
RESTART_S = 120
# What ends whatever was left of a line that came only half way.
FRESH = "\x15"


class Agent(User):
    program = AGENT


class Session:
    """What its user expects of it."""

    def __init__(self, session_id, kind, value):
        self.id = session_id
        self.kind = kind
        self.values = {value}  # of its variable; more than one if nobody knows whether it was set
        self.connection_file = None
        self.may_be_frozen = False
        self.may_end = False  # somebody asked for it, or it was made to; the answer did not come


class Player:
    def __init__(self, name, host):
        self.user = Agent(name, "system" if host.uid is None else "session")
        self.host = host
        self.sessions = {}
        self.ended = []  # ids, since the last check
        self.strangers = False  # a start failed, so nobody knows whether there is a session
        self.count = 0

    # What a user does

    def act(self, dice):
        """Does one thing; returns what."""
        terminals = [one for one in self.sessions.values() if one.kind == "terminal" and not one.may_end]
        notebooks = [one for one in self.sessions.values() if one.kind == "notebook" and not one.may_end]
        choices = []
        if len(terminals) < TERMINALS_MAX:
            choices += [self.start_terminal] * 3
        if len(notebooks) < NOTEBOOKS_MAX:
            choices += [self.start_notebook]
        if terminals:
            choices += [self.type] * 3 + [self.exit, self.leave_a_look, self.use_memory]
        if notebooks:
            choices += [self.run_cell] * 2 + [self.open_again, self.restart]
        if terminals or notebooks:
            choices += [self.stop, self.freeze]
        choice = dice.choice(choices)
        one = dice.choice({self.type: terminals, self.exit: terminals, self.leave_a_look: terminals,
                           self.use_memory: terminals, self.run_cell: notebooks,
                           self.open_again: notebooks, self.restart: notebooks}.get(choice, terminals + notebooks) or [None])
        said = choice(one)
        return f"{self.user.name}: {choice.__name__} {one.id if one else ''} {said or ''}".rstrip()

    def value(self):
        self.count += 1
        return f"v{self.count}"

    def call(self, function, *arguments, **extra):
        """Returns what the call returned, and how it failed if it did."""
        try:
            return function(*arguments, **extra), None
        except (BusError, AssertionError) as e:
            return None, str(e).split("\n", 1)[0][:160]

    def start_terminal(self, _):
        session_id, failure = self.call(self.user.start_terminal, "bash", "--norc")
        return self.begin(session_id, "terminal", failure)

    def start_notebook(self, _):
        path = f"{self.user.home}/chaos.ipynb"
        with self.host.kernels:
            started, failure = self.call(self.user.start_notebook, path, "python3")
            failure = self.begin(started and started[0], "notebook", failure)
            if started:
                self.run_cell(self.sessions[started[0]])
        return failure

    def begin(self, session_id, kind, failure):
        if not session_id:
            self.strangers = True
            return failure
        # Its variable is not set yet: the first check finds it empty, or what was typed meanwhile.
        self.sessions.setdefault(session_id, Session(session_id, kind, ""))
        return session_id

    def type(self, one):
        value = self.value()
        one.values.add(value)
        if not (failure := self.say(one, f"v={value}; echo se''t-{value}", f"set-{value}")):
            one.values = {value}
        return failure

    def say(self, one, line, pattern):
        """Types a line; returns why nothing came back."""
        stream, failure = self.call(self.user.attach, one.id, 24, 120)
        if failure:
            return failure
        _, failure = self.call(stream.send, f"{FRESH}{line}\n")
        if not failure:
            _, failure = self.call(stream.expect, pattern, timeout=TIMEOUT)
        self.call(stream.close)
        return failure

    def leave_a_look(self, one):
        """Attaches, and is gone without a word."""
        stream, failure = self.call(self.user.attach, one.id, 30, 90)
        if stream:
            self.call(stream.close)
        return failure

    def run_cell(self, one):
        value = self.value()
        one.values.add(value)
        _, failure = self.execute(one, f"v = '{value}'")
        if not failure:
            one.values = {value}
        return failure

    def execute(self, one, code):
        if not one.connection_file:
            one.connection_file, failure = self.call(self.user.get, one.id, "ConnectionFile")
            if failure:
                return None, failure
        return self.call(self.user.ask, "execute", connection_file=one.connection_file, code=code, timeout=60)

    def open_again(self, one):
        """Jupyter's users find the kernel of a notebook by its path."""
        found, failure = self.call(self.user.start_notebook, f"{self.user.home}/chaos.ipynb", "python3")
        if found and found != (one.id, False):
            raise LossError(f"{one.id} was not found by its notebook, but {found}")
        return failure

    def restart(self, one):
        """A new kernel, in which nothing is set; or still the old one, if the answer does not come."""
        one.values.add("")
        with self.host.kernels:
            _, failure = self.call(self.user.call_session, one.id, "Restart", timeout=90)
            if failure:  # it goes on, and must not be kept from making a kernel
                self.wait_restarted(one)
        if not failure:
            one.values = {""}
        self.forget_kernel(one)
        return failure

    def wait_restarted(self, one):
        def is_over():
            state, failure = self.call(self.user.get, one.id, "State")
            return state != "restarting" and (state or "UnknownObject" in failure)

        try:
            machine.wait_until(is_over, "restarted", timeout=RESTART_S)
        except AssertionError:
            pass  # what became of it, the next check finds

    def forget_kernel(self, one):
        """What was said to the old kernel while it was replaced has no answer: who lives on connects
        anew."""
        if one.connection_file:
            self.user.ask("forget_kernel", connection_file=one.connection_file)

    def freeze(self, one):
        """Freezes, where that is possible, and thaws."""
        _, failure = self.call(self.user.call_session, one.id, "Freeze")
        one.may_be_frozen = not failure or "NotSupported" not in failure
        return failure or self.thaw(one)

    def thaw(self, one):
        _, failure = self.call(self.user.call_session, one.id, "Thaw")
        one.may_be_frozen = bool(failure)
        return failure

    def stop(self, one):
        one.may_end = True
        _, failure = self.call(self.user.stop, one.id)
        if not failure:
            self.end(one)
        return failure

    def exit(self, one):
        one.may_end = True
        return self.say(one, "exit 3", "exit")

    def use_memory(self, one):
        """More than the session is allowed: what uses it is killed, and the shell goes on."""
        self.host.systemctl("set-property", "--runtime", f"compute-{one.id}.scope", "MemoryMax=40M", check=False)
        return self.say(one, "head -c 200M /dev/zero | tail -c 190M > /dev/null; echo st''ill", "still")

    def end(self, one):
        del self.sessions[one.id]
        self.ended.append(one.id)
        self.forget_kernel(one)

    # What a user finds afterwards

    def look(self, one):
        """Why the session is not as its user left it, or None."""
        if one.may_be_frozen:
            self.thaw(one)
        found, failure = self.ask(one)
        if failure and "Disconnected" in failure:  # the user's own connection was to a bus that was killed
            found, failure = self.ask(one)
        if failure and one.kind == "notebook" and "Timeout" in failure:
            self.forget_kernel(one)
            found, failure = self.ask(one)
        if failure:
            return f"{one.id} does not answer: {failure}"
        if found not in one.values:
            return f"{one.id} has {found!r}, not one of {sorted(one.values)}"
        one.values = {found}
        return None

    def ask(self, one):
        if one.kind == "notebook":
            return self.execute(one, "print(globals().get('v', ''))")
        nonce = self.value()
        stream, failure = self.call(self.user.attach, one.id, 24, 120)
        if failure:
            return None, failure
        _, failure = self.call(stream.send, f"{FRESH}echo \"<{nonce}:$v>\"\n")
        match = None
        if not failure:
            match, failure = self.call(stream.expect, f"<{nonce}:(\\w*)>", timeout=TIMEOUT)
        self.call(stream.close)
        return match and match[1], failure


class LossError(Exception):
    pass

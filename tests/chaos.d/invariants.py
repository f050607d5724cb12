# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must be true whatever went wrong: every session that its user did not end is whole, and of the others
nothing is left but a reason in the journal."""

from pathlib import PurePath

import journal
import machine
from bus import BusError
from conftest import parts

SETTLED_S = 45


class Findings:
    def __init__(self):
        self.losses = []
        self.leftovers = []

    def __bool__(self):
        return bool(self.losses or self.leftovers)


class Checker:
    """asker: whose manager is asked; root: who sees all that is in the machine. They are one unless the
    manager is a user's own."""

    def __init__(self, asker, root, players, host):
        self.asker = asker
        self.root = root
        self.players = players
        self.host = host

    def parts(self):
        """Everything of sessions. What lists the units of the system does not know those of users."""
        units = self.host.systemctl("list-units", "--all", "--plain", "--no-legend", "compute-*.scope",
                                    "compute-keeper-*.service", check=False)
        return parts(self.root) + [line.split()[0] for line in units.splitlines() if line.startswith("compute-")]

    def listed(self):
        """The sessions as {id: (state, leader, keeper, connection file)}; None while nobody can say."""
        try:
            return {one[0]: (one[4], *(self.asker.get(one[0], name)
                                       for name in ("Leader", "KeeperUnit", "ConnectionFile")))
                    for one in self.asker.call("ListSessions", timeout=10)}
        except BusError:
            return None

    def leftovers(self, listed):
        """Everything of sessions that is there, and should not be; and the other way round."""
        expected = set()
        for session_id, (_, _, keeper, connection_file) in listed.items():
            expected |= {session_id, f"compute-{session_id}.scope", keeper}
            if connection_file:
                expected.add(PurePath(connection_file).name)
        found = {PurePath(part).name for part in self.parts() if "-ipc-" not in part}
        return sorted(found - expected) + [f"{name} (missing)" for name in sorted(expected - found)]

    def wait_settled(self):
        """Waits until nothing is under way; returns what is listed, and what is wrong with that after
        all."""
        listed, wrong = None, []

        def is_settled():
            nonlocal listed, wrong
            listed = self.listed()
            if listed is None:
                wrong = ["the manager does not answer"]
                return False
            wrong = [f"{one} is {what[0]}" for one, what in listed.items() if what[0] != "running"]
            wrong += self.leftovers(listed)
            return not wrong
        try:
            machine.wait_until(is_settled, "settled", timeout=SETTLED_S)
        except AssertionError:
            pass
        return listed or {}, wrong

    def check(self, is_journal_whole):
        findings = Findings()
        listed, findings.leftovers = self.wait_settled()
        known = {}
        for player in self.players:
            self.check_player(player, listed, findings)
            known |= player.sessions
        self.check_processes(known, listed, findings)
        self.check_counts(findings)
        if is_journal_whole:
            self.check_reasons(findings)
        for player in self.players:
            player.ended.clear()
            player.strangers = False
        return findings

    def check_player(self, player, listed, findings):
        for one in list(player.sessions.values()):
            if one.id not in listed:
                if not one.may_end:
                    findings.losses.append(f"{one.id} of {player.user.name} is gone")
                player.end(one)
                continue
            wrong = player.look(one)
            if wrong and one.may_end and self.wait_gone(one.id):
                player.end(one)
                continue
            # An exit that was not typed, or a stop that was not taken.
            one.may_end = False
            if wrong:
                findings.losses.append(wrong)
                player.end(one)
                player.call(player.user.stop, one.id)
        # A start whose answer did not come is a whole session, which its user finds in the list.
        mine = {one[0] for one in self.asker.call("ListSessions") if one[2] == player.user.uid}
        for session_id in mine - set(player.sessions):
            if not player.strangers:
                findings.leftovers.append(f"session {session_id} of {player.user.name}, which nobody started")
            player.call(player.user.stop, session_id)
            player.ended.append(session_id)

    def wait_gone(self, session_id):
        """It may have been about to end when it was listed, and take its time."""
        try:
            machine.wait_until(lambda: session_id not in self.asker.ids(), "gone", timeout=20)
            return True
        except AssertionError:
            return False

    def check_processes(self, known, listed, findings):
        """A shell or kernel that is asked for nothing is alone in its scope; and what was started in it is
        there."""
        processes = self.host.session_pids()
        for session_id in known:
            pids = {pid for pid in self.host.pids(f"compute-{session_id}.scope")}
            if len(pids) != 1:
                findings.leftovers.append(f"{len(pids)} processes in the scope of {session_id}: {pids}")
            if outside := processes.get(session_id, set()) - pids:
                findings.leftovers.append(f"processes of {session_id} outside of its scope: {outside}")
        for session_id in set(processes) - set(listed):
            findings.leftovers.append(f"processes of the ended {session_id}: {processes[session_id]}")

    def check_counts(self, findings):
        now = [one[0] for one in self.asker.call("ListSessions")]
        counts = [self.asker.get_manager(name) for name in ("NotebookCount", "TerminalCount")]
        if counts != [sum(one[0] == kind for one in now) for kind in "nt"]:
            findings.leftovers.append(f"counts {counts} for the list {now}")

    def check_reasons(self, findings):
        """Every end has an entry in the journal with a reason."""
        ended = {session_id for player in self.players for session_id in player.ended}
        if not ended:
            return
        def without_reason():
            found = journal.entries(self.root, f"MESSAGE_ID={journal.IDS['SESSION_END']}", f"_UID={self.host.uid or 0}",
                                    *(f"SESSION_ID={one}" for one in sorted(ended)))
            return ended - {one["SESSION_ID"] for one in found if one.get("RESULT")}
        try:
            machine.wait_until(lambda: not without_reason(), "reasons", timeout=5)
        except AssertionError:
            findings.losses += [f"no reason for the end of {one}" for one in sorted(without_reason())]

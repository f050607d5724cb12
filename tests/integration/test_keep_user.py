# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is left of a user's things when the user logs out for the last time and sessions go on. Logins are
real ones: of logind, by PAM."""

import machine
import pytest

MARKS = "/var/lib/compute-sessions/kept-users"
# Run in a login: a session that leaves something of each kind.
START = """
export XDG_RUNTIME_DIR=/run/user/$(id -u)
cd
computectl terminal --detach --name=kept -- sh -c '
    echo hello > /dev/shm/kept-$(id -u); ipcmk -M 4096 > ipc; echo hello > $XDG_RUNTIME_DIR/kept; touch ready; sleep inf'
until test -e ready; do sleep 0.05; done
rm ready
"""


class Person:
    """A user without linger, who logs in for a command at a time."""

    def __init__(self, root):
        self.root, self.name = root, "user3"
        root.run("useradd", "--create-home", "--shell=/bin/bash", self.name)
        self.uid = int(root.run("id", "-u", self.name).output)
        self.mark = f"{MARKS}/{self.uid}"

    def log_in_for(self, script):
        return self.root.run(
            "systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--property=PAMName=login",
            f"--property=User={self.name}", "--setenv=XDG_SEAT=", "bash", "-euc", script).output

    def state(self):
        """As logind says it; "": it does not know the user."""
        return self.root.try_run("loginctl", "show-user", self.name, "--property=State", "--value").output.strip()

    def wait_for_state(self, state):
        machine.wait_until(lambda: self.state() == state, f"user3 is {state or 'gone'}", timeout=90)

    def has(self):
        """What is there of what the session left."""
        uid = self.uid
        found = self.root.shell(f"""
            if test -e /dev/shm/kept-{uid}; then echo shm; fi
            if test -e /run/user/{uid}/kept; then echo runtime; fi
            if test -S /run/user/{uid}/bus; then echo bus; fi
            if ipcs -m | grep -q {self.name}; then echo ipc; fi""")
        return set(found.split())

    def lingers(self):
        return self.root.try_run("test", "-e", f"/var/lib/systemd/linger/{self.name}").status == 0

    def is_marked(self):
        return self.root.try_run("test", "-e", self.mark).status == 0

    def end(self):
        self.root.shell(f"loginctl disable-linger {self.name} || :; rm -f {self.mark}")
        self.root.try_run("loginctl", "terminate-user", self.name)
        machine.wait_until(lambda: self.root.try_run("pgrep", "-u", self.name).status == 1, "user3 has no processes")
        self.root.shell(f"userdel --remove {self.name} 2>&1; rm -f /dev/shm/kept-{self.uid}")


@pytest.fixture
def person(root):
    one = Person(root)
    yield one
    for session in root.ids():
        root.run("computectl", "stop", session)
    one.end()


def test_everything_stays_until_the_last_session_has_ended(root, person):
    person.log_in_for(START)
    person.wait_for_state("lingering")
    assert person.has() == {"shm", "runtime", "bus", "ipc"}
    assert person.lingers() and person.is_marked()
    session, = root.ids()
    assert root.get(session, "KeepUser") == "linger"
    assert "everything stays" in root.run("computectl", "status", session).output
    # Another manager knows that it was for our sake.
    machine.kill_services(root, "compute-sessiond.service")
    assert person.has() == {"shm", "runtime", "bus", "ipc"}
    root.stop(session)
    assert person.lingers()  # for a while: who comes back at once loses nothing
    machine.kill_services(root, "compute-sessiond.service")
    person.wait_for_state("")
    assert not person.lingers() and not person.is_marked()
    machine.wait_until(lambda: person.has() == set(), "nothing is left")


def test_who_comes_back_in_time_keeps_everything(root, person):
    person.log_in_for(START)
    root.stop(root.ids()[0])
    person.log_in_for("computectl terminal --detach -- sleep inf")
    person.wait_for_state("lingering")
    assert person.lingers() and person.is_marked()
    assert person.has() == {"shm", "runtime", "bus", "ipc"}


def test_off_is_what_logind_does(root, configure, person):
    configure("[Sessions]\nKeepUser=off\n")
    person.log_in_for(START)
    session, = root.ids()
    person.wait_for_state("")
    machine.wait_until(lambda: person.has() == set(), "nothing is left")
    assert not person.lingers() and not person.is_marked()
    assert root.get(session, "State") == "running" and root.get(session, "KeepUser") == "off"
    assert "are removed (KeepUser=off)" in root.run("computectl", "status", session).output


def test_who_lingered_before_goes_on(root, user1):
    session = user1.start_terminal("sleep", "inf")
    machine.wait_until(lambda: user1.get(session, "KeepUser") == "linger", "logind has answered")
    mark = f"{MARKS}/{user1.uid}"
    assert root.try_run("test", "-e", mark).status == 1
    user1.stop(session)
    assert root.try_run("test", "-e", mark).status == 1
    assert root.try_run("test", "-e", "/var/lib/systemd/linger/user1").status == 0


def test_a_mark_of_before_the_boot_is_seen_to(root, person):
    root.run("systemctl", "stop", "compute-sessiond")
    root.shell(f"loginctl enable-linger {person.name}; touch {person.mark} {MARKS}/no-number")
    root.run("systemctl", "start", "compute-sessiond")
    person.wait_for_state("")
    machine.wait_until(lambda: not person.is_marked(), "the mark is gone")
    assert not person.lingers()
    root.run("rm", f"{MARKS}/no-number")

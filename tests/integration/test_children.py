# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session is everything that it started."""

import machine

# A daemon: double fork, own session, no terminal, deaf for hangups.
DAEMON = ("import os, signal, sys, time\n"
          "if os.fork(): os.wait(); sys.exit()\n"
          "os.setsid()\n"
          "if os.fork(): sys.exit()\n"
          "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
          "signal.signal(signal.SIGTERM, signal.SIG_DFL)\n"
          "os.closerange(0, 3)\n"
          "open(sys.argv[1], 'a').write(f'{os.getpid()}\\n')\n"
          "time.sleep(10000)\n")


def start_with_daemons(user, count, after="exec sleep inf"):
    """Returns the session and the pids of its daemons, as they see themselves."""
    path = user.shell("mktemp").strip()
    script = f"for i in $(seq {count}); do /usr/bin/python3 -c \"$0\" {path}; done; {after}"
    session = user.start_terminal("sh", "-c", script, DAEMON)
    machine.wait_until(lambda: len(user.shell(f"cat {path}").split()) == count, "the daemons run")
    return session, user.shell(f"cat {path}; rm {path}").split()


def alive(user, pids):
    return user.shell("for pid; do if [ -e /proc/$pid ]; then echo $pid; fi; done", *pids).split()


def test_daemons_are_in_the_session(user1):
    session, daemons = start_with_daemons(user1, 3)
    scope = user1.get(session, "Unit")
    for pid in daemons:
        assert f"/{scope}\n" in user1.shell(f"cat /proc/{pid}/cgroup")
        assert user1.call("GetSessionByPID", "u", int(pid)).endswith(f"/{session}")
    machine.wait_until(lambda: user1.get(session, "TasksCurrent") == 4, "all are counted")
    assert user1.call("GetUsage", "as", [session])[0][3] == 4


def test_daemons_are_gone_after_stop(user1):
    session, daemons = start_with_daemons(user1, 3)
    user1.stop(session)
    assert not alive(user1, daemons)


def test_daemons_are_gone_after_the_leaders_end(user1):
    session, daemons = start_with_daemons(user1, 2, after="read line; exit 5")
    mark = user1.mark()
    user1.attach(session).send("\n")
    assert user1.wait_removed(mark, session) == "exit-code"
    assert not alive(user1, daemons)


def test_daemons_are_gone_after_stop_of_the_scope(root, user1):
    session, daemons = start_with_daemons(user1, 2)
    mark = user1.mark()
    root.run("systemctl", "stop", f"compute-{session}.scope")
    user1.wait_removed(mark, session)
    assert not alive(user1, daemons)


def test_leader_alone_can_be_signalled(user1):
    session, daemons = start_with_daemons(
        user1, 1, after="trap 'echo got it' USR1; read go; echo rea''dy; while :; do read line; done")
    stream = user1.attach(session)
    stream.send("\n")
    stream.expect("ready")
    user1.call_session(session, "Kill", "si", "leader", 10)
    stream.expect("got it")
    assert alive(user1, daemons) == daemons


def test_memory_of_children_is_counted(user1):
    session, _ = user1.start_and_expect(
        "/usr/bin/python3 -c 'x = b\"1\" * (64 << 20); print(\"ready\"); input()'; sleep inf", "ready")
    machine.wait_until(lambda: 64 << 20 < user1.get(session, "MemoryCurrent") < 128 << 20, "the memory is counted")


def test_cpu_of_children_is_counted(user1):
    session = user1.start_terminal("sh", "-c", "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; sleep inf")
    machine.wait_until(lambda: user1.get(session, "CPUUsageNSec") > 100_000_000, "the CPU time is counted")

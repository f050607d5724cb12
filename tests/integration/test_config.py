# SPDX-License-Identifier: LGPL-2.1-or-later
"""sessiond.conf and its drop-ins: what is wrong is named, the rest is in force."""

import journal
import pytest
from bus import BusError
from conftest import CONFIGURATION as FOLDER


def expect_limit(setting, call, *arguments):
    with pytest.raises(BusError) as caught:
        call(*arguments)
    assert caught.value.name.endswith("Error.LimitReached")
    assert f"{setting}=" in caught.value.message


def test_defaults(root):
    assert root.get_manager("RecommendedSessions") == 6
    assert root.get_manager("SessionsMax") == 8192
    assert root.get_manager("SessionsMaxPerUser") == 256


def test_drop_in_is_in_force(root, configure):
    configure("[Sessions]\nRecommendedSessions=2\nSessionsMax=100\nSessionsMaxPerUser=10\n")
    assert root.get_manager("RecommendedSessions") == 2
    assert root.get_manager("SessionsMax") == 100
    assert root.get_manager("SessionsMaxPerUser") == 10


def test_later_drop_in_wins(root, configure):
    configure("[Sessions]\nSessionsMax=100\nSessionsMaxPerUser=50\n", "10-first.conf")
    configure("[Sessions]\nSessionsMax=200\n", "90-last.conf")
    assert root.get_manager("SessionsMax") == 200
    assert root.get_manager("SessionsMaxPerUser") == 50


@pytest.mark.parametrize("line", [
    "NoSuchSetting=1", "sessionsmax=1", "SessionsMax=many", "SessionsMax=0", "SessionsMax=-1", "SessionsMax=65537",
    "SessionsMax=18446744073709551617", "SessionsMax=", "StopTimeoutSec=0", "StopTimeoutSec=2h", "StopTimeoutSec=soon",
    "not an assignment", " SessionsMax=5", "SessionsMax=" + "9" * 300, "[Sessions", "\x01\x02=\x03", "=5",
], ids=lambda line: ascii(line)[1:40])
def test_bad_line_is_named_and_the_rest_is_in_force(root, configure, line):
    after = journal.cursor(root)
    configure(f"[Sessions]\nRecommendedSessions=3\n# comment\n{line}\nSessionsMaxPerUser=33\n")
    journal.wait_message(root, rf"{FOLDER}/50-test\.conf:4: ", after)
    assert root.get_manager("RecommendedSessions") == 3
    assert root.get_manager("SessionsMax") == 8192
    assert root.get_manager("SessionsMaxPerUser") == 33


def test_unknown_section_is_named(root, configure):
    after = journal.cursor(root)
    configure("[Session]\nSessionsMax=5\n[Sessions]\nRecommendedSessions=3\n")
    journal.wait_message(root, r"50-test\.conf:2: .*\[Session\]", after)
    assert root.get_manager("SessionsMax") == 8192
    assert root.get_manager("RecommendedSessions") == 3


def test_unreadable_drop_in_does_not_stop_the_service(root, configure):
    after = journal.cursor(root)
    root.shell(f"mkdir -p {FOLDER}/30-folder.conf; ln -s loop.conf {FOLDER}/loop.conf")
    configure("[Sessions]\nRecommendedSessions=3\n")
    journal.wait_message(root, r"30-folder\.conf is not a regular file", after)
    assert root.get_manager("RecommendedSessions") == 3


def test_sessions_of_one_user_are_limited(user1, user2, configure):
    configure("[Sessions]\nSessionsMaxPerUser=2\n")
    first = user1.start_terminal("sleep", "inf")
    user1.start_terminal("sleep", "inf")
    expect_limit("SessionsMaxPerUser", user1.start_terminal, "sleep", "inf")
    expect_limit("SessionsMaxPerUser", user1.start_notebook, "/tmp/limit.ipynb")
    user2.start_terminal("sleep", "inf")
    user1.stop(first)
    user1.start_terminal("sleep", "inf")


def test_sessions_of_everybody_are_limited(user1, user2, configure):
    configure("[Sessions]\nSessionsMax=2\n")
    user1.start_terminal("sleep", "inf")
    user2.start_terminal("sleep", "inf")
    expect_limit("SessionsMax", user1.start_terminal, "sleep", "inf")


def test_starts_under_way_are_limited(root, user1, configure):
    """All but one of many simultaneous starts may be refused, but only for this reason; whatever started is
    whole."""
    configure("[Sessions]\nStartsMaxPerUser=1\n")
    script = "for i in 1 2 3 4 5 6; do computectl terminal -d -- sleep inf 2>&1 & done; wait"
    said = user1.shell(script).splitlines()
    refused = [line for line in said if "StartsMaxPerUser=" in line]
    started = [line for line in said if line not in refused]
    assert refused and started
    assert sorted(started) == sorted(root.ids())
    user1.start_terminal("sleep", "inf")


def test_recommended_number_is_advice(root, user1, configure):
    configure("[Sessions]\nRecommendedSessions=1\n")
    user1.start_terminal("sleep", "inf")
    assert root.get_manager("RecommendedExceeded") is False
    assert "1 recommended." in user1.run("computectl").output
    mark = root.mark()
    user1.start_terminal("sleep", "inf")
    assert root.get_manager("RecommendedExceeded") is True
    assert "more than the 1 recommended" in user1.run("computectl").output
    assert any(one["arguments"][1].get("RecommendedExceeded") is True for one in root.signals(mark)
               if one["member"] == "PropertiesChanged" and one["path"] == "/org/computesession1")


def test_own_configuration_of_the_user_is_not_read_by_the_system(root, user1):
    user1.run("sh", "-euc", "mkdir -p ~/.config/compute-sessions/sessiond.conf.d; "
              "printf '[Sessions]\\nRecommendedSessions=99\\n' > ~/.config/compute-sessions/sessiond.conf.d/x.conf")
    root.shell("systemctl restart compute-sessiond")
    assert root.get_manager("RecommendedSessions") == 6
    user1.shell("rm -r ~/.config/compute-sessions")


def ring_size(root, session):
    """Of the memory that a session's keeper holds its output in, its header included."""
    return int(root.shell(f"""pid=$(systemctl show --property=MainPID --value compute-keeper-{session}.service)
        for one in /proc/$pid/fd/*; do case $(readlink $one) in
            *compute-session-ring*) exec stat --dereference --format=%s $one;;
        esac; done"""))


def test_size_of_the_output_buffer(root, user1, configure):
    """Is that of the start, for as long as the terminal lives: whatever is configured or killed
    meanwhile."""
    before = user1.start_terminal("sleep", "inf")
    configure("[Terminal]\nOutputBufferSize=512K\n")
    script = "stty -echo; read go; seq 300000; echo fi''rst; read go; seq 300000; exec cat"
    session = user1.start_terminal("sh", "-c", script)
    header = ring_size(root, session) - 512 * 1024
    assert 0 < header <= 4096
    assert ring_size(root, before) == 4 * 1024 * 1024 + header
    stream = user1.attach(session)
    stream.send("\n")
    stream.expect("first", keep=4096)
    root.shell(f"systemctl kill --signal=KILL compute-keeper-{session}.service")
    stream.expect_end()
    again = user1.attach(session)
    again.expect("299990.*300000.*first")
    assert ring_size(root, session) == 512 * 1024 + header
    again.send("\n")
    again.expect("300000", keep=4096)
    configure("[Terminal]\nOutputBufferSize=100\n")
    assert ring_size(root, session) == 512 * 1024 + header
    assert ring_size(root, user1.start_terminal("sleep", "inf")) == 4 * 1024 * 1024 + header


def test_drop_in_that_others_can_change_is_ignored(root, configure):
    configure("[Sessions]\nRecommendedSessions=3\n", "10-ours.conf")
    after = journal.cursor(root)
    root.shell(f"printf '[Sessions]\\nSessionsMax=1\\n' > {FOLDER}/20-everybodys.conf; chmod 666 {FOLDER}/20-everybodys.conf;"
               f"printf '[Sessions]\\nSessionsMax=2\\n' > {FOLDER}/30-users.conf; chown user1 {FOLDER}/30-users.conf")
    configure("[Sessions]\nSessionsMaxPerUser=44\n", "40-ours.conf")
    for name in ("20-everybodys", "30-users"):
        journal.wait_message(root, rf"{FOLDER}/{name}\.conf can be changed by others", after)
    assert root.get_manager("RecommendedSessions") == 3
    assert root.get_manager("SessionsMax") == 8192
    assert root.get_manager("SessionsMaxPerUser") == 44


def test_folder_that_others_can_change_is_ignored(root, configure):
    after = journal.cursor(root)
    root.shell(f"chmod 777 {FOLDER}")
    configure("[Sessions]\nRecommendedSessions=3\n")
    journal.wait_message(root, rf"{FOLDER} can be changed by others", after)
    assert root.get_manager("RecommendedSessions") == 6


@pytest.mark.parametrize("spoil", ["chmod 777 keepers", "chown user2 sessions", "mv keepers x && ln -s /tmp keepers",
                                   "mv sessions x && ln -s x sessions", "mv sessions x && touch sessions",
                                   "mv next-number n && mkfifo next-number", "mv next-number n && mkdir next-number"])
def test_runtime_directory_that_others_can_change_is_refused(root, user1, spoil):
    """systemd puts the mode of the directory itself right; what is in it is looked at. Nobody tries again
    and again: somebody has to put it right."""
    user1.stop(user1.start_terminal("sleep", "inf"))  # makes the folders
    after = journal.cursor(root)
    root.shell(f"systemctl stop compute-sessiond; cd /run/compute-sessions; {spoil}")
    try:
        assert root.try_run("systemctl", "start", "compute-sessiond").status != 0
        journal.wait_message(root, "/run/compute-sessions/(keepers|sessions) is not ours alone|"
                             "Cannot open /run/compute-sessions/(keepers|sessions)|"
                             "Cannot read /run/compute-sessions/next-number", after)
        shown = root.run("systemctl", "show", "-p", "NRestarts,ActiveState,ExecMainStatus", "compute-sessiond").output
        assert sorted(shown.split()) == ["ActiveState=failed", "ExecMainStatus=78", "NRestarts=0"]
    finally:
        root.shell("systemctl stop compute-sessiond; cd /run/compute-sessions; rm -rf keepers sessions x; "
                   "if [ -e n ]; then rm -r next-number; mv n next-number; fi; systemctl start compute-sessiond")
    user1.stop(user1.start_terminal("sleep", "inf"))

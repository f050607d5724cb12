# SPDX-License-Identifier: LGPL-2.1-or-later
"""What programs ask their terminal is answered once, whoever looks, and by no one else's terminal."""

import re

import pytest

DETACH = "\x1d"  # C-]

# Asks what it is told to, in hexadecimal, and says what it got: answers come in order, so that of a last CPR
# ends them.
ASKER = r"""
import os, re, sys, termios, tty
tty.setraw(0)
os.write(1, b"ready")
data, n = b"", 0
while True:
    while b"\n" not in data:
        data += os.read(0, 4096)
    line, data = data.split(b"\n", 1)
    os.write(1, bytes.fromhex(line.decode()) + b"\x1b[1;7H\x1b[6n")
    while b"\x1b[1;7R" not in data:
        data += os.read(0, 4096)
    got, data = data.split(b"\x1b[1;7R", 1)
    n += 1
    os.write(1, b"got%d<" % n + got.hex().encode() + b">")
"""

COLOR = r"\x1b\]%d;rgb:[0-9a-f]{4}/[0-9a-f]{4}/[0-9a-f]{4}\x1b\\"
QUESTIONS = {
    "DA1": ("\x1b[c", r"\x1b\[\?62;22c"),
    "DA2": ("\x1b[>c", r"\x1b\[>\d+;\d+;\d+c"),
    "DA3": ("\x1b[=c", r"\x1bP!\|[0-9A-F]{8}\x1b\\"),
    "DSR": ("\x1b[5n", r"\x1b\[0n"),
    "CPR": ("\x1b[3;4H\x1b[6n", r"\x1b\[3;4R"),
    "DECXCPR": ("\x1b[3;4H\x1b[?6n", r"\x1b\[\?3;4;1R"),
    "DECRQM": ("\x1b[?2026$p", r"\x1b\[\?2026;2\$y"),
    "DECRQM of graphemes": ("\x1b[?2027h\x1b[?2027$p", r"\x1b\[\?2027;0\$y"),
    "DECRQSS": ("\x1b[1;31m\x1bP$qm\x1b\\\x1b[m", r"\x1bP1\$r0;1;31m\x1b\\"),
    "XTGETTCAP": ("\x1bP+q436f\x1b\\", r"\x1bP1\+r436f=323536\x1b\\"),
    "XTVERSION": ("\x1b[>q", r"\x1bP>\|compute-sessions\([0-9.]+\)\x1b\\"),
    "text": ("\x1b]10;?\x1b\\", COLOR % 10),
    "background": ("\x1b]11;?\x1b\\", COLOR % 11),
    "cursor": ("\x1b]12;?\x1b\\", COLOR % 12),
    "palette": ("\x1b]4;1;?\x1b\\", r"\x1b\]4;1;rgb:cdcd/0000/0000\x1b\\"),
    "clipboard": ("\x1b]52;c;?\x1b\\", r"\x1b\]52;c;\x1b\\"),
    "size": ("\x1b[18t", r"\x1b\[8;\d+;\d+t"),
    "title": ("\x1b]2;x\x07\x1b[21t", r"\x1b\]l\x1b\\"),
    "kitty's keys": ("\x1b[?u", r"\x1b\[\?0u"),
    "kitty's pictures": ("\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\", r"\x1b_Gi=31;ENOTSUP:[^\x1b]*\x1b\\"),
    "dark or light": ("\x1b[?996n", r"\x1b\[\?997;[12]n"),
    "size reports": ("\x1b[?2048h\x1b[?2048l", r"\x1b\[48;\d+;\d+;\d+;\d+t"),
}
# The only question that a client may see.
ASKED = re.compile(r"\x1b\]1[012];\?\x1b\\")
AUDIENCES = {
    "nobody": [],
    "one": [{}],
    "two": [{}, {}],
    "a reader": [{"ReadOnly": True}],
    "a reader and one who types": [{"ReadOnly": True}, {}],
    "a raw one": [{"Raw": True}],
}


@pytest.fixture
def asker(user1):
    session = user1.start_terminal("/usr/bin/python3", "-c", ASKER)
    first = user1.attach(session)
    first.expect("ready")
    first.close()
    return session


def ask(user, session, question, clients, number=1):
    """What the program got for the question with this number, and what each client did."""
    keys = user.attach(session, InputOnly=True)
    keys.send(question.encode("latin-1").hex() + "\n")
    keys.close()
    found = [client.expect(rf"^.*got{number}<([0-9a-f]*)>") for client in clients or [user.attach(session, ReadOnly=True)]]
    return bytes.fromhex(found[0].group(1)).decode("latin-1"), [one.group(0) for one in found if clients]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_answered_once(user1, asker, audience):
    clients = [user1.attach(asker, 24, 80, **options) for options in AUDIENCES[audience]]
    for client in clients:
        if "Raw" not in AUDIENCES[audience][0]:
            client.expect(r"\x1b\[H\x1b\[J")
    for number, (name, (question, answer)) in enumerate(QUESTIONS.items(), 1):
        got, seen = ask(user1, asker, question, clients, number)
        assert re.fullmatch(answer, got, re.S), f"{name}: {got!r}"
        for text in seen:
            rest = ASKED.sub("", text)
            assert question not in rest and "2048" not in rest and "2027" not in rest, f"{name}: {rest!r}"


def test_color_of_the_one_who_typed_last(user1, asker):
    first, second = user1.attach(asker, 24, 80), user1.attach(asker, 24, 80)
    question = "1b5d31313b3f07"  # OSC 11;? BEL
    first.send(question + "\n")
    first.expect(r"\x1b\]11;\?\x1b\\")
    first.send("\x1b]11;rgb:eeee/dddd/cccc\x07")
    answer = "\x1b]11;rgb:eeee/dddd/cccc\x07".encode().hex()
    first.expect(f"got1<{answer}>")
    text = second.expect(f"got1<{answer}>").string
    assert "?\x1b" not in text
    # The one who looks then has not said another.
    first.close()
    second.close()
    reader = user1.attach(asker, ReadOnly=True)
    got, _ = ask(user1, asker, "\x1b]11;?\x07", [reader], 2)
    assert got == "\x1b]11;rgb:eeee/dddd/cccc\x07"


def test_late_answers_are_no_keys(user1, asker):
    client = user1.attach(asker, 24, 80)
    client.send("1b5d31313b3f07\n")
    client.expect("got1<1b5d31313b7267623a303030302f303030302f3030303007>")
    client.send("\x1b]11;rgb:1/2/3\x07" + "1b5b63\n")
    client.expect("got2<" + "\x1b[?62;22c".encode().hex() + ">")


SHELL = """computectl attach "$1"
stty raw -echo min 0 time 10
left=$(dd bs=4096 count=1 2> /dev/null | od -An -tx1 | tr -d ' \\n')
printf 'left<%s>' "$left"
"""


@pytest.mark.parametrize("leave", ["detach", "end"])
def test_answers_do_not_reach_the_shell(user1, asker, leave):
    """A slow terminal answers when nobody is attached any more."""
    terminal = user1.on_terminal("sh", "-c", SHELL, "sh", asker)
    terminal.expect(r"ready.*\x1b\[\?2004l")
    terminal.send("1b5d31313b3f07\n")
    terminal.expect(r"\x1b\]11;\?\x1b\\")
    if leave == "detach":
        terminal.send(DETACH)
    else:
        user1.stop(asker)
    terminal.expect(r"\x1b\[c")
    terminal.send("\x1b]11;rgb:1111/2222/3333\x07\x1b[?62;22c")
    terminal.expect("left<>")


HOSTILE = (r"printf 'a\033]52;c;aGk=\007\033]2;title\007\033]8;;http://x\007b\033]8;;\007\033[8;9;9t\033P0;1q~\033\\"
           r"\033]9;4;1;50\007\033_Gi=1;AAAA\033\\\033[31mred\033[m\033]11;red\007end'; exec sleep 1000")


@pytest.mark.parametrize("later", [False, True])
def test_others_get_nothing_but_text(root, user1, later):
    session = user1.start_terminal("sh", "-c", f"read go; {HOSTILE}")
    foreign = None if later else root.attach(session, 24, 80)
    owner = user1.attach(session, 24, 80)
    owner.send("\n")
    owner.expect(r"\x1b\]52;c;aGk=\x07.*\x1b\]2;title.*end")
    foreign = foreign or root.attach(session, 24, 80)
    text = foreign.expect(r"\x1b\[31m.*en?d").string
    assert not re.search(r"\x1b[]P_^X]", text.replace("\x18\x1b\\", "")), repr(text)
    assert "\x1b[8;9;9t" not in text


@pytest.mark.parametrize("value", ["no", "yes"])
def test_clipboard_by_setting(configure, user1, value):
    configure(f"[Terminal]\nClipboard={value}\n")
    session = user1.start_terminal("sh", "-c", f"read go; {HOSTILE}")
    owner = user1.attach(session, 24, 80)
    owner.send("\n")
    text = owner.expect("end").string
    assert ("\x1b]52;" in text) == (value == "yes")


def test_readers_are_not_made_to_send(user1):
    session = user1.start_terminal("sh", "-c", r"read go; printf '\033[?1003;1004;2004;1049h\033[>1u\033[>4;2mend'; exec sleep 1000")
    owner, reader = user1.attach(session, 24, 80), user1.attach(session, 24, 80, ReadOnly=True)
    reader.expect(r"\x1b\[H\x1b\[J")
    owner.send("\n")
    assert "\x1b[?1003h" in owner.expect("end").string
    text = reader.expect("end").string
    assert "\x1b[?1049h" in text
    assert not re.search(r"1003|1004|2004|>1u|>4;2m", text), repr(text)

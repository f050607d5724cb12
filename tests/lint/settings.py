# SPDX-License-Identifier: LGPL-2.1-or-later
"""sessiond.conf shows every setting of the manager, commented, in its section; and nothing else. The limits
are there in each section that has them. (That the values shown are the defaults is for the unit test of
config.c to say.)"""

import re

from tree import lint

SOURCE, LIMITS, SHOWN = "src/manager/base/config.c", "src/shared/limit.c", "conf/sessiond.conf"
ROW = re.compile(r'\{ "(\w+)", "(\w+)", parse_')
LIMIT = re.compile(r'\[LIMIT_\w+\] = \{ "(\w+)"')
SECTION_OF_LIMITS = re.compile(r'streq\(section, "(\w+)"\)')
USER = "User 1000"  # stands for any


def check(files):
    known = ROW.findall(files.get(SOURCE, ""))
    if not known:
        yield f"{SOURCE}: has no settings, or this lint does not recognise them"
    known = [(USER if section == "User" else section, key) for section, key in known]
    limits = LIMIT.findall(files.get(LIMITS, ""))
    known += [(section, limit) for section in [*SECTION_OF_LIMITS.findall(files.get(SOURCE, "")), USER] for limit in limits]
    if SHOWN not in files:
        yield f"{SHOWN}: is not there"
        return
    shown, section = [], None
    for number, line in enumerate(files[SHOWN].split("\n"), 1):
        if match := re.fullmatch(rf"\[(\w+)\]|#\[({USER})\]", line):
            section = match[1] or match[2]
        elif match := re.fullmatch(r"#(\w+)=.*", line):
            shown.append((section, match[1]))
        elif line and not line.startswith("# ") and line != "#":
            yield f"{SHOWN}:{number}: neither section, nor comment, nor commented setting: {line}"
    for section, key in known:
        if shown.count((section, key)) != 1:
            yield f"{SHOWN}: [{section}] {key}= is there {shown.count((section, key))} times instead of once"
    for section, key in shown:
        if (section, key) not in known:
            yield f"{SHOWN}: there is no setting [{section}] {key}="


TABLE = '        { "S", "A", parse_uint64, 0 },\n        { "S", "B", parse_uint64, 0 },\n'
GOOD = "# Text.\n#\n\n[S]\n# A is this.\n#A=1\n#B=2\n"
ROW_M, USER_M = '[LIMIT_M] = { "M", "M"', "#[User 1000]\n#M=\n"

lint(check, [
    ("B= is there 0 times", {SOURCE: TABLE, SHOWN: "[S]\n#A=1\n"}),
    ("B= is there 2 times", {SOURCE: TABLE, SHOWN: GOOD + "#B=2\n"}),
    ("B= is there 0 times", {SOURCE: TABLE, SHOWN: "[S]\n#A=1\n[T]\n#B=2\n"}),
    ("no setting [S] C=", {SOURCE: TABLE, SHOWN: GOOD + "#C=2\n"}),
    ("neither section", {SOURCE: TABLE, SHOWN: GOOD + "B=3\n"}),
    ("is not there", {SOURCE: TABLE}),
    ("has no settings", {SOURCE: "", SHOWN: ""}),
    ("[User 1000] M= is there 0 times", {SOURCE: TABLE, LIMITS: ROW_M, SHOWN: GOOD}),
    ("[T] M= is there 0 times", {SOURCE: TABLE + 'streq(section, "T")', LIMITS: ROW_M, SHOWN: GOOD + USER_M}),
    ("[User 1000] C= is there 0 times", {SOURCE: TABLE + '{ "User", "C", parse_x', SHOWN: GOOD}),
    (None, {SOURCE: TABLE, SHOWN: GOOD}),
    (None, {SOURCE: TABLE + 'streq(section, "S")', LIMITS: ROW_M, SHOWN: GOOD + "#M=\n" + USER_M}),
])

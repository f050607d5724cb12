# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes sessiond.conf(5) of conf/sessiond.conf, where the settings are documented. Arguments: that file, a
date."""

import re
import sys

from mdoc import argument, lines, write

BEGIN = """\
.Sh NAME
.Nm sessiond.conf , sessiond.conf.d
.Nd settings of compute sessions
.Sh SYNOPSIS
.Pa /etc/compute-sessions/sessiond.conf
.Pp
.Pa /etc/compute-sessions/sessiond.conf.d/*.conf
.Pp
.Pa /run/compute-sessions/sessiond.conf.d/*.conf
.Pp
.Pa /usr/lib/compute-sessions/sessiond.conf
.Pp
.Pa ~/.config/compute-sessions/sessiond.conf.d/*.conf
.Sh DESCRIPTION"""

END = """\
.Sh SEE ALSO
.Xr compute-sessiond 8 ,
.Xr computectl 1 ,
.Xr systemd.time 7 ,
.Xr systemd.resource-control 5"""


def blocks(text):
    """Yields (sections that begin here, settings, comment) of each paragraph."""
    for paragraph in re.split(r"\n\n+", text.strip()):
        sections, settings, comment = [], [], []
        for line in paragraph.split("\n"):
            if match := re.fullmatch(r"#?\[(\w+(?: \w+)?)\]", line):
                sections.append(match[1])
            elif match := re.fullmatch(r"#(\w+=.*)", line):
                settings.append(match[1])
            elif not line.startswith("# SPDX"):
                comment.append(line[2:])
        yield sections, settings, "\n".join(comment)


def page(text):
    """The lines of the page."""
    yield BEGIN
    listed = False
    for sections, settings, comment in blocks(text):
        for section in sections:
            if listed:
                yield ".El"
            listed = False
            yield f".Sh [{section.upper()}]"
        if settings and not listed:
            yield ".Bl -tag -width Ds"
            listed = True
        for setting in settings:
            yield ".It " + argument(setting)
        if comment:
            yield from lines(comment)
    if listed:
        yield ".El"
    yield END


with open(sys.argv[1], encoding="utf-8") as file:
    write("SESSIOND.CONF", sys.argv[2], page(file.read()))

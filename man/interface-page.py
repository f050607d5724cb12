# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes org.computesession1(5) of the interfaces' XML, where they are documented. Arguments: a date, the
files."""

import inspect
import re
import sys
import xml.etree.ElementTree as ElementTree

from mdoc import argument, lines, write

BEGIN = """\
.Sh NAME
.Nm org.computesession1
.Nd the D-Bus interface of compute sessions
.Sh SYNOPSIS
.Li busctl introspect org.computesession1 /org/computesession1
.Sh DESCRIPTION"""

END = """\
.Sh SEE ALSO
.Xr compute-sessiond 8 ,
.Xr computectl 1 ,
.Xr busctl 1 ,
.Xr sd-bus 3"""


def signature(member):
    """Name(in types names) → (out types names), or a property's type."""
    if member.tag == "property":
        return f"{member.get('name')} {member.get('type')}"
    given, returned = [], []
    for arg in member.iter("arg"):
        (returned if arg.get("direction") == "out" else given).append(f"{arg.get('type')} {arg.get('name')}")
    text = f"{member.get('name')}({', '.join(given)})"
    return text + (f" → {', '.join(returned)}" if returned else "")


def members(interface):
    """Yields (member, comment) of each; one comment may be about several that follow."""
    comment = ""
    for child in interface:
        if child.tag is ElementTree.Comment:
            comment = inspect.cleandoc(child.text).rstrip()
        else:
            yield child, comment
            comment = ""


def preamble(path):
    """What stands before the interface, but for the licence."""
    with open(path, encoding="utf-8") as file:
        head = file.read().partition("<node")[0]
    return [inspect.cleandoc(c) for c in re.findall(r"<!--(.*?)-->", head, re.DOTALL) if "SPDX" not in c]


def page(paths):
    """The lines of the page."""
    yield BEGIN
    for path in paths:
        for comment in preamble(path):
            yield from lines(comment)
            yield ".Pp"
    for path in paths:
        parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
        root = ElementTree.parse(path, parser).getroot()
        for interface in root.iter("interface"):
            yield f".Sh {interface.get('name').upper()}"
            for tag, title in ("method", "Methods"), ("signal", "Signals"), ("property", "Properties"):
                described = [(member, comment) for member, comment in members(interface) if member.tag == tag]
                if not described:
                    continue
                yield f".Ss {title}"
                yield ".Bl -tag -width Ds"
                for member, comment in described:
                    yield ".It " + argument(signature(member))
                    if comment:
                        yield from lines(comment)
                yield ".El"
    yield END


write("ORG.COMPUTESESSION1", sys.argv[1], page(sys.argv[2:]))

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the pages that are made of other files have in common: mdoc(7) of plain text."""

import textwrap


def escape(text):
    """Text, or an argument of a macro, as it stands."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def argument(text):
    """One argument of a macro."""
    return '"' + escape(text).replace('"', '""') + '"'


def lines(text):
    """Lines of text as paragraphs; what is indented keeps its shape."""
    literal = False
    for line in textwrap.dedent(text).strip("\n").split("\n"):
        if line.startswith("  ") != literal:
            literal = not literal
            yield ".Bd -literal" if literal else ".Ed"
        yield escape(line) if line.strip() else ".Pp"
    if literal:
        yield ".Ed"


def write(title, date, body):
    """The page, to standard output."""
    print(f".\\\" Generated.\n.Dd {date}\n.Dt {title} 5\n.Os\n" + "\n".join(body))

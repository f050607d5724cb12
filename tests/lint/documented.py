# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the interface files under dbus/ say of their members."""

import inspect
import re
from xml.etree import ElementTree

FILE = re.compile(r"dbus/org\.computesession1\.\w+\.xml")
OURS = "org.computesession1.Error."
# Names of at least two words, one of one, and those of others in full.
NAME = re.compile(r"\borg\.freedesktop\.DBus\.Error\.\w+|\b(?:[A-Z][a-z]+){2,}\b|\bStopped\b|\bnone\b")
REFERENCE = re.compile(r"those\s+of\s+(\w+)")


def members(text):
    """Yields (member, comment). A comment may be about several properties that follow, and about Thaw as
    well as Freeze, whose opposite it is."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    comment = ""
    for child in ElementTree.fromstring(text, parser).find("interface"):
        if child.tag is ElementTree.Comment:
            comment = inspect.cleandoc(child.text)
        else:
            yield child, comment
            if child.tag != "property" and child.get("name") != "Freeze":
                comment = ""


def named_errors(comment):
    """What stands behind "Errors:", but for explanations in parentheses; "" if nothing is said of errors."""
    rest = comment.partition("Errors")[2]
    while re.search(r"\([^()]*\)", rest):
        rest = re.sub(r"\([^()]*\)", " ", rest)
    return rest


def errors_of_methods(files):
    """By method: the names of the errors that its comment names, none is {"none"}, or those of another
    method."""
    errors, references = {}, {}
    for path, text in files.items():
        for member, comment in members(text) if FILE.fullmatch(path) else ():
            if member.tag == "method":
                named = named_errors(comment)
                errors[member.get("name")] = set(NAME.findall(REFERENCE.sub("", named)))
                references[member.get("name")] = REFERENCE.findall(named)
    return {name: own.union(*(errors.get(other, ()) for other in references[name])) - set(errors)
            for name, own in errors.items()}

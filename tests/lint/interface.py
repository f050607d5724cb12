# SPDX-License-Identifier: LGPL-2.1-or-later
"""The interface files under dbus/ are well-formed and plausible, and the policy has a row for every method in them."""

import re
import xml.etree.ElementTree

from tree import lint

POLICY = "src/manager/policy.c"
ROW = re.compile(r'\{ (MANAGER|SESSION)_INTERFACE, "(\w+)", (POLICY_\w+) \},')
INTERFACES = {"MANAGER": "org.computesession1.Manager", "SESSION": "org.computesession1.Session"}


def interfaces(files):
    """Yields (path, interface element, or the error as a string)."""
    for path, text in files.items():
        if not (path.startswith("dbus/") and path.endswith(".xml")):
            continue
        try:
            root = xml.etree.ElementTree.fromstring(text)
        except xml.etree.ElementTree.ParseError as e:
            yield path, f"not well-formed: {e}"
            continue
        if root.tag != "node":
            yield path, f"its root is <{root.tag}>, not <node>"
        for interface in root.iter("interface"):
            yield path, interface


def check_interface(path, interface):
    for member in interface:
        name = member.get("name", "")
        if member.tag not in ("method", "signal", "property"):
            yield f"{path}: unexpected <{member.tag}> in {interface.get('name')}"
        elif not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
            yield f"{path}: '{name}' is no name for a {member.tag}"
        elif member.tag == "property" and member.get("access") != "read":
            yield f"{path}: {name} can be written; changes are methods, with a policy"
        for arg in member.iter("arg"):
            if not arg.get("name") or not arg.get("type"):
                yield f"{path}: an argument of {name} has no name or no type"
            if member.tag == "method" and arg.get("direction") not in ("in", "out"):
                yield f"{path}: {name}, {arg.get('name')}: which direction?"


def check(files):
    documented, rows = set(), set()
    for path, interface in interfaces(files):
        if isinstance(interface, str):
            yield f"{path}: {interface}"
            continue
        if path != f"dbus/{interface.get('name')}.xml":
            yield f"{path}: is named otherwise than its interface {interface.get('name')}"
        yield from check_interface(path, interface)
        documented |= {(interface.get("name"), method.get("name")) for method in interface.iter("method")}
    for interface, method, rule in ROW.findall(files.get(POLICY, "")):
        if (INTERFACES[interface], method) in rows:
            yield f"{POLICY}: two rows for {method}"
        if rule == "POLICY_DENY":
            yield f"{POLICY}: {method} is denied to all; leave it out"
        rows.add((INTERFACES[interface], method))
    for interface, method in sorted(documented - rows):
        yield f"{POLICY}: no row for {interface}.{method}"
    for interface, method in sorted(rows - documented):
        yield f"{POLICY}: {interface}.{method} is not in dbus/"


def sample(members, row='        { MANAGER_INTERFACE, "A", POLICY_ANYONE },\n'):
    return {POLICY: row, "dbus/org.computesession1.Manager.xml":
            f'<node><interface name="org.computesession1.Manager">{members}</interface></node>'}


A = '<method name="A"><arg name="a" type="s" direction="in"/></method>'

lint(check, [
    ("not well-formed", sample("<method>")),
    ("is named otherwise", {"dbus/a.xml": '<node><interface name="a.b"/></node>'}),
    ("no row for org.computesession1.Manager.B", sample(A + '<method name="B"/>')),
    ("Manager.A is not in dbus/", sample("")),
    ("two rows", sample(A, '{ MANAGER_INTERFACE, "A", POLICY_ANYONE },\n' * 2)),
    ("denied to all", sample(A, '{ MANAGER_INTERFACE, "A", POLICY_DENY },\n')),
    ("which direction", sample('<method name="A"><arg name="a" type="s"/></method>')),
    ("no name or no type", sample('<method name="A"><arg type="s" direction="in"/></method>')),
    ("can be written", sample(A + '<property name="P" type="s" access="readwrite"/>')),
    (None, sample(A + '<property name="P" type="s" access="read"/><signal name="S"><arg name="a" type="s"/></signal>')),
])

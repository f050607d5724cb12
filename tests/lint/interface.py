# SPDX-License-Identifier: LGPL-2.1-or-later
"""The interface files under dbus/ are well-formed and plausible, and the policies say about every method in
them who may call it: src/manager/base/policy.c, and in the same words the bus's. polkit knows every action
that policy.c has."""

import re
import xml.etree.ElementTree

from tree import lint

POLICY, ACTIONS = "src/manager/base/policy.c", "src/manager/base/policy.h"
BUS, POLKIT = "dbus/org.computesession1.conf", "dbus/org.computesession1.policy"
ROW = re.compile(r'\{ ((?:MANAGER|SESSION)_INTERFACE|"[\w.]+"), "(\w+)", (POLICY_\w+), (\w+) \},')
ACTION = re.compile(r'^#define (\w+)\s+"(org\.computesession1\.[\w-]+)"', re.MULTILINE)
INTERFACES = {"MANAGER_INTERFACE": "org.computesession1.Manager", "SESSION_INTERFACE": "org.computesession1.Session"}
NAME = "org.computesession1"
# Harmless ones that the bus policy opens whole.
WHOLE = {"org.freedesktop.DBus.Introspectable", "org.freedesktop.DBus.Peer"}


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
    actions = dict(ACTION.findall(files.get(ACTIONS, "")))
    for interface, method, rule, action in ROW.findall(files.get(POLICY, "")):
        row = (INTERFACES.get(interface, interface.strip('"')), method)
        if row in rows:
            yield f"{POLICY}: two rows for {method}"
        if rule == "POLICY_DENY":
            yield f"{POLICY}: {method} is denied to all; leave it out"
        if (action in actions) != rule.startswith("POLICY_OWNER"):
            yield f"{POLICY}: {method} needs an action for those who are not the owner, or has one and no owner"
        rows.add(row)
    ours = {row for row in rows if row[0].startswith(NAME)}
    for interface, method in sorted(documented - ours):
        yield f"{POLICY}: no row for {interface}.{method}"
    for interface, method in sorted(ours - documented):
        yield f"{POLICY}: {interface}.{method} is not in dbus/"
    yield from check_bus_policy(files.get(BUS, "<busconfig/>"), rows)
    yield from check_actions(files.get(POLKIT, "<policyconfig/>"), set(actions.values()))


def check_bus_policy(text, rows):
    """The name is root's, and others can call what policy.c lets them call, and pass no descriptors."""
    root = xml.etree.ElementTree.fromstring(text)
    opened = set()
    for policy in root.iter("policy"):
        for rule in policy.iter("allow"):
            if rule.get("own") is not None and policy.get("user") != "root":
                yield f"{BUS}: somebody else than root may own the name"
            if policy.get("user") == "root" or rule.get("send_destination") is None:
                continue
            interface, member = rule.get("send_interface"), rule.get("send_member")
            if rule.get("send_destination") != NAME or not interface or not (member or interface in WHOLE):
                yield f"{BUS}: {dict(rule.attrib)} opens more than one method"
            if rule.get("max_fds") != "0":
                yield f"{BUS}: {member or interface} could be called with descriptors"
            opened.add((interface, member))
    wanted = {(interface, None if interface in WHOLE else method) for interface, method in rows}
    for interface, member in sorted(wanted - opened, key=str):
        yield f"{BUS}: {interface}.{member or '*'} cannot be called"
    for interface, member in sorted(opened - wanted, key=str):
        yield f"{BUS}: {interface}.{member or '*'} is not in {POLICY}"


def check_actions(text, actions):
    root = xml.etree.ElementTree.fromstring(text)
    described = set()
    for action in root.iter("action"):
        described.add(action.get("id"))
        for name in ("description", "message"):
            found = action.find(name)
            if found is None or not found.text or not found.get("gettext-domain"):
                yield f"{POLKIT}: {action.get('id')} has no {name}, or it cannot be translated"
        for name in ("allow_any", "allow_inactive", "allow_active"):
            if not action.findtext(f"defaults/{name}", "").startswith("auth_admin"):
                yield f"{POLKIT}: {name} of {action.get('id')} does not ask an administrator"
    for action in sorted(actions ^ described):
        yield f"{POLKIT}: {action} is not there, or not in {ACTIONS}"


ALLOW = ('<allow send_destination="org.computesession1" send_interface="org.computesession1.Manager" send_member="A" '
         'max_fds="0"/>')
POLICY_FILE = ('<action id="org.computesession1.x"><description gettext-domain="d">D</description>'
               '<message gettext-domain="d">M</message><defaults><allow_any>auth_admin</allow_any>'
               '<allow_inactive>auth_admin</allow_inactive><allow_active>auth_admin_keep</allow_active></defaults></action>')


def sample(members, row='        { MANAGER_INTERFACE, "A", POLICY_OWNER_OF_PATH, X },\n', allow=ALLOW, action=POLICY_FILE,
           defaults="context='default'"):
    return {POLICY: row, ACTIONS: '#define X "org.computesession1.x"\n',
            BUS: f"<busconfig><policy {defaults}>{allow}</policy></busconfig>",
            POLKIT: f"<policyconfig>{action}</policyconfig>",
            "dbus/org.computesession1.Manager.xml":
            f'<node><interface name="org.computesession1.Manager">{members}</interface></node>'}


A = '<method name="A"><arg name="a" type="s" direction="in"/></method>'
ROW_A = '{ MANAGER_INTERFACE, "A", POLICY_ANYONE, NULL },\n'

lint(check, [
    ("not well-formed", sample("<method>")),
    ("is named otherwise", {"dbus/a.xml": '<node><interface name="a.b"/></node>'}),
    ("no row for org.computesession1.Manager.B", sample(A + '<method name="B"/>')),
    ("Manager.A is not in dbus/", sample("")),
    ("two rows", sample(A, ROW_A * 2)),
    ("denied to all", sample(A, ROW_A.replace("ANYONE", "DENY"))),
    ("needs an action", sample(A, ROW_A.replace("ANYONE", "OWNER_OF_PATH"))),
    ("needs an action", sample(A, ROW_A.replace("NULL", "X"))),
    ("which direction", sample('<method name="A"><arg name="a" type="s"/></method>')),
    ("no name or no type", sample('<method name="A"><arg type="s" direction="in"/></method>')),
    ("can be written", sample(A + '<property name="P" type="s" access="readwrite"/>')),
    ("A cannot be called", sample(A, allow="")),
    ("B is not in", sample(A, allow=ALLOW + ALLOW.replace('"A"', '"B"'))),
    ("opens more than one", sample(A, allow=ALLOW + '<allow send_destination="org.computesession1" max_fds="0"/>')),
    ("with descriptors", sample(A, allow=ALLOW.replace('max_fds="0"', ""))),
    ("else than root", sample(A, allow=ALLOW + '<allow own="org.computesession1"/>')),
    ("x is not there", sample(A, action="")),
    ("y is not there", sample(A, action=POLICY_FILE + POLICY_FILE.replace("session1.x", "session1.y"))),
    ("does not ask", sample(A, action=POLICY_FILE.replace("auth_admin<", "yes<"))),
    ("has no message", sample(A, action=POLICY_FILE.replace("message", "massage"))),
    (None, sample(A + '<property name="P" type="s" access="read"/><signal name="S"><arg name="a" type="s"/></signal>')),
])

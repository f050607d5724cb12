# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the service says of itself is what dbus/*.xml documents."""

import xml.etree.ElementTree as ElementTree

import machine
import pytest
from bus import ROOT, path_of

DOCUMENTED = machine.FOLDER.parents[1] / "dbus"
EMITS = "org.freedesktop.DBus.Property.EmitsChangedSignal"


def arguments(member, direction):
    return [(one.get("name"), one.get("type"), one.get("direction", direction)) for one in member.findall("arg")]


def annotations(member):
    """Those that describe the wire; "true" is what no word about changes means."""
    found = {one.get("name"): one.get("value") for one in member.findall("annotation")}
    found.setdefault(EMITS, "true")
    found.pop("org.freedesktop.systemd1.Privileged", None)
    return found


def members(interface):
    """Everything of an interface, in a form that can be compared, and in its order."""
    return {
        "methods": [(one.get("name"), arguments(one, "in")) for one in interface.findall("method")],
        "signals": [(one.get("name"), arguments(one, "out")) for one in interface.findall("signal")],
        "properties": [(one.get("name"), one.get("type"), one.get("access"), annotations(one)[EMITS])
                       for one in interface.findall("property")],
    }


def documented(name):
    tree = ElementTree.parse(DOCUMENTED / f"{name}.xml")
    return members(tree.find(f"interface[@name='{name}']"))


def live(user, path, name):
    text = user.call("Introspect", path=path, interface="org.freedesktop.DBus.Introspectable")
    return members(ElementTree.fromstring(text).find(f"interface[@name='{name}']"))


@pytest.mark.parametrize("kind", ["methods", "signals", "properties"])
def test_manager(user1, kind):
    name = "org.computesession1.Manager"
    assert live(user1, ROOT, name)[kind] == documented(name)[kind]


@pytest.mark.parametrize("kind", ["methods", "signals", "properties"])
def test_session(user1, kind):
    name = "org.computesession1.Session"
    session = user1.start_terminal("sleep", "inf")
    assert live(user1, path_of(session), name)[kind] == documented(name)[kind]


def test_properties_have_the_documented_types(user1):
    name = "org.computesession1.Session"
    session = user1.start_terminal("sleep", "inf")
    known = {one[0] for one in documented(name)["properties"]}
    assert set(user1.get_all(session)) == known
    for name_, type_, _, _ in documented(name)["properties"]:
        said = user1.run("busctl", "get-property", "org.computesession1", path_of(session), name, name_).output
        assert said.split()[0] == type_, name_


def test_sessions_are_nodes(user1):
    session = user1.start_terminal("sleep", "inf")
    text = user1.call("Introspect", path=f"{ROOT}/session", interface="org.freedesktop.DBus.Introspectable")
    assert [one.get("name") for one in ElementTree.fromstring(text).findall("node")] == [session]
    tree = user1.run("busctl", "tree", "--list", "org.computesession1").output.split()
    assert path_of(session) in tree


WATCH = """import sys
from gi.repository import Gio, GLib
client = Gio.DBusObjectManagerClient.new_for_bus_sync(
    getattr(Gio.BusType, sys.argv[1]), Gio.DBusObjectManagerClientFlags.NONE, "org.computesession1", "/org/computesession1",
    None, None, None)
def name(one):
    return one.get_interface("org.computesession1.Session").get_cached_property("Name").unpack()
print("there:", *(name(one) for one in client.get_objects() if "session" in one.get_object_path()), flush=True)
client.connect("object-added", lambda _, one: print("added:", name(one), one.get_object_path(), flush=True))
client.connect("object-removed", lambda _, one: print("removed:", one.get_object_path(), flush=True))
GLib.MainLoop().run()
"""


def hears_of_starts_and_ends(user, bus):
    """A client that only knows org.freedesktop.DBus.ObjectManager."""
    first = user.start_terminal("sleep", "inf", Name="First")
    client = user.on_terminal("/usr/bin/python3", "-c", WATCH, bus)
    client.expect("there: First\r\n")
    second = user.start_terminal("sleep", "inf", Name="Second")
    client.expect(f"added: Second {path_of(second)}\r\n")
    for session in first, second:
        user.stop(session)
        client.expect(f"removed: {path_of(session)}\r\n")
    client.close()


def test_generic_clients_hear_of_starts_and_ends(user1):
    hears_of_starts_and_ends(user1, "SYSTEM")

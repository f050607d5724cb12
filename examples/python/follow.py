#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints which sessions there are, and then what happens to them, until it is interrupted.

Usage: follow.py [--user]"""

import sys

from gi.repository import Gio, GLib

NAME = "org.computesession1"
PATH = "/org/computesession1"
MANAGER = "org.computesession1.Manager"
SESSION = "org.computesession1.Session"


def on_manager(bus, _name, _owner):
    """Called at the beginning, and whenever the manager was restarted: then a signal may have been
    missed."""
    reply = bus.call_sync(NAME, PATH, MANAGER, "ListSessions", None, GLib.VariantType("(a(ssusso))"),
                          Gio.DBusCallFlags.NONE, -1, None)
    for id, _type, _uid, name, state, _path in reply.unpack()[0]:
        print("there:", id, state, name, flush=True)


def on_new(_bus, _sender, _path, _interface, _signal, arguments):
    print("new:", arguments[0], flush=True)


def on_removed(_bus, _sender, _path, _interface, _signal, arguments):
    print("removed:", arguments[0], arguments[2], flush=True)


def on_changed(_bus, _sender, path, _interface, _signal, arguments):
    """The second argument has the new values; the third names what changed and has to be read, by those who
    may."""
    id = path.rpartition("/")[2]
    for name, value in arguments[1].items():
        print("changed:", id, name, value, flush=True)
    for name in arguments[2]:
        print("changed:", id, name, flush=True)


bus = Gio.bus_get_sync(Gio.BusType.SESSION if "--user" in sys.argv[1:] else Gio.BusType.SYSTEM)
# First listen, then look: what happens in between is seen twice rather than never.
for interface, signal, filter_, callback in (
        (MANAGER, "SessionNew", None, on_new),
        (MANAGER, "SessionRemoved", None, on_removed),
        ("org.freedesktop.DBus.Properties", "PropertiesChanged", SESSION, on_changed)):
    bus.signal_subscribe(NAME, interface, signal, None, filter_, Gio.DBusSignalFlags.NONE, callback)
Gio.bus_watch_name_on_connection(bus, NAME, Gio.BusNameWatcherFlags.AUTO_START, on_manager, None)
GLib.MainLoop().run()

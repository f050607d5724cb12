#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lists all sessions, with the memory that each uses.

Usage: list.py [--user]"""

import pwd
import sys

from gi.repository import Gio

UNKNOWN = 2**64 - 1

bus = Gio.bus_get_sync(Gio.BusType.SESSION if "--user" in sys.argv[1:] else Gio.BusType.SYSTEM)
manager = Gio.DBusProxy.new_sync(bus, Gio.DBusProxyFlags.DO_NOT_LOAD_PROPERTIES, None, "org.computesession1",
                                 "/org/computesession1", "org.computesession1.Manager", None)

# One call for all of them: a call for each session would fail if one ended meanwhile.
memory = {id: used for id, used, *_ in manager.GetUsage("(as)", [])}

for id, type, uid, name, state, _path in manager.ListSessions():
    used = memory.get(id, UNKNOWN)
    print(id, type, pwd.getpwuid(uid).pw_name, state, "-" if used == UNKNOWN else f"{used / 2**20:.1f}M", name)

#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts a program on a new terminal, and connects this terminal to it. Ctrl-] leaves, and the session goes
on.

Usage: start-and-attach.py [--user] [COMMAND [ARGUMENT]…]"""

import os
import signal
import socket
import sys
import termios
import tty

from gi.repository import Gio, GLib

NAME = "org.computesession1"
PATH = "/org/computesession1"
MANAGER = "org.computesession1.Manager"
SESSION = "org.computesession1.Session"
ERROR = "org.computesession1.Error."
DETACH = b"\x1d"  # Ctrl-]
PAUSE_MS = 200
# What a program may have left on: the alternate screen, the mouse, bracketed paste, colours and a hidden
# cursor.
RESET = b"\x1b[?1049l\x1b[?1000;1002;1003;2004l\x1b[!p\x1b[m\x1b[?25h"


def message_of(error):
    Gio.DBusError.strip_remote_error(error)
    return error.message


class Terminal:
    def __init__(self, bus, command):
        self.bus, self.stream, self.why = bus, None, ""
        self.typed = b""  # while there was no stream
        self.loop = GLib.MainLoop()
        # Listens before the start, so that the end of a program that ends at once is not missed.
        bus.signal_subscribe(NAME, MANAGER, "SessionRemoved", PATH, None, Gio.DBusSignalFlags.NONE, self.on_removed)
        size = os.get_terminal_size()
        options = {"Rows": GLib.Variant("u", size.lines), "Columns": GLib.Variant("u", size.columns)}
        if command:
            options["Command"] = GLib.Variant("as", command)
        self.id, self.path = self.call(PATH, MANAGER, "StartTerminal", "(a{sv})", options)[0]

    def call(self, path, interface, method, signature, *arguments):
        """Returns the values of the reply, and the descriptors that came with it."""
        reply, descriptors = self.bus.call_with_unix_fd_list_sync(
            NAME, path, interface, method, GLib.Variant(signature, arguments), None, Gio.DBusCallFlags.NONE, -1, None, None)
        return reply.unpack(), descriptors

    def attach(self):
        """Gets a stream, which has first what draws the screen, then what the program prints. GLib calls
        this again after the pause if it returns true."""
        size = os.get_terminal_size()
        try:
            (index,), descriptors = self.call(self.path, SESSION, "Attach", "(uua{sv})", size.lines, size.columns, {})
        except GLib.Error as e:
            error = Gio.DBusError.get_remote_error(e)
            if error == ERROR + "KeeperNotAvailable":  # it is being restarted
                return True
            if error not in (ERROR + "NotAttachable", "org.freedesktop.DBus.Error.UnknownObject"):
                self.leave(message_of(e))
            return False  # the session is ending, of which a signal will tell
        self.stream = socket.socket(fileno=descriptors.get(index))
        self.send_typed()
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, self.stream.fileno(), GLib.IO_IN | GLib.IO_HUP, self.on_output)
        return False

    def copy_output(self):
        """Returns false at the end of the stream."""
        try:
            data = self.stream.recv(65536)
        except ConnectionError:
            return False
        os.write(1, data)
        return bool(data)

    def on_output(self, _descriptor, _condition):
        if self.copy_output():
            return True
        # The session ended, of which a signal tells, or its keeper was restarted: then one attaches again.
        self.stream.close()
        self.stream = None
        GLib.timeout_add(PAUSE_MS, self.attach)
        return False

    def on_input(self, descriptor, _condition):
        data = os.read(descriptor, 4096)
        if not data or DETACH in data:
            self.leave(f"{self.id} goes on")
        self.typed += data
        self.send_typed()
        return True

    def send_typed(self):
        if self.stream:
            self.stream.sendall(self.typed)
            self.typed = b""

    def on_resize(self):
        size = os.get_terminal_size()
        self.bus.call(NAME, self.path, SESSION, "Resize", GLib.Variant("(uu)", (size.lines, size.columns)), None,
                      Gio.DBusCallFlags.NONE, -1, None, None)
        return True

    def on_removed(self, _bus, _sender, _path, _interface, _signal, arguments):
        id, _path, result = arguments
        if id == self.id:
            while self.stream and self.copy_output():
                pass
            self.leave(f"{id} ended: {result}")

    def leave(self, why):
        self.why = why
        self.loop.quit()

    def run(self):
        GLib.idle_add(self.attach)
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, 0, GLib.IO_IN | GLib.IO_HUP, self.on_input)
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGWINCH, self.on_resize)
        before = termios.tcgetattr(0)
        tty.setraw(0, termios.TCSADRAIN)  # what was typed by now is for the program
        try:
            self.loop.run()
        finally:
            termios.tcsetattr(0, termios.TCSADRAIN, before)
            os.write(1, RESET)
        print(f"\n{self.why}")


def main():
    arguments = sys.argv[1:]
    kind = Gio.BusType.SYSTEM
    if arguments[:1] == ["--user"]:
        kind = Gio.BusType.SESSION
        del arguments[0]
    if not os.isatty(0) or not os.isatty(1):
        sys.exit("This connects a terminal; run it on one.")
    try:
        Terminal(Gio.bus_get_sync(kind), arguments).run()
    except GLib.Error as e:
        sys.exit(message_of(e))


main()

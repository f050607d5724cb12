# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in the machine, as one user with one connection to a bus, and does what bus.py asks for.

Requests and answers are lines of JSON on standard input and output. Values that need a D-Bus type of their
own come as {"type": SIGNATURE, "value": …}; bytes travel as latin-1 text.
"""

import fcntl
import glob
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import traceback

import dbus
import dbus.lowlevel
import dbus.mainloop.glib
from gi.repository import GLib

BUS_NAME = "org.computesession1"
# What belongs to sessions, of the system's manager and of users' own, on any version of cgroups.
CGROUPS = [f"/sys/fs/cgroup/{hierarchy}{owner}compute.slice/*/*.{kind}" for hierarchy in ("", "*/")
           for owner in ("", "user.slice/user-*.slice/user@*.service/") for kind in ("scope", "service")]
FILES = [f"{runtime}/compute-sessions/{folder}/*" for runtime in ("/run", "/run/user/*")
         for folder in ("sessions", "keepers")] + [
    "/run/user/*/jupyter/**/kernel-*", "/home/*/.local/share/jupyter/runtime/**/kernel-*"]
TYPES = {"s": dbus.String, "o": dbus.ObjectPath, "b": dbus.Boolean, "y": dbus.Byte, "n": dbus.Int16, "q": dbus.UInt16,
         "i": dbus.Int32, "u": dbus.UInt32, "x": dbus.Int64, "t": dbus.UInt64, "d": dbus.Double}


STREAMS = set()  # descriptors that were handed out, and are not closed yet


def is_readable(descriptor, timeout):
    """Of any descriptor, while select() knows the first 1024."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(max(0, timeout) * 1000))


def to_dbus(value):
    if isinstance(value, list):
        return [to_dbus(one) for one in value]
    if isinstance(value, dict) and set(value) == {"type", "value"}:
        if value["type"].startswith("a"):
            return dbus.Array(value["value"], signature=value["type"][1:])
        return TYPES[value["type"]](value["value"])
    if isinstance(value, dict):
        return {key: to_dbus(one) for key, one in value.items()}
    return value


def to_json(value):
    if isinstance(value, dbus.types.UnixFd):
        STREAMS.add(descriptor := value.take())
        return descriptor
    if isinstance(value, (dbus.Boolean, bool)):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, dict):
        return {str(key): to_json(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(one) for one in value]
    return str(value) if isinstance(value, str) else value


class Agent:
    def __init__(self, bus):
        dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
        self.seen = []
        self.children = {}
        self.connect(bus)

    def connect(self, bus):
        self.bus = dbus.SystemBus() if bus == "system" else dbus.SessionBus()
        self.listen()

    def listen(self):
        self.bus.add_message_filter(self.on_message)
        self.bus.add_match_string(f"type='signal',sender='{BUS_NAME}'")

    def on_message(self, _bus, message):
        if message.get_type() == dbus.lowlevel.MESSAGE_TYPE_SIGNAL and message.get_path().startswith("/org/compute"):
            self.seen.append({"path": message.get_path(), "interface": message.get_interface(),
                              "member": message.get_member(), "arguments": to_json(message.get_args_list())})
        return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED

    def call(self, destination, path, interface, member, signature, arguments, timeout):
        message = dbus.lowlevel.MethodCallMessage(destination, path, interface, member)
        message.append(signature=signature, *to_dbus(arguments))
        try:
            reply = self.bus.send_message_with_reply_and_block(message, timeout)
        except dbus.DBusException as e:
            return {"error": e.get_dbus_name(), "message": e.get_dbus_message()}
        return {"result": to_json(reply.get_args_list())}

    def signals(self, known, timeout):
        """All signals that were seen, as soon as there are more than the caller knows, or it is time."""
        context = GLib.MainContext.default()
        end = time.monotonic() + timeout
        while context.iteration(False) or (len(self.seen) <= known and time.monotonic() < end):
            if not context.pending():
                time.sleep(0.005)
        return self.seen[known:]

    def run(self, argv, text, timeout):
        try:
            done = subprocess.run(argv, input=text, text=True, capture_output=True, timeout=timeout, check=False,
                                  errors="surrogateescape", **({} if text else {"stdin": subprocess.DEVNULL}))
        except subprocess.TimeoutExpired as e:
            return {"status": None, "output": str(e.stdout), "errors": str(e.stderr)}
        except OSError as e:
            return {"status": 127, "output": "", "errors": str(e)}
        return {"status": done.returncode, "output": done.stdout, "errors": done.stderr}

    def kernel_client(self, arguments, timeout):
        """The same of kernel_client.py, in a process that need not read all of Jupyter first."""
        import kernel_client  # pylint: disable=import-outside-toplevel
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            pid = os.fork()
            if pid == 0:
                status = 1
                try:
                    os.dup2(output.fileno(), 1)
                    os.dup2(errors.fileno(), 2)
                    kernel_client.TIMEOUT = timeout
                    kernel_client.run(arguments)
                    sys.stdout.flush()
                    status = 0
                except BaseException:  # pylint: disable=broad-except
                    traceback.print_exc()
                finally:
                    os._exit(status)
            ended = os.pidfd_open(pid)
            is_over = is_readable(ended, timeout)
            os.close(ended)
            if not is_over:
                os.kill(pid, signal.SIGKILL)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            output.seek(0)
            errors.seek(0)
            return {"status": status if is_over else None, "output": output.read().decode(),
                    "errors": errors.read().decode()}

    def parts(self):
        """All that there is of sessions."""
        units = self.run(["systemctl", "list-units", "--all", "--plain", "--no-legend", "compute-*.scope",
                          "compute-keeper-*.service"], None, 60)["output"]
        return [line.split()[0] for line in units.splitlines()] + [
            path for pattern in CGROUPS + FILES for path in glob.glob(pattern, recursive=True)]

    def spawn(self, argv):
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.children[child.pid] = child
        return child.pid

    def wait(self, pid, timeout):
        try:
            child = self.children[pid]
            if isinstance(child, int):  # on a terminal: its output is what receive() gets
                end = time.monotonic() + timeout
                while time.monotonic() < end:
                    done, status = os.waitpid(pid, os.WNOHANG)
                    if done:
                        return {"status": os.waitstatus_to_exitcode(status), "output": ""}
                    time.sleep(0.02)
                return {"status": None, "output": ""}
            output = child.communicate(timeout=timeout)[0]
        except subprocess.TimeoutExpired:
            return {"status": None, "output": ""}
        return {"status": child.returncode, "output": output.decode(errors="replace")}

    def spawn_on_terminal(self, argv, rows, columns):
        pid, fd = pty.fork()
        if pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execvp(argv[0], argv)
            finally:
                os._exit(127)
        self.children[pid] = pid
        STREAMS.add(fd)
        return {"pid": pid, "stream": fd}

    def resize(self, stream, rows, columns):
        fcntl.ioctl(stream, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def echoes(self, stream):
        return bool(termios.tcgetattr(stream)[3] & termios.ECHO)

    def send(self, stream, text):
        os.write(stream, text.encode("latin-1"))

    def receive(self, stream, pattern, timeout, keep=None):
        """Reads until the pattern was seen, or the end of file if it is None. Of much, only the last bytes
        are kept."""
        data, eof, end = b"", False, time.monotonic() + timeout
        while not eof and not (pattern and re.search(pattern.encode("latin-1"), data, re.S)):
            if not is_readable(stream, end - time.monotonic()):
                break
            try:
                part = os.read(stream, 65536)
            except OSError:  # a terminal whose other side is closed, a socket that was reset
                part = b""
            data = (data + part)[-keep if keep else 0:]
            eof = not part
        return {"text": data.decode("latin-1"), "end": eof}

    def seals(self, descriptor):
        return fcntl.fcntl(descriptor, 1034)  # F_GET_SEALS

    def contents(self, descriptor):
        """What is in a file, which is closed."""
        STREAMS.discard(descriptor)
        with open(descriptor, "rb") as file:
            file.seek(0)
            return file.read().decode()

    def close(self, stream):
        STREAMS.discard(stream)
        os.close(stream)

    def close_all(self):
        while STREAMS:
            os.close(STREAMS.pop())

    def kill(self, pid, number):
        os.kill(pid, number)

    def pid(self):
        return os.getpid()


def main(kind=Agent):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    agent = kind(sys.argv[1])
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"answer": getattr(agent, request.pop("do"))(**request)}
        except Exception as e:  # pylint: disable=broad-except
            answer = {"failure": f"{type(e).__name__}: {e}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

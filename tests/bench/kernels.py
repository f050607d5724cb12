# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kernels to be measured: one of a session, and the same one started by jupyter_client alone. Both are
spoken to over ipc by the same client."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import time

import system
from jupyter_client import BlockingKernelClient, KernelManager

TIMEOUT_S = 120


class Kernel:
    """Is ready when it is made; client is connected to it."""

    client = None

    def connect(self):
        self.client.start_channels()
        self.client.kernel_info()
        self.client.get_shell_msg(timeout=TIMEOUT_S)

    def disconnect(self):
        self.client.stop_channels()
        self.client.context.destroy(linger=0)

    def execute(self, code):
        """Until the kernel is idle again, as everybody who is connected sees it."""
        request = self.client.execute(code, allow_stdin=False)
        idle = replied = False
        while not idle:
            message = self.client.get_iopub_msg(timeout=TIMEOUT_S)
            idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle" and \
                message["parent_header"].get("msg_id") == request
        while not replied:
            replied = self.client.get_shell_msg(timeout=TIMEOUT_S)["parent_header"].get("msg_id") == request


class SessionKernel(Kernel):
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="benchmark-")
        said = json.loads(system.run("computectl", "-j", "notebook", f"--name={system.NAME}", "--transport=ipc",
                                     f"{self.folder}/benchmark.ipynb"))
        self.id = said["id"]
        self.client = BlockingKernelClient(connection_file=said["connection_file"])
        self.client.load_connection_file()
        self.connect()

    def processes(self):
        """All that works for it: the kernel and its keeper."""
        return [int(system.run("computectl", "show", "--value", "--property=Leader", self.id)), self.keeper()]

    def keeper(self):
        return system.main_pid(f"compute-keeper-{self.id}.service")

    def close(self):
        self.disconnect()
        system.run("computectl", "stop", self.id)
        shutil.rmtree(self.folder)


class PlainKernel(Kernel):
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="benchmark-")
        self.manager = KernelManager(kernel_name="python3", transport="ipc", ip=f"{self.folder}/kernel",
                                     connection_file=f"{self.folder}/kernel.json")
        self.manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
        self.client = self.manager.blocking_client()
        self.connect()

    def processes(self):
        return [self.manager.provisioner.pid]

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()
        self.manager.context.destroy(linger=0)
        shutil.rmtree(self.folder, ignore_errors=True)


def memory_beside_log(pid):
    """PSS in kB of all but the memory files that survive the process: what it recorded."""
    total, counts = 0, True
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        fields = line.split()
        if not fields[0].endswith(":"):
            counts = not (len(fields) > 5 and fields[5].startswith("/memfd:"))
        elif fields[0] == "Pss:" and counts:
            total += int(fields[1])
    return total


def cpu_ms(pids):
    """CPU time of the processes, with all their threads."""
    threads = [thread for pid in pids for thread in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6


def settle(pid):
    """Waits until the process has nothing to do any more."""
    before = None
    while before != (before := system.cpu_ms(pid)):
        time.sleep(0.3)



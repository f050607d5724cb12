# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in the machine: executes code in a kernel, and prints what each piece of it printed or returned, as
JSON.

Usage: kernel_client.py CONNECTION-FILE CODE…
       kernel_client.py --manage KERNELSPEC CODE…   starts the kernel as a Jupyter server does, and shuts it
                                                    down
"""

import json
import os
import sys
import time

from jupyter_client import BlockingKernelClient, KernelManager

# Seconds for each piece of code: large outputs take their time on a busy machine.
TIMEOUT = int(os.environ.get("KERNEL_CLIENT_TIMEOUT", "120"))


def execute(client, code):
    said = []

    def listen(message):
        content = message["content"]
        if message["msg_type"] == "stream":
            said.append(content["text"])
        elif message["msg_type"] == "execute_result":
            said.append(content["data"]["text/plain"])
        elif message["msg_type"] == "error":
            said.append(content["ename"])
    # Right behind an error, a kernel aborts what else it was asked to execute.
    while client.execute_interactive(code, timeout=TIMEOUT, output_hook=listen,
                                     allow_stdin=False)["content"]["status"] == "aborted":
        pass
    return "".join(said).strip()


def wait_for_ready(client):
    """jupyter_client takes a kernel that is still starting, and does not answer its heartbeat within 1 s,
    for dead."""
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            return client.wait_for_ready(timeout=TIMEOUT)
        except RuntimeError:
            if time.monotonic() > end:
                raise


def run_all(client, pieces):
    client.start_channels()
    wait_for_ready(client)
    print(json.dumps([execute(client, code) for code in pieces]))
    client.stop_channels()


def run(arguments):
    if arguments[0] == "--manage":
        manager = KernelManager(kernel_name=arguments[1])
        manager.start_kernel()
        run_all(manager.blocking_client(), arguments[2:])
        manager.shutdown_kernel()
    else:
        client = BlockingKernelClient(connection_file=arguments[0])
        client.load_connection_file()
        run_all(client, arguments[1:])


if __name__ == "__main__":
    run(sys.argv[1:])

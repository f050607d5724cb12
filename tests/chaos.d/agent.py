# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent of integration tests (tests/integration/agent.py), which here outlives the bus and runs
cells."""

import sys
from pathlib import Path

import dbus

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

import agent as integration  # pylint: disable=import-self,wrong-import-position


class Agent(integration.Agent):
    def __init__(self, bus):
        self.kind = bus
        self.clients = {}
        super().__init__(bus)

    def connect(self, bus):
        self.bus = dbus.SystemBus(private=True) if bus == "system" else dbus.SessionBus(private=True)
        self.bus.set_exit_on_disconnect(False)

    def call(self, *arguments, **named):
        try:
            if not self.bus.get_is_connected():
                self.connect(self.kind)
        except dbus.DBusException as e:
            return {"error": e.get_dbus_name(), "message": e.get_dbus_message()}
        return super().call(*arguments, **named)

    def execute(self, connection_file, code, timeout):
        """What the code printed in the kernel."""
        from jupyter_client import BlockingKernelClient  # pylint: disable=import-outside-toplevel
        client = self.clients.get(connection_file)
        if not client:
            client = BlockingKernelClient(connection_file=connection_file)
            client.load_connection_file()
            client.start_channels()
            client.kernel_info(reply=True, timeout=timeout)  # so that both channels are connected
            self.clients[connection_file] = client
        said = []

        def listen(message):
            if message["msg_type"] == "stream":
                said.append(message["content"]["text"])
        client.execute_interactive(code, timeout=timeout, output_hook=listen, allow_stdin=False)
        return "".join(said).strip()

    def forget_kernel(self, connection_file):
        client = self.clients.pop(connection_file, None)
        if client:
            client.stop_channels()


if __name__ == "__main__":
    integration.main(Agent)

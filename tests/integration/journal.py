# SPDX-License-Identifier: LGPL-2.1-or-later
"""The audit log, as journalctl shows it."""

import json
import re

import machine

# The names of the entries, from the header that the service is built with.
IDS = dict(re.findall(r"#define MESSAGE_(\w+)\s+\"(\w+)\"",
                      (machine.FOLDER.parents[1] / "src/shared/message-ids.h").read_text()))


def entries(reader, *matches):
    output = reader.run("journalctl", "--quiet", "--no-pager", "--output=json", "--all", *matches).output
    return [json.loads(line) for line in output.splitlines()]


def cursor(reader):
    """A place in the journal, to look at what came after it."""
    return entries(reader, "--lines=1")[0]["__CURSOR"]


def wait_entry(reader, name, **fields):
    """Waits for the entry with these fields, of the system's manager unless they say of whose (_UID). The
    journal may be a little behind. There must be only one."""
    fields = {"_UID": 0, **fields}
    matches = [f"MESSAGE_ID={IDS[name]}", *(f"{key}={value}" for key, value in fields.items())]
    found = machine.wait_until(lambda: entries(reader, *matches), f"journal entry {matches}")
    assert len(found) == 1, found
    return found[0]


def entries_after(reader, place, **fields):
    """Not by matches: journalctl skips the first match after a cursor whose own entry does not match."""
    return [one for one in entries(reader, f"--after-cursor={place}")
            if all(one.get(key) == value for key, value in fields.items())]


def wait_message(reader, pattern, after):
    """Waits for a line of the service after the cursor."""
    def look():
        return [one["MESSAGE"] for one in entries_after(reader, after, _SYSTEMD_UNIT="compute-sessiond.service")
                if isinstance(one["MESSAGE"], str) and re.search(pattern, one["MESSAGE"])]
    return machine.wait_until(look, f"journal message {pattern}", timeout=10)[0]

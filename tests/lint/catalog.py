# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every MESSAGE_ID has its entry in the journal catalog, and the catalog has no others. The history knows
each."""

import re

from tree import lint

IDS, CATALOG, HISTORY = "src/shared/message-ids.h", "conf/compute-sessions.catalog", "src/ctl/sessions/history.c"
DEFINE = re.compile(r"^#define (MESSAGE_\w+)\s+(.*)$", re.MULTILINE)


def entries(text):
    """The catalog's entries: id and what is below it."""
    parts = re.split(r"^-- (\S+)$", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def check(files):
    ids = {}
    for name, value in DEFINE.findall(files.get(IDS, "")):
        match = re.fullmatch(r'"([0-9a-f]{32})"', value)
        if not match:
            yield f"{IDS}: {name} is not 32 lower-case hexadecimal digits in quotes"
        elif match[1] in ids:
            yield f"{IDS}: {name} and {ids[match[1]]} are the same"
        else:
            ids[match[1]] = name
    if CATALOG not in files:
        yield f"{CATALOG}: is not there"
        return
    seen = set()
    for id, text in entries(files[CATALOG]):
        header, _, body = text.strip("\n").partition("\n\n")
        if id not in ids:
            yield f"{CATALOG}: {id} is not in {IDS}"
        if id in seen:
            yield f"{CATALOG}: two entries for {ids.get(id, id)}"
        if not re.search(r"^Subject: \S", header, re.MULTILINE) or not body.strip():
            yield f"{CATALOG}: the entry of {ids.get(id, id)} has no Subject: or no text"
        seen.add(id)
    for id in ids:
        if id not in seen:
            yield f"{CATALOG}: no entry for {ids[id]} ({id})"
        if HISTORY in files and not re.search(rf"\b{ids[id]}\b", files[HISTORY]):
            yield f"{HISTORY}: does not know {ids[id]}"


def sample(ids, catalog):
    return {IDS: "".join(f"#define MESSAGE_{name} {value}\n" for name, value in ids), CATALOG: catalog}


A, B = "a" * 32, "b" * 32
ENTRY_A = f"-- {A}\nSubject: A\nDefined-By: us\n\nText.\n"

lint(check, [
    ("no entry for MESSAGE_B", sample([("A", f'"{A}"'), ("B", f'"{B}"')], ENTRY_A)),
    (f"{A} is not in", sample([], ENTRY_A)),
    ("are the same", sample([("A", f'"{A}"'), ("B", f'"{A}"')], ENTRY_A)),
    ("not 32 lower-case", sample([("A", f'"{A.upper()}"')], "")),
    ("two entries", sample([("A", f'"{A}"')], ENTRY_A * 2)),
    ("no Subject", sample([("A", f'"{A}"')], f"-- {A}\n\nText.\n")),
    ("no text", sample([("A", f'"{A}"')], f"-- {A}\nSubject: A\n")),
    ("is not there", {IDS: ""}),
    ("does not know MESSAGE_A", {**sample([("A", f'"{A}"')], ENTRY_A), HISTORY: "{ MESSAGE_AB }"}),
    (None, sample([("A", f'"{A}"')], "# comment\n\n" + ENTRY_A)),
])

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may include whom: the programs never each other, the rooms (folders) of a program only those below
them; and how large the largest circle of includes of each program is. Whoever asks something about a
session's phase asks session-state.c. Only the room bus knows the messages of callers."""

import re

from circles import folder_of, includes_of, is_made, largest_circle
from tree import is_c, lint

# A program may include itself and these folders.
PROGRAMS = {
    "shared": (),
    "jupyter": ("shared",),
    "manager": ("shared",),
    "keeper": ("jupyter", "shared"),
    "ctl": ("jupyter", "shared"),
}
# What the rooms of a program may include of it, from the lowest room to the top of the program, whose name
# is "". A room may include only rooms above its own line, so there is no circle of rooms.
ROOMS = {
    "keeper": {
        "store": (),
        "vt": ("store",),
        "screen": ("vt", "store"),
        "jupyter": ("store",),
        "outputs": ("jupyter", "store"),
        "kernel": ("outputs", "jupyter"),
        "terminal": ("screen", "vt", "store"),
        "launch": ("terminal", "outputs", "store"),
        "": ("launch", "terminal", "kernel", "outputs", "jupyter", "screen", "vt", "store"),
    },
    "manager": {
        "model": (),
        "base": (),
        "registry": ("base",),
        "access": ("registry", "base"),
        "keepers": ("access", "registry", "base"),
        "systemd": ("keepers", "access", "registry", "base"),
        "memory": ("access", "registry", "base"),
        "session": ("memory", "systemd", "keepers", "access", "registry", "base"),
        "idleness": ("session", "access", "registry", "base"),
        "bus": ("idleness", "session", "memory", "systemd", "keepers", "access", "registry", "base"),
        "": ("bus", "idleness", "session", "memory", "systemd", "keepers", "access", "registry", "base"),
    },
    "ctl": {
        "text": (),
        "options": (),
        "bus": ("options",),
        "sessions": ("bus", "options", "text"),
        "notebook": ("sessions", "options", "text"),
        "attach": ("sessions", "bus", "options", "text"),
        "verbs": ("attach", "notebook", "sessions", "bus", "options", "text"),
        "": ("verbs", "options", "bus"),
    },
}
# Headers of a program that all of its rooms may include.
PUBLIC = {
    "manager/session/session.h",
    "manager/session/session-event.h",
}
# The rooms with a program's data, which all others may include. A file that they include knows nothing of
# the model.
MODELS = {"manager": "model"}
LEAVES = {
    "manager/access/audit-budget.h",
    "manager/access/caller.h",
    "manager/access/charges.h",
    "manager/base/cgroup.h",
    "manager/base/config.h",
    "manager/base/journal.h",
    "manager/base/types.h",
    "manager/base/watchdog.h",
    "manager/keepers/keeper-socket.h",
}
# The largest circle of includes among files (a .c and its .h count as one). It may only become smaller.
CIRCLES = {"keeper": 9, "manager": 5, "ctl": 2}
# Files of one folder, .c and .h.
FOLDER_MAX = 45

# Comparisons with a phase, and cases of a switch.
PHASE = re.compile(r"([=!]=|[<>]=?|\bcase) PHASE_[A-Z]+\b")
ASKED_OF = "src/manager/model/session-state.c"

# Messages, and answers to them. The room systemd has those that we send to systemd, access holds calls on
# their way.
MESSAGE = re.compile(r"\bsd_bus_(message|reply)\w*")
WITHOUT_MESSAGES = ("src/manager/session/", "src/manager/keepers/", "src/manager/registry/")

# Names that say nothing attract everything.
NAMELESS = re.compile(r"(^|[-_])(util|utils|common|misc|helper|helpers)([-_]|$)")


def check_names(path):
    for part in path.split("/"):
        if NAMELESS.search(part.split(".")[0]):
            yield f"{path}: '{part}' says nothing about what is in it"


def check_program(files, path, number, included):
    """That the file is there, and of a program that may be included."""
    parts = path.split("/")
    allowed = (parts[1], *PROGRAMS.get(parts[1], ())) if parts[0] == "src" else (*PROGRAMS, "tests")
    if "/" not in included or included.startswith("."):
        yield f'{path}:{number}: "{included}" does not say its folder'
    elif included.split("/")[0] not in allowed:
        yield f'{path}:{number}: {"/".join(parts[:2])} may not include "{included}"'
    elif f"src/{included}" not in files and included not in files and not is_made(files, included):
        yield f'{path}:{number}: there is no "{included}"'


def check_room(files, path, number, included):
    """That the room of the file may include that of the header."""
    program, room = folder_of(path)
    other, included_room = folder_of(f"src/{included}")
    if program not in ROOMS or other != program or is_made(files, included) or included in PUBLIC:
        return
    model = MODELS.get(program)
    if included_room == model or room == model and included in LEAVES:
        return
    if included_room != room and included_room not in ROOMS[program].get(room, ()):
        yield f'{path}:{number}: room {program}/{room or "(top)"} may not include "{included}"'


def check_phases(path, text):
    if path.startswith("src/") and path != ASKED_OF:
        for number, line in enumerate(text.split("\n"), 1):
            if PHASE.search(line):
                yield f"{path}:{number}: compares phases; let session-state.c answer what this is about"


def check_messages(path, text):
    if path.startswith(WITHOUT_MESSAGES):
        for number, line in enumerate(text.split("\n"), 1):
            if MESSAGE.search(line):
                yield f"{path}:{number}: a message of D-Bus; take values and a Reply (reply.h)"


def check_folders(files):
    counts = {}
    for path in files:
        if path.startswith("src/") and is_c(path):
            program, room = folder_of(path)
            if program in ROOMS and room not in ROOMS[program]:
                yield f"{path}: no such room: {program}/{room}"
            counts[program, room] = counts.get((program, room), 0) + 1
    for (program, room), count in counts.items():
        if count > FOLDER_MAX:
            yield f"src/{program}/{room}: {count} files, more than {FOLDER_MAX}"


def check_order():
    for program, rooms in ROOMS.items():
        below = set()
        for room, allowed in rooms.items():
            if not below.issuperset(allowed):
                yield f"{program}/{room}: may include a room that is not below it"
            below.add(room)


def check_circles(files):
    for program, most in CIRCLES.items():
        circle = largest_circle(files, program)
        if "meson.build" in files:  # no sample
            print(f"src/{program}: largest circle of includes: {len(circle)}")
        if len(circle) > most:
            yield f"src/{program}: a circle of includes of {len(circle)}, more than {most}: {' '.join(sorted(circle))}"
        elif "meson.build" in files and len(circle) < most:
            yield f"src/{program}: the largest circle of includes is {len(circle)} now: say so in CIRCLES"


def check(files):
    for path, text in files.items():
        if not path.startswith(("src/", "tests/")):
            continue
        yield from check_names(path)
        if not is_c(path):
            continue
        if path.startswith("src/") and path.split("/")[1] not in PROGRAMS:
            yield f"{path}: no such layer: {path.split('/')[1]}"
        yield from check_phases(path, text)
        yield from check_messages(path, text)
        for number, included in includes_of(text):
            if included == "config.h":  # generated
                continue
            yield from check_program(files, path, number, included)
            if path.startswith("src/"):
                yield from check_room(files, path, number, included)
    yield from check_folders(files)
    yield from check_order()
    yield from check_circles(files)


def circle_of(length):
    return {f"src/ctl/text/f{n}.h": f'#include "ctl/text/f{(n + 1) % length}.h"\n' for n in range(length)}


lint(check, [
    ("may not include", {"src/shared/a.c": '#include "manager/b.h"\n', "src/manager/b.h": ""}),
    ("may not include", {"src/keeper/a.c": '#include "manager/b.h"\n', "src/manager/b.h": ""}),
    ("may not include", {"src/manager/a.c": '#include "jupyter/b.h"\n', "src/jupyter/b.h": ""}),
    ("may not include", {"src/ctl/text/a.h": ' # include "keeper/b.h"\n', "src/keeper/b.h": ""}),
    ("may not include", {"src/manager/a.c": '#include "tests/unit/b.h"\n', "tests/unit/b.h": ""}),
    ("does not say its folder", {"src/manager/a.c": '#include "b.h"\n', "src/manager/b.h": ""}),
    ("does not say its folder", {"src/manager/a.c": '#include "../shared/b.h"\n', "src/shared/b.h": ""}),
    ("there is no", {"src/manager/a.c": '#include "shared/b.h"\n'}),
    (None, {"src/manager/a.c": '#include "manager/b.h"\n', "src/manager/meson.build": "output : 'b.h',"}),
    ("no such layer", {"src/other/a.c": ""}),
    ("no such room", {"src/manager/attic/a.c": ""}),
    ("room manager/base may not", {"src/manager/base/a.c": '#include "manager/bus/b.h"\n', "src/manager/bus/b.h": ""}),
    ("room ctl/text may not", {"src/ctl/text/a.h": '#include "ctl/b.h"\n', "src/ctl/b.h": ""}),
    (None, {"src/manager/base/a.c": '#include "manager/session/session.h"\n', "src/manager/session/session.h": ""}),
    (None, {"src/manager/base/a.c": '#include "manager/model/manager.h"\n', "src/manager/model/manager.h": ""}),
    (None, {"src/manager/model/a.h": '#include "manager/base/types.h"\n', "src/manager/base/types.h": ""}),
    ("room manager/model may not", {"src/manager/model/a.h": '#include "manager/base/b.h"\n', "src/manager/base/b.h": ""}),
    ("46 files", {f"src/ctl/text/f{n}.c": "" for n in range(46)}),
    ("a circle of includes of 3", circle_of(3)),
    (None, circle_of(2)),
    ("compares phases", {"src/manager/bus/a.c": "        if (s->phase != PHASE_RUNNING)\n"}),
    ("compares phases", {"src/manager/bus/a.c": "        case PHASE_RUNNING:\n"}),
    (None, {"src/manager/bus/a.c": "        case KEEPER_PHASE_GATE:\n", ASKED_OF: "        return phase == PHASE_ENDED;\n"}),
    ("a message of D-Bus", {"src/manager/session/a.c": "int f(sd_bus_message *m);\n"}),
    ("a message of D-Bus", {"src/manager/keepers/a.c": "        sd_bus_reply_method_return(m, NULL);\n"}),
    (None, {"src/manager/session/a.c": "int f(sd_bus_error *e);\n", "src/manager/bus/a.c": "int f(sd_bus_message *m);\n"}),
    ("says nothing", {"src/shared/string-util.c": ""}),
    ("says nothing", {"tests/common/a.py": ""}),
    (None, {"src/manager/a.c": '#include "config.h"\n#include <stdio.h>\n#include "shared/b.h"\n', "src/shared/b.h": "",
            "tests/unit/a.c": '#include "manager/c.h"\n#include "tests/unit/d.h"\n', "src/manager/c.h": "",
            "tests/unit/d.h": "", "src/shared/commonly.c": ""}),
])

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The interface files say of each member what it takes and returns, which errors it can give, and in which
units. The errors are those that the code can give, as far as its calls tell: what a method's handler sets by
functions that it calls must be documented, and what is documented must be set by something that the handler
leads to."""

import re

from documented import FILE, errors_of_methods, members
from source import C_PART
from tree import lint

NAMES = "src/shared/names.h"
DEFINE = re.compile(r'^#define (ERROR_\w+)\s+"org\.computesession1\.Error\.(\w+)"', re.MULTILINE)
FUNCTION = re.compile(r"^(static )?[\w ]+[ *]+(\w+)\([^;{}]*\) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
METHOD = re.compile(r'SD_BUS_METHOD_WITH_ARGS\(\s*"(\w+)",(.*?)SD_BUS_VTABLE_UNPRIVILEGED\)', re.DOTALL)
SET = re.compile(r"\b(?:sd_bus_error_setf?|reply_error)\(\s*[^,]*,\s*((?:SD_BUS_)?ERROR_\w+)")
ERROR = re.compile(r"\b(?:SD_BUS_)?ERROR_[A-Z_]+\b")
# Of org.freedesktop.DBus.Error; what any method can give is documented once.
STANDARD = {"SD_BUS_ERROR_IO_ERROR": "org.freedesktop.DBus.Error.IOError",
            "SD_BUS_ERROR_ACCESS_DENIED": "org.freedesktop.DBus.Error.AccessDenied"}

# A call ends here: what follows is an event's, for whoever waits for it. Of these the lint sees no more than
# that callers may be told what a session failed by, or what its keeper says.
EVENTS = {"session_event", "session_fail"}
LATER = re.compile(r"\b(?:session_fail|session_set_error|waiters_fail)\(\s*[^,]*,\s*(?:[^,]*\? ?[^,]*: ?)?(ERROR_\w+)")
KEEPER = {"keeper_request_send": "src/manager/keepers/keeper-message.c"}
# What the three methods that start something share is for one of them alone; and requests of a session that
# was not started do not exist.
NOT_SO = {("StartTerminal", "AlreadyInSession"), ("StartNotebook", "AlreadyInSession"),
          ("StartTerminal", "KeeperNotAvailable"), ("StartNotebook", "KeeperNotAvailable"),
          ("RegisterSession", "KeeperNotAvailable")}

UNIT = re.compile(r"\b(bytes|µs|ns|numbers?|uid|status|rows|tasks|weights)\b|1/100 %")
COMMON = {"id", "session", "options"}  # explained once, or by a list


class Code:
    """Functions of the manager, by file if they are static, and what calls what."""

    def __init__(self, files):
        self.bodies, self.methods, self.later, self.keeper = {}, {}, set(), {}
        sources = {path: C_PART.sub(lambda part: '""' if part[0][0] == '"' else " ", text)
                   for path, text in files.items() if path.startswith("src/manager/") and path.endswith(".c")}
        for path, text in sources.items():
            for static, name, body in FUNCTION.findall(text):
                self.bodies[path if static else "", name] = path, body
            self.later.update(LATER.findall(text))
            self.keeper[path] = set(ERROR.findall(text))
        for path in sources:
            for name, rest in METHOD.findall(files[path]):
                self.methods[name] = [found for word in re.findall(r"\w+", rest) if (found := self.find(path, word))]

    def find(self, path, name):
        return next(((where, name) for where in (path, "") if (where, name) in self.bodies), None)

    def walk(self, method, direct):
        """The errors that a handler sets by what it calls; or, not direct, by what it names at all: handlers
        of answers, of timers and of replies too."""
        found, seen, todo = set(), set(), list(self.methods[method])
        while todo:
            function = todo.pop()
            if function in seen:
                continue
            seen.add(function)
            name = function[1]
            if name in KEEPER and not direct:
                found |= self.keeper.get(KEEPER[name], set())
            if name in EVENTS:
                found |= set() if direct else self.later | self.keeper.get(KEEPER["keeper_request_send"], set())
                continue
            path, body = self.bodies[function]
            found.update((SET if direct else ERROR).findall(body))
            for word in re.findall(r"\b(\w+)\s*\(" if direct else r"\b(\w+)\b", body):
                if next_ := self.find(path, word):
                    todo.append(next_)
        return found


def check_words(path, member, comment):
    """What is said of arguments and units."""
    name = member.get("name")
    if not comment:
        yield f"{path}: nothing is said of {name}"
    for arg in member.iter("arg"):
        known = arg.get("name") in COMMON or member.tag == "method" and arg.get("direction") == "out"
        if not known and not re.search(rf"\b{arg.get('name')}\b", comment):
            yield f"{path}: {name}: nothing is said of {arg.get('name')}"
    if member.tag == "property" and member.get("type") in "ntuix" and not UNIT.search(comment):
        yield f"{path}: {name}: in which unit?"


def check_errors(path, name, given, code, errors):
    if not given:
        yield f"{path}: {name}: which errors can it give? (Errors: none.)"
        return
    must, may = ({errors[error] for error in code.walk(name, direct) if error in errors} for direct in (True, False))
    for error in sorted(must - given):
        if (name, error) not in NOT_SO:
            yield f"{path}: {name} can give {error}, and does not say so"
    for error in sorted(given - may - {"none"}):
        yield f"{path}: {name}: {error} is given by nothing that it leads to"


def check(files):
    errors = dict(DEFINE.findall(files.get(NAMES, "")))
    code, documented = Code(files), errors_of_methods(files)
    for path, text in files.items():
        for member, comment in members(text) if FILE.fullmatch(path) else ():
            yield from check_words(path, member, comment)
            name = member.get("name")
            if member.tag == "method" and name not in code.methods:
                yield f"{path}: {name} has no handler that this lint recognises"
            elif member.tag == "method":
                yield from check_errors(path, name, documented[name], code, errors | STANDARD)
    for error in sorted(set(errors.values()) - set().union(*documented.values())):
        yield f"{NAMES}: {error} is documented of no method"


MANAGER = "dbus/org.computesession1.Manager.xml"
CODE = """
static int helper(sd_bus_error *error) {
        return sd_bus_error_set(error, ERROR_LOW_TIDE, "Wait.");
}

static int on_answer(int r) {
        return reply_error(r, ERROR_HIGH_TIDE, "Wait.");
}

static int method_sail(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        if (helper(error) < 0)
                return -EINVAL;
        return ask(on_answer);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_METHOD_WITH_ARGS("Sail", SD_BUS_ARGS("s", where), SD_BUS_NO_RESULT, method_sail,
                SD_BUS_VTABLE_UNPRIVILEGED),
};
"""
SAIL = '<method name="Sail"><arg type="s" name="where" direction="in"/></method>'


def sample(comment, member=SAIL, code=CODE, more=""):
    return {MANAGER: f'<node><interface name="m">{comment and f"<!-- {comment} -->"}{member}</interface></node>',
            "src/manager/bus/a.c": code,
            NAMES: "".join(f'#define ERROR_{name} "org.computesession1.Error.{value}"\n'
                           for name, value in (("LOW_TIDE", "LowTide"), ("HIGH_TIDE", "HighTide"))) + more}


GOOD = "Sails to where. Errors: LowTide (or LoweredTide, see there); HighTide."
PROPERTY = '<property name="Depth" type="t" access="read"/>'

lint(check, [
    ("nothing is said of Sail", sample("")),
    ("nothing is said of where", sample("Sails. Errors: LowTide; HighTide.")),
    ("which errors", sample("Sails to where.")),
    ("can give LowTide, and does not", sample("Sails to where. Errors: HighTide.")),
    ("NoTide is given by nothing", sample(GOOD[:-1] + "; NoTide.")),
    ("Stopped is given by nothing", sample(GOOD[:-1] + "; Stopped.")),
    ("HighTide is documented of no method", sample("Sails to where. Errors: LowTide.")),
    ("no handler", sample(GOOD, code="")),
    ("IOError is given by nothing", sample(GOOD + " org.freedesktop.DBus.Error.IOError.")),
    ("Depth: in which unit", sample(GOOD, SAIL + "<!-- How deep it is. -->" + PROPERTY)),
    ("nothing is said of Depth", sample(GOOD, SAIL + PROPERTY)),
    (None, sample(GOOD, SAIL + "<!-- How deep it is, in bytes. -->" + PROPERTY)),
])

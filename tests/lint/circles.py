# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which file of a program includes which, and the circles in that. A .c and the .h of its name count as one
file."""

import re

from tree import is_c

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]*)"')


def includes_of(text):
    """Yields (line, name) of each file that is included by its name in quotes."""
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1]


def folder_of(path):
    """("manager", "base") of src/manager/base/a.c; the room at the top of a program is ""."""
    parts = path.split("/")[1:-1]
    return (parts[0] if parts else ""), "/".join(parts[1:])


def is_made(files, included):
    """Is it the output of a custom_target() of its folder?"""
    folder, name = included.rsplit("/", 1)
    return f"output : '{name}'" in files.get(f"src/{folder}/meson.build", "")


def arrows(files, program):
    """{file: the files of the same program that it includes}, all without .c and .h."""
    found = {}
    for path, text in files.items():
        if path.startswith(f"src/{program}/") and is_c(path):
            name = path.removeprefix("src/").rsplit(".", 1)[0]
            names = {included.rsplit(".", 1)[0] for _, included in includes_of(text) if included.startswith(f"{program}/")}
            found.setdefault(name, set()).update(names - {name})
    return found


def reached(graph, start):
    """All that can be reached from start, itself only if a circle leads back."""
    seen, waiting = set(), [start]
    while waiting:
        for name in graph.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def largest_circle(files, program):
    """The largest set of files each of which includes, by way of others, all of the set. Empty if there is
    none."""
    graph = arrows(files, program)
    reach = {name: reached(graph, name) for name in graph}
    circles = ({other for other in reach[name] if name in reach.get(other, ())} for name in graph)
    return max(circles, key=len, default=set())

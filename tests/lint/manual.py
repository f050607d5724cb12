# SPDX-License-Identifier: LGPL-2.1-or-later
"""computectl(1) and the completions know every verb and every option of computectl, and no others."""

import re

from tree import lint

VERBS, OPTIONS, PAGE = "src/ctl/verbs/verbs.c", "src/ctl/options/arguments.c", "man/computectl.1"
BASH, ZSH = "src/ctl/completion/computectl", "src/ctl/completion/_computectl"
VERB_ROW = re.compile(r'^\s+\{ "([\w-]+)", \d', re.MULTILINE)
OPTION_ROW = re.compile(r'^\s+\{ "([\w-]+)", \w+_argument', re.MULTILINE)
SHORT = re.compile(r'getopt_long\(argc, argv, "-:([\w:]+)"')


def described(page):
    """The verbs and the options that the page has an entry of its own for."""
    names = set()
    for line in re.findall(r"^\.It (.*)", page, re.MULTILINE):
        names |= set(re.findall(r"^Ic ([\w-]+)", line))
        names |= {"--" + name for name in re.findall(r"Fl \\-([\w-]+)", line)}
        names |= {"-" + name for name in re.findall(r"Fl (\w)\b", line)}
    return names


def check(files):
    verbs = set(VERB_ROW.findall(files.get(VERBS, "")))
    source = files.get(OPTIONS, "")
    options = {"--" + name for name in OPTION_ROW.findall(source)}
    if match := SHORT.search(source):
        options |= {"-" + name for name in match[1] if name != ":"}
    if not verbs or not options:
        yield f"{VERBS}, {OPTIONS}: have no verbs or options, or this lint does not recognise them"
    known = described(files.get(PAGE, ""))
    for name in sorted((verbs | options) - known):
        yield f"{PAGE}: does not describe {name}"
    for name in sorted(known - verbs - options):
        yield f"{PAGE}: describes {name}, which is not there"
    for path in BASH, ZSH:
        for name in sorted(verbs | options):
            if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", files.get(path, "")):
                yield f"{path}: does not complete {name}"


GOOD = {
    VERBS: '        { "list", 0, 0, VERB_DEFAULT, verb_list, "", "Show" },\n',
    OPTIONS: '        { "help", no_argument, NULL, \'h\' },\n getopt_long(argc, argv, "-:h", options, NULL)',
    PAGE: ".It Ic list\n.It Fl h , Fl \\-help\n",
    BASH: "list --help -h",
    ZSH: "'list:Show' '(-h --help)'{-h,--help}",
}

lint(check, [
    ("does not describe list", GOOD | {PAGE: ".It Fl h , Fl \\-help\n"}),
    ("does not describe --help", GOOD | {PAGE: ".It Ic list\n.It Fl h\n"}),
    ("does not describe -h", GOOD | {PAGE: ".It Ic list\n.It Fl \\-help\n"}),
    ("describes --old", GOOD | {PAGE: GOOD[PAGE] + ".It Fl \\-old\n"}),
    ("does not complete list", GOOD | {BASH: "listen --help -h"}),
    ("does not complete --help", GOOD | {ZSH: "list -h --helpful"}),
    ("have no verbs", GOOD | {VERBS: ""}),
    (None, GOOD),
])

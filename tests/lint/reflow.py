#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Breaks the lines of comments that are too long, as clang-format leaves comments as they are.

Usage: tests/lint/reflow.py FILE…

Fills a paragraph again from its first line that is too long, and moves a comment that goes on too far behind
code to a line of its own above it. What is indented in a comment (lists, diagrams) is left alone;
lint-comments names what is left then. Format C files afterwards."""

import re
import sys
import textwrap

from source import COLUMNS, DIRECTIVE, comments, language

MARKS = re.compile(r"^/\*+ ?|^ ?\* ?(?!/)|\s*\*/$")
WORD = re.compile(r"[a-z]+(?=[\s,.:;?!)]|$)")


def wrap(text, width):
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def is_prose(text):
    return bool(text) and not text[0].isspace() and not re.match(r"[-*] |\d+\. |\"\"\"$", text)


def reflow_lines(texts, width):
    """Fills the paragraphs of these lines again, each from its first line that is too long."""
    done, at = [], 0
    while at < len(texts):
        end = at
        while end < len(texts) and is_prose(texts[end]):
            end += 1
        long = next((i for i in range(at, end) if len(texts[i]) > width), None)
        if long is None:
            end = max(end, at + 1)
            done += texts[at:end]
        else:
            done += texts[at:long] + wrap(" ".join(texts[long:end]), width)
        at = end
    return done


def block(text, indent):
    """The lines of a C comment that has its lines to itself."""
    texts = [MARKS.sub("", line.strip() if i == 0 else line[len(indent):].rstrip())
             for i, line in enumerate(re.sub(r"\s*\*/$", "", text).split("\n"))]
    # An end in a line of its own stays there; otherwise it is one more word of the last line, not to be
    # parted from it.
    alone = bool(re.search(r"^\s*\*/$", text, re.MULTILINE))
    if not alone:
        texts[-1] += "\0*/"
    texts = reflow_lines(texts, COLUMNS - len(indent) - len(" * "))
    lines = [(indent + (" * " if i else "/* ") + line).replace("\0", " ").rstrip() for i, line in enumerate(texts)]
    return lines + [indent + " */"] if alone else lines


def sentence(text):
    """What was a remark behind code, as a sentence of its own."""
    if WORD.match(text):
        text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!:;" else text + "."


def statement(lines, at):
    """Where the statement of this line begins, as far as it matters: clang-format breaks declarations and
    macros before a long comment."""
    while at > 0 and (lines[at - 1].endswith("\\") or
                      re.search(r"\w$", lines[at - 1]) and not re.search(r"\b(else|do)$|^\s*#", lines[at - 1])):
        at -= 1
    return at


def reflow_c(path, text):
    """One comment after the other, the last one first, so that line numbers stay right."""
    lines = text.split("\n")
    for number, comment in sorted(comments(path, text), reverse=True):
        first, last = number - 1, number - 1 + comment.count("\n")
        if all(len(line) <= COLUMNS for line in lines[first:last + 1]) or lines[last].split("*/")[-1].strip():
            continue
        before = lines[first][:lines[first].rindex(comment.split("\n")[0])]
        if not before.strip():
            lines[first:last + 1] = block(comment, before)
            continue
        words = " ".join(MARKS.sub("", MARKS.sub("", line.strip())).strip() for line in comment.split("\n"))
        lines[first:last + 1] = [before.rstrip()]
        at = statement(lines, first)
        indent = re.match(r"\s*", lines[at])[0]
        lines[at:at] = block(f"/* {sentence(words)} */", indent)
    return "\n".join(lines)


def reflow_hashes(path, text):
    """Comments of Python and shell."""
    lines = text.split("\n")
    found = [(number, comment) for number, comment in comments(path, text) if comment.startswith("#")]
    numbers = {number for number, comment in found if lines[number - 1].strip() == comment.strip()}
    for number, comment in sorted(found, reverse=True):
        if len(lines[number - 1]) <= COLUMNS or DIRECTIVE.match(comment):
            continue
        before = lines[number - 1][:-len(comment)] if lines[number - 1].endswith(comment) else None
        if before is None or (before.strip() and number > 1 and lines[number - 2].endswith("\\")):
            continue
        indent = re.match(r"\s*", before)[0]
        if before.strip():
            text = wrap(sentence(comment[1:].strip()), COLUMNS - len(indent) - len("# "))
            lines[number - 1:number] = [f"{indent}# {line}" for line in text] + [before.rstrip()]
        elif is_prose(comment[2:]):
            end = number
            while end + 1 in numbers and is_prose(lines[end].strip()[2:]) and lines[end].startswith(indent + "# ") and \
                    not DIRECTIVE.match(lines[end].strip()):
                end += 1
            words = " ".join(line.strip()[2:] for line in lines[number - 1:end])
            lines[number - 1:end] = [f"{indent}# {line}" for line in wrap(words, COLUMNS - len(indent) - len("# "))]
    return "\n".join(lines)


def reflow_docstrings(path, text):
    for number, comment in sorted(comments(path, text), reverse=True):
        lines = text.split("\n")
        first, last = number - 1, number - 1 + comment.count("\n")
        if comment.startswith("#") or all(len(line) <= COLUMNS for line in lines[first:last + 1]):
            continue
        indent = re.match(r"\s*", lines[first])[0]
        texts = lines[first:last + 1]
        texts = [line[len(indent):] if line.startswith(indent) else line for line in texts]
        lines[first:last + 1] = [(indent + line).rstrip() for line in reflow_lines(texts, COLUMNS - len(indent))]
        text = "\n".join(lines)
    return text


def reflow(path, text):
    kind = language(path, text)
    if kind == "c":
        return reflow_c(path, text)
    if kind == "python":
        return reflow_hashes(path, reflow_docstrings(path, text))
    return reflow_hashes(path, text) if kind == "shell" else text


for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as f:
        old = f.read()
    new = reflow(name, old)
    if new != old:
        with open(name, "w", encoding="utf-8") as f:
            f.write(new)

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What in a source file is code, and what is a comment."""

import ast
import io
import re
import tokenize

from tree import is_c

COLUMNS = 109
# A comment for a program, which has to be in one line.
DIRECTIVE = re.compile(r"#!|# (pylint|shellcheck|SPDX-License-Identifier)\b")
C_PART = re.compile(r"""(?P<comment>/\*.*?\*/|//[^\n]*)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL)
# Of a word that begins with it; "$#" and "${a#b}" do not.
SHELL_COMMENT = re.compile(r"""^(?P<code>(?:[^'"#\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|(?<=\S)#)*?)(?<!\S)(?P<comment>\#.*)$""")
HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")


def language(path, text):
    """"c", "python", "shell" or None."""
    if is_c(path):
        return "c"
    first = text.split("\n", 1)[0]
    if path.endswith(".py") or re.match(r"#!.*\bpython", first):
        return "python"
    if path.endswith(".sh") or re.match(r"#!.*\bba?sh\b|# shellcheck shell=", first):
        return "shell"
    return None


def comments(path, text):
    """Yields (number of the first line, text with its marks) of each comment, and of docstrings."""
    find = {"c": c_comments, "python": python_comments, "shell": shell_comments}.get(language(path, text))
    yield from find(text) if find else ()


def c_comments(text):
    for match in C_PART.finditer(text):
        if match["comment"]:
            yield text.count("\n", 0, match.start()) + 1, match["comment"]


def python_comments(text):
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and \
                ast.get_docstring(node, clean=False) is not None:
            yield node.body[0].lineno, ast.get_docstring(node, clean=False)


def shell_comments(text):
    end = None
    for number, line in enumerate(text.split("\n"), 1):
        if end is not None:
            if line.strip() == end:
                end = None
            continue
        if match := SHELL_COMMENT.match(line):
            yield number, match["comment"]
        if match := HEREDOC.search(match["code"] if match else line):
            end = match[2]


def code(text):
    """C without what is in comments and strings."""
    return C_PART.sub(lambda match: "\n" * match[0].count("\n"), text)

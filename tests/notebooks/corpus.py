# SPDX-License-Identifier: LGPL-2.1-or-later
"""Notebooks whose outputs are compared: each is a name with the code of its cells. A cell is here for what
it makes a front-end do, so no two do the same."""

import itertools

import corpus_streams
import corpus_widgets

IMPORTS = ("import sys, time\n"
           "from IPython.display import HTML, JSON, Image, Markdown, SVG, Latex, clear_output, display, update_display\n")

# What can be done to an output area: one word each. Their orders are all tried.
STEPS = {
    "print": "print('printed {n}')",
    "stderr": "print('to stderr {n}', file=sys.stderr)",
    "display": "display('displayed {n}')",
    "show": "handle = display('shown {n}', display_id='one-{cell}')",
    "update": "update_display('updated {n}', display_id='one-{cell}')",
    "clear": "clear_output()",
    "wait": "clear_output(wait=True)",
}

# A red dot of one pixel.
PNG = ("import base64, struct, zlib\n"
       "def chunk(kind, data):\n"
       "    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))\n"
       "def png(width, height, colour=(255, 0, 0)):\n"
       "    rows = b''.join(b'\\0' + bytes(colour) * width for _ in range(height))\n"
       "    return (b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0))\n"
       "            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))\n")


def in_order(steps, cell):
    """One cell that takes the steps, and flushes after each: what is printed is a message of its own."""
    lines = []
    for n, step in enumerate(steps):
        lines.append(STEPS[step].format(n=n, cell=cell))
        if step in ("print", "stderr"):
            lines.append(f"sys.{'stdout' if step == 'print' else 'stderr'}.flush()")
    return "\n".join(lines)


def orders(*steps):
    """All orders of the steps, a cell each."""
    return [IMPORTS] + [in_order(order, cell) for cell, order in enumerate(itertools.permutations(steps))]


def pairs(first, then):
    """Every first step with every one that follows it, between two printed lines."""
    return [IMPORTS] + [in_order(("print", one, other, "print"), cell)
                        for cell, (one, other) in enumerate(itertools.product(first, then))]


UPDATES = {
    "orders-update-clear": orders("show", "update", "clear", "print"),
    "orders-update-wait": orders("show", "update", "wait", "display"),
    "pairs": pairs(("show", "clear", "wait", "stderr", "display"), ("update", "clear", "wait", "print")),
    "updates-across-cells": [
        IMPORTS + "a = display('a0', display_id=True); b = display('b0', display_id='b')",
        "a.update('a1')",
        "a.display('a2'); print('two of them')",
        "a.update('a3'); b.update('b1'); print('all changed')",
        "display('b2', display_id='b')",
        "update_display('nobody has it', display_id='unknown')",
        "display('late', display_id='unknown')",
        "clear_output(); a.update('a4')",
        "a.display('a5'); clear_output(wait=True); a.update('a6')",
        "print('that was it'); a.update(HTML('<b>a7</b>'), metadata={'isolated': True})",
        "display({'text/plain': 'raw'}, raw=True, display_id='b', metadata={'text/plain': {'k': 1}})",
        "update_display({'text/plain': 'raw 2', 'text/html': '<i>2</i>'}, raw=True, display_id='b')",
        "display('one', display_id='same'); display('two', display_id='same')",
        "update_display('both', display_id='same')",
        "for i in range(50): update_display(f'{i} of 50', display_id='same')",
    ],
    "progress-by-display": [
        IMPORTS + "from IPython.display import ProgressBar",
        "bar = display(0, display_id=True)\nfor i in range(30): bar.update(i)",
        "for i in range(5):\n    clear_output(wait=True); print('step', i, flush=True)",
        "for i in range(5):\n    clear_output(); print('step', i, flush=True); display(i)",
        "clear_output(wait=True)",
        "print('cleared by what follows'); clear_output(wait=True); 6 * 7",
        "print('cleared by an error'); sys.stdout.flush(); clear_output(wait=True); 1 / 0",
        "print('cleared by a display'); sys.stdout.flush(); clear_output(wait=True); display('it')",
        "print('x'); clear_output(); print('y'); clear_output(); print('z')",
        "for i in ProgressBar(4): time.sleep(0.01)",
    ],
}

ERRORS = {
    "errors": [
        "1 / 0",
        "undefined",
        "raise ValueError('a\\nb\\nc')",
        "raise RuntimeError('\\x1b[31mred\\x1b[m & <b>bold</b>')",
        "def f(n):\n    return f(n - 1) if n else 1 / 0\nf(20)",
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('second') from e",
        "assert False, 'said why'",
        "print('before'); import sys; print('to stderr', file=sys.stderr); [][1]",
        "import no_such_module",
        "'still alive'",
    ],
    "errors-of-other-kinds": [
        "1 +",
        "  indented",
        "%no_such_magic",
        "!exit 3",
        "raise KeyboardInterrupt",
        "raise SystemExit('not today')",
        "import warnings; warnings.warn('careful')",
        "class Odd(Exception):\n    def __str__(self): raise TypeError('no string')\nraise Odd",
        "raise Exception('\U0001f600 and \u00e4\u00f6\u00fc and \u6f22\u5b57')",
        "%%bash\nexit 4",
        "import asyncio\nawait asyncio.sleep(0); 1 / 0",
        "exec('x = ]')",
    ],
    "input": [
        "input('name? ')",
        "import getpass; getpass.getpass('secret? ')",
        "print('asks'); input()",
        "try:\n    input('again? ')\nexcept Exception as e:\n    print(type(e).__name__)",
        "for line in __import__('sys').stdin: print(line)",
        "import builtins; builtins.input = lambda prompt='': 'made up'; input('name? ')",
    ],
}

IMAGES = {
    "images": [
        IMPORTS + PNG,
        "Image(png(1, 1))",
        "display(Image(png(3, 2, (0, 255, 0)))); print('between'); display(Image(png(2, 3, (0, 0, 255))))",
        "Image(png(4, 4), width=100, height=50)",
        "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><circle r=\"4\"/></svg>')",
        "display({'image/jpeg': base64.b64encode(b'\\xff\\xd8\\xff' * 100).decode(), 'text/plain': 'a jpeg'}, raw=True)",
        "h = display(Image(png(1, 1)), display_id=True); h.update(Image(png(2, 2)))",
        "Image(png(300, 300), embed=True, retina=True)",
        "display(Image(png(1, 1)), metadata={'image/png': {'needs': 'nothing'}})",
    ],
    "rich-outputs": [
        IMPORTS,
        "HTML('<table><tr><td>1</td></tr></table>')",
        "Markdown('# Title\\n\\n* one\\n* two')",
        "Latex(r'$\\alpha^2$')",
        "JSON({'a': [1, 2.5, None, True, 'x'], 'big': 12345678901234567890, 'small': 1e-7})",
        "display({'application/vnd.plotly.v1+json': {'data': [{'y': [1, 2]}], 'layout': {}}}, raw=True)",
        "display({'application/json': [1, 2, 3]}, raw=True)",
        "display({'text/plain': '', 'text/html': '\\n'}, raw=True)",
        "display({}, raw=True)",
        "class Rich:\n    def _repr_mimebundle_(self, **k):\n"
        "        return {'text/plain': 'rich', 'text/html': '<b>r</b>'}, {'text/html': {'isolated': True}}\nRich()",
        "display('a', 'b', {'c': 1}, [1] * 50)",
        "None",
        "'a string with \\'quotes\\', \\\\ and \\n'",
        "_ = 5; _",
        "3.0; 4",
        "'quiet';",
        "float('nan'), float('inf')",
        "display({'application/json': {'x': 0.1 + 0.2, 'y': 1.0, 'z': -0.0, 'e': 1e300}}, raw=True)",
    ],
}

INPUTS = {
    "inputs": [
        "# only a comment",
        "x = 1",
        "\n\nx + 1\n\n",
        "%pwd\n7",
        "'unicode: \u00e4 \u6f22 \U0001f600'",
        "if True:\n\tprint('tab')",
        "x = '''\nseveral\nlines\n'''\nx",
        "%%capture out\nprint('captured')",
        "out.show()",
        "?print",
        "%lsmagic;",
        "%%html\n<b>bold</b>",
        "%%javascript\nelement.text('x')",
        "%%latex\n$x$",
        "%%writefile /tmp/compute-notebook-test\nhello",
        "!cat /tmp/compute-notebook-test; rm /tmp/compute-notebook-test",
        "%alias_magic t timeit",
        "In[2], len(Out) > 0",
        "print(*range(2000), sep='\\n')",
        "print('x' * 100000)",
    ],
}


# Packages that some notebooks need, and their least major version.
NEEDS = {**corpus_streams.NEEDS, **corpus_widgets.NEEDS}

NOTEBOOKS = {**UPDATES, **ERRORS, **IMAGES, **INPUTS, **corpus_streams.NOTEBOOKS, **corpus_widgets.NOTEBOOKS}

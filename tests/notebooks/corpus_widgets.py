# SPDX-License-Identifier: LGPL-2.1-or-later
"""Notebooks with widgets: what a front-end keeps of their state, and Output widgets, which catch what is put
out."""

import itertools

IMPORTS = ("import sys, time; import ipywidgets as widgets\n"
           "from IPython.display import HTML, Image, clear_output, display, update_display")

# What can be done while an Output widget catches it, or while it does not.
STEPS = {
    "in": "with out: print('caught {n}')",
    "out": "print('not caught {n}'); sys.stdout.flush()",
    "show": "display(out)",
    "clear": "out.clear_output()",
    "wait": "out.clear_output(wait=True)",
    "clear cell": "clear_output()",
    "display": "with out: display('shown {n}')",
}


def orders(*steps):
    return [IMPORTS] + ["\n".join(["out = widgets.Output()"] + [STEPS[step].format(n=n) for n, step in enumerate(order)])
                        for order in itertools.permutations(steps)]


OUTPUT_WIDGETS = {
    "output-widget-orders": orders("in", "out", "show"),
    "output-widget-clears": orders("in", "clear", "display"),
    "output-widget-waits": orders("in", "wait", "display"),
    "output-widget-and-cell": orders("in", "out", "clear cell"),
    "output-widgets": [
        IMPORTS + "\nout = widgets.Output(); other = widgets.Output()",
        "print('own'); display(out)",
        "with out: print('one'); print('two', file=sys.stderr)",
        "with out: print('three'); display(HTML('<b>four</b>')); print('five')",
        "print('before')\nwith out: print('in')\nprint('after')",
        "with out:\n    print('outer')\n    with other: print('inner')\n    print('outer again')\nprint('neither')",
        "with out: 1 / 0",
        "print('still here')",
        "with out: handle = display('shown', display_id=True)",
        "handle.update('updated')",
        "with out: clear_output(); print('cleared inside')",
        "with out: clear_output(wait=True)",
        "with out: print('clears at last')",
        "@out.capture()\ndef f(): print('captured by a decorator')\nf(); print('not captured')",
        "@out.capture(clear_output=True, wait=True)\ndef g(n): print('call', n)\nfor i in range(4): g(i)",
        "out.append_stdout('appended\\n')",
        "out.append_stderr('appended to stderr\\n')",
        "out.append_display_data(HTML('<i>appended</i>'))",
        "with out: print('after what was appended')",
        "out",
    ],
    "output-widgets-own-output": [
        IMPORTS,
        "out = widgets.Output(); print('mine'); display(out)\nwith out: print('its'); clear_output(wait=True); print('its 2')",
        "print('a', flush=True)\nwith out:\n    clear_output(wait=True)\n    print('b')\nprint('c')",
        "for i in range(3):\n    with out: clear_output(wait=True); print(i)\n    print('outside', i)",
        "print('kept'); sys.stdout.flush(); out.clear_output(); print('kept, too')",
        "clear_output(wait=True)\nwith out: print('goes elsewhere')\n",
        "print('x', flush=True); clear_output(wait=True)\nwith out: print('in between')\nprint('y')",
        "h = display('shown by the cell', display_id=True)\nwith out: h.update('updated within'); h.display('a copy within')",
        "h.update('updated afterwards')",
        "outs = [widgets.Output() for _ in range(3)]\nfor i, o in enumerate(outs):\n    with o: print('number', i)\ndisplay(*outs)",
    ],
}

STATE = {
    "widget-state": [
        IMPORTS,
        "slider = widgets.IntSlider(3); slider",
        "slider.value = 7",
        "for i in range(10): slider.value = i",
        "text = widgets.Text('ä漢', description='Name'); display(text)",
        "box = widgets.HBox([slider, text]); box",
        "box.children = [text]",
        "button = widgets.Button(description='Press'); display(button)",
        "seen = []; slider.observe(lambda change: print(change['old'], change['new']), 'value'); slider.value = 50",
        "widgets.jslink((slider, 'value'), (widgets.IntProgress(), 'value'));",
        "text.close(); print('closed')",
        "widgets.HTML('<b>bold</b>')",
        "widgets.Dropdown(options=['a', 'b'], value='b')",
    ],
    "widget-buffers": [
        IMPORTS,
        "image = widgets.Image(value=b'\\x89PNG' + bytes(range(256))); image",
        "image.value = bytes(1000)",
        "image.width = '50'",
        "image.format = 'jpeg'; image.value = b'\\xff\\xd8'",
        "pictures = [widgets.Image(value=bytes([i]) * i) for i in range(1, 4)]; pictures[0]",
        "print(len(pictures))",
    ],
    "interact": [
        IMPORTS,
        "widgets.interact(lambda x: print('x is', x), x=4);",
        "widgets.interact(lambda x, y: x + y, x=4, y=(0, 9));",
        "w = widgets.interactive(lambda x: display(x), x=2); display(w)",
        "w.children[0].value = 5",
        "@widgets.interact(t='text')\ndef f(t): return t.upper()",
        "controls = widgets.interactive(lambda a: 1 / a, a=0); display(controls)",
    ],
    "widget-progress": [
        IMPORTS,
        "bar = widgets.IntProgress(max=20); display(bar)\nfor i in range(20): bar.value = i",
        "bar.bar_style = 'success'; bar.description = 'done'",
        "bar.value = 3\nprint('back')",
        "label = widgets.Label('0'); display(label)\nfor i in range(30): label.value = str(i)",
        "bar.close(); label.close()",
    ],
    "tqdm-notebook": [
        "from tqdm.notebook import tqdm, trange; import time",
        "for i in tqdm(range(5)): pass",
        "for i in trange(3, desc='named'): print('in the loop', i)",
        "for i in trange(2):\n    for j in tqdm(range(3), leave=False): pass",
        "bar = tqdm(total=10); bar.update(3); bar.set_description('now'); bar.update(7); bar.close()",
        "for i in tqdm(range(3)):\n    if i == 2: raise ValueError('in the loop')",
        "from tqdm.auto import tqdm as auto\nfor i in auto(range(2)): pass",
    ],
}

NOTEBOOKS = {**OUTPUT_WIDGETS, **STATE}
NEEDS = dict.fromkeys(NOTEBOOKS, ("ipywidgets", 7))

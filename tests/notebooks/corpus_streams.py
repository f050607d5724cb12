# SPDX-License-Identifier: LGPL-2.1-or-later
"""Notebooks that print: from Python, C, threads and other programs, with what overwrites it."""

# A kernel drops what a client does not read as fast as it comes, beyond 1,000 messages: what is printed line
# by line, as %%bash does, is shorter than that. nbclient stops to listen when a cell has run, but what
# others than Python print is published some time later. So cells wait until the kernel has it, up to its
# last words;
# then it comes
# before the end.
UNTIL_PUBLISHED = """import ctypes, os, subprocess, sys, threading, time
published = {'stdout': '', 'stderr': ''}
def tap(stream):
    write = stream.write
    def taped(text):
        published[stream.name] += text
        return write(text)
    stream.write = taped
tap(sys.stdout); tap(sys.stderr)
def until(last, name='stdout'):
    end = time.monotonic() + 60
    while last not in published[name]:
        assert time.monotonic() < end, (last, published)
        time.sleep(0.01)
    published[name] = ''
    getattr(sys, name).flush()
libc = ctypes.CDLL(None)
"""

C_LEVEL = {
    "c-level": [
        UNTIL_PUBLISHED,
        "os.system('echo one-time'); until('one-time\\n')",
        "os.system('echo err-time >&2'); until('err-time\\n', 'stderr')",
        "libc.printf(b'printf of C %d\\n', 42); libc.fflush(None); until('42\\n')",
        "libc.puts(b'puts'); libc.fflush(None); until('puts\\n')",
        "os.write(1, b'write to 1\\n'); until('to 1\\n')",
        "os.write(2, b'write to 2\\n'); until('to 2\\n', 'stderr')",
        "print('before', flush=True); os.system('echo between'); until('between\\n'); print('after')",
        "os.write(1, b'no newline'); until('no newline')",
        "os.write(1, b' and its end\\n'); until('its end\\n')",
        "os.system('echo a; echo b >&2; echo c'); until('c\\n'); until('b\\n', 'stderr')",
        "libc.perror(b'perror'); until('perror', 'stderr')",
        "print('python only')",
    ],
    "c-level-much": [
        UNTIL_PUBLISHED,
        "os.system('seq 5000'); until('5000\\n')",
        "for i in range(100): os.write(1, b'%d\\n' % i)\nuntil('99\\n')",
        "os.system(\"printf '\\\\r10%%\\\\r20%%\\\\r100%%\\\\n'\"); until('100%\\n')",
        "for i in range(20):\n    print('python', i, flush=True); os.write(1, b'c %d\\n' % i); until('c %d\\n' % i)",
        "os.write(1, 'ü€\U0001f600\\n'.encode()); until('\U0001f600\\n')",
        "os.write(2, b'x' * 900 + b'\\n'); until('x\\n', 'stderr')",
        "from IPython.display import display\ndisplay('a'); os.system('echo between displays'); until('displays\\n'); display('b')",
    ],
}

SUBPROCESSES = {
    "subprocesses": [
        UNTIL_PUBLISHED,
        "subprocess.run(['echo', 'inherits']); until('inherits\\n')",
        "subprocess.run(['sh', '-c', 'echo to stderr >&2']); until('to stderr\\n', 'stderr')",
        "print(subprocess.check_output(['echo', 'captured'], text=True))",
        "child = subprocess.Popen(['sh', '-c', 'for i in 1 2 3; do echo $i; done']); child.wait(); until('3\\n')",
        "children = [subprocess.Popen(['echo', f'child {i}']) for i in range(4)]\n"
        "[child.wait() for child in children]\n"
        "end = time.monotonic() + 60\n"
        "while published['stdout'].count('child') < 4 and time.monotonic() < end: time.sleep(0.01)\nsys.stdout.flush()",
        "pid = os.fork()\nif pid == 0:\n    os.write(1, b'forked\\n'); os._exit(0)\nos.waitpid(pid, 0); until('forked\\n')",
        "!echo by the shell",
        "!echo to stderr >&2",
        "lines = !seq 3\nlines",
        "!printf 'no newline'",
        "%system echo magic",
        "subprocess.run([sys.executable, '-c', 'print(6 * 7)']); until('42\\n')",
    ],
    "bash": [
        "%%bash\necho hello",
        "%%bash\necho out; echo err >&2",
        "%%bash\nfor i in 1 2 3; do echo $i; done",
        "%%bash --out text\necho kept",
        "print(text)",
        "%%sh\nprintf 'a\\rb\\n'",
        "%%bash\nseq 300",
        "%%script python3\nprint('a script')",
        "%%bash\necho before; false",
        "%%bash\nprintf '\\033[32mgreen\\033[0m\\n'",
        "%%bash --no-raise-error\nexit 5",
        "%%bash\ncat <<END\nhere\n\ndocument\nEND",
    ],
}

THREADS = {
    "threads": [
        "import threading, sys, time\n"
        "def together(*targets):\n"
        "    threads = [threading.Thread(target=one) for one in targets]\n"
        "    [one.start() for one in threads]; [one.join() for one in threads]\n",
        "together(lambda: print('from a thread'))",
        "together(lambda: print('out'), lambda: print('err', file=sys.stderr))",
        "def count(name):\n    for i in range(5): print(name, i, flush=True)\n"
        "together(*[lambda n=n: count(n) for n in 'abc'])",
        "def fail(): raise ValueError('in a thread')\ntogether(fail)",
        "from IPython.display import display\ntogether(lambda: print('p')); display('d'); together(lambda: print('q'))",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool: print(list(pool.map(lambda i: i * i, range(8))))",
        "import asyncio\nasync def say(i):\n    await asyncio.sleep(0.01 * i); print('task', i)\n"
        "await asyncio.gather(*[say(i) for i in range(4)]);",
        "from multiprocessing.dummy import Pool\nprint(Pool(3).map(str, range(5)))",
        "import logging; logging.basicConfig(level=logging.INFO); together(lambda: logging.info('logged'))",
    ],
}

STREAMS = {
    "streams-between-displays": [
        "import sys; from IPython.display import display, clear_output",
        "print('a'); display(1); print('b'); display(2); print('c')",
        "print('a'); print('b', file=sys.stderr); print('c'); print('d', file=sys.stderr)",
        "for i in range(10): print(i, file=sys.stderr if i % 2 else sys.stdout, flush=True)",
        "for i in range(3): print('x', flush=True); print('y', flush=True); display(i)",
        "print('no newline', end=''); display('d'); print(' goes on')",
        "sys.stdout.write('one '); sys.stdout.flush(); sys.stdout.write('line\\n')",
        "print('out', flush=True); print('err', file=sys.stderr, flush=True); 'result'",
        "print(''); print('\\n\\n'); print(end='')",
        "print('ends without'); print('a newline', end='')",
        "print('zero \\0 and bell \\a and tab \\t')",
        "print('\u00e4\u6f22\U0001f600', 'combining e\u0301', '\\u200b')",
    ],
    "overwritten": [
        "import sys, time",
        "print('longer text\\rshort')",
        "print('abc\\b\\b\\bXYZ')",
        "print('l1\\nl2\\x1b[A\\rL1\\n')",
        "for i in range(20): print(f'\\r{i * 5}%', end='', flush=True)\nprint()",
        "for i in range(20): print(f'\\r{i * 5}%', end='', file=sys.stderr, flush=True)",
        "print('\\r\\x1b[Kerased', end='\\r\\x1b[K'); print('after')",
        "print('10%', end='', flush=True)\nfor i in range(20, 60, 10): print('\\b' * 3 + f'{i}%', end='', flush=True)",
        "print('\\r\\r\\r'); print('\\b\\b')",
        "print('windows\\r\\nlines\\r\\n')",
        "print('\\x1b[31mred\\rblue\\x1b[m')",
        "print('a\\r'); sys.stdout.flush(); print('b')",
    ],
    "logging": [
        "import logging, sys, warnings; log = logging.getLogger('x'); log.addHandler(logging.StreamHandler())",
        "log.warning('to stderr')",
        "log.error('one'); print('two'); log.error('three')",
        "log.exception('no exception')",
        "try: 1 / 0\nexcept ZeroDivisionError: log.exception('with one')",
        "warnings.warn('warned')",
        "from pprint import pprint; pprint({i: 'x' * i for i in range(30)})",
        "help(len)",
        "import traceback; traceback.print_stack()",
        "print('done')",
    ],
}

TQDM = {
    "tqdm": [
        "from tqdm import tqdm, trange; import time, sys",
        "for i in tqdm(range(5)): pass",
        "for i in tqdm(range(3), desc='named', file=sys.stdout): pass",
        "for i in trange(3): print('in the loop', i)",
        "for i in trange(3):\n    for j in tqdm(range(2), leave=False): pass",
        "for i in tqdm(range(3)): tqdm.write(f'written {i}')",
        "bar = tqdm(total=10); bar.update(3); bar.set_postfix(loss=1); bar.update(7); bar.close()",
        "with tqdm(total=4, mininterval=0, colour='green', ascii=True) as bar:\n    for i in range(4): bar.update()",
        "for i in tqdm(range(3)):\n    if i == 2: raise ValueError('in the loop')",
        "print('after')",
    ],
}

NOTEBOOKS = {**C_LEVEL, **SUBPROCESSES, **THREADS, **STREAMS, **TQDM}
NEEDS = dict.fromkeys(TQDM, ("tqdm", 4))

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs that are recorded, what is typed into them, and the folder that they find."""

import dataclasses
import subprocess

ESC, ENTER, TAB, UP, DOWN, RIGHT, LEFT = "\x1b", "\r", "\t", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
PAGE_DOWN, PAGE_UP, HOME, END, F10, C_C, C_D = "\x1b[6~", "\x1b[5~", "\x1b[H", "\x1b[F", "\x1b[21~", "\x03", "\x04"


@dataclasses.dataclass
class Resize:
    rows: int
    columns: int


@dataclasses.dataclass
class Scenario:
    name: str
    command: str
    steps: list = dataclasses.field(default_factory=list)
    size: tuple = (24, 80)
    needs: tuple = ()
    least: int = 100  # bytes that must be recorded


PROGRAM_WITH_ERRORS = r"""
#include <stdio.h>
struct point { int x, y; };
int main(void) {
        struct point p = { 1, 2 };
        printf("%s %d\n", p.x, "text");
        int unused = p.z + undeclared_name;
        return "no number";
}
"""

PYTHON_DEMO = r"""
import sys, time, random
random.seed(3)
names = ["download", "unpack", "konfigurieren", "日本語パッケージ", "link"]
for n, name in enumerate(names):
    for i in range(0, 101, 7):
        bar = "█" * (i // 4) + "▌" * (i % 4 // 2)
        sys.stdout.write(f"\r{name:14} {i:3d}%|{bar:<26}| {random.random()*9:.2f}MB/s \x1b[K")
        sys.stdout.flush()
    sys.stdout.write("\n")
for i in range(60):
    sys.stdout.write(f"\x1b[38;5;{16+i*3}m colour {i} \x1b[48;2;{i*4};{255-i*4};{i*2}m truecolor \x1b[0m\x1b[4:3mcurly\x1b[m\n")
"""

CJK = ("漢字とかな交じり文。全角英数ＡＢＣ１２３ 半角ｶﾅ 한국어 텍스트 中文测试\n" * 3
       + "emoji 😀😃🚀 ❤️ 👩‍👩‍👧 🇩🇪 ✔️ e\u0301 n\u0303 o\u0308\u0304 ก็ไทย नमस्ते עברית العربية\n" * 3
       + "x" * 79 + "漢" + "y" * 78 + "字字\n")


# As apt draws its progress below a region that scrolls.
APT_PROGRESS = r"""
printf 'start\n\0337\033[0;23r\0338\033[1A'
for i in 10 50 90; do
        printf '\0337\033[24;0f\033[42m\033[30mProgress: [ %s%%]\033[49m\033[39m [####....]\0338' $i
        seq $i
done
printf '\0337\033[0;24r\0338\033[1A\033[J'
"""


def prepare(folder):
    """Makes the folder that programs are started in."""
    (folder / "broken.c").write_text(PROGRAM_WITH_ERRORS)
    (folder / "demo.py").write_text(PYTHON_DEMO)
    (folder / "progress.sh").write_text(APT_PROGRESS)
    (folder / "cjk.txt").write_text(CJK * 4)
    (folder / "long.txt").write_text("".join(f"{i} {'word ' * (i % 40)}\n" for i in range(400)))
    (folder / "data.json").write_text('{"a": [1, 2, {"b": null, "text": "日本"}], "c": true}' + "\n")
    (folder / "files").mkdir()
    for i in range(60):
        (folder / "files" / f"file-{i:02d}.{['txt', 'tar.gz', 'jpg', 'sh'][i % 4]}").write_text("x" * i)
    (folder / "files" / "file-03.sh").chmod(0o755)
    (folder / ".vimrc").write_text("syntax on\nset number ruler mouse=a bg=dark\n")
    (folder / ".tmux.conf").write_text("set -g default-shell /bin/bash\nset -g status-interval 0\n")
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@b", "-C", str(folder)]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    for n in range(12):
        (folder / "notes.txt").write_text("".join(f"line {i} version {n if i % 7 == n % 7 else 0}\n" for i in range(80)))
        subprocess.run([*git, "add", "notes.txt"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", f"change number {n}"], check=True,
                       env={"GIT_AUTHOR_DATE": f"2026-01-{n + 1:02d}T00:00:00Z",
                            "GIT_COMMITTER_DATE": f"2026-01-{n + 1:02d}T00:00:00Z", "PATH": "/usr/bin:/bin"})
    (folder / "notes.txt").write_text("".join(f"line {i} changed\n" for i in range(60)))


def demo(name, *keys, size=(24, 80)):
    """A program of ncurses-examples."""
    path = f"/usr/libexec/ncurses-examples/{name}"
    return Scenario(f"ncurses-{name}", path, list(keys), size, (path,))


S = Scenario
SCENARIOS = [
    S("ls", "ls -la --color=always /usr/bin | head -300; ls --color=always files"),
    S("ls-narrow", "ls --color=always -x /usr/bin | head -120", size=(10, 37)),
    S("seq", "seq 1 3000"),
    S("gcc", "gcc -fdiagnostics-color=always -Wall -c broken.c; clang -fcolor-diagnostics -c broken.c", needs=("gcc",)),
    S("git-log", "git log --color --graph --stat -p", [" ", " ", "G", "g", "/version", ENTER, "q"], needs=("git", "less")),
    S("git-diff", "git --no-pager diff --color --word-diff; git --no-pager log --color --oneline"),
    S("less", "less -N long.txt", [" ", " ", "b", "G", "/word word", ENTER, "n", Resize(15, 60), " ", "q"], needs=("less",)),
    S("less-cjk", "less cjk.txt", [" ", DOWN, DOWN, Resize(24, 41), "k", "q"], needs=("less",)),
    S("man", "man ls", [" ", " ", "/sort", ENTER, "q"], needs=("man",)),
    S("vim", "vim broken.c", ["ihello ", ESC, "yyp", "5dd", "u", ":split", ENTER, ":vsplit notes.txt", ENTER, "\x17w", "G",
                             ":set list", ENTER, "/line", ENTER, "Vjj", ESC, ":qa!", ENTER], needs=("vim",)),
    S("vim-resize", "vim notes.txt", ["G", Resize(40, 100), "gg", Resize(12, 50), "iabc", ESC, ":q!", ENTER], needs=("vim",)),
    S("vim-shell", "bash --norc", ["echo before", ENTER, "vim cjk.txt", ENTER, "GA漢字", ESC, ":!ls files", ENTER, ENTER, ":q!",
                                   ENTER, "echo after", ENTER, "exit", ENTER], needs=("vim",)),
    S("nvim", "nvim -u NONE -c 'syntax on' broken.c", ["ihello ", ESC, "yyp", ":vsplit", ENTER, "G", ":qa!", ENTER], needs=("nvim",)),
    S("nano", "nano notes.txt", ["hello", DOWN, DOWN, "\x0b", "\x17line 7", ENTER, Resize(30, 90), "\x18", "n"], needs=("nano",)),
    S("emacs", "emacs -nw -Q broken.c", ["hello ", "\x18" + "2", "\x18o", "\x1bx", "list-colors-display", ENTER, "\x18\x03", "n"],
      needs=("emacs",)),
    S("joe", "joe notes.txt", ["hello", DOWN, "\x0bh", "\x0bx"], needs=("joe",)),
    S("micro", "micro broken.c", ["hello", DOWN, DOWN, "\x11", "n"], needs=("micro",)),
    S("kakoune", "kak -n broken.c", ["ihello", ESC, "jjx", ":q!", ENTER], needs=("kak",)),
    S("htop", "htop -d 50", [DOWN, DOWN, "t", F10], needs=("htop",)),
    S("htop-wide", "htop -d 50", ["H", Resize(20, 60), "I", "q"], (50, 132), ("htop",)),
    S("top", "top -d 1", ["1", "z", "x", 1.5, "q"], needs=("top",)),
    S("watch", "watch -n 1 -c 'ls --color=always files; date'", [1.5, C_C], needs=("watch",)),
    S("mc", "mc -d files", [DOWN, DOWN, TAB, DOWN, "\x1b[20~", ESC + ESC, "ls\r", F10, ENTER], needs=("mc",)),
    S("mc-resize", "mc files", [DOWN, Resize(30, 110), TAB, Resize(18, 70), F10, ENTER], needs=("mc",)),
    S("tmux", "tmux -L oracle -f .tmux.conf new 'bash --norc'", ["ls --color=always files\r", "\x02%", "seq 50\r", "\x02\"", "vim notes.txt\r",
                                                               "G", Resize(30, 100), "\x02o", "echo hello\r", "\x02:kill-server\r"], needs=("tmux",)),
    S("screen", "screen -c /dev/null bash --norc", ["ls --color=always files\r", "\x01c", "seq 40\r", "\x01p", "exit\r", "exit\r"], needs=("screen",)),
    S("bash-readline", "bash --norc", ["echo " + "long " * 30, HOME, "\x1bf" * 3, "\x0b", "\x19", ENTER, "\x12long", ESC, C_C, "ls fi", TAB, ENTER,
                                       "for i in 1 2 3", ENTER, "do echo $i", ENTER, "done", ENTER, "clear", ENTER, "history", ENTER, "exit", ENTER]),
    S("bash-resize", "bash --norc", ["seq 100", ENTER, Resize(12, 80), "echo one", ENTER, Resize(30, 80), "echo two", ENTER, Resize(24, 100),
                                     "ls files", ENTER, "exit", ENTER]),
    S("zsh", "zsh -f", ["setopt prompt_subst; autoload -U compinit; compinit -u", ENTER, "PROMPT='%F{green}%n%f %~ %# ' RPROMPT='%T'", ENTER,
                        "ls fi", TAB, TAB, TAB, ENTER, "echo a\x1b[D\x1b[Db", ENTER, "exit", ENTER], needs=("zsh",)),
    S("fish", "fish --no-config", ["ls fi", TAB, ENTER, "echo hel", RIGHT, ENTER, "exit", ENTER], needs=("fish",)),
    S("python", "python3 -q", ["import sys\r", "def f(x):\r", "    return x * 2\r", "\r", "[f(i) for i in range(300)]\r", "1/0\r", UP, UP, ENTER, C_D]),
    S("ipython", "ipython --no-banner --colors=Linux", ["x = [i**2 for i in range(100)]\r", 0.5, "x\r", "def f(a):\rreturn a\r\r", "x.ap", TAB, 0.5, ESC, C_C, "1/0\r", 0.5, C_D],
      needs=("ipython3",)),
    S("progress", "python3 demo.py"),
    S("tqdm", "python3 -c 'import tqdm, time; [time.sleep(0.01) for _ in tqdm.tqdm(range(90))]; [0 for a in tqdm.trange(3, desc=\"outer\") for b in tqdm.trange(40, desc=\"inner\")]'"),
    S("pv", "head -c 3000000 /dev/zero | pv -f -i 0.1 -L 2000000 > /dev/null", needs=("pv",)),
    S("apt", "apt-get -s install --reinstall bash coreutils; apt list --installed | head -40; bash ./progress.sh", [2]),
    S("cjk", "cat cjk.txt cjk.txt"),
    S("cjk-narrow", "cat cjk.txt", size=(12, 23)),
    S("dialog", "dialog --colors --menu 'Choose \\Z1one\\Zn' 15 50 5 a first b second c third --and-widget --gauge wait 8 40 55", [DOWN, DOWN, ENTER], needs=("dialog",)),
    S("whiptail", "whiptail --checklist 'Choose' 15 50 5 a first on b second off; whiptail --msgbox done 8 30", [" ", DOWN, " ", TAB, ENTER, ENTER], needs=("whiptail",)),
    S("fzf", "ls files | fzf --height 40% --reverse --color=dark", ["0", "1", DOWN, ENTER], needs=("fzf",)),
    S("fzf-full", "ls files | fzf --preview 'cat {}'", ["3", DOWN, ESC], needs=("fzf",)),
    S("tig", "tig", [DOWN, DOWN, ENTER, DOWN, "q", "q"], needs=("tig",)),
    S("ranger", "ranger --clean files", [DOWN, DOWN, "gg", "q"], needs=("ranger",)),
    S("lynx", "lynx -nopause /usr/share/doc/util-linux/ || lynx /usr/share/doc", [DOWN, ENTER, DOWN, "q", "y"], needs=("lynx",)),
    S("w3m", "w3m /usr/share/doc", [DOWN, ENTER, "q", "y"], needs=("w3m",)),
    S("mutt", "mutt -n -F /dev/null -f /dev/null", ["?", " ", "q", "q"], needs=("mutt",)),
    S("jq", "jq -C . data.json; tree -C | head -50; batcat --color=always --paging=never broken.c", needs=("jq",)),
    S("figlet", "toilet --gay hello; figlet world", needs=("toilet",)),
    S("cmatrix", "timeout 2 cmatrix -u 3", [1], needs=("cmatrix",)),
    S("sl", "PATH=$PATH:/usr/games sl", needs=("/usr/games/sl",)),
    S("tput", "tput smcup; tput cup 5 5; tput setaf 3; tput smul; echo under; tput rmul; tput csr 3 10; tput cup 10 0; seq 5; tput smacs; echo lqqk; tput rmacs; "
              "tput sc; tput cup 1 1; tput rc; tput rmcup; tput setab 4; tput el; tput hts; tput civis; tput cnorm; tput indn 3; tput rin 2; tput ich 3; tput dch 2; tput ech 4; tput il 2; tput dl 1"),
    S("alternate", "for i in 1 2 3; do seq $i 40; printf '\\033[?1049h\\033[2J\\033[Hinside %d\\n' $i; seq 30; printf '\\033[?1049l'; done; echo end"),
    S("gdb", "gdb -q -tui /bin/true", ["layout asm\r", "info files\r", "q\r"], needs=("gdb",)),
    S("vttest-1", "vttest", ["1\r", *["\r"] * 6, "0\r"], needs=("vttest",)),
    S("vttest-2", "vttest", ["2\r", *["\r"] * 16, "0\r"], needs=("vttest",)),
    S("vttest-3", "vttest", ["3\r", "8\r", *["\r"] * 3, "0\r", "0\r"], needs=("vttest",)),
    S("vttest-8", "vttest", ["8\r", *["\r"] * 14, "0\r"], needs=("vttest",)),
    S("vttest-11", "vttest", ["11\r", "1\r", "2\r", *["\r"] * 6, "0\r", "0\r", "6\r", "2\r", *["\r"] * 4, "0\r", "0\r", "0\r"], needs=("vttest",)),
    demo("bs", "q", C_C),
    demo("firework", 1, "q"),
    demo("gdc", 1, "q"),
    demo("hanoi", 1, "q"),
    demo("knight", "a", "q"),
    demo("newdemo", 2, "q"),
    demo("rain", 1, "q"),
    demo("tclock", 1, "q"),
    demo("worm", 1, "q"),
    demo("xmas", 2, "q"),
    demo("lrtest", *["x"] * 10, "q"),
    demo("blue", "q"),
    demo("dots", 1, C_C),
    demo("demo_panels", *[" "] * 12, "q"),
    demo("demo_menus", RIGHT, DOWN, DOWN, "q"),
    demo("demo_forms", "hello", TAB, "world", "\x11"),
    demo("insdelln", "i", "d", "q"),
    demo("combine", DOWN, "q"),
    demo("testcurs", *["\r"] * 6, "q"),
    demo("ncurses", "a\r", "x", "q", "b\r", "q", C_D),
]

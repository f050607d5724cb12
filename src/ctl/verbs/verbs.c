/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of verbs, and the help. */

#include <stdio.h>

#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/strv.h"
#include "shared/text.h"

static const Verb verbs[] = {
        { "list", 0, 0, VERB_DEFAULT, verb_list, "", "Show all sessions and what they use" },
        { "status", 0, VERB_ANY, 0, verb_status, "[SESSION...]", "Show sessions, their processes and log" },
        { "show", 0, VERB_ANY, 0, verb_show, "[SESSION...]",
                "Show properties of sessions, or of the service" },
        { "terminal", 0, VERB_ANY, VERB_COMMAND, verb_terminal, "[COMMAND...]",
                "Start a shell or a program on a new terminal" },
        { "notebook", 1, 1, 0, verb_notebook, "FILE", "Start the kernel of a notebook, or re-open it" },
        { "run", 1, VERB_ANY, VERB_COMMAND, verb_run, "COMMAND...",
                "Run a program as a session that stays a child of the caller" },
        { "output", 1, 1, 0, verb_output, "SESSION", "Show what a notebook's kernel printed and displayed" },
        { "console", 1, 1, 0, verb_console, "SESSION", "Open a Jupyter console on a notebook's kernel" },
        { "interrupt", 1, 1, 0, verb_interrupt, "SESSION", "Interrupt what a notebook's kernel runs" },
        { "restart", 1, 1, 0, verb_restart, "SESSION", "Restart a notebook's kernel in its session" },
        { "set-notebook", 2, 2, 0, verb_set_notebook, "SESSION FILE",
                "Follow a notebook whose file was moved" },
        { "kernelspec", 1, VERB_ANY, 0, verb_kernelspec, "install|remove|list [NAME...]",
                "Make kernels of any Jupyter front-end sessions" },
        { "attach", 1, 1, 0, verb_attach, "SESSION", "Connect this terminal to a session's" },
        { "send", 1, VERB_ANY, VERB_TEXT, verb_send, "SESSION TEXT...", "Type text into a session" },
        { "snapshot", 1, 1, 0, verb_snapshot, "SESSION", "Show what a session's terminal shows, as text" },
        { "limit", 2, VERB_ANY, 0, verb_limit, "SESSION LIMIT=VALUE...",
                "Set limits of a session: MemoryMax=2G, CPUQuota=50%, ..." },
        { "environment", 0, 1, 0, verb_environment, "[SESSION]",
                "Print the agent and display of the last login, for a shell" },
        { "rename", 2, 2, 0, verb_rename, "SESSION NAME", "Give a session another name" },
        { "freeze", 1, VERB_ANY, 0, verb_freeze, "SESSION...",
                "Take the CPU from sessions, and nothing else" },
        { "thaw", 1, VERB_ANY, 0, verb_thaw, "SESSION...", "Let frozen sessions go on" },
        { "stop", 0, VERB_ANY, 0, verb_stop, "SESSION...|--unused[=TIME]",
                "Stop sessions with all their processes, or those that nobody uses" },
        { "kill", 1, VERB_ANY, 0, verb_kill, "SESSION...", "Send a signal to processes of sessions" },
        { "history", 0, 1, 0, verb_history, "[SESSION]",
                "Show what happened to sessions, from the journal" },
        {},
};

static const char options_help[] =
        "Connection:\n"
        "     --system               Sessions of the system's service (default)\n"
        "     --user                 Sessions of your own service, started by your user manager\n"
        "  -H --host=[USER@]HOST     Sessions of another machine, over SSH\n"
        "     --no-ask-password      Do not ask for a password, which polkit may want for sessions of others\n"
        "\n"
        "Output:\n"
        "     --json=MODE            JSON instead of text: pretty, short or off\n"
        "  -j                        The same: pretty on a terminal, short otherwise\n"
        "     --no-legend            No header and no closing line\n"
        "     --no-pager             Do not pipe long output into a pager\n"
        "  -l --full                 Do not shorten anything to the terminal's width\n"
        "  -n --lines=N              status: lines of the log (10); history: only the last N\n"
        "  -q --quiet                attach, terminal, notebook: no messages\n"
        "  -p --property=NAME,...    show: only these, also if empty\n"
        "  -p --property=LIMIT=VALUE terminal, notebook, run: a limit of the session, as limit has them\n"
        "     --value                show: values without names\n"
        "  -a --all                  list: also what ended within a day; show: also what is empty\n"
        "     --since=TIME           history, output: from then on (\"today\", \"2h ago\", \"2024-10-24 10:00\")\n"
        "     --since=NUMBER         output: what comes behind the entry with this number\n"
        "     --format=FORMAT        output: text, jsonl (one JSON object a line) or ipynb (a notebook)\n"
        "  -f --follow               output: go on with what comes, until the session ends\n"
        "     --purge                output: forget all that is kept, of a session that ended, too\n"
        "\n"
        "Starting sessions:\n"
        "     --name=NAME            The session's name; kernelspec install: the name of the new one\n"
        "     --working-directory=DIR, --cwd=DIR\n"
        "                            Where to start; terminal: here, notebook: the notebook's folder\n"
        "  -E --setenv=NAME[=VALUE]  Set a variable, or take it over from here\n"
        "     --clean-environment    terminal, notebook: the variables of a login, not those from here\n"
        "  -d --detach               terminal: start it, print its id, do not attach\n"
        "     --kernel=NAME          notebook: the kernel, by its name or its folder (python3)\n"
        "     --transport=KIND       notebook: how clients connect: auto, ipc or tcp\n"
        "     --restart-on-crash     notebook: start the kernel again if it dies by itself\n"
        "     --record-outputs=BOOL  notebook, run: whether what the kernel puts out is kept\n"
        "     --on-detach=WHAT       terminal: when nobody is attached any more: keep, stop, or stop after a time\n"
        "     --type=TYPE            run: notebook or terminal\n"
        "     --notebook=FILE        run: the notebook's file, if not $JPY_SESSION_NAME\n"
        "\n"
        "Terminals:\n"
        "     --detach-key=KEY       attach, terminal: leave with this key (C-], or what COMPUTECTL_DETACH_KEY in\n"
        "                            the environment says), or \"none\"; typed twice it is sent\n"
        "     --read-only            attach: only look; what is typed is not sent\n"
        "     --scrollback[=LINES]   attach (1000), snapshot (0): so many lines that scrolled off, or all\n"
        "     --raw                  attach: no picture, only what is printed from now on\n"
        "     --size-policy=POLICY   attach: whose size the session has: latest, largest, smallest or manual\n"
        "     --ansi                 snapshot: with colours and other attributes\n"
        "  -e                        send: \\n, \\t, \\e and the like in the text stand for what they do in C\n"
        "     --enter                send: press Enter behind the text\n"
        "\n"
        "Others:\n"
        "     --unused[=TIME]        stop: those without clients that have been idle for so long (2h)\n"
        "     --dry-run              stop --unused: only say which\n"
        "  -s --signal=SIGNAL        kill: which one (SIGTERM)\n"
        "     --kill-whom=WHOM       kill: all processes, or the leader only\n"
        "  -h --help                 This help\n"
        "     --version              The version\n";

static const char notes_help[] =
        "A SESSION is named by its id (n1, t2), its notebook's path, or, if there is only one, by its name or its\n"
        "notebook's file name. Without one, status shows the session that it is called in.\n"
        "\n"
        "attach connects a terminal until Ctrl-] is pressed or the session ends; if the session's keeper is\n"
        "restarted meanwhile, it connects again. Input that is not a terminal is sent to the session, then its\n"
        "output is shown until it ends; output that is not one gets only what is printed from then on. The exit\n"
        "status is the program's (128+n: killed by signal n), or 0 after detaching.\n";

const Verb *verb_table(void) {
        return verbs;
}

const Verb *verb_find(const char *name) {
        for (const Verb *v = verbs; v->name; v++)
                if (name ? streq(v->name, name) : v->flags & VERB_DEFAULT)
                        return v;
        return NULL;
}

int verbs_dispatch(Client *c, char **words) {
        const Verb *verb = verb_find(words[0]);
        char **operands = words[0] ? words + 1 : words;
        size_t n = strv_length(operands);

        if (!verb) {
                _cleanup_free_ char *name = text_sanitize(words[0], 64);

                log_error("Unknown command \"%s\". Try 'computectl --help'.", strempty(name));
                return -EINVAL;
        }
        if (n < verb->min_operands || n > verb->max_operands) {
                log_error("Too %s arguments, expected 'computectl %s%s%s'. Try 'computectl --help'.",
                        n < verb->min_operands ? "few" : "many", verb->name, verb->operands[0] ? " " : "",
                        verb->operands);
                return -EINVAL;
        }
        return verb->function(c, operands);
}

bool verb_takes_rest(const char *verb_name, size_t n) {
        const Verb *verb = n > 1 ? verb_find(verb_name) : NULL;

        return verb && ((verb->flags & VERB_COMMAND && n == 2) || (verb->flags & VERB_TEXT && n == 3));
}

int verbs_help(void) {
        puts("computectl [OPTION...] COMMAND ...\n\n"
             "Notebook and terminal sessions that outlive the programs that show them.\n\n"
             "Commands:");
        for (const Verb *v = verbs; v->name; v++) {
                int used = printf("  %s %s", v->name, v->operands);

                printf("%*s%s%s\n", MAX(28 - used, 1), "", v->help,
                        v->flags & VERB_DEFAULT ? " (default)" : "");
        }
        printf("\n%s\n%s", options_help, notes_help);
        return 0;
}

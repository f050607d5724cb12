/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the command line. Options and words may be mixed; but what follows "--", or the command or text of a
 * verb that takes one, is not ours to read. */

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/options/arguments.h"
#include "shared/log.h"
#include "shared/parse.h"
#include "shared/strv.h"
#include "shared/text.h"

enum {
        OPTION_WORD = 1, /* what getopt returns for a word, with "-" in front of the short options */
        OPTION_USER = 0x100,
        OPTION_SYSTEM,
        OPTION_JSON,
        OPTION_NO_LEGEND,
        OPTION_NO_PAGER,
        OPTION_NO_ASK_PASSWORD,
        OPTION_VALUE,
        OPTION_TYPE,
        OPTION_NAME,
        OPTION_WORKING_DIRECTORY,
        OPTION_KERNEL,
        OPTION_TRANSPORT,
        OPTION_NOTEBOOK,
        OPTION_ON_DETACH,
        OPTION_DETACH_KEY,
        OPTION_READ_ONLY,
        OPTION_RAW,
        OPTION_SCROLLBACK,
        OPTION_SIZE_POLICY,
        OPTION_ANSI,
        OPTION_ENTER,
        OPTION_KILL_WHOM,
        OPTION_UNUSED,
        OPTION_DRY_RUN,
        OPTION_SINCE,
        OPTION_FORMAT,
        OPTION_RESTART_ON_CRASH,
        OPTION_RECORD_OUTPUTS,
        OPTION_PURGE,
        OPTION_CLEAN_ENVIRONMENT,
        OPTION_VERSION,
};

static const struct option options[] = {
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, OPTION_VERSION },
        { "user", no_argument, NULL, OPTION_USER },
        { "system", no_argument, NULL, OPTION_SYSTEM },
        { "host", required_argument, NULL, 'H' },
        { "json", required_argument, NULL, OPTION_JSON },
        { "no-legend", no_argument, NULL, OPTION_NO_LEGEND },
        { "no-pager", no_argument, NULL, OPTION_NO_PAGER },
        { "no-ask-password", no_argument, NULL, OPTION_NO_ASK_PASSWORD },
        { "full", no_argument, NULL, 'l' },
        { "quiet", no_argument, NULL, 'q' },
        { "lines", required_argument, NULL, 'n' },
        { "property", required_argument, NULL, 'p' },
        { "value", no_argument, NULL, OPTION_VALUE },
        { "all", no_argument, NULL, 'a' },
        { "type", required_argument, NULL, OPTION_TYPE },
        { "name", required_argument, NULL, OPTION_NAME },
        { "working-directory", required_argument, NULL, OPTION_WORKING_DIRECTORY },
        { "cwd", required_argument, NULL, OPTION_WORKING_DIRECTORY },
        { "kernel", required_argument, NULL, OPTION_KERNEL },
        { "transport", required_argument, NULL, OPTION_TRANSPORT },
        { "notebook", required_argument, NULL, OPTION_NOTEBOOK },
        { "setenv", required_argument, NULL, 'E' },
        { "clean-environment", no_argument, NULL, OPTION_CLEAN_ENVIRONMENT },
        { "detach", no_argument, NULL, 'd' },
        { "on-detach", required_argument, NULL, OPTION_ON_DETACH },
        { "detach-key", required_argument, NULL, OPTION_DETACH_KEY },
        { "read-only", no_argument, NULL, OPTION_READ_ONLY },
        { "raw", no_argument, NULL, OPTION_RAW },
        { "scrollback", optional_argument, NULL, OPTION_SCROLLBACK },
        { "size-policy", required_argument, NULL, OPTION_SIZE_POLICY },
        { "ansi", no_argument, NULL, OPTION_ANSI },
        { "enter", no_argument, NULL, OPTION_ENTER },
        { "signal", required_argument, NULL, 's' },
        { "kill-whom", required_argument, NULL, OPTION_KILL_WHOM },
        { "unused", optional_argument, NULL, OPTION_UNUSED },
        { "dry-run", no_argument, NULL, OPTION_DRY_RUN },
        { "since", required_argument, NULL, OPTION_SINCE },
        { "follow", no_argument, NULL, 'f' },
        { "format", required_argument, NULL, OPTION_FORMAT },
        { "restart-on-crash", no_argument, NULL, OPTION_RESTART_ON_CRASH },
        { "purge", no_argument, NULL, OPTION_PURGE },
        { "record-outputs", required_argument, NULL, OPTION_RECORD_OUTPUTS },
        {},
};

/* What getopt found wrong with the word that it read last. */
static int bad_option(int kind, int option, const char *word) {
        _cleanup_free_ char *text = text_sanitize(word, 128);

        if (option > 0 && option < OPTION_USER && !startswith(word, "--"))
                log_error("%s -%c. Try 'computectl --help'.",
                        kind == ':' ? "A value is missing behind" : "There is no option", option);
        else
                log_error("%s %s. Try 'computectl --help'.",
                        kind == ':' ? "A value is missing behind" : "There is no option", strempty(text));
        return -EINVAL;
}

static int bad_value(const char *option, const char *value, const char *expected) {
        _cleanup_free_ char *text = text_sanitize(value, 128);

        log_error("Invalid value \"%s\" of %s: expected %s.", strempty(text), option, expected);
        return -EINVAL;
}

static int parse_json_mode(Arguments *a, const char *s) {
        if (streq(s, "off"))
                a->json = JSON_OFF;
        else if (streq(s, "short"))
                a->json = JSON_SHORT;
        else if (streq(s, "pretty"))
                a->json = JSON_PRETTY;
        else
                return bad_value("--json=", s, "\"pretty\", \"short\" or \"off\"");
        return 0;
}

static int parse_format(Arguments *a, const char *s) {
        static const char *const formats[] = {
                [FORMAT_TEXT] = "text",
                [FORMAT_JSONL] = "jsonl",
                [FORMAT_IPYNB] = "ipynb",
        };

        for (size_t i = 0; i < ELEMENTSOF(formats); i++)
                if (streq(s, formats[i])) {
                        a->format = (OutputFormat) i;
                        return 0;
                }
        return bad_value("--format=", s, "\"text\", \"jsonl\" or \"ipynb\"");
}

/* NAME,NAME,… */
static int parse_properties(Arguments *a, const char *s) {
        int r;

        for (const char *p = s; *(p += strspn(p, ","));) {
                size_t length = strcspn(p, ",");

                r = strv_consume(&a->properties, strndup(p, length));
                if (r < 0)
                        return log_oom();
                p += length;
        }
        return 0;
}

/* NAME=VALUE, or NAME for the value that it has here. */
static int parse_environment(Arguments *a, const char *s) {
        _cleanup_free_ char *own = NULL;
        const char *value;
        int r;

        if (!strchr(s, '=')) {
                value = getenv(s);
                if (!value)
                        return bad_value(
                                "--setenv=", s, "NAME=VALUE, or the name of a variable that is set");
                if (asprintf(&own, "%s=%s", s, value) < 0)
                        return log_oom();
                s = own;
        }
        if (!env_assignment_is_valid(s))
                return bad_value("--setenv=", s, "NAME=VALUE");
        r = strv_extend(&a->environment, s);
        return r < 0 ? log_oom() : 0;
}

/* Without a value it is all that there may be. */
static int parse_scrollback(Arguments *a, const char *s) {
        a->scrollback = SCROLLBACK_MAX;
        if (s && (parse_uint32(s, &a->scrollback) < 0 || a->scrollback > SCROLLBACK_MAX))
                return bad_value("--scrollback=", s, "a number of lines from 0 to 10000");
        return 0;
}

static int parse_size_policy(Arguments *a, const char *s) {
        static const char *const policies[] = { "latest", "largest", "smallest", "manual" };

        for (size_t i = 0; i < ELEMENTSOF(policies); i++)
                if (streq(s, policies[i])) {
                        a->size_policy = s;
                        return 0;
                }
        return bad_value("--size-policy=", s, "\"latest\", \"largest\", \"smallest\" or \"manual\"");
}

static int parse_record_outputs(Arguments *a, const char *s) {
        bool value;

        if (parse_boolean(s, &value) < 0)
                return bad_value("--record-outputs=", s, "\"yes\" or \"no\"");
        a->record_outputs = value;
        return 0;
}

static int parse_terminal_option(Arguments *a, int option) {
        usec_t span;

        switch (option) {
        case OPTION_ON_DETACH:
                a->on_detach = optarg;
                if (parse_on_detach(optarg, &span) < 0)
                        return bad_value(
                                "--on-detach=", optarg, "\"keep\", \"stop\", or a time span like \"10min\"");
                return 0;
        case OPTION_DETACH_KEY:
                if (detach_key_parse(optarg, &a->detach_key) < 0)
                        return bad_value(
                                "--detach-key=", optarg, "a key like \"C-]\" or \"^A\", or \"none\"");
                return 0;
        case OPTION_READ_ONLY:
                a->read_only = true;
                return 0;
        case OPTION_RAW:
                a->raw = true;
                return 0;
        case OPTION_SCROLLBACK:
                return parse_scrollback(a, optarg);
        case OPTION_SIZE_POLICY:
                return parse_size_policy(a, optarg);
        case OPTION_ANSI:
                a->ansi = true;
                return 0;
        case 'e':
                a->escapes = true;
                return 0;
        case OPTION_ENTER:
                a->enter = true;
                return 0;
        default:
                assert(false);
                return -EINVAL;
        }
}

static int parse_notebook_option(Arguments *a, int option) {
        switch (option) {
        case OPTION_KERNEL:
                a->kernel = optarg;
                return 0;
        case OPTION_TRANSPORT:
                if (!streq(optarg, "auto") && !streq(optarg, "ipc") && !streq(optarg, "tcp"))
                        return bad_value("--transport=", optarg, "\"auto\", \"ipc\" or \"tcp\"");
                a->transport = optarg;
                return 0;
        case OPTION_NOTEBOOK:
                a->notebook = optarg;
                return 0;
        case OPTION_CLEAN_ENVIRONMENT:
                a->clean_environment = true;
                return 0;
        case OPTION_RESTART_ON_CRASH:
                a->restart_on_crash = true;
                return 0;
        case OPTION_PURGE:
                a->purge = true;
                return 0;
        case OPTION_RECORD_OUTPUTS:
                return parse_record_outputs(a, optarg);
        case OPTION_FORMAT:
                return parse_format(a, optarg);
        case 'f':
                a->follow = true;
                return 0;
        default:
                return parse_terminal_option(a, option);
        }
}

static int parse_display_option(Arguments *a, int option) {
        switch (option) {
        case OPTION_USER:
                a->user = true;
                return 0;
        case OPTION_SYSTEM:
                a->user = false;
                return 0;
        case 'H':
                a->host = optarg;
                return 0;
        case OPTION_JSON:
                return parse_json_mode(a, optarg);
        case 'j':
                a->json = isatty(STDOUT_FILENO) ? JSON_PRETTY : JSON_SHORT;
                return 0;
        case OPTION_NO_LEGEND:
                a->no_legend = true;
                return 0;
        case OPTION_NO_PAGER:
                a->no_pager = true;
                return 0;
        case OPTION_NO_ASK_PASSWORD:
                a->no_ask_password = true;
                return 0;
        case 'l':
                a->full = true;
                return 0;
        case 'q':
                a->quiet = true;
                return 0;
        case 'n':
                if (parse_uint64(optarg, &a->lines) < 0)
                        return bad_value("--lines=", optarg, "a number");
                return 0;
        case 'p':
                return parse_properties(a, optarg);
        case OPTION_VALUE:
                a->value = true;
                return 0;
        case 'a':
                a->all = true;
                return 0;
        default:
                return parse_notebook_option(a, option);
        }
}

/* Without a value it is what the service takes: 2h. */
static int parse_unused(Arguments *a, const char *s) {
        usec_t span = 0;

        if (s && (parse_time_span(s, &span) < 0 || span < USEC_PER_MINUTE || span == USEC_INFINITY))
                return bad_value("--unused=", s, "a time span of at least 1min, like \"2h\"");
        a->unused = true;
        a->unused_for = span;
        return 0;
}

static int parse_option(Arguments *a, int option) {
        switch (option) {
        case OPTION_TYPE:
                if (session_type_from_string(optarg) < 0)
                        return bad_value("--type=", optarg, "\"notebook\" or \"terminal\"");
                a->type = optarg;
                return 0;
        case OPTION_NAME:
                if (!session_name_is_valid(optarg))
                        return bad_value("--name=", optarg, SESSION_NAME_EXPECTED);
                a->name = optarg;
                return 0;
        case OPTION_WORKING_DIRECTORY:
                a->working_directory = optarg;
                return 0;
        case 'E':
                return parse_environment(a, optarg);
        case 'd':
                a->detach = true;
                return 0;
        case 's':
                a->signal = parse_signal(optarg);
                return a->signal < 0 ? bad_value("--signal=", optarg, "a signal like SIGTERM, INT or 9") : 0;
        case OPTION_KILL_WHOM:
                if (!streq(optarg, "all") && !streq(optarg, "leader"))
                        return bad_value("--kill-whom=", optarg, "\"all\" or \"leader\"");
                a->kill_whom = optarg;
                return 0;
        case OPTION_UNUSED:
                return parse_unused(a, optarg);
        case OPTION_DRY_RUN:
                a->dry_run = true;
                return 0;
        case OPTION_SINCE:
                a->since = optarg;
                return 0;
        default:
                return parse_display_option(a, option);
        }
}

/* The key unless an option says another. A wrong one is no reason to do nothing, as most verbs need none. */
static void set_detach_key(Arguments *a) {
        const char *wanted = getenv(DETACH_KEY_VARIABLE);

        (void) detach_key_parse(DETACH_KEY_DEFAULT, &a->detach_key);
        if (!isempty(wanted) && detach_key_parse(wanted, &a->detach_key) < 0) {
                _cleanup_free_ char *text = text_sanitize(wanted, 128);

                log_warning("Ignoring " DETACH_KEY_VARIABLE "=%s: expected a key like \"" DETACH_KEY_DEFAULT
                            "\" or \"^A\", or \"none\".",
                        strempty(text));
        }
}

int arguments_parse(Arguments *a, int argc, char **argv, RestBegins *rest_begins) {
        size_t n = 0;
        int option, r;

        assert(argc >= 0);

        *a = (Arguments){
                .lines = LINES_DEFAULT,
                .scrollback = SCROLLBACK_UNSAID,
                .signal = SIGTERM,
                .record_outputs = -1,
                .kill_whom = "all",
        };
        set_detach_key(a);
        a->words = calloc((size_t) argc + 1, sizeof(char *));
        if (!a->words)
                return log_oom();

        optind = 0; /* from the beginning, also when called again */
        opterr = 0;
        while ((option = getopt_long(argc, argv, "-:hH:jlqn:p:aE:des:f", options, NULL)) >= 0) {
                switch (option) {
                case 'h':
                        a->help = true;
                        return 1;
                case '?':
                case ':':
                        return bad_option(option, optopt, argv[optind - 1]);
                case OPTION_VERSION:
                        puts("computectl " PACKAGE_VERSION);
                        return 0;
                case OPTION_WORD:
                        a->words[n++] = optarg;
                        if (rest_begins(a->words[0], n))
                                goto rest;
                        break;
                default:
                        r = parse_option(a, option);
                        if (r < 0)
                                return r;
                }
        }
rest:
        while (optind < argc)
                a->words[n++] = argv[optind++];
        return 1;
}

void arguments_done(Arguments *a) {
        a->properties = strv_free(a->properties);
        a->environment = strv_free(a->environment);
        free(a->words);
        a->words = NULL;
}

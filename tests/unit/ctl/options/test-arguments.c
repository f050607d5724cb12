/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The command line: where options may stand, and what is refused. */

#include <signal.h>

#include "ctl/options/arguments.h"
#include "ctl/verbs/verbs.h"
#include "shared/strv.h"
#include "tests/unit/capture.h"
#include "tests/unit/test-main.h"

#define WORDS_MAX 32

/* Reads the words of a line (no quoting). */
static int parse(Arguments *a, const char *line) {
        static char copy[512];
        char *argv[WORDS_MAX] = { (char *) "computectl" }, *state = NULL;
        int argc = 1;

        ck_assert_uint_lt(strlen(line), sizeof(copy));
        memcpy(copy, line, strlen(line) + 1);
        for (char *word = strtok_r(copy, " ", &state); word; word = strtok_r(NULL, " ", &state)) {
                ck_assert_int_lt(argc, WORDS_MAX - 1);
                argv[argc++] = word;
        }
        return arguments_parse(a, argc, argv, verb_takes_rest);
}

static void check_words(const char *line, const char *expected) {
        _cleanup_arguments_ Arguments a = {};
        char words[512] = "";

        ck_assert_int_eq(parse(&a, line), 1);
        STRV_FOREACH(word, a.words) {
                strncat(words, *word, 64);
                strncat(words, "|", 2);
        }
        ck_assert_str_eq(words, expected);
}

TEST(options_and_words_may_be_mixed) {
        check_words("", "");
        check_words("list", "list|");
        check_words("stop t1 -q t2 --user", "stop|t1|t2|");
        check_words("stop -- -q", "stop|-q|");
        check_words("--no-legend list -j", "list|");
}

TEST(the_command_is_not_read) {
        check_words("terminal -d ls -l --user", "terminal|ls|-l|--user|");
        check_words("terminal --name=x -- ls -l", "terminal|ls|-l|");
        check_words("run --type=notebook python3 -m x -f y.json", "run|python3|-m|x|-f|y.json|");
        check_words("run -- -odd --name", "run|-odd|--name|");
        check_words("run sh -c -- x", "run|sh|-c|--|x|");
        check_words("attach t1 -q", "attach|t1|");
        check_words("send t1 --enter ls -la --user", "send|t1|ls|-la|--user|");
        check_words("send -e t1 -- -q", "send|t1|-q|");
        check_words("rename t1 -q x", "rename|t1|x|");
}

TEST(nothing_said) {
        _cleanup_arguments_ Arguments a = {};

        ck_assert_int_eq(parse(&a, ""), 1);
        ck_assert(!a.user && !a.host && a.json == JSON_OFF && !a.detach);
        ck_assert_int_eq(a.signal, SIGTERM);
        ck_assert_str_eq(a.kill_whom, "all");
        ck_assert_uint_eq(a.lines, LINES_DEFAULT);
        ck_assert_int_eq(a.detach_key.byte, 0x1d);
        ck_assert(!a.read_only && !a.raw && !a.ansi && !a.escapes && !a.enter);
        ck_assert_uint_eq(a.scrollback, SCROLLBACK_UNSAID);
        ck_assert(!a.size_policy && !a.on_detach);
}

TEST(values) {
        _cleanup_arguments_ Arguments a = {};

        ck_assert_int_eq(setenv("TAKEN_OVER", "yes", 1), 0);
        ck_assert_int_eq(parse(&a,
                                 "kill t1 -s KILL --kill-whom=leader --user -n 5 -p Id,Name, -p State "
                                 "--setenv=A=b=c -E TAKEN_OVER --json=pretty --detach-key=^A"),
                1);
        ck_assert(a.user && a.json == JSON_PRETTY && a.lines == 5 && a.signal == SIGKILL);
        ck_assert_str_eq(a.kill_whom, "leader");
        ck_assert_uint_eq(strv_length(a.properties), 3);
        ck_assert_str_eq(a.properties[1], "Name");
        ck_assert_str_eq(a.properties[2], "State");
        ck_assert_str_eq(a.environment[0], "A=b=c");
        ck_assert_str_eq(a.environment[1], "TAKEN_OVER=yes");
        ck_assert_int_eq(a.detach_key.byte, 1);
}

TEST(values_about_terminals) {
        _cleanup_arguments_ Arguments a = {}, b = {};

        ck_assert_int_eq(parse(&a, "attach t1 --read-only --raw --scrollback=0 --size-policy=smallest"), 1);
        ck_assert(a.read_only && a.raw);
        ck_assert_uint_eq(a.scrollback, 0);
        ck_assert_str_eq(a.size_policy, "smallest");
        ck_assert_int_eq(parse(&b, "snapshot --scrollback t1 --ansi --enter -e --on-detach=10min"), 1);
        ck_assert(b.ansi && b.escapes && b.enter);
        ck_assert_uint_eq(b.scrollback, SCROLLBACK_MAX);
        ck_assert_str_eq(b.words[1], "t1");
        ck_assert_str_eq(b.on_detach, "10min");
}

TEST(values_about_notebooks) {
        _cleanup_arguments_ Arguments a = {}, none = {}, ipynb = {}, quiet = {};

        ck_assert_int_eq(parse(&a, "output n1 --follow --format=jsonl --since=12 --restart-on-crash"), 1);
        ck_assert(a.follow);
        ck_assert(a.restart_on_crash);
        ck_assert_int_eq(a.record_outputs, -1);
        ck_assert_int_eq(a.format, FORMAT_JSONL);
        ck_assert_str_eq(a.since, "12");
        ck_assert_int_eq(parse(&ipynb, "output n1 -f --format=ipynb"), 1);
        ck_assert(ipynb.follow);
        ck_assert_int_eq(ipynb.format, FORMAT_IPYNB);
        ck_assert_int_eq(parse(&none, "output n1"), 1);
        ck_assert(!none.follow && !none.purge);
        ck_assert_int_eq(none.format, FORMAT_TEXT);
        ck_assert_int_eq(parse(&quiet, "notebook a.ipynb --record-outputs=no --purge"), 1);
        ck_assert(quiet.purge);
        ck_assert_int_eq(quiet.record_outputs, 0);
}

TEST(detach_key_of_the_environment) {
        static const struct {
                const char *variable, *line;
                char byte;
                size_t warnings;
        } cases[] = {
                { "C-a", "attach t1", 1, 0 },
                { "C-a", "attach t1 --detach-key=^B", 2, 0 },
                { "none", "attach t1", 0, 0 },
                { "", "attach t1", 0x1d, 0 },
                { "F12", "list", 0x1d, 1 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_arguments_ Arguments a = {};
                Capture capture;

                ck_assert_int_eq(setenv("COMPUTECTL_DETACH_KEY", cases[i].variable, 1), 0);
                capture_begin(&capture);
                ck_assert_int_eq(parse(&a, cases[i].line), 1);
                ck_assert_uint_eq(count_lines(capture_end(&capture)), cases[i].warnings);
                ck_assert_int_eq(a.detach_key.byte, cases[i].byte);
        }
        ck_assert_int_eq(unsetenv("COMPUTECTL_DETACH_KEY"), 0);
}

TEST(wrong_ones_are_refused) {
        static const char *const wrong[] = { "--nope", "-Z", "-n", "-n x", "-n -1", "--record-outputs=x",
                "--json=x", "--json", "-s SIGFOO", "-s 0", "-s 999", "--kill-whom=me", "--type=x",
                "--transport=udp", "--setenv=1=2", "--setenv=NOT_SET_ANYWHERE", "--detach-key=x",
                "--name=", "--user=yes", "--scrollback=x", "--scrollback=10001", "--scrollback=-1",
                "--size-policy=", "--size-policy=big", "--on-detach=later",
                "--on-detach=", "--read-only=yes", "--format=pdf", "--format=", "--follow=yes" };

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++) {
                _cleanup_arguments_ Arguments a = {};
                Capture capture;
                int r;

                capture_begin(&capture);
                r = parse(&a, wrong[i]);
                ck_assert_uint_eq(count_lines(capture_end(&capture)), 1);
                ck_assert_int_eq(r, -EINVAL);
        }
}

TEST(verbs_are_well_formed) {
        size_t defaults = 0;

        for (const Verb *v = verb_table(); v->name; v++) {
                ck_assert_ptr_nonnull(v->function);
                ck_assert_ptr_nonnull(v->operands);
                ck_assert_ptr_nonnull(v->help);
                ck_assert_uint_le(v->min_operands, v->max_operands);
                ck_assert_ptr_eq(verb_find(v->name), v);
                ck_assert_int_eq(v->operands[0] == 0, v->max_operands == 0);
                defaults += v->flags & VERB_DEFAULT ? 1 : 0;
        }
        ck_assert_uint_eq(defaults, 1);
        ck_assert_str_eq(verb_find(NULL)->name, "list");
        ck_assert_ptr_null(verb_find("nope"));
        ck_assert_ptr_null(verb_find(""));
}

TEST(operands_are_counted) {
        static const char *const wrong[] = { "nope", "list x", "attach", "attach a b", "stop", "notebook",
                "history a b", "run", "send", "snapshot", "rename t1", "rename t1 a b", "set-notebook n1",
                "set-notebook n1 a b", "limit", "limit t1", "\033[31m" };

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++) {
                _cleanup_arguments_ Arguments a = {};
                Client client = { .arguments = &a };
                Capture capture;
                const char *text;
                int r;

                ck_assert_int_eq(parse(&a, wrong[i]), 1);
                capture_begin(&capture);
                r = verbs_dispatch(&client, a.words);
                text = capture_end(&capture);
                ck_assert_int_eq(r, -EINVAL);
                ck_assert_ptr_nonnull(strstr(text, "Try 'computectl --help'."));
                ck_assert_ptr_null(strchr(text, '\033'));
        }
}

TEST_MAIN(options_and_words_may_be_mixed, the_command_is_not_read, nothing_said, values,
        values_about_notebooks, values_about_terminals, detach_key_of_the_environment,
        wrong_ones_are_refused, verbs_are_well_formed, operands_are_counted);

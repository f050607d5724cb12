/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is told of a session: its description, its activity, and the first reason of its end. */

#include <endian.h>
#include <sys/mman.h>
#include <unistd.h>

#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-lifetime.h"
#include "manager/session/session.h"
#include "shared/keeper-protocol.h"
#include "shared/names.h"
#include "shared/strv.h"
#include "shared/text.h"
#include "tests/unit/test-main.h"

static Manager manager;

static Session *make(SessionType type, const char *name, const char *kernel) {
        Session *s;

        ck_assert_int_eq(session_new(&manager, type, 1, 1000, true, &s), 0);
        ck_assert_int_eq(replace_string(&s->name, name), 1);
        ck_assert_int_ge(replace_string(&s->program.kernel, kernel), 0);
        return s;
}

static void assert_description(
        SessionType type, const char *name, const char *kernel, const char *expected) {
        Session *s = make(type, name, kernel);
        _cleanup_free_ char *description = session_describe(s);

        ck_assert_str_eq(description, expected);
        session_free_all(&manager.sessions);
}

TEST(describes) {
        assert_description(SESSION_TERMINAL, "bash", NULL, "Terminal bash");
        assert_description(
                SESSION_NOTEBOOK, "analysis.ipynb", "python3", "Notebook analysis.ipynb (python3)");
        assert_description(SESSION_NOTEBOOK, "analysis.ipynb", NULL, "Notebook analysis.ipynb");
        assert_description(SESSION_NOTEBOOK, "analysis.ipynb", "", "Notebook analysis.ipynb");
        assert_description(SESSION_TERMINAL, "%s%n", NULL, "Terminal %s%n");
}

static void assert_default_name(
        SessionType type, const char *command, const char *notebook, const char *expected) {
        Session *s = make(type, "a", NULL);
        _cleanup_free_ char *name = NULL;

        if (command)
                ck_assert_int_eq(strv_extend(&s->program.command, command), 0);
        ck_assert_int_ge(replace_string(&s->program.notebook, notebook), 0);
        name = session_default_name(s);
        if (expected)
                ck_assert_str_eq(name, expected);
        ck_assert_msg(session_name_is_valid(name), "'%s' is no valid name", name);
        session_free_all(&manager.sessions);
}

TEST(names_by_default) {
        assert_default_name(SESSION_TERMINAL, "/usr/bin/bash", NULL, "bash");
        assert_default_name(SESSION_TERMINAL, "bash", NULL, "bash");
        assert_default_name(SESSION_NOTEBOOK, "python3", "/home/a/b c.ipynb", "b c.ipynb");
        assert_default_name(SESSION_NOTEBOOK, "python3", "/home/a/b:c.ipynb", "b_c.ipynb");
        assert_default_name(SESSION_NOTEBOOK, "python3", "/home/a/n7", "notebook");
        assert_default_name(SESSION_TERMINAL, "/opt/t1", NULL, "terminal");
        assert_default_name(SESSION_NOTEBOOK, "python3", NULL, NULL);
        assert_default_name(SESSION_TERMINAL, NULL, NULL, NULL);
}

/* A name that nobody gave is as good as one that somebody gave. */
TEST(default_names_are_valid) {
        static const char *const commands[] = { "/", "/a/", "-", " ", "a ", " a", "", "a\nb", "\033[31m" };

        for (size_t i = 0; i < ELEMENTSOF(commands); i++)
                assert_default_name(SESSION_TERMINAL, commands[i], NULL, NULL);
}

TEST(reads_activity) {
        const KeeperActivity activity = { .last_input = htole64(12), .last_output = htole64(34) };
        Session *s = make(SESSION_TERMINAL, "a", NULL);
        usec_t input, output;

        session_read_activity(s, &input, &output);
        ck_assert_uint_eq(input, UINT64_MAX);
        ck_assert_uint_eq(output, UINT64_MAX);

        /* What a keeper hands over may be anything: shorter than it should be, or no file at all. */
        s->keeper.activity_fd = memfd_create("activity", MFD_CLOEXEC);
        session_read_activity(s, &input, &output);
        ck_assert_uint_eq(input, UINT64_MAX);
        ck_assert_int_eq(
                write(s->keeper.activity_fd, &activity, sizeof(activity) - 1), sizeof(activity) - 1);
        session_read_activity(s, &input, &output);
        ck_assert_uint_eq(output, UINT64_MAX);
        ck_assert_int_eq(pwrite(s->keeper.activity_fd, &activity, sizeof(activity), 0), sizeof(activity));
        session_read_activity(s, &input, &output);
        ck_assert_uint_eq(input, 12);
        ck_assert_uint_eq(output, 34);
        session_free_all(&manager.sessions);
}

TEST(first_error_counts) {
        Session *s = make(SESSION_TERMINAL, "a", NULL);

        session_set_error(s, ERROR_NO_SUCH_COMMAND, "no %s", "nonesuch");
        session_set_error(s, ERROR_START_FAILED, "it failed");
        ck_assert_str_eq(s->error.name, ERROR_NO_SUCH_COMMAND);
        ck_assert_str_eq(s->error.message, "no nonesuch");
        session_free_all(&manager.sessions);
}

TEST(first_result_counts) {
        Session *s;

        ck_assert_int_ge(sd_event_new(&manager.event), 0);
        s = make(SESSION_TERMINAL, "a", NULL);
        session_set_result(s, RESULT_STOPPED);
        session_set_result(s, RESULT_SIGNAL);
        ck_assert_int_eq(s->end.result, RESULT_STOPPED);
        ck_assert(s->changes & CHANGE_RESULT);
        ck_assert_ptr_eq(manager.changed, s);
        ck_assert_ptr_null(s->next_changed);

        /* Who goes away before it is told leaves the list. */
        (void) session_free(s);
        ck_assert_ptr_null(manager.changed);
        session_free_all(&manager.sessions);
        sd_event_source_disable_unref(manager.flush);
        sd_event_unref(manager.event);
}

TEST_MAIN(describes, names_by_default, default_names_are_valid, reads_activity, first_error_counts,
        first_result_counts);

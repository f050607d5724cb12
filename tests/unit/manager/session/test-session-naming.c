/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What sessions are called and which notebooks they are of, when that changes; on record, or not at all. */

#include "manager/session/session-naming.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

static bool record_says(const char *id, const char *line) {
        _cleanup_free_ char *name = NULL, *record = NULL;

        ck_assert_int_gt(asprintf(&name, "compute-sessions/sessions/%s", id), 0);
        record = world_read_file(name);
        return strstr(record, line);
}

TEST(names) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        world_settle();
        fake_bus_forget();
        (void) world_answer(world_call_session("t1", "SetName", "s", "build"));
        ck_assert_str_eq(s->name, "build");
        ck_assert(record_says("t1", "NAME=build\n"));
        WORLD_UNTIL(fake_bus_heard("PropertiesChanged org.computesession1.Session"));
        (void) world_answer(world_call_session("t1", "SetName", "s", "build"));
        (void) world_refusal(world_call_session("t1", "SetName", "s", ""), ERROR_INVALID_ARGUMENT);
        world_end();
}

TEST(a_name_that_cannot_be_on_record_is_none) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        world_fill_runtime_dir(true);
        ck_assert_ptr_nonnull(strstr(
                world_refusal(world_call_session("t1", "SetName", "s", "build"), SD_BUS_ERROR_IO_ERROR),
                "keeps its name"));
        ck_assert_str_eq(s->name, "bash");
        world_fill_runtime_dir(false);
        world_end();
}

/* A name that was made of the old file's goes along. */
TEST(notebooks_move) {
        Session *s;

        world_begin();
        s = world_start_notebook("/tmp/a.ipynb");
        ck_assert_str_eq(s->name, "a.ipynb");
        (void) world_answer(world_call_session("n1", "SetNotebook", "s", "/tmp/b.ipynb"));
        ck_assert_str_eq(s->program.notebook, "/tmp/b.ipynb");
        ck_assert_str_eq(s->name, "b.ipynb");
        ck_assert(record_says("n1", "NOTEBOOK=/tmp/b.ipynb\n"));
        (void) world_answer(world_call_session("n1", "SetName", "s", "mine"));
        (void) world_answer(world_call_session("n1", "SetNotebook", "s", "/tmp/c.ipynb"));
        ck_assert_str_eq(s->name, "mine");
        ck_assert_int_eq(session_set_notebook(s, "/tmp/c.ipynb"), 0);
        world_end();
}

TEST(notebooks_of_others_are_taken) {
        Session *s;

        world_begin();
        (void) world_start_notebook("/tmp/a.ipynb");
        fake_keepers_mute(KEEPER_START, 1);
        (void) world_ask_for_notebook("/tmp/b.ipynb");
        WORLD_UNTIL(fake_keeper_get("n2") && fake_keeper_get("n2")->heard[KEEPER_START]);
        fake_keeper_fork(fake_keeper_get("n2"));
        s = world_session("n2");
        WORLD_UNTIL(s->announced);
        (void) world_refusal(
                world_call_session("n2", "SetNotebook", "s", "/tmp/a.ipynb"), ERROR_NOTEBOOK_IN_USE);
        ck_assert_str_eq(s->program.notebook, "/tmp/b.ipynb");
        world_end();
}

TEST(a_notebook_that_cannot_be_on_record_is_none) {
        Session *s;

        world_begin();
        s = world_start_notebook("/tmp/a.ipynb");
        world_fill_runtime_dir(true);
        (void) world_refusal(
                world_call_session("n1", "SetNotebook", "s", "/tmp/b.ipynb"), SD_BUS_ERROR_IO_ERROR);
        ck_assert_str_eq(s->program.notebook, "/tmp/a.ipynb");
        ck_assert_str_eq(s->name, "a.ipynb");
        world_fill_runtime_dir(false);
        world_end();
}

TEST_MAIN(names, a_name_that_cannot_be_on_record_is_none, notebooks_move, notebooks_of_others_are_taken,
        a_notebook_that_cannot_be_on_record_is_none);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What START may say. */

#include "keeper/launch/start-request.h"
#include "shared/strv.h"
#include "tests/unit/test-main.h"

static int read_request(WireWriter *w, const char *id, StartRequest *ret, Failure *failure) {
        WireMessage message;
        int r;

        ck_assert_int_eq(w->error, 0);
        ck_assert_int_eq(wire_parse(w->data, w->size, &message), 0);
        r = start_request_read(&message, id, ret, failure);
        wire_writer_done(w);
        return r;
}

TEST(terminal) {
        _cleanup_start_request_ StartRequest s = {};
        _cleanup_failure_ Failure f = {};
        WireWriter w = {};

        wire_begin(&w, KEEPER_START, 1);
        wire_put_string(&w, KEEPER_TAG_TYPE, "terminal");
        wire_put_string(&w, KEEPER_TAG_SESSION_ID, "t1");
        wire_put_string(&w, KEEPER_TAG_ARGUMENT, "vi");
        wire_put_string(&w, KEEPER_TAG_ARGUMENT, "");
        wire_put_string(&w, KEEPER_TAG_ENVIRONMENT, "A=b");
        wire_put_string(&w, KEEPER_TAG_DIRECTORY, "/tmp");
        wire_put_u64(&w, KEEPER_TAG_ROWS, 50);
        wire_put_u64(&w, KEEPER_TAG_COLUMNS, 200);
        wire_put_u64(&w, KEEPER_TAG_OUTPUT_BUFFER_SIZE, 1048576);
        ck_assert_int_eq(read_request(&w, "t1", &s, &f), 0);
        ck_assert_int_eq(s.type, SESSION_TERMINAL);
        ck_assert_uint_eq(strv_length(s.arguments), 2);
        ck_assert_str_eq(s.environment[0], "A=b");
        ck_assert_str_eq(s.directory, "/tmp");
        ck_assert_uint_eq(s.rows, 50);
        ck_assert_uint_eq(s.columns, 200);
        ck_assert_uint_eq(s.output_buffer_size, 1048576);
}
END_TEST

TEST(defaults) {
        _cleanup_start_request_ StartRequest t = {}, n = {};
        _cleanup_failure_ Failure f = {};
        WireWriter w = {};

        wire_begin(&w, KEEPER_START, 1);
        wire_put_string(&w, KEEPER_TAG_TYPE, "terminal");
        wire_put_string(&w, KEEPER_TAG_DIRECTORY, "");
        ck_assert_int_eq(read_request(&w, "t1", &t, &f), 0);
        ck_assert_ptr_null(t.arguments);
        ck_assert_ptr_null(t.directory);
        ck_assert_uint_eq(t.rows, 24);
        ck_assert_uint_eq(t.columns, 80);
        ck_assert_uint_eq(t.output_buffer_size, 4 * 1024 * 1024);

        wire_begin(&w, KEEPER_START, 1);
        wire_put_string(&w, KEEPER_TAG_TYPE, "notebook");
        wire_put_string(&w, KEEPER_TAG_NOTEBOOK, "/a.ipynb");
        wire_put_string(&w, KEEPER_TAG_KERNEL, "");
        ck_assert_int_eq(read_request(&w, "n1", &n, &f), 0);
        ck_assert_ptr_null(n.kernel);
        ck_assert_int_eq(n.transport, TRANSPORT_AUTO);
}
END_TEST

typedef struct Case {
        const char *id;
        const char *type;
        KeeperTag tag;
        const char *value;
        int expected;
} Case;

/* Values that users chose give a sentence; what only a broken manager says is no message at all. */
static const Case cases[] = {
        { "t1", "notebook", KEEPER_TAG_NOTEBOOK, "/a", -EBADMSG },
        { "t1", "chess", KEEPER_TAG_DIRECTORY, "/", -EBADMSG },
        { "t1", "terminal", KEEPER_TAG_TYPE, "terminal", -EBADMSG }, /* twice */
        { "t1", "terminal", KEEPER_TAG_SESSION_ID, "t2", -EBADMSG },
        { "t1", "terminal", KEEPER_TAG_NOTEBOOK, "/a", -EBADMSG },
        { "t1", "terminal", KEEPER_TAG_TRANSPORT, "smoke", -EBADMSG },
        { "t1", "terminal", KEEPER_TAG_ROWS, "\1\2\3\4\5\6\7\7", -EBADMSG },
        { "t1", "terminal", KEEPER_TAG_COLUMNS, "80", -EBADMSG },
        { "t1", "terminal", KEEPER_TAG_OUTPUT_BUFFER_SIZE, "\377\377\3\1\1\1\1\1",
                -EBADMSG }, /* too large */
        { "n1", "notebook", KEEPER_TAG_DIRECTORY, "/", -EBADMSG },
        { "t1", "terminal", KEEPER_TAG_ARGUMENT, "", KEEPER_ERROR_NO_COMMAND },
        { "t1", "terminal", KEEPER_TAG_ENVIRONMENT, "novalue", KEEPER_ERROR_FAILED },
        { "t1", "terminal", KEEPER_TAG_ENVIRONMENT, "=x", KEEPER_ERROR_FAILED },
        { "t1", "terminal", KEEPER_TAG_ENVIRONMENT, "A=\xff", KEEPER_ERROR_FAILED },
        { "t1", "terminal", KEEPER_TAG_DIRECTORY, "relative", KEEPER_ERROR_NO_DIRECTORY },
        { "t1", "terminal", KEEPER_TAG_DIRECTORY, "/a/../b", KEEPER_ERROR_NO_DIRECTORY },
        { "n1", "notebook", KEEPER_TAG_NOTEBOOK, "a.ipynb", KEEPER_ERROR_NO_NOTEBOOK },
        { "n1", "notebook", KEEPER_TAG_NOTEBOOK, "", KEEPER_ERROR_NO_NOTEBOOK },
        { "t1", "terminal", KEEPER_TAG_KERNEL, "/a/./b", KEEPER_ERROR_NO_KERNEL },
};

TEST(refused) {
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StartRequest s = {};
                _cleanup_failure_ Failure f = {};
                WireWriter w = {};
                int r;

                wire_begin(&w, KEEPER_START, 1);
                wire_put_string(&w, KEEPER_TAG_TYPE, cases[i].type);
                wire_put_string(&w, cases[i].tag, cases[i].value);
                r = read_request(&w, cases[i].id, &s, &f);
                ck_assert_msg(r == cases[i].expected, "case %zu: %d", i, r);
                ck_assert_ptr_null(s.directory);
                ck_assert((r > 0) == (f.error != KEEPER_ERROR_NONE));
        }
}
END_TEST

TEST_MAIN(terminal, defaults, refused);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading messages by a table: kinds, repetition, unknown tags. */

#include "keeper/store/message-fields.h"
#include "shared/keeper-protocol.h"
#include "shared/strv.h"
#include "tests/unit/test-main.h"

typedef struct Values {
        uint64_t number;
        char *string;
        char **strings;
} Values;

static int read_values(WireWriter *w, Values *v) {
        const FieldTarget targets[] = {
                { 1, FIELD_NUMBER, &v->number },
                { 2, FIELD_STRING, &v->string },
                { 3, FIELD_STRINGS, &v->strings },
        };
        WireMessage message;
        int r;

        ck_assert_int_eq(w->error, 0);
        ck_assert_int_eq(wire_parse(w->data, w->size, &message), 0);
        r = message_fields_read(message, targets, ELEMENTSOF(targets));
        wire_writer_done(w);
        return r;
}

static void values_done(Values *v) {
        free(v->string);
        strv_free(v->strings);
}

TEST(all) {
        _cleanup_(values_done) Values v = { .number = 7 };
        WireWriter w = {};

        wire_begin(&w, 1, 0);
        ck_assert_int_eq(read_values(&w, &v), 0);
        ck_assert_uint_eq(v.number, 7);
        ck_assert_ptr_null(v.string);

        wire_begin(&w, 1, 0);
        wire_put_string(&w, 3, "a");
        wire_put_u64(&w, 1, 9);
        wire_put_string(&w, 99, "unknown");
        wire_put_string(&w, 3, "");
        wire_put_string(&w, 2, "s");
        ck_assert_int_eq(read_values(&w, &v), 0);
        ck_assert_uint_eq(v.number, 9);
        ck_assert_str_eq(v.string, "s");
        ck_assert_uint_eq(strv_length(v.strings), 2);
        ck_assert_str_eq(v.strings[1], "");
}
END_TEST

TEST(refused) {
        _cleanup_(values_done) Values v = {};
        WireWriter w = {};

        wire_begin(&w, 1, 0);
        wire_put_string(&w, 1, "no number");
        ck_assert_int_eq(read_values(&w, &v), -EBADMSG);

        wire_begin(&w, 1, 0);
        wire_put_u64(&w, 2, 1); /* has NULs */
        ck_assert_int_eq(read_values(&w, &v), -EBADMSG);

        wire_begin(&w, 1, 0);
        wire_put_string(&w, 2, "once");
        wire_put_string(&w, 2, "twice");
        ck_assert_int_eq(read_values(&w, &v), -EBADMSG);

        wire_begin(&w, 1, 0);
        for (size_t i = 0; i < KEEPER_STRINGS_MAX + 1; i++)
                wire_put_string(&w, 3, "x");
        ck_assert_int_eq(read_values(&w, &v), -EBADMSG);
}
END_TEST

TEST_MAIN(all, refused);

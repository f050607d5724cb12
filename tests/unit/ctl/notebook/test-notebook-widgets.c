/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* State of widgets, and what Output widgets catch. */

#include "ctl/notebook/notebook-writer.h"
#include "tests/unit/outputs.h"
#include "tests/unit/test-main.h"

#define OPEN(id, state)                                                                                 \
        "comm_open",                                                                                    \
                "{\"comm_id\":\"" id "\",\"target_name\":\"jupyter.widget\",\"data\":{\"state\":" state \
                "}}"
#define UPDATE(id, state) \
        "comm_msg", "{\"comm_id\":\"" id "\",\"data\":{\"method\":\"update\",\"state\":" state "}}"
#define OUT   "{\"_model_name\":\"OutputModel\",\"msg_id\":\"\",\"outputs\":[]}"
#define PRINT "stream", "{\"name\":\"stdout\",\"text\":\"x\"}"
#define TEXT  "{\"name\":\"stdout\",\"output_type\":\"stream\",\"text\":\"x\"}"

typedef struct Said {
        const char *parent, *type, *content;
} Said;

/* The notebook that these make. */
static json_object *make(const Said *said, size_t n) {
        _cleanup_notebook_document_ NotebookDocument d = {};
        _cleanup_free_ char *text = NULL;
        json_object *notebook;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        ck_assert_ptr_nonnull(f);
        notebook_document_init(&d);
        for (size_t i = 0; i < n; i++) {
                _cleanup_kernel_output_ KernelOutput o =
                        output_make(said[i].type, said[i].parent, said[i].content);

                ck_assert_int_eq(notebook_document_add(&d, &o), 0);
        }
        ck_assert_int_eq(notebook_write(&d, &(NotebookMetadata){}, f), 0);
        ck_assert_int_eq(fclose(f), 0);
        ck_assert_int_eq(json_read(text, size, &notebook, NULL), 0);
        return notebook;
}

static json_object *state_of(json_object *notebook) {
        json_object *o = json_member(notebook, "metadata", json_type_object);

        o = json_member(o, "widgets", json_type_object);
        o = json_member(o, "application/vnd.jupyter.widget-state+json", json_type_object);
        return json_member(o, "state", json_type_object);
}

static void check_equal(json_object *found, const char *expected) {
        _cleanup_json_ json_object *wanted = NULL;

        ck_assert_int_eq(json_read(expected, strlen(expected), &wanted, NULL), 0);
        ck_assert_msg(json_object_equal(found, wanted), "%s", json_object_to_json_string(found));
}

/* Compares the state of one widget, and the outputs of the first cell, for which "c" is the request. */
#define CHECK(id, expected_state, expected_outputs, ...)                                                 \
        do {                                                                                             \
                static const Said said[] = { { "c", "execute_input", "{\"code\":\"\"}" }, __VA_ARGS__ }; \
                _cleanup_json_ json_object *notebook = make(said, ELEMENTSOF(said));                     \
                json_object *cell =                                                                      \
                        json_object_array_get_idx(json_member(notebook, "cells", json_type_array), 0);   \
                check_equal(json_member(json_member(state_of(notebook), id, json_type_object), "state",  \
                                    json_type_object),                                                   \
                        expected_state);                                                                 \
                check_equal(json_member(cell, "outputs", json_type_array), expected_outputs);            \
        } while (0)

TEST(state_is_merged) {
        CHECK("w", "{\"_model_name\":\"M\",\"a\":1,\"b\":[3],\"d\":null}", "[]",
                { "c", OPEN("w", "{\"_model_name\":\"M\",\"a\":1,\"b\":2}") },
                { "c", UPDATE("w", "{\"b\":[3],\"d\":null}") },
                { "c", "comm_msg", "{\"comm_id\":\"w\",\"data\":{\"method\":\"custom\",\"content\":{}}}" },
                { "c", "comm_close", "{\"comm_id\":\"w\",\"data\":{}}" });
}
END_TEST

TEST(what_is_caught_is_not_the_cell_s) {
        static const char caught[] =
                "{\"_model_name\":\"OutputModel\",\"msg_id\":\"\",\"outputs\":[" TEXT "]}";
        static const char own[] = "[{\"name\":\"stdout\",\"output_type\":\"stream\",\"text\":[\"xx\"]}]";

        CHECK("w", caught, own, { "c", OPEN("w", OUT) }, { "c", PRINT },
                { "c", UPDATE("w", "{\"msg_id\":\"c\"}") }, { "c", "clear_output", "{\"wait\":false}" },
                { "c", PRINT }, { "c", UPDATE("w", "{\"msg_id\":\"\"}") }, { "c", PRINT });
}
END_TEST

TEST(clearing_waits_for_what_is_caught) {
        CHECK("w", "{\"_model_name\":\"OutputModel\",\"msg_id\":\"c\",\"outputs\":[" TEXT "]}", "[]",
                { "c", OPEN("w", OUT) }, { "c", UPDATE("w", "{\"msg_id\":\"c\"}") }, { "c", PRINT },
                { "c", "clear_output", "{\"wait\":true}" }, { "c", PRINT });
        CHECK("w", "{\"_model_name\":\"OutputModel\",\"msg_id\":\"c\",\"outputs\":[]}", "[]",
                { "c", OPEN("w", OUT) }, { "c", UPDATE("w", "{\"msg_id\":\"c\"}") }, { "c", PRINT },
                { "c", "clear_output", "{\"wait\":false}" });
}
END_TEST

TEST(the_innermost_catches) {
        CHECK("v", "{\"_model_name\":\"OutputModel\",\"msg_id\":\"\",\"outputs\":[" TEXT "]}", "[]",
                { "c", OPEN("w", OUT) }, { "c", OPEN("v", OUT) }, { "c", UPDATE("w", "{\"msg_id\":\"c\"}") },
                { "c", UPDATE("v", "{\"msg_id\":\"c\"}") }, { "c", PRINT },
                { "c", UPDATE("v", "{\"msg_id\":\"\"}") }, { "c", PRINT });
}
END_TEST

TEST(a_front_end_does_not_overrule_what_was_caught) {
        CHECK("w", "{\"_model_name\":\"OutputModel\",\"msg_id\":\"c\",\"outputs\":[" TEXT "]}", "[]",
                { "c", OPEN("w", OUT) }, { "c", UPDATE("w", "{\"msg_id\":\"c\"}") }, { "c", PRINT },
                { "other", UPDATE("w", "{\"outputs\":[]}") });
        CHECK("w", "{\"_model_name\":\"OutputModel\",\"msg_id\":\"\",\"outputs\":[1]}", "[]",
                { "c", OPEN("w", OUT) }, { "c", UPDATE("w", "{\"outputs\":[1]}") });
}
END_TEST

TEST(hostile_messages) {
        static const Said said[] = { { "c", "comm_open", "{}" }, { "c", "comm_msg", "{\"data\":[]}" },
                { "c", "comm_msg", "{\"comm_id\":7,\"data\":{\"state\":{}}}" }, { "", OPEN("", "{}") },
                { "c", UPDATE("w", "[]") }, { "c", OPEN("w", "{\"_model_name\":7,\"outputs\":7}") },
                { "c",
                        OPEN("w",
                                "{\"_model_name\":\"OutputModel\",\"outputs\":[1,{\"output_type\":\"error\"}]}") },
                { "c", UPDATE("w", "{\"msg_id\":{}}") }, { "c", UPDATE("w", "{\"msg_id\":\"\"}") },
                { "c", UPDATE("w", "{\"msg_id\":\"lost\"}") }, { "lost", PRINT },
                { "c", UPDATE("x", "{}") } };
        _cleanup_json_ json_object *notebook = make(said, ELEMENTSOF(said));

        ck_assert_ptr_null(json_member(state_of(notebook), "x", json_type_object));
        ck_assert_ptr_nonnull(json_member(state_of(notebook), "w", json_type_object));
}
END_TEST

TEST_MAIN(state_is_merged, what_is_caught_is_not_the_cell_s, clearing_waits_for_what_is_caught,
        the_innermost_catches, a_front_end_does_not_overrule_what_was_caught, hostile_messages);

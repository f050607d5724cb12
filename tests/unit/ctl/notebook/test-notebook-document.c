/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Cells of what a kernel said. */

#include "ctl/notebook/notebook-document.h"
#include "tests/unit/outputs.h"
#include "tests/unit/test-main.h"

static void add(NotebookDocument *d, const char *type, const char *parent, const char *content) {
        _cleanup_kernel_output_ KernelOutput o = output_make(type, parent, content);

        ck_assert_int_eq(notebook_document_add(d, &o), 0);
}

static void add_stream(NotebookDocument *d, const char *parent, const char *text) {
        char content[256];

        snprintf(content, sizeof(content), "{\"name\":\"stdout\",\"text\":\"%s\"}", text);
        add(d, "stream", parent, content);
}

static void add_display(
        NotebookDocument *d, const char *type, const char *parent, const char *id, const char *text) {
        char content[256];

        snprintf(content, sizeof(content),
                "{\"data\":{\"text/plain\":\"%s\"},\"transient\":{\"display_id\":\"%s\"}}", text, id);
        add(d, type, parent, content);
}

/* "[source]" of each cell, behind it its outputs as "type:text" with ";". */
static char *describe(const NotebookDocument *d) {
        static const char *const types[_OUTPUT_MAX] = {
                [OUTPUT_STREAM] = "out",
                [OUTPUT_DISPLAY_DATA] = "display",
                [OUTPUT_EXECUTE_RESULT] = "result",
                [OUTPUT_ERROR] = "error",
        };
        const NotebookCell *cell;
        const CellOutput *o;
        char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        ck_assert_ptr_nonnull(f);
        TAILQ_FOREACH(cell, &d->cells, cells) {
                if (cell->is_text)
                        fprintf(f, "\"%s\"", cell->text);
                else
                        fprintf(f, "[%s]", cell->input ? json_text_of(cell->input, "code", NULL) : "?");
                TAILQ_FOREACH(o, &cell->outputs.list, outputs) {
                        json_object *data =
                                o->content ? json_member(o->content, "data", json_type_object) : NULL;

                        fprintf(f, "%s:%s;",
                                o->type == OUTPUT_STREAM && o->is_stderr ? "err" : types[o->type],
                                o->type == OUTPUT_STREAM ? o->text
                                        : data           ? json_text_of(data, "text/plain", NULL)
                                                         : "");
                }
        }
        ck_assert_int_eq(fclose(f), 0);
        return text;
}

#define CHECK(d, expected)                                    \
        do {                                                  \
                _cleanup_free_ char *described = describe(d); \
                ck_assert_str_eq(described, expected);        \
        } while (0)

#define WITH_DOCUMENT(d)                                     \
        _cleanup_notebook_document_ NotebookDocument d = {}; \
        notebook_document_init(&d)

TEST(cells_are_in_the_order_of_their_inputs) {
        WITH_DOCUMENT(d);

        add(&d, "execute_input", "1", "{\"code\":\"a\"}");
        add_stream(&d, "1", "x");
        add(&d, "execute_input", "2", "{\"code\":\"b\"}");
        add_stream(&d, "2", "y");
        add_stream(&d, "1", "late");
        add(&d, "error", "2", "{}");
        add(&d, "execute_result", "2", "{\"data\":{\"text/plain\":\"3\"}}");
        CHECK(&d, "[a]out:xlate;[b]out:y;error:;result:3;");
}

TEST(streams_are_joined_by_kind) {
        WITH_DOCUMENT(d);

        add(&d, "execute_input", "1", "{\"code\":\"a\"}");
        for (int i = 0; i < 1000; i++)
                add_stream(&d, "1", "0123456789");
        add(&d, "stream", "1", "{\"name\":\"stderr\",\"text\":\"e\"}");
        add_stream(&d, "1", "f");
        ck_assert_uint_eq(TAILQ_FIRST(&TAILQ_FIRST(&d.cells)->outputs.list)->size, 10000);
        TAILQ_FIRST(&TAILQ_FIRST(&d.cells)->outputs.list)->text[2] = 0;
        CHECK(&d, "[a]out:01;err:e;out:f;");
}

TEST(clear_output) {
        WITH_DOCUMENT(d);

        add(&d, "execute_input", "1", "{\"code\":\"a\"}");
        add_stream(&d, "1", "x");
        add(&d, "clear_output", "1", "{\"wait\":false}");
        CHECK(&d, "[a]");
        add_stream(&d, "1", "y");
        add(&d, "clear_output", "1", "{\"wait\":true}");
        CHECK(&d, "[a]out:y;");
        add_stream(&d, "1", "z");
        add(&d, "clear_output", "1", "{\"wait\":true}");
        add_display(&d, "display_data", "1", "d", "p");
        add_stream(&d, "1", "more");
        CHECK(&d, "[a]display:p;out:more;");
}

TEST(displays_are_updated_wherever_they_are) {
        WITH_DOCUMENT(d);

        add(&d, "execute_input", "1", "{\"code\":\"a\"}");
        add_display(&d, "display_data", "1", "d", "0%");
        add_display(&d, "display_data", "1", "other", "o");
        add(&d, "execute_input", "2", "{\"code\":\"b\"}");
        add_display(&d, "update_display_data", "2", "d", "50%");
        CHECK(&d, "[a]display:50%;display:o;[b]");
        add_display(&d, "display_data", "2", "d", "100%");
        CHECK(&d, "[a]display:100%;display:o;[b]display:100%;");
        add_display(&d, "update_display_data", "2", "unknown", "x");
        add(&d, "clear_output", "1", "{}");
        add_display(&d, "update_display_data", "1", "d", "done");
        CHECK(&d, "[a][b]display:done;");
}

TEST(results_keep_their_number_when_updated) {
        WITH_DOCUMENT(d);

        add(&d, "execute_result", "1",
                "{\"data\":{\"text/plain\":\"r\"},\"execution_count\":4,\"transient\":{\"display_id\":\"d\"}}");
        add_display(&d, "update_display_data", "1", "d", "s");
        CHECK(&d, "[?]result:s;");
        ck_assert_int_eq(json_object_get_int(TAILQ_FIRST(&TAILQ_FIRST(&d.cells)->outputs.list)->count), 4);
}

TEST(outputs_without_input) {
        WITH_DOCUMENT(d);

        add(&d, "session", "", "{\"event\":\"dropped\",\"text\":\"5 are gone.\",\"entries\":5}");
        add_stream(&d, "lost", "x");
        add_stream(&d, "", "y");
        add(&d, "execute_input", "1", "{\"code\":\"a\"}");
        add_stream(&d, "lost", "z");
        CHECK(&d, "\"5 are gone.\"[?]out:xyz;[a]");
}

TEST(events_of_the_session) {
        WITH_DOCUMENT(d);

        add(&d, "session", "", "{\"event\":\"started\",\"text\":\"Started.\"}");
        add(&d, "execute_input", "1", "{\"code\":\"a\"}");
        add(&d, "session", "", "{\"event\":\"process\",\"text\":\"Killed\\n\"}");
        add(&d, "session", "", "{\"event\":\"ended\",\"text\":\"Ended.\"}");
        add(&d, "session", "", "{\"event\":\"process\",\"text\":\"starting\"}");
        add(&d, "session", "", "{\"event\":\"restarted\",\"text\":\"Again.\"}");
        add(&d, "session", "", "{}");
        add(&d, "execute_input", "2", "{\"code\":\"b\"}");
        CHECK(&d, "[a]err:Killed\n;\"Again.\"[b]");
}

TEST(many_cells) {
        WITH_DOCUMENT(d);

        for (int i = 0; i < 20000; i++) {
                char parent[16];

                snprintf(parent, sizeof(parent), "%d", i);
                add(&d, "execute_input", parent, "{\"code\":\"\"}");
        }
        for (int i = 0; i < 20000; i++) {
                char parent[16];

                snprintf(parent, sizeof(parent), "%d", i * 7919 % 20000);
                add_display(&d, "display_data", parent, parent, "");
        }
        ck_assert_ptr_null(TAILQ_NEXT(TAILQ_FIRST(&TAILQ_FIRST(&d.cells)->outputs.list), outputs));
}

TEST_MAIN(cells_are_in_the_order_of_their_inputs, streams_are_joined_by_kind, clear_output,
        displays_are_updated_wherever_they_are, results_keep_their_number_when_updated,
        outputs_without_input, events_of_the_session, many_cells);

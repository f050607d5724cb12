/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Notebooks are valid whatever the kernel said. That they are valid for nbformat is tested with it, on real
 * kernels. */

#include "ctl/notebook/notebook-writer.h"
#include "tests/unit/outputs.h"
#include "tests/unit/test-main.h"

static char *write_all(const NotebookDocument *d, const char *kernel, const char *language) {
        char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        ck_assert_ptr_nonnull(f);
        ck_assert_int_eq(
                notebook_write(d, &(NotebookMetadata){ .kernel = kernel, .language = language }, f), 0);
        ck_assert_int_eq(fclose(f), 0);
        return text;
}

static void add(NotebookDocument *d, const char *type, const char *content) {
        _cleanup_kernel_output_ KernelOutput o = output_make(type, "p", content);

        ck_assert_int_eq(notebook_document_add(d, &o), 0);
}

/* Writes a notebook of these, reads it, and compares with the JSON that is expected of the first cell. */
#define CHECK_CELL(expected, ...)                                                                       \
        do {                                                                                            \
                static const char *const said[][2] = { __VA_ARGS__ };                                   \
                _cleanup_notebook_document_ NotebookDocument d = {};                                    \
                _cleanup_json_ json_object *notebook = NULL, *wanted = NULL;                            \
                _cleanup_free_ char *text = NULL;                                                       \
                json_object *cell;                                                                      \
                notebook_document_init(&d);                                                             \
                for (size_t i = 0; i < ELEMENTSOF(said); i++)                                           \
                        add(&d, said[i][0], said[i][1]);                                                \
                text = write_all(&d, NULL, NULL);                                                       \
                ck_assert_int_eq(json_read(text, strlen(text), &notebook, NULL), 0);                    \
                ck_assert_int_eq(json_read(expected, strlen(expected), &wanted, NULL), 0);              \
                cell = json_object_array_get_idx(json_member(notebook, "cells", json_type_array), 0);   \
                json_object_object_del(cell, "metadata");                                               \
                ck_assert_msg(json_object_equal(cell, wanted), "%s", json_object_to_json_string(cell)); \
        } while (0)

TEST(an_empty_one) {
        _cleanup_notebook_document_ NotebookDocument d = {};
        _cleanup_free_ char *text = NULL;

        notebook_document_init(&d);
        text = write_all(&d, "python3", "python");
        ck_assert_str_eq(text,
                "{\n \"cells\": [],\n \"metadata\": {\n  \"kernelspec\": {\n   \"display_name\": \"python3\",\n"
                "   \"language\": \"python\",\n   \"name\": \"python3\"\n  },\n  \"language_info\": {\n"
                "   \"name\": \"python\"\n  }\n },\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n");
}

TEST(a_cell_of_code) {
        CHECK_CELL(
                "{\"cell_type\":\"code\",\"id\":\"cell-1\",\"execution_count\":2,\"source\":[\"a\\n\",\"b\"],"
                "\"outputs\":[{\"output_type\":\"stream\",\"name\":\"stdout\",\"text\":[\"x\\u0000\\n\",\"\\n\",\"\\u00e9\"]},"
                "{\"output_type\":\"execute_result\",\"execution_count\":2,\"metadata\":{\"m\":[1,null]},"
                "\"data\":{\"text/plain\":[\"1\\n\",\"2\"],\"image/png\":\"AA==\\n\",\"application/json\":{\"a\":1.50,\"b\":[true]}}},"
                "{\"output_type\":\"error\",\"ename\":\"E\",\"evalue\":\"v\",\"traceback\":[\"\\u001b[31mt\"]}]}",
                { "execute_input", "{\"code\":\"a\\nb\",\"execution_count\":2}" },
                { "stream", "{\"name\":\"stdout\",\"text\":\"x\\u0000\\n\\né\"}" },
                { "execute_result",
                        "{\"execution_count\":2,\"metadata\":{\"m\":[1,null]},\"data\":{\"text/plain\":\"1\\n2\","
                        "\"image/png\":\"AA==\\n\",\"application/json\":{\"a\":1.50,\"b\":[true]}}}" },
                { "error", "{\"ename\":\"E\",\"evalue\":\"v\",\"traceback\":[\"\\u001b[31mt\"]}" });
}

TEST(a_cell_of_text) {
        CHECK_CELL("{\"cell_type\":\"markdown\",\"id\":\"cell-1\",\"source\":[\"Again.\"]}",
                { "session", "{\"event\":\"restarted\",\"text\":\"Again.\"}" });
}

TEST(what_does_not_fit_is_made_to) {
        CHECK_CELL(
                "{\"cell_type\":\"code\",\"id\":\"cell-1\",\"execution_count\":null,\"source\":[],\"outputs\":["
                "{\"output_type\":\"display_data\",\"metadata\":{},\"data\":{\"text/plain\":\"7\",\"image/png\":\"[1]\","
                "\"text/html\":[\"a\"],\"application/x+json\":3}},"
                "{\"output_type\":\"display_data\",\"metadata\":{},\"data\":{}},"
                "{\"output_type\":\"execute_result\",\"metadata\":{},\"data\":{},\"execution_count\":null},"
                "{\"output_type\":\"error\",\"ename\":\"\",\"evalue\":\"\",\"traceback\":[\"a\"]}]}",
                { "execute_input", "{\"execution_count\":-1}" },
                { "display_data",
                        "{\"metadata\":3,\"data\":{\"text/plain\":7,\"image/png\":[1],\"text/html\":[\"a\"],"
                        "\"application/x+json\":3}}" },
                { "display_data", "{\"data\":[]}" }, { "execute_result", "{\"execution_count\":\"x\"}" },
                { "error", "{\"ename\":1,\"traceback\":[\"a\",2]}" });
}

TEST(what_could_harm_a_terminal_is_escaped) {
        _cleanup_notebook_document_ NotebookDocument d = {};
        _cleanup_free_ char *text = NULL;

        notebook_document_init(&d);
        add(&d, "stream", "{\"text\":\"\xc2\x9b\xe2\x80\xae\"}");
        text = write_all(&d, NULL, NULL);
        ck_assert_ptr_nonnull(strstr(text, "\"\\u009b\\u202e\""));
}

TEST_MAIN(an_empty_one, a_cell_of_code, a_cell_of_text, what_does_not_fit_is_made_to,
        what_could_harm_a_terminal_is_escaped);

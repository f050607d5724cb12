/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What computectl makes of the outputs of a kernel: the input is lines as Session.GetOutputs() gives them.
 * Whatever they say, the text has nothing in it that harms a terminal, and the notebook is JSON that has
 * nothing of it either. */

#include "ctl/notebook/kernel-text.h"
#include "ctl/notebook/notebook-writer.h"
#include "shared/text.h"
#include "tests/fuzz/input.h"

static void check_harmless(const char *text, size_t size) {
        for (const char *line = text; line < text + size;) {
                char *end = strchrnul(line, '\n');
                _cleanup_free_ char *copy = strndup(line, (size_t) (end - line));

                promise(copy);
                for (char *p = copy; *p; p++)
                        if (*p == '\t')
                                *p = ' ';
                promise(text_is_printable(copy));
                line = end + 1;
        }
}

static void check_notebook(const char *text, size_t size) {
        _cleanup_json_ json_object *notebook = NULL;

        check_harmless(text, size);
        promise(json_read(text, size, &notebook, NULL) == 0);
        promise(json_member(notebook, "cells", json_type_array));
}

static void read_lines(const char *data, size_t size, KernelText *t, NotebookDocument *d) {
        for (const char *end = data + size; data < end;) {
                const char *newline = memchr(data, '\n', (size_t) (end - data));
                size_t length = (size_t) ((newline ? newline : end) - data);
                _cleanup_kernel_output_ KernelOutput o = {};
                int r = kernel_output_parse(data, length, &o);

                promise(r == 1 || r == 0 || r == -EBADMSG);
                if (r == 1)
                        promise(kernel_text_write(t, &o) == 0 && notebook_document_add(d, &o) == 0);
                data += length + 1;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_notebook_document_ NotebookDocument document = {};
        _cleanup_kernel_text_ KernelText t = { .follow = size & 1 };
        char *text = NULL, *notebook = NULL;
        size_t text_size = 0, notebook_size = 0;
        FILE *f = open_memstream(&notebook, &notebook_size);

        t.out = open_memstream(&text, &text_size);
        promise(f && t.out);
        notebook_document_init(&document);
        read_lines((const char *) data, size, &t, &document);
        promise(kernel_text_finish(&t) == 0 && fclose(t.out) == 0);
        check_harmless(text, text_size);
        promise(notebook_write(&document, &(NotebookMetadata){ .kernel = "k", .language = "l" }, f) == 0);
        promise(fclose(f) == 0);
        check_notebook(notebook, notebook_size);
        free(text);
        free(notebook);
        return 0;
}

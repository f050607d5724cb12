/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writes what a kernel said as text. */

#include "ctl/notebook/kernel-text.h"
#include "ctl/text/format.h"
#include "ctl/text/output.h"
#include "ctl/text/text-filter.h"

#define PROMPT_SIZE 64

static int append(KernelText *t, const char *text, size_t size) {
        if (size > t->allocated - t->size) {
                size_t wanted = MAX(2 * t->allocated, t->size + size);
                char *grown = realloc(t->text, wanted);

                if (!grown)
                        return -ENOMEM;
                t->text = grown;
                t->allocated = wanted;
        }
        memcpy(t->text + t->size, text, size);
        t->size += size;
        return 0;
}

static int end_line(KernelText *t) {
        int r = append(t, "\n", 1);

        t->line = t->size;
        t->returned = t->begun = false;
        return r;
}

/* Writes the first bytes of what waits. */
static int emit(KernelText *t, size_t size) {
        int r;

        if (size == 0)
                return 0;
        r = text_filter(t->text, size, t->styles ? STYLES_KEPT : STYLES_REMOVED, t->out);
        t->begun = size > t->line;
        memmove(t->text, t->text + size, t->size - size);
        t->size -= size;
        t->line -= MIN(t->line, size);
        return r;
}

static int overwrite_line(KernelText *t) {
        t->returned = false;
        t->size = t->line;
        /* What was shown stays; below it is where the new text goes. */
        return t->begun ? end_line(t) : 0;
}

static int write_text(KernelText *t, const char *text, size_t size) {
        int r = 0;

        for (size_t i = 0, n; i < size && r >= 0; i += n) {
                n = 1;
                if (text[i] == '\n')
                        r = end_line(t);
                else if (text[i] == '\r')
                        t->returned = true;
                else {
                        while (i + n < size && text[i + n] != '\n' && text[i + n] != '\r')
                                n++;
                        if (t->returned)
                                r = overwrite_line(t);
                        if (r >= 0)
                                r = append(t, text + i, n);
                }
        }
        if (r < 0)
                return r;
        return emit(t, t->follow ? t->size : t->line);
}

int kernel_text_finish(KernelText *t) {
        int r;

        if (t->size > t->line || t->begun) {
                r = end_line(t);
                if (r < 0)
                        return r;
        }
        t->returned = false;
        return emit(t, t->size);
}

void kernel_text_done(KernelText *t) {
        free(t->text);
        *t = (KernelText){};
}

static void write_styled(KernelText *t, const char *style, const char *text) {
        if (t->styles)
                (void) fprintf(t->out, "\033[%sm%s\033[m", style, text);
        else
                (void) fputs(text, t->out);
}

/* "In [3]: "; the number is of the content. */
static int write_prompt(KernelText *t, const char *word, const char *style, json_object *content) {
        json_object *count = json_member(content, "execution_count", json_type_int);
        char prompt[PROMPT_SIZE];
        int r;

        r = kernel_text_finish(t);
        if (r < 0)
                return r;
        if (count)
                (void) snprintf(prompt, sizeof(prompt), "%s [%d]: ", word, json_object_get_int(count));
        else
                (void) snprintf(prompt, sizeof(prompt), "%s [ ]: ", word);
        write_styled(t, style, prompt);
        t->begun = true;
        return 0;
}

/* The text of the object's member, if it has one. */
static int write_text_of(KernelText *t, json_object *object, const char *key) {
        size_t size;
        const char *text = json_text_of(object, key, &size);

        return write_text(t, text, size);
}

static int write_line_of(KernelText *t, json_object *object, const char *key) {
        int r = write_text_of(t, object, key);

        return r < 0 ? r : kernel_text_finish(t);
}

static int write_input(KernelText *t, json_object *content) {
        int r;

        r = write_prompt(t, "In", "32", content);
        return r < 0 ? r : write_line_of(t, content, "code");
}

/* Does the text that comes with it say less than there is? */
static bool is_picture(const char *type) {
        return startswith(type, "image/") || startswith(type, "video/") || startswith(type, "audio/");
}

static int write_pictures(KernelText *t, json_object *data) {
        json_object_object_foreach(data, type, value) {
                char size[BYTES_SIZE];
                int r;

                if (!is_picture(type))
                        continue;
                (void) bytes_format(json_object_is_type(value, json_type_string)
                                ? (uint64_t) json_object_get_string_len(value)
                                : UINT64_MAX,
                        size);
                r = append(t, t->begun || t->size > t->line ? " [" : "[",
                        t->begun || t->size > t->line ? 2 : 1);
                if (r >= 0)
                        r = append(t, type, strlen(type));
                if (r >= 0)
                        r = append(t, ", ", 2);
                if (r >= 0)
                        r = append(t, size, strlen(size));
                if (r >= 0)
                        r = append(t, "]", 1);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int write_data(KernelText *t, json_object *content) {
        json_object *data = json_member(content, "data", json_type_object);
        int r;

        if (!data)
                return kernel_text_finish(t);
        r = write_text_of(t, data, "text/plain");
        if (r >= 0)
                r = write_pictures(t, data);
        return r < 0 ? r : kernel_text_finish(t);
}

static int write_traceback(KernelText *t, json_object *traceback) {
        for (size_t i = 0; i < json_object_array_length(traceback); i++) {
                json_object *line = json_object_array_get_idx(traceback, i);
                int r;

                if (!json_object_is_type(line, json_type_string))
                        continue;
                r = write_text(t, json_object_get_string(line), (size_t) json_object_get_string_len(line));
                if (r >= 0)
                        r = kernel_text_finish(t);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int write_error(KernelText *t, json_object *content) {
        json_object *traceback = json_member(content, "traceback", json_type_array);
        int r;

        r = kernel_text_finish(t);
        if (r < 0)
                return r;
        if (traceback && json_object_array_length(traceback) > 0)
                return write_traceback(t, traceback);
        r = write_text_of(t, content, "ename");
        if (r >= 0)
                r = write_text(t, ": ", 2);
        return r < 0 ? r : write_line_of(t, content, "evalue");
}

static int write_event(KernelText *t, const KernelOutput *o) {
        size_t size;
        const char *text = json_text_of(o->content, "text", &size);
        int r;

        if (streq(kernel_output_event(o), "process"))
                return t->runs ? write_text(t, text, size) : 0;
        t->runs = t->runs && !kernel_output_is_start_or_end(o);
        r = kernel_text_finish(t);
        if (r < 0 || size == 0)
                return r;
        write_styled(t, "2", "-- ");
        t->begun = true;
        return write_line_of(t, o->content, "text");
}

static int write_any(KernelText *t, const KernelOutput *o) {
        int r;

        switch (o->type) {
        case OUTPUT_EXECUTE_INPUT:
                return write_input(t, o->content);
        case OUTPUT_STREAM:
                return write_text_of(t, o->content, "text");
        case OUTPUT_EXECUTE_RESULT:
                r = write_prompt(t, "Out", "31", o->content);
                return r < 0 ? r : write_data(t, o->content);
        case OUTPUT_DISPLAY_DATA:
        case OUTPUT_UPDATE_DISPLAY_DATA:
                r = kernel_text_finish(t);
                return r < 0 ? r : write_data(t, o->content);
        case OUTPUT_ERROR:
                return write_error(t, o->content);
        case OUTPUT_SESSION:
                return write_event(t, o);
        default:
                return 0;
        }
}

int kernel_text_write(KernelText *t, const KernelOutput *o) {
        int r = write_any(t, o);

        if (o->type != OUTPUT_SESSION)
                t->runs = true;
        return r < 0 ? r : output_error(t->out);
}

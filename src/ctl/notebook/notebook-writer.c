/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writes cells as nbformat 4.5. The contents of messages have nearly the same form, but are a kernel's word,
 * which need not fit the schema: what does not is left out, or made a text. */

#include <inttypes.h>
#include <time.h>

#include "ctl/notebook/notebook-writer.h"
#include "ctl/text/json.h"

#define INDENT 1 /* as Jupyter writes them */

static void write_value(Json *j, const char *key, json_object *value) {
        switch (json_object_get_type(value)) {
        case json_type_object:
                json_begin_object(j, key);
                json_object_object_foreach(value, name, member) {
                        write_value(j, name, member);
                }
                json_end_object(j);
                return;
        case json_type_array:
                json_begin_array(j, key);
                for (size_t i = 0; i < json_object_array_length(value); i++)
                        write_value(j, NULL, json_object_array_get_idx(value, i));
                json_end_array(j);
                return;
        case json_type_string:
                json_text(j, key, json_object_get_string(value), (size_t) json_object_get_string_len(value));
                return;
        default:
                /* Numbers and words: as JSON has them. */
                json_number(j, key, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
        }
}

/* As front-ends do, so that a notebook under version control changes by lines. */
static void write_lines(Json *j, const char *key, const char *text, size_t size) {
        json_begin_array(j, key);
        for (const char *end = text + size; text < end;) {
                const char *newline = memchr(text, '\n', (size_t) (end - text)),
                           *next = newline ? newline + 1 : end;

                json_text(j, NULL, text, (size_t) (next - text));
                text = next;
        }
        json_end_array(j);
}

static void write_lines_of(Json *j, const char *key, json_object *object, const char *member) {
        size_t size;
        const char *text = json_text_of(object, member, &size);

        write_lines(j, key, text, size);
}

static void write_object_of(Json *j, const char *key, json_object *object) {
        json_object *value = json_member(object, key, json_type_object);

        if (value)
                write_value(j, key, value);
        else {
                json_begin_object(j, key);
                json_end_object(j);
        }
}

static void write_count(Json *j, json_object *count) {
        if (json_object_is_type(count, json_type_int) && json_object_get_int64(count) >= 0)
                json_signed(j, "execution_count", json_object_get_int64(count));
        else
                json_null(j, "execution_count");
}

static bool is_json_type(const char *mime_type) {
        size_t length = strlen(mime_type);

        return streq(mime_type, "application/json") ||
                (startswith(mime_type, "application/") && length > strlen("+json") &&
                        streq(mime_type + length - strlen("+json"), "+json"));
}

static bool is_text(json_object *value) {
        if (!json_object_is_type(value, json_type_array))
                return json_object_is_type(value, json_type_string);
        for (size_t i = 0; i < json_object_array_length(value); i++)
                if (!json_object_is_type(json_object_array_get_idx(value, i), json_type_string))
                        return false;
        return true;
}

static void write_data(Json *j, json_object *content) {
        json_object *data = json_member(content, "data", json_type_object);

        json_begin_object(j, "data");
        if (data) {
                json_object_object_foreach(data, type, value) {
                        if (is_json_type(type))
                                write_value(j, type, value);
                        else if (json_object_is_type(value, json_type_string) && startswith(type, "text/"))
                                write_lines_of(j, type, data, type);
                        else if (is_text(value))
                                write_value(j, type, value);
                        else
                                json_string(j, type,
                                        json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
                }
        }
        json_end_object(j);
}

static void write_error(Json *j, json_object *content) {
        json_object *traceback = json_member(content, "traceback", json_type_array);
        size_t size;
        const char *text;

        text = json_text_of(content, "ename", &size);
        json_text(j, "ename", text, size);
        text = json_text_of(content, "evalue", &size);
        json_text(j, "evalue", text, size);
        json_begin_array(j, "traceback");
        for (size_t i = 0; traceback && i < json_object_array_length(traceback); i++) {
                json_object *line = json_object_array_get_idx(traceback, i);

                if (json_object_is_type(line, json_type_string))
                        write_value(j, NULL, line);
        }
        json_end_array(j);
}

static void write_output(Json *j, const CellOutput *output) {
        json_begin_object(j, NULL);
        switch (output->type) {
        case OUTPUT_STREAM:
                json_string(j, "name", output->is_stderr ? "stderr" : "stdout");
                json_string(j, "output_type", "stream");
                write_lines(j, "text", output->text, output->size);
                break;
        case OUTPUT_ERROR:
                write_error(j, output->content);
                json_string(j, "output_type", "error");
                break;
        default:
                write_data(j, output->content);
                if (output->type == OUTPUT_EXECUTE_RESULT)
                        write_count(j, output->count);
                write_object_of(j, "metadata", output->content);
                json_string(j, "output_type",
                        output->type == OUTPUT_EXECUTE_RESULT ? "execute_result" : "display_data");
        }
        json_end_object(j);
}

/* When it began to run, as JupyterLab notes it. */
static void write_time(Json *j, usec_t usec) {
        time_t seconds = (time_t) (usec / USEC_PER_SEC);
        char date[64], text[96];
        struct tm tm;

        if (usec == 0 || !gmtime_r(&seconds, &tm) ||
                strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
                return;
        (void) snprintf(text, sizeof(text), "%s.%06" PRIu64 "Z", date, usec % USEC_PER_SEC);
        json_begin_object(j, "execution");
        json_string(j, "iopub.execute_input", text);
        json_end_object(j);
}

static void write_code(Json *j, const NotebookCell *cell) {
        const CellOutput *output;

        write_count(j, cell->input ? json_member(cell->input, "execution_count", json_type_int) : NULL);
        json_begin_object(j, "metadata");
        if (cell->input)
                write_time(j, cell->time);
        json_end_object(j);
        json_begin_array(j, "outputs");
        TAILQ_FOREACH(output, &cell->outputs.list, outputs)
        write_output(j, output);
        json_end_array(j);
        if (cell->input)
                write_lines_of(j, "source", cell->input, "code");
        else
                write_lines(j, "source", "", 0);
}

static void write_cell(Json *j, const NotebookCell *cell, size_t number) {
        char id[32];

        (void) snprintf(id, sizeof(id), "cell-%zu", number);
        json_begin_object(j, NULL);
        json_string(j, "cell_type", cell->is_text ? "markdown" : "code");
        json_string(j, "id", id);
        if (cell->is_text) {
                json_begin_object(j, "metadata");
                json_end_object(j);
                write_lines(j, "source", cell->text, strlen(cell->text));
        } else
                write_code(j, cell);
        json_end_object(j);
}

/* Within metadata everything is as JSON has it: texts are not divided into lines. */
static void write_caught(Json *j, const CellOutput *output) {
        static const char *const members[] = { "data", "ename", "evalue", "metadata", "traceback" };
        json_object *value;

        json_begin_object(j, NULL);
        if (output->type == OUTPUT_STREAM) {
                json_string(j, "name", output->is_stderr ? "stderr" : "stdout");
                json_text(j, "text", output->text, output->size);
        }
        for (size_t i = 0; i < ELEMENTSOF(members); i++)
                if (output->content && json_object_object_get_ex(output->content, members[i], &value))
                        write_value(j, members[i], value);
        if (output->type == OUTPUT_EXECUTE_RESULT)
                write_count(j, output->count);
        json_string(j, "output_type", kernel_output_type_to_string(output->type));
        json_end_object(j);
}

static void write_caught_outputs(Json *j, const NotebookWidget *widget) {
        const CellOutput *output;

        json_begin_array(j, "outputs");
        TAILQ_FOREACH(output, &widget->outputs.list, outputs)
        write_caught(j, output);
        json_end_array(j);
}

static void write_state_member(Json *j, const char *key, json_object *state, const char *member) {
        json_object *value;

        if (json_object_object_get_ex(state, member, &value))
                write_value(j, key, value);
        else
                json_null(j, key);
}

static void write_widget(Json *j, const NotebookWidget *widget) {
        json_object *state = widget->state;

        json_begin_object(j, widget->id);
        if (widget->buffers) {
                json_begin_array(j, "buffers");
                json_object_object_foreach(widget->buffers, path, buffer) {
                        (void) path;
                        write_value(j, NULL, buffer);
                }
                json_end_array(j);
        }
        write_state_member(j, "model_module", state, "_model_module");
        write_state_member(j, "model_module_version", state, "_model_module_version");
        write_state_member(j, "model_name", state, "_model_name");
        json_begin_object(j, "state");
        json_object_object_foreach(state, key, value) {
                if (!widget->has_outputs || !streq(key, "outputs"))
                        write_value(j, key, value);
        }
        if (widget->has_outputs)
                write_caught_outputs(j, widget);
        json_end_object(j);
        json_end_object(j);
}

/* As the schema of Jupyter's widgets has it. Comms that are no widgets have no model. */
static void write_widgets(Json *j, const NotebookWidgets *widgets) {
        const NotebookWidget *widget;

        if (TAILQ_EMPTY(&widgets->list))
                return;
        json_begin_object(j, "widgets");
        json_begin_object(j, "application/vnd.jupyter.widget-state+json");
        json_begin_object(j, "state");
        TAILQ_FOREACH(widget, &widgets->list, widgets) {
                if (json_object_object_get_ex(widget->state, "_model_name", NULL))
                        write_widget(j, widget);
        }
        json_end_object(j);
        json_unsigned(j, "version_major", 2);
        json_unsigned(j, "version_minor", 0);
        json_end_object(j);
        json_end_object(j);
}

static void write_metadata(Json *j, const NotebookMetadata *m, const NotebookWidgets *widgets) {
        json_begin_object(j, "metadata");
        if (!isempty(m->kernel)) {
                json_begin_object(j, "kernelspec");
                json_string(j, "display_name", isempty(m->title) ? m->kernel : m->title);
                if (!isempty(m->language))
                        json_string(j, "language", m->language);
                json_string(j, "name", m->kernel);
                json_end_object(j);
        }
        if (!isempty(m->language)) {
                json_begin_object(j, "language_info");
                json_string(j, "name", m->language);
                json_end_object(j);
        }
        write_widgets(j, widgets);
        json_end_object(j);
}

int notebook_write(const NotebookDocument *d, const NotebookMetadata *metadata, FILE *f) {
        Json json = { .stream = f, .pretty = true, .indent = INDENT };
        const NotebookCell *cell;
        size_t n = 0;

        errno = 0;
        json_begin_object(&json, NULL);
        json_begin_array(&json, "cells");
        TAILQ_FOREACH(cell, &d->cells, cells)
        write_cell(&json, cell, ++n);
        json_end_array(&json);
        write_metadata(&json, metadata, &d->widgets);
        json_unsigned(&json, "nbformat", 4);
        json_unsigned(&json, "nbformat_minor", 5);
        json_end_object(&json);
        if (fflush(f) != 0 || ferror(f))
                return errno > 0 ? -errno : -EIO;
        return 0;
}

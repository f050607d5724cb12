/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The widgets of a notebook. */

#include <search.h>

#include "ctl/notebook/notebook-widgets.h"

static int compare_ids(const void *a, const void *b) {
        return strcmp(((const NotebookWidget *) a)->id, ((const NotebookWidget *) b)->id);
}

static void keep(_unused_ void *p) {
}

void notebook_widgets_init(NotebookWidgets *w) {
        *w = (NotebookWidgets){};
        TAILQ_INIT(&w->list);
}

static void widget_free(NotebookWidget *widget) {
        cell_outputs_clear(&widget->outputs);
        (void) json_object_put(widget->state);
        (void) json_object_put(widget->buffers);
        free(widget->catches_for);
        free(widget->id);
        free(widget);
}

void notebook_widgets_done(NotebookWidgets *w) {
        for (NotebookWidget *widget; (widget = TAILQ_FIRST(&w->list));) {
                TAILQ_REMOVE(&w->list, widget, widgets);
                widget_free(widget);
        }
        tdestroy(w->by_id, keep);
        *w = (NotebookWidgets){};
}

/* Returns 0 or -ENOMEM. */
static int find_widget(NotebookWidgets *w, const char *id, NotebookWidget **ret) {
        NotebookWidget key = { .id = (char *) id }, *widget, **found;

        found = tfind(&key, &w->by_id, compare_ids);
        if (found) {
                *ret = *found;
                return 0;
        }
        widget = calloc(1, sizeof(NotebookWidget));
        if (!widget)
                return -ENOMEM;
        cell_outputs_init(&widget->outputs);
        widget->id = strdup(id);
        widget->state = json_object_new_object();
        if (!widget->id || !widget->state || !tsearch(widget, &w->by_id, compare_ids)) {
                widget_free(widget);
                return -ENOMEM;
        }
        TAILQ_INSERT_TAIL(&w->list, widget, widgets);
        *ret = widget;
        return 0;
}

static bool is_output_model(json_object *state) {
        return streq(json_text_of(state, "_model_name", NULL), "OutputModel");
}

/* What the new state has takes the place of what the old one had under the same name. */
static int merge_state(NotebookWidget *widget, json_object *state, bool with_outputs) {
        json_object_object_foreach(state, key, value) {
                bool is_outputs = streq(key, "outputs");

                if (is_outputs && !with_outputs && is_output_model(widget->state))
                        continue;
                if (json_object_object_add(widget->state, key, json_object_get(value)) < 0) {
                        (void) json_object_put(value);
                        return -ENOMEM;
                }
                if (is_outputs)
                        widget->has_outputs = false;
        }
        return 0;
}

static int add_buffer(NotebookWidget *widget, json_object *path, json_object *data) {
        _cleanup_json_ json_object *buffer = json_object_new_object();
        json_object *encoding;

        if (!buffer)
                return -ENOMEM;
        encoding = json_object_new_string("base64");
        if (!encoding || json_object_object_add(buffer, "encoding", encoding) < 0)
                return -ENOMEM;
        if (json_object_object_add(buffer, "data", json_object_get(data)) < 0 ||
                json_object_object_add(buffer, "path", json_object_get(path)) < 0)
                return -ENOMEM;
        if (!widget->buffers)
                widget->buffers = json_object_new_object();
        if (!widget->buffers ||
                json_object_object_add(widget->buffers,
                        json_object_to_json_string_ext(path, JSON_C_TO_STRING_PLAIN), buffer) < 0)
                return -ENOMEM;
        buffer = NULL;
        return 0;
}

/* Binary values, each with the path of where it belongs in the state. */
static int take_buffers(NotebookWidget *widget, const KernelOutput *o, json_object *data) {
        json_object *paths = json_member(data, "buffer_paths", json_type_array);
        json_object *buffers = json_member(o->line, "buffers", json_type_array);
        size_t n = paths && buffers ? MIN(json_object_array_length(paths), json_object_array_length(buffers))
                                    : 0;

        for (size_t i = 0; i < n; i++) {
                int r = add_buffer(
                        widget, json_object_array_get_idx(paths, i), json_object_array_get_idx(buffers, i));

                if (r < 0)
                        return r;
        }
        return 0;
}

static KernelOutputType saved_type(json_object *output) {
        const char *type = json_text_of(output, "output_type", NULL);

        if (streq(type, "execute_result"))
                return OUTPUT_EXECUTE_RESULT;
        if (streq(type, "error"))
                return OUTPUT_ERROR;
        return streq(type, "display_data") ? OUTPUT_DISPLAY_DATA : _OUTPUT_INVALID;
}

/* An Output widget may be opened with outputs, behind which it catches others. */
static int take_first_outputs(NotebookWidget *widget, json_object *state) {
        json_object *outputs = json_member(state, "outputs", json_type_array);

        for (size_t i = 0; outputs && i < json_object_array_length(outputs); i++) {
                json_object *output = json_object_array_get_idx(outputs, i);
                size_t size;
                const char *text = json_text_of(output, "text", &size);
                KernelOutputType type = saved_type(output);
                int r = 0;

                if (streq(json_text_of(output, "output_type", NULL), "stream"))
                        r = cell_outputs_add_text(&widget->outputs,
                                streq(json_text_of(output, "name", NULL), "stderr"), text, size);
                else if (type >= 0 && !cell_outputs_add_content(&widget->outputs, type, output))
                        r = -ENOMEM;
                if (r < 0)
                        return r;
        }
        return 0;
}

int notebook_widgets_take(NotebookWidgets *w, const KernelOutput *o, bool by_cell, NotebookWidget **ret) {
        json_object *data = json_member(o->content, "data", json_type_object), *state;
        const char *id = json_text_of(o->content, "comm_id", NULL);
        NotebookWidget *widget;
        int r;

        state = data ? json_member(data, "state", json_type_object) : NULL;
        if (!state || isempty(id))
                return 0;
        r = find_widget(w, id, &widget);
        if (r >= 0)
                r = merge_state(widget, state, by_cell);
        if (r >= 0)
                r = take_buffers(widget, o, data);
        if (r >= 0 && o->type == OUTPUT_COMM_OPEN && is_output_model(state)) {
                widget->catches = true;
                cell_outputs_clear(&widget->outputs);
                r = take_first_outputs(widget, state);
        }
        if (r < 0)
                return r;
        *ret = widget;
        return 1;
}

int notebook_widget_catch(NotebookWidget *widget, const KernelOutput *o) {
        widget->has_outputs = true;
        return cell_outputs_add(&widget->outputs, o);
}

void notebook_widget_clear(NotebookWidget *widget, json_object *content) {
        cell_outputs_clear_by(&widget->outputs, content);
        widget->has_outputs = widget->has_outputs || !widget->outputs.clear_at_next;
}

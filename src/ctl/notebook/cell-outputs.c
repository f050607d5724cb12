/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A row of outputs as a front-end has them. */

#include "ctl/notebook/cell-outputs.h"

void cell_outputs_init(CellOutputs *o) {
        *o = (CellOutputs){};
        TAILQ_INIT(&o->list);
}

static void output_free(CellOutputs *o, CellOutput *output) {
        TAILQ_REMOVE(&o->list, output, outputs);
        if (output->display)
                LIST_REMOVE(output, of_display);
        (void) json_object_put(output->content);
        (void) json_object_put(output->count);
        free(output->text);
        free(output);
}

void cell_outputs_clear(CellOutputs *o) {
        for (CellOutput *output; (output = TAILQ_FIRST(&o->list));)
                output_free(o, output);
        o->clear_at_next = false;
}

void cell_outputs_clear_by(CellOutputs *o, json_object *content) {
        json_object *wait = json_member(content, "wait", json_type_boolean);

        if (wait && json_object_get_boolean(wait))
                o->clear_at_next = true;
        else
                cell_outputs_clear(o);
}

static CellOutput *append(CellOutputs *o, KernelOutputType type) {
        CellOutput *output = calloc(1, sizeof(CellOutput));

        if (!output)
                return NULL;
        output->type = type;
        TAILQ_INSERT_TAIL(&o->list, output, outputs);
        return output;
}

static int append_text(CellOutput *output, const char *text, size_t size) {
        if (size >= output->allocated - output->size) {
                size_t wanted = MAX(2 * output->allocated, output->size + size + 1);
                char *grown = realloc(output->text, wanted);

                if (!grown)
                        return -ENOMEM;
                output->text = grown;
                output->allocated = wanted;
        }
        memcpy(output->text + output->size, text, size);
        output->size += size;
        output->text[output->size] = 0;
        return 0;
}

int cell_outputs_add_text(CellOutputs *o, bool is_stderr, const char *text, size_t size) {
        CellOutput *output;

        if (o->clear_at_next)
                cell_outputs_clear(o);
        output = TAILQ_LAST(&o->list, CellOutputList);
        if (!output || output->type != OUTPUT_STREAM || output->is_stderr != is_stderr) {
                output = append(o, OUTPUT_STREAM);
                if (!output)
                        return -ENOMEM;
                output->is_stderr = is_stderr;
        }
        return append_text(output, text, size);
}

void cell_output_set_content(CellOutput *output, json_object *content) {
        json_object *old = output->content;

        output->content = json_object_get(content);
        (void) json_object_put(old);
}

CellOutput *cell_outputs_add_content(CellOutputs *o, KernelOutputType type, json_object *content) {
        CellOutput *output;

        if (o->clear_at_next)
                cell_outputs_clear(o);
        output = append(o, type);
        if (!output)
                return NULL;
        cell_output_set_content(output, content);
        /* Kept apart, as an update of the content does not have it. */
        output->count = json_object_get(json_member(content, "execution_count", json_type_int));
        return output;
}

int cell_outputs_add(CellOutputs *o, const KernelOutput *output) {
        const char *text;
        size_t size;

        if (output->type == OUTPUT_STREAM) {
                text = json_text_of(output->content, "text", &size);
                return cell_outputs_add_text(
                        o, streq(json_text_of(output->content, "name", NULL), "stderr"), text, size);
        }
        return cell_outputs_add_content(o, output->type, output->content) ? 0 : -ENOMEM;
}

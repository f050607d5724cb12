/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes a notebook's cells of what a kernel said. */

#include <search.h>

#include "ctl/notebook/notebook-document.h"

/* All outputs that are displayed under one id: they change together. */
struct DisplayId {
        char *id;
        LIST_HEAD(, CellOutput) outputs;
};

static int compare_displays(const void *a, const void *b) {
        return strcmp(((const DisplayId *) a)->id, ((const DisplayId *) b)->id);
}

static int compare_parents(const void *a, const void *b) {
        return strcmp(((const NotebookCell *) a)->parent, ((const NotebookCell *) b)->parent);
}

void notebook_document_init(NotebookDocument *d) {
        *d = (NotebookDocument){};
        TAILQ_INIT(&d->cells);
}

static void output_free(NotebookCell *cell, CellOutput *output) {
        TAILQ_REMOVE(&cell->outputs, output, outputs);
        if (output->display)
                LIST_REMOVE(output, of_display);
        (void) json_object_put(output->content);
        (void) json_object_put(output->count);
        free(output->text);
        free(output);
}

static void clear_outputs(NotebookCell *cell) {
        for (CellOutput *output; (output = TAILQ_FIRST(&cell->outputs));)
                output_free(cell, output);
        cell->clear_at_next = false;
}

static void cell_free(NotebookCell *cell) {
        clear_outputs(cell);
        (void) json_object_put(cell->input);
        free(cell->parent);
        free(cell->text);
        free(cell);
}

static void display_free(void *p) {
        DisplayId *display = p;

        free(display->id);
        free(display);
}

static void keep(_unused_ void *p) {
}

void notebook_document_done(NotebookDocument *d) {
        for (NotebookCell *cell; (cell = TAILQ_FIRST(&d->cells));) {
                TAILQ_REMOVE(&d->cells, cell, cells);
                cell_free(cell);
        }
        tdestroy(d->by_parent, keep);
        tdestroy(d->displays, display_free);
        free(d->kernel);
        free(d->title);
        free(d->language);
        *d = (NotebookDocument){};
}

static NotebookCell *find_cell(NotebookDocument *d, const char *parent) {
        NotebookCell key = { .parent = (char *) parent }, **found;

        if (isempty(parent))
                return NULL;
        /* Nearly always it is the newest one. */
        if (d->last && streq(d->last->parent, parent))
                return d->last;
        found = tfind(&key, &d->by_parent, compare_parents);
        return found ? *found : NULL;
}

/* Appends a cell; the document's. NULL if out of memory. */
static NotebookCell *add_cell(NotebookDocument *d, const KernelOutput *o, const char *parent) {
        NotebookCell *cell = calloc(1, sizeof(NotebookCell));

        if (!cell)
                return NULL;
        TAILQ_INIT(&cell->outputs);
        cell->time = o->time;
        cell->parent = strdup(parent);
        if (!cell->parent || (!isempty(parent) && !tsearch(cell, &d->by_parent, compare_parents))) {
                cell_free(cell);
                return NULL;
        }
        TAILQ_INSERT_TAIL(&d->cells, cell, cells);
        return cell;
}

static int add_input(NotebookDocument *d, const KernelOutput *o) {
        NotebookCell *cell = find_cell(d, o->parent);

        if (!cell)
                cell = add_cell(d, o, o->parent);
        if (!cell)
                return -ENOMEM;
        (void) json_object_put(cell->input);
        cell->input = json_object_get(o->content);
        d->last = cell;
        return 0;
}

/* A restart tells of the end that is part of it, too. */
static int add_text_cell(NotebookDocument *d, const KernelOutput *o, const char *event) {
        NotebookCell *cell = TAILQ_LAST(&d->cells, NotebookCells);

        if (!cell || !cell->is_end || !streq(event, "restarted"))
                cell = add_cell(d, o, "");
        if (!cell)
                return -ENOMEM;
        cell->is_text = true;
        cell->is_end = streq(event, "ended");
        free(cell->text);
        cell->text = strdup(json_text_of(o->content, "text", NULL));
        return cell->text ? 0 : -ENOMEM;
}

/* The cell that an output belongs to. NULL if out of memory. */
static NotebookCell *cell_of_output(NotebookDocument *d, const KernelOutput *o, const char *parent) {
        NotebookCell *cell = find_cell(d, parent);

        if (!cell && isempty(parent))
                cell = d->last;
        if (!cell) {
                cell = add_cell(d, o, parent);
                if (cell)
                        d->last = cell;
        }
        return cell;
}

static CellOutput *add_output(NotebookCell *cell, KernelOutputType type) {
        CellOutput *output = calloc(1, sizeof(CellOutput));

        if (!output)
                return NULL;
        output->type = type;
        TAILQ_INSERT_TAIL(&cell->outputs, output, outputs);
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

static int add_stream(NotebookCell *cell, bool is_stderr, const char *text, size_t size) {
        CellOutput *output;

        if (cell->clear_at_next)
                clear_outputs(cell);
        output = TAILQ_LAST(&cell->outputs, CellOutputs);
        if (!output || output->type != OUTPUT_STREAM || output->is_stderr != is_stderr) {
                output = add_output(cell, OUTPUT_STREAM);
                if (!output)
                        return -ENOMEM;
                output->is_stderr = is_stderr;
        }
        return append_text(output, text, size);
}

static int find_display(NotebookDocument *d, const char *id, DisplayId **ret) {
        DisplayId key = { .id = (char *) id }, *display, **found;

        found = tfind(&key, &d->displays, compare_displays);
        if (found) {
                *ret = *found;
                return 0;
        }
        display = calloc(1, sizeof(DisplayId));
        if (!display)
                return -ENOMEM;
        display->id = strdup(id);
        if (!display->id || !tsearch(display, &d->displays, compare_displays)) {
                display_free(display);
                return -ENOMEM;
        }
        *ret = display;
        return 0;
}

static void set_content(CellOutput *output, json_object *content) {
        (void) json_object_put(output->content);
        output->content = json_object_get(content);
}

static void update_display(DisplayId *display, json_object *content) {
        CellOutput *output;

        LIST_FOREACH(output, &display->outputs, of_display)
                set_content(output, content);
}

static int add_message(NotebookDocument *d, NotebookCell *cell, const KernelOutput *o) {
        json_object *transient = json_member(o->content, "transient", json_type_object);
        const char *id = transient ? json_text_of(transient, "display_id", NULL) : "";
        DisplayId *display = NULL;
        CellOutput *output;
        int r;

        if (o->type != OUTPUT_ERROR && !isempty(id)) {
                r = find_display(d, id, &display);
                if (r < 0)
                        return r;
                update_display(display, o->content);
        }
        if (cell->clear_at_next)
                clear_outputs(cell);
        output = add_output(cell, o->type);
        if (!output)
                return -ENOMEM;
        set_content(output, o->content);
        /* Kept apart, as an update of the content does not have it. */
        output->count = json_object_get(json_member(o->content, "execution_count", json_type_int));
        output->display = display;
        if (display)
                LIST_INSERT_HEAD(&display->outputs, output, of_display);
        return 0;
}

/* A display that is not there (any more) is changed by nobody. */
static int change_display(NotebookDocument *d, const KernelOutput *o) {
        json_object *transient = json_member(o->content, "transient", json_type_object);
        DisplayId key = { .id = (char *) (transient ? json_text_of(transient, "display_id", NULL) : "") };
        DisplayId **found = tfind(&key, &d->displays, compare_displays);

        if (found)
                update_display(*found, o->content);
        return 0;
}

static int add_session_event(NotebookDocument *d, const KernelOutput *o) {
        static const char *const told[] = { "restarted", "ended", "dropped", "omitted" };
        const char *event = kernel_output_event(o), *text;
        size_t size;

        if (streq(event, "process")) {
                text = json_text_of(o->content, "text", &size);
                return d->runs && d->last ? add_stream(d->last, true, text, size) : 0;
        }
        d->runs = d->runs && !kernel_output_is_start_or_end(o);
        for (size_t i = 0; i < ELEMENTSOF(told); i++)
                if (streq(event, told[i]))
                        return add_text_cell(d, o, event);
        return 0;
}

static int add_to_cell(NotebookDocument *d, const KernelOutput *o) {
        NotebookCell *cell = cell_of_output(d, o, o->parent);
        const char *text;
        json_object *wait;
        size_t size;

        if (!cell)
                return -ENOMEM;
        switch (o->type) {
        case OUTPUT_STREAM:
                text = json_text_of(o->content, "text", &size);
                return add_stream(cell, streq(json_text_of(o->content, "name", NULL), "stderr"), text, size);
        case OUTPUT_CLEAR_OUTPUT:
                wait = json_member(o->content, "wait", json_type_boolean);
                if (wait && json_object_get_boolean(wait))
                        cell->clear_at_next = true;
                else
                        clear_outputs(cell);
                return 0;
        default:
                return add_message(d, cell, o);
        }
}

/* What the kernel is, as was said when it started. */
static int take_text(char **target, const KernelOutput *o, const char *key) {
        const char *text = json_text_of(o->content, key, NULL);

        return isempty(text) ? 0 : replace_string(target, text);
}

static int take_kernel(NotebookDocument *d, const KernelOutput *o) {
        int r;

        if (!kernel_output_is_start_or_end(o))
                return 0;
        r = take_text(&d->kernel, o, "kernel");
        if (r >= 0)
                r = take_text(&d->title, o, "display_name");
        if (r >= 0)
                r = take_text(&d->language, o, "language");
        return MIN(r, 0);
}

int notebook_document_add(NotebookDocument *d, const KernelOutput *o) {
        int r;

        if (o->type != OUTPUT_SESSION)
                d->runs = true;
        switch (o->type) {
        case OUTPUT_EXECUTE_INPUT:
                return add_input(d, o);
        case OUTPUT_UPDATE_DISPLAY_DATA:
                return change_display(d, o);
        case OUTPUT_SESSION:
                r = take_kernel(d, o);
                return r < 0 ? r : add_session_event(d, o);
        default:
                return add_to_cell(d, o);
        }
}

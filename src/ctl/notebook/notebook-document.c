/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes a notebook's cells of what a kernel said. */

#include <search.h>

#include "ctl/notebook/notebook-document.h"

static int compare_displays(const void *a, const void *b) {
        return strcmp(((const DisplayId *) a)->id, ((const DisplayId *) b)->id);
}

static int compare_parents(const void *a, const void *b) {
        return strcmp(((const NotebookCell *) a)->parent, ((const NotebookCell *) b)->parent);
}

void notebook_document_init(NotebookDocument *d) {
        *d = (NotebookDocument){};
        TAILQ_INIT(&d->cells);
        notebook_widgets_init(&d->widgets);
}

static void cell_free(NotebookCell *cell) {
        for (OutputCatcher *catcher; (catcher = LIST_FIRST(&cell->catchers));) {
                LIST_REMOVE(catcher, catchers);
                free(catcher);
        }
        cell_outputs_clear(&cell->outputs);
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
        notebook_widgets_done(&d->widgets);
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
        cell_outputs_init(&cell->outputs);
        LIST_INIT(&cell->catchers);
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

static void update_display(DisplayId *display, json_object *content) {
        CellOutput *output;

        LIST_FOREACH(output, &display->outputs, of_display)
                cell_output_set_content(output, content);
}

/* What a widget catches can be updated by nobody, as with nbclient; what was displayed before under the same
 * id is. */
static int add_message(
        NotebookDocument *d, NotebookCell *cell, NotebookWidget *catcher, const KernelOutput *o) {
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
        if (catcher)
                return notebook_widget_catch(catcher, o);
        output = cell_outputs_add_content(&cell->outputs, o->type, o->content);
        if (!output)
                return -ENOMEM;
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
        static const char *const told[] = { "restarted", "ended", "dropped", "purged", "omitted" };
        const char *event = kernel_output_event(o), *text;
        size_t size;

        if (streq(event, "process")) {
                text = json_text_of(o->content, "text", &size);
                return d->runs && d->last ? cell_outputs_add_text(&d->last->outputs, true, text, size) : 0;
        }
        d->runs = d->runs && !kernel_output_is_start_or_end(o);
        for (size_t i = 0; i < ELEMENTSOF(told); i++)
                if (streq(event, told[i]))
                        return add_text_cell(d, o, event);
        return 0;
}

static int add_to_cell(NotebookDocument *d, const KernelOutput *o) {
        NotebookCell *cell = cell_of_output(d, o, o->parent);
        NotebookWidget *catcher;

        if (!cell)
                return -ENOMEM;
        catcher = LIST_EMPTY(&cell->catchers) ? NULL : LIST_FIRST(&cell->catchers)->widget;
        switch (o->type) {
        case OUTPUT_STREAM:
                return catcher ? notebook_widget_catch(catcher, o) : cell_outputs_add(&cell->outputs, o);
        case OUTPUT_CLEAR_OUTPUT:
                if (catcher)
                        notebook_widget_clear(catcher, o->content);
                else
                        cell_outputs_clear_by(&cell->outputs, o->content);
                return 0;
        default:
                return add_message(d, cell, catcher, o);
        }
}

static int add_catcher(NotebookCell *cell, NotebookWidget *widget) {
        OutputCatcher *catcher = malloc(sizeof(OutputCatcher));

        if (!catcher)
                return -ENOMEM;
        *catcher = (OutputCatcher){ .widget = widget };
        LIST_INSERT_HEAD(&cell->catchers, catcher, catchers);
        return 0;
}

static void remove_catcher(NotebookCell *cell, const NotebookWidget *widget) {
        OutputCatcher *catcher;

        LIST_FOREACH(catcher, &cell->catchers, catchers) {
                if (catcher->widget != widget)
                        continue;
                LIST_REMOVE(catcher, catchers);
                free(catcher);
                return;
        }
}

/* "with out:" tells the widget for which request it is to catch what is put out, and none when it is
 * left. */
static int move_catcher(NotebookDocument *d, const KernelOutput *o, NotebookWidget *widget) {
        json_object *data = json_member(o->content, "data", json_type_object);
        json_object *state = json_member(data, "state", json_type_object);
        const char *request = json_text_of(state, "msg_id", NULL);
        NotebookCell *cell;

        if (!json_member(state, "msg_id", json_type_string))
                return 0;
        if (isempty(request)) {
                cell = find_cell(d, widget->catches_for);
                if (cell)
                        remove_catcher(cell, widget);
                return MIN(replace_string(&widget->catches_for, NULL), 0);
        }
        cell = cell_of_output(d, o, request);
        if (!cell)
                return -ENOMEM;
        return MIN(replace_string(&widget->catches_for, request), add_catcher(cell, widget));
}

static int add_comm(NotebookDocument *d, const KernelOutput *o) {
        bool by_cell = find_cell(d, o->parent);
        NotebookWidget *widget;
        int r;

        r = notebook_widgets_take(&d->widgets, o, by_cell, &widget);
        if (r <= 0 || !by_cell || !widget->catches || o->type != OUTPUT_COMM_MSG)
                return MIN(r, 0);
        return move_catcher(d, o, widget);
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
        case OUTPUT_COMM_OPEN:
        case OUTPUT_COMM_MSG:
                return add_comm(d, o);
        case OUTPUT_COMM_CLOSE:
                return 0;
        case OUTPUT_SESSION:
                r = take_kernel(d, o);
                return r < 0 ? r : add_session_event(d, o);
        default:
                return add_to_cell(d, o);
        }
}

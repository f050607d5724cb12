/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libvterm, the independent terminal. */

#include "tests/oracle/emulator.h"

static int on_property(VTermProp property, VTermValue *value, void *userdata) {
        Emulator *e = userdata;

        switch (vterm_get_prop_type(property)) {
        case VTERM_VALUETYPE_BOOL:
                e->properties[property] = value->boolean;
                break;
        case VTERM_VALUETYPE_INT:
                e->properties[property] = value->number;
                break;
        case VTERM_VALUETYPE_STRING:
                (void) replace_string(property == VTERM_PROP_TITLE ? &e->title : &e->icon, value->string);
                break;
        default:
                break;
        }
        return 1;
}

static int on_push_line(int n, const VTermScreenCell *cells, void *userdata) {
        Emulator *e = userdata;
        EmulatorLine *lines = realloc(e->lines, (e->n_lines + 1) * sizeof(*lines));

        assert(lines);
        e->lines = lines;
        lines += e->n_lines++;
        lines->n = (uint32_t) n;
        lines->cells = malloc((size_t) n * sizeof(*cells));
        assert(lines->cells);
        memcpy(lines->cells, cells, (size_t) n * sizeof(*cells));
        return 1;
}

static int on_pop_line(int n, VTermScreenCell *cells, void *userdata) {
        Emulator *e = userdata;
        EmulatorLine *line;

        if (e->n_lines == 0)
                return 0;
        line = e->lines + --e->n_lines;
        for (int i = 0; i < n; i++)
                if ((uint32_t) i < line->n)
                        cells[i] = line->cells[i];
                else {
                        memset(cells + i, 0, sizeof(*cells));
                        cells[i].width = 1;
                        vterm_state_get_default_colors(e->state, &cells[i].fg, &cells[i].bg);
                }
        free(line->cells);
        return 1;
}

static const VTermScreenCallbacks callbacks = {
        .settermprop = on_property,
        .sb_pushline = on_push_line,
        .sb_popline = on_pop_line,
};

static void on_output(const char *text, size_t size, void *userdata) {
        Emulator *e = userdata;
        char *output = realloc(e->output, e->n_output + size);

        assert(output);
        memcpy(output + e->n_output, text, size);
        e->output = output;
        e->n_output += size;
}

Emulator *emulator_new(uint32_t rows, uint32_t columns) {
        Emulator *e = calloc(1, sizeof(*e));

        assert(e);
        e->rows = rows;
        e->columns = columns;
        e->vt = vterm_new((int) rows, (int) columns);
        vterm_set_utf8(e->vt, 1);
        vterm_output_set_callback(e->vt, on_output, e);
        e->state = vterm_obtain_state(e->vt);
        e->screen = vterm_obtain_screen(e->vt);
        vterm_screen_enable_altscreen(e->screen, 1);
        vterm_screen_set_callbacks(e->screen, &callbacks, e);
        vterm_screen_reset(e->screen, 1);
        /* What it restores when nothing was ever saved is an invisible black cursor: a plain one is meant.
         * And as long as no character set was chosen, as every ncurses program does, it combines characters
         * in another way. */
        emulator_feed(e,
                "\x1b(B\x1b)B\x1b*B\x1b+B\x1b"
                "7",
                14);
        return e;
}

Emulator *emulator_free(Emulator *e) {
        if (!e)
                return NULL;
        vterm_free(e->vt);
        emulator_forget_lines(e);
        free(e->lines);
        free(e->output);
        free(e->title);
        free(e->icon);
        free(e);
        return NULL;
}

void emulator_feed(Emulator *e, const void *data, size_t size) {
        (void) vterm_input_write(e->vt, data, size);
}

void emulator_forget_lines(Emulator *e) {
        for (size_t i = 0; i < e->n_lines; i++)
                free(e->lines[i].cells);
        e->n_lines = 0;
}

void emulator_resize(Emulator *e, uint32_t rows, uint32_t columns) {
        e->rows = rows;
        e->columns = columns;
        vterm_set_size(e->vt, (int) rows, (int) columns);
}

static void write_output(Emulator *e, FILE *f, const char *name) {
        fprintf(f, "%s=", name);
        for (size_t i = 0; i < e->n_output; i++)
                fprintf(f, e->output[i] > 0x20 && e->output[i] < 0x7f ? "%c" : "\\x%02x",
                        (uint8_t) e->output[i]);
        fprintf(f, "\n");
        e->n_output = 0;
}

static void ask(Emulator *e, FILE *f, const char *name, const char *question) {
        e->n_output = 0;
        emulator_feed(e, question, strlen(question));
        write_output(e, f, name);
}

void emulator_write_modes(Emulator *e, FILE *f) {
        static const char *const numbers[] = { "?1", "?5", "?6", "?7", "?12", "?25", "?69", "?1000", "?1002",
                "?1003", "?1004", "?1005", "?1006", "?1015", "?1047", "?1049", "?2004", "4", "20" };
        static const struct {
                const char *name;
                VTermProp property;
        } properties[] = { { "cursor visible", VTERM_PROP_CURSORVISIBLE },
                { "cursor blinks", VTERM_PROP_CURSORBLINK }, { "alternate screen", VTERM_PROP_ALTSCREEN },
                { "reverse video", VTERM_PROP_REVERSE }, { "cursor shape", VTERM_PROP_CURSORSHAPE },
                { "mouse", VTERM_PROP_MOUSE } };
        VTermPos position;
        char question[32];

        vterm_state_get_cursorpos(e->state, &position);
        fprintf(f, "cursor=%d;%d\n", position.row, position.col);
        for (size_t i = 0; i < ELEMENTSOF(properties); i++)
                fprintf(f, "%s=%d\n", properties[i].name, e->properties[properties[i].property]);
        fprintf(f, "title=%s\nicon=%s\n", strempty(e->title), strempty(e->icon));
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                (void) snprintf(question, sizeof(question), "\x1b[%s$p", numbers[i]);
                ask(e, f, numbers[i], question);
        }
        ask(e, f, "cursor report", "\x1b[6n");
        ask(e, f, "pen", "\x1bP$qm\x1b\\");
        ask(e, f, "margins", "\x1bP$qr\x1b\\");
        ask(e, f, "side margins", "\x1bP$qs\x1b\\");
        ask(e, f, "cursor style", "\x1bP$q q\x1b\\");
        ask(e, f, "guarded", "\x1bP$q\"q\x1b\\");
        vterm_keyboard_key(e->vt, VTERM_KEY_UP, VTERM_MOD_NONE);
        write_output(e, f, "key up");
        vterm_keyboard_key(e->vt, VTERM_KEY_KP_1, VTERM_MOD_NONE);
        write_output(e, f, "keypad 1");
        vterm_keyboard_key(e->vt, VTERM_KEY_ENTER, VTERM_MOD_NONE);
        write_output(e, f, "key enter");
        vterm_keyboard_start_paste(e->vt);
        write_output(e, f, "paste");
        vterm_state_focus_in(e->state);
        write_output(e, f, "focus");
        vterm_mouse_move(e->vt, 3, 4, VTERM_MOD_NONE);
        vterm_mouse_button(e->vt, 1, true, VTERM_MOD_NONE);
        vterm_mouse_move(e->vt, 5, 6, VTERM_MOD_NONE);
        vterm_mouse_button(e->vt, 1, false, VTERM_MOD_NONE);
        vterm_mouse_move(e->vt, 1, 1, VTERM_MOD_NONE);
        write_output(e, f, "clicks");
}

static bool colors_same(VTermColor a, VTermColor b) {
        bool default_a = VTERM_COLOR_IS_DEFAULT_FG(&a) || VTERM_COLOR_IS_DEFAULT_BG(&a);
        bool default_b = VTERM_COLOR_IS_DEFAULT_FG(&b) || VTERM_COLOR_IS_DEFAULT_BG(&b);

        return default_a || default_b ? default_a == default_b : vterm_color_is_equal(&a, &b);
}

bool cells_look_same(const VTermScreenCell *a, const VTermScreenCell *b) {
        for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL; i++) {
                if (a->chars[i] != b->chars[i])
                        return false;
                if (a->chars[i] == 0 || a->chars[i] == UINT32_MAX)
                        break;
        }
        if (!colors_same(a->bg, b->bg))
                return false;
        if (a->chars[0] == 0 || a->chars[0] == UINT32_MAX)
                return true;
        return a->width == b->width && colors_same(a->fg, b->fg) && a->attrs.bold == b->attrs.bold &&
                a->attrs.underline == b->attrs.underline && a->attrs.italic == b->attrs.italic &&
                a->attrs.blink == b->attrs.blink && a->attrs.reverse == b->attrs.reverse &&
                a->attrs.strike == b->attrs.strike && a->attrs.font == b->attrs.font;
}

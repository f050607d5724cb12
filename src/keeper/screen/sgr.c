/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Select Graphic Rendition. */

#include "keeper/screen/sgr.h"

static bool is_sub(const VtSequence *s, unsigned i) {
        return i < s->n_parameters && (s->colons & (1U << i));
}

/* A colour component or number, 0 to 255. */
static uint32_t byte_at(const VtSequence *s, unsigned i) {
        return (uint32_t) MIN(vt_parameter(s, i, 0), 255);
}

static uint32_t rgb_at(const VtSequence *s, unsigned i) {
        return COLOR_RGB(byte_at(s, i) << 16 | byte_at(s, i + 1) << 8 | byte_at(s, i + 2));
}

/* Reads the colour behind 38, 48 or 58 at i: 5;N 5:N 2;R;G;B 2:R:G:B 2:SPACE:R:G:B. Returns how many
 * parameters that were; *color is untouched if they make no colour. */
static unsigned color_at(const VtSequence *s, unsigned i, uint32_t *color) {
        int32_t kind = vt_parameter(s, i + 1, 0);
        unsigned n = 1;

        if (is_sub(s, i + 1)) {
                while (is_sub(s, i + n))
                        n++;
                if (kind == 5 && n >= 3)
                        *color = COLOR_INDEXED(byte_at(s, i + 2));
                else if (kind == 2 && n >= 5)
                        *color = rgb_at(s, i + (n == 5 ? 2 : 3));
                return n;
        }
        if (kind == 5) {
                if (i + 2 < s->n_parameters)
                        *color = COLOR_INDEXED(byte_at(s, i + 2));
                return 3;
        }
        if (kind == 2) {
                if (i + 4 < s->n_parameters)
                        *color = rgb_at(s, i + 2);
                return 5;
        }
        return 1;
}

/* Everything but colours. */
static void apply_attribute(const VtSequence *s, unsigned i, int32_t n, Style *style) {
        switch (n) {
        case 1:
                style->bold = 1;
                break;
        case 2:
                style->dim = 1;
                break;
        case 3:
                style->italic = 1;
                break;
        case 4:
                style->underline = UNDERLINE_SINGLE;
                if (is_sub(s, i + 1) && vt_parameter(s, i + 1, 1) < _UNDERLINE_MAX)
                        style->underline = (unsigned) vt_parameter(s, i + 1, 1) & 7U;
                break;
        case 5:
        case 6:
                style->blink = 1;
                break;
        case 7:
                style->inverse = 1;
                break;
        case 8:
                style->invisible = 1;
                break;
        case 9:
                style->strike = 1;
                break;
        case 21:
                style->underline = UNDERLINE_DOUBLE;
                break;
        case 22:
                style->bold = style->dim = 0;
                break;
        case 23:
                style->italic = 0;
                break;
        case 24:
                style->underline = UNDERLINE_NONE;
                break;
        case 25:
                style->blink = 0;
                break;
        case 27:
                style->inverse = 0;
                break;
        case 28:
                style->invisible = 0;
                break;
        case 29:
                style->strike = 0;
                break;
        case 53:
                style->overline = 1;
                break;
        case 55:
                style->overline = 0;
                break;
        }
}

/* The parameter at i, with those that belong to it; returns how many. */
static unsigned apply_one(const VtSequence *s, unsigned i, Style *style) {
        int32_t n = vt_parameter(s, i, 0);
        uint32_t color = UINT32_MAX;
        unsigned used = 1;

        if (n == 0)
                *style = (Style){ .guarded = style->guarded };
        else if (n >= 30 && n <= 37)
                style->foreground = COLOR_BASIC(n - 30) & 0x3ffffffU;
        else if (n >= 40 && n <= 47)
                style->background = COLOR_BASIC(n - 40) & 0x3ffffffU;
        else if (n >= 90 && n <= 97)
                style->foreground = COLOR_BASIC(n - 90 + 8) & 0x3ffffffU;
        else if (n >= 100 && n <= 107)
                style->background = COLOR_BASIC(n - 100 + 8) & 0x3ffffffU;
        else if (n == 39)
                style->foreground = COLOR_DEFAULT;
        else if (n == 49)
                style->background = COLOR_DEFAULT;
        else if (n == 59)
                style->underline_color = COLOR_DEFAULT;
        else if (n == 38 || n == 48 || n == 58) {
                used = color_at(s, i, &color);
                if (color == UINT32_MAX)
                        return used;
                color &= 0x3ffffffU;
                if (n == 38)
                        style->foreground = color & 0x3ffffffU;
                else if (n == 48)
                        style->background = color & 0x3ffffffU;
                else
                        style->underline_color = color & 0x3ffffffU;
        } else
                apply_attribute(s, i, n, style);
        return used;
}

void sgr_apply(const VtSequence *s, Style *style) {
        unsigned i = 0;

        if (s->n_parameters == 0)
                *style = (Style){ .guarded = style->guarded };
        while (i < s->n_parameters) {
                i += apply_one(s, i, style);
                while (is_sub(s, i))
                        i++;
        }
}

/* One parameter. */
static void write_number(TextWriter *w, uint32_t n) {
        text_writer_number(w, n);
        text_writer_byte(w, ';');
}

/* base: 30, 40, or 58 for underlines, which have no short form. */
static void write_color(TextWriter *w, uint32_t color, uint32_t base) {
        uint32_t value = COLOR_VALUE(color), extended = base + 8;

        if (base == 58) {
                /* Terminals that do not know 58 skip this form. */
                if (COLOR_KIND(color) == COLOR_RGB(0))
                        text_writer_format(
                                w, "58:2::%u:%u:%u;", value >> 16, value >> 8 & 255U, value & 255U);
                else if (color == COLOR_DEFAULT)
                        text_writer_text(w, "59;");
                else
                        text_writer_format(w, "58:5:%u;", value);
                return;
        }
        switch (COLOR_KIND(color)) {
        case COLOR_DEFAULT:
                write_number(w, base + 9);
                break;
        case COLOR_BASIC(0):
                write_number(w, value < 8 ? base + value : base + 60 + value - 8);
                break;
        case COLOR_INDEXED(0):
                write_number(w, extended);
                text_writer_text(w, "5;");
                write_number(w, value);
                break;
        default:
                write_number(w, extended);
                text_writer_text(w, "2;");
                write_number(w, value >> 16);
                write_number(w, value >> 8 & 255);
                write_number(w, value & 255);
        }
}

/* Is something on in from that is not on in to? Colours can change without a reset, the rest not so
 * shortly. */
static bool needs_reset(const Style *from, const Style *to) {
        return (from->bold && !to->bold) || (from->dim && !to->dim) || (from->italic && !to->italic) ||
                (from->blink && !to->blink) || (from->inverse && !to->inverse) ||
                (from->invisible && !to->invisible) || (from->strike && !to->strike) ||
                (from->overline && !to->overline) || (from->underline && !to->underline);
}

static void write_attributes(TextWriter *w, const Style *from, const Style *to) {
        const struct {
                bool change;
                uint8_t number;
        } on[] = {
                { to->bold && !from->bold, 1 },
                { to->dim && !from->dim, 2 },
                { to->italic && !from->italic, 3 },
                { to->blink && !from->blink, 5 },
                { to->inverse && !from->inverse, 7 },
                { to->invisible && !from->invisible, 8 },
                { to->strike && !from->strike, 9 },
                { to->overline && !from->overline, 53 },
        };

        for (size_t i = 0; i < ELEMENTSOF(on); i++)
                if (on[i].change)
                        write_number(w, on[i].number);
        if (to->underline == from->underline)
                return;
        if (to->underline == UNDERLINE_SINGLE)
                text_writer_text(w, "4;");
        else
                text_writer_format(w, "4:%u;", (unsigned) to->underline);
}

void sgr_write(TextWriter *w, const Style *from, const Style *to) {
        Style base = *from, plain = { .guarded = to->guarded };

        if (from->guarded != to->guarded) {
                text_writer_text(w, to->guarded ? "\x1b[1\"q" : "\x1b[0\"q");
                base.guarded = to->guarded;
        }
        if (style_equal(&base, to))
                return;
        if (style_equal(to, &plain)) {
                text_writer_text(w, "\x1b[m");
                return;
        }
        text_writer_text(w, "\x1b[");
        if (needs_reset(&base, to)) {
                text_writer_text(w, "0;");
                base = plain;
        }
        write_attributes(w, &base, to);
        if (base.foreground != to->foreground)
                write_color(w, to->foreground, 30);
        if (base.background != to->background)
                write_color(w, to->background, 40);
        if (base.underline_color != to->underline_color)
                write_color(w, to->underline_color, 58);
        if (w->size > 0 && !w->failed)
                w->data[w->size - 1] = 'm'; /* instead of the last semicolon */
}

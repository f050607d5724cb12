/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers of terminals in what clients type: ESC ] NUMBER ; COLOUR, then BEL or ST. */

#include "keeper/terminal/replies.h"

#define COLOR_MAX 40U

typedef enum Match {
        MATCH_NOT,
        MATCH_PART, /* of one, up to the end */
        MATCH_ALL,
} Match;

typedef struct Found {
        size_t size;
        unsigned number;
        ColorSpec color;
        bool is_color;
} Found;

void replies_expect(Replies *r, unsigned number) {
        assert(number < 32);
        r->owed |= 1U << number;
        r->waiting = true;
}

/* How many bytes at the end of a reply end it, which begin at p: 0 if none do; *part: there may come
 * more. */
static size_t end_size(const uint8_t *p, const uint8_t *end, bool *part) {
        *part = false;
        if (*p == 0x07)
                return 1;
        if (*p != 0x1b && *p != 0xc2)
                return 0;
        *part = p + 1 == end;
        return !*part && p[1] == (*p == 0x1b ? '\\' : 0x9c) ? 2 : 0;
}

/* Is this a reply that is owed? p points to ESC. */
static Match match(const Replies *r, const uint8_t *p, const uint8_t *end, Found *ret) {
        const uint8_t *at = p + 1, *color;
        bool part;

        *ret = (Found){ 0 };
        if (at == end)
                return MATCH_PART;
        if (*at++ != ']')
                return MATCH_NOT;
        for (; at < end && *at >= '0' && *at <= '9' && ret->number < 32; at++)
                ret->number = ret->number * 10 + (unsigned) (*at - '0');
        if (at == end)
                return MATCH_PART;
        if (*at++ != ';' || ret->number >= 32 || !(r->owed & 1U << ret->number))
                return MATCH_NOT;
        for (color = at; at < end && at - color <= (ptrdiff_t) COLOR_MAX; at++) {
                size_t n = end_size(at, end, &part);

                if (part)
                        return MATCH_PART;
                if (n > 0) {
                        ret->is_color =
                                color_spec_parse((const char *) color, (size_t) (at - color), &ret->color);
                        ret->size = (size_t) (at - p) + n;
                        return MATCH_ALL;
                }
                if (*at < 0x20 || *at >= 0x7f)
                        return MATCH_NOT;
        }
        return at == end && at - color <= (ptrdiff_t) COLOR_MAX ? MATCH_PART : MATCH_NOT;
}

/* A lone ESC is more often a key, and is held back only while somebody waits. */
static bool is_worth_holding(const Replies *r, size_t size) {
        return size <= REPLY_HELD_MAX && (size > 1 || r->waiting);
}

size_t replies_take(Replies *r, uint8_t *data, size_t size, ReplyHandler handler, void *userdata) {
        uint8_t *p, *end, *kept = data;
        Found found;

        if (r->n_held > 0) {
                memmove(data + r->n_held, data, size);
                memcpy(data, r->held, r->n_held);
                size += r->n_held;
                r->n_held = 0;
        }
        if (r->owed == 0)
                return size;
        end = data + size;
        for (p = data; p < end;) {
                uint8_t *escape = memchr(p, 0x1b, (size_t) (end - p));
                size_t before = (size_t) ((escape ? escape : end) - p), rest;
                Match m;

                memmove(kept, p, before);
                kept += before;
                if (!escape)
                        break;
                p = escape;
                rest = (size_t) (end - p);
                m = match(r, p, end, &found);
                if (m == MATCH_PART && is_worth_holding(r, rest)) {
                        memcpy(r->held, p, rest);
                        r->n_held = (uint8_t) rest;
                        break;
                }
                if (m == MATCH_ALL) {
                        p += found.size;
                        r->owed &= ~(1U << found.number);
                        r->waiting = false;
                        if (found.is_color)
                                handler(userdata, found.number, &found.color);
                } else
                        *kept++ = *p++;
        }
        return (size_t) (kept - data);
}

size_t replies_give_up(Replies *r, uint8_t *data) {
        size_t n = r->n_held;

        r->waiting = false;
        memcpy(data, r->held, n);
        r->n_held = 0;
        return n;
}

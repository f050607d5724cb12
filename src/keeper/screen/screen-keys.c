/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What programs say about how keys are encoded: xterm's XTMODKEYS (CSI > Pp ; Pv m), and kitty's keyboard
 * protocol (https://sw.kovidgoyal.net/kitty/keyboard-protocol/). Nothing here reads keys; all of it has to
 * come back, and can be asked for. */

#include "keeper/screen/screen-state.h"

void screen_key_resource(Screen *s, const VtSequence *q) {
        int32_t resource = vt_parameter(q, 0, -1);

        if (resource < 0) {
                for (size_t i = 0; i < KEY_RESOURCES_MAX; i++)
                        if (s->key_resources[i] != KEY_RESOURCE_UNSAID)
                                s->key_resources[i] = 0;
        } else if (resource < (int32_t) KEY_RESOURCES_MAX)
                s->key_resources[resource] = (int8_t) MIN(vt_parameter(q, 1, 0), INT8_MAX);
}

static void kitty_push(KittyKeys *k, uint8_t flags) {
        if (k->n == KITTY_STACK_MAX) {
                memmove(k->flags, k->flags + 1, KITTY_STACK_MAX);
                k->n--;
        }
        k->flags[++k->n] = flags;
}

static void kitty_pop(KittyKeys *k, uint32_t n) {
        if (n > k->n)
                *k = (KittyKeys){ .touched = true };
        else
                k->n = (uint8_t) (k->n - n);
}

void screen_kitty_keys(Screen *s, const VtSequence *q) {
        KittyKeys *k = &s->keys[screen_is_alternate(s)];
        uint8_t flags = (uint8_t) (vt_parameter(q, 0, 0) & 0x1f);

        switch (q->prefix) {
        case '=':
                switch (vt_parameter(q, 1, 1)) {
                case 1:
                        k->flags[k->n] = flags;
                        break;
                case 2:
                        k->flags[k->n] |= flags;
                        break;
                case 3:
                        k->flags[k->n] &= (uint8_t) ~flags;
                        break;
                }
                break;
        case '>':
                kitty_push(k, flags);
                break;
        case '<':
                kitty_pop(k, vt_count(q, 0));
                break;
        default:
                return;
        }
        k->touched = true;
}

void screen_answer_keys(Screen *s, const VtSequence *q) {
        const KittyKeys *k = &s->keys[screen_is_alternate(s)];
        int32_t resource = vt_parameter(q, 0, -1);

        if (q->final == 'u')
                screen_answer(s, "\x1b[?%uu", k->flags[k->n]);
        else if (resource >= 0 && resource < (int32_t) KEY_RESOURCES_MAX)
                screen_answer(s, "\x1b[>%d;%dm", resource, MAX(s->key_resources[resource], 0));
}

void screen_reset_keys(Screen *s) {
        for (size_t i = 0; i < ELEMENTSOF(s->keys); i++)
                s->keys[i] = (KittyKeys){ .touched = s->keys[i].touched };
}

void screen_write_key_resources(const Screen *s, TextWriter *w) {
        for (unsigned i = 0; i < KEY_RESOURCES_MAX; i++)
                if (s->key_resources[i] != KEY_RESOURCE_UNSAID)
                        text_writer_format(w, "\x1b[>%u;%dm", i, s->key_resources[i]);
}

/* What a terminal had pushed before goes first, so that the stack is ours alone. */
void screen_write_kitty_keys(const KittyKeys *k, TextWriter *w) {
        if (!k->touched)
                return;
        text_writer_format(w, "\x1b[<%uu\x1b[=%u;1u", KITTY_STACK_MAX + 1, k->flags[0]);
        for (unsigned i = 1; i <= k->n; i++)
                text_writer_format(w, "\x1b[>%uu", k->flags[i]);
}

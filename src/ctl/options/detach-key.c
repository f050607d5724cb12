/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the name of the detach key, and finds the key in what was typed. */

#include "ctl/options/detach-key.h"

#define ESCAPE       '\033'
#define MODIFIER_MAX 255

int detach_key_parse(const char *s, DetachKey *ret) {
        const char *rest;
        char base;

        if (streq(s, "none")) {
                *ret = (DetachKey){};
                return 0;
        }
        rest = startswith(s, "C-");
        if (!rest)
                rest = startswith(s, "^");
        if (!rest || !rest[0] || rest[1])
                return -EINVAL;

        base = rest[0];
        if (base >= 'A' && base <= 'Z')
                base = (char) (base - 'A' + 'a');
        if (!(base >= 'a' && base <= 'z') && base != '\\' && base != ']' && base != '^' && base != '_')
                return -EINVAL;

        *ret = (DetachKey){ .byte = (char) (base & 0x1f), .base = base };
        return 0;
}

/* Reads a number of at most three digits. Returns how many characters it has; 0: none is there. */
static size_t scan_number(const char *s, size_t size, unsigned *ret) {
        unsigned value = 0;
        size_t n;

        for (n = 0; n < size && n < 3 && s[n] >= '0' && s[n] <= '9'; n++)
                value = value * 10 + (unsigned) (s[n] - '0');
        if (n > 0)
                *ret = value;
        return n;
}

/* Modifiers come plus one: Shift 1, Alt 2, Ctrl 4, … Caps Lock 64, Num Lock 128. Is it Ctrl, and no other
 * key? */
static bool modifier_is_ctrl(unsigned modifier) {
        return modifier >= 1 && modifier <= MODIFIER_MAX + 1 && ((modifier - 1) & ~(64U | 128U)) == 4;
}

/* Does "CSI … u" or "CSI 27;…~" at s mean Ctrl and the base key, pressed (not released)? Returns its length,
 * or 0. */
static size_t sequence_is_key(const DetachKey *key, const char *s, size_t size) {
        unsigned numbers[3] = {}, event = 1;
        size_t n = 0, at = 2;
        bool found = false;

        if (size < 2 || s[0] != ESCAPE || s[1] != '[')
                return 0;
        while (n < ELEMENTSOF(numbers)) {
                size_t digits = scan_number(s + at, size - at, &numbers[n]);

                if (digits == 0)
                        return 0;
                at += digits;
                /* Sub-parameters: the shifted key behind the key, the kind of event behind the modifiers. */
                while (at < size && s[at] == ':') {
                        unsigned sub = 0;

                        at += 1 + scan_number(s + at + 1, size - at - 1, &sub);
                        if (n == 1)
                                event = sub;
                }
                n++;
                if (at >= size || s[at] != ';')
                        break;
                at++;
        }
        if (at >= size)
                return 0;
        if (s[at] == 'u')
                found = n >= 2 && numbers[0] == (unsigned) key->base && modifier_is_ctrl(numbers[1]) &&
                        event != 3;
        else if (s[at] == '~')
                found = n == 3 && numbers[0] == 27 && modifier_is_ctrl(numbers[1]) &&
                        numbers[2] == (unsigned) key->base;
        return found ? at + 1 : 0;
}

ssize_t detach_key_find(const DetachKey *key, const char *typed, size_t size, size_t *ret_length) {
        if (key->byte == 0)
                return -1;
        for (size_t i = 0; i < size; i++) {
                size_t length = typed[i] == key->byte ? 1 : sequence_is_key(key, typed + i, size - i);

                if (length > 0) {
                        *ret_length = length;
                        return (ssize_t) i;
                }
        }
        return -1;
}

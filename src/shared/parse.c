/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Strict readers for numbers, sizes, time spans, booleans and signals. */

#include <ctype.h>
#include <signal.h>
#include <strings.h>

#include "shared/macros.h"
#include "shared/parse.h"

/* Reads the digits at *s and moves it behind them. */
static int scan_uint64(const char **s, uint64_t *ret) {
        const char *p = *s;
        uint64_t value = 0;

        if (*p < '0' || *p > '9')
                return -EINVAL;
        for (; *p >= '0' && *p <= '9'; p++)
                if (__builtin_mul_overflow(value, 10, &value) ||
                        __builtin_add_overflow(value, (uint64_t) (*p - '0'), &value))
                        return -ERANGE;
        *s = p;
        *ret = value;
        return 0;
}

int parse_uint64(const char *s, uint64_t *ret) {
        uint64_t value;
        int r;

        r = scan_uint64(&s, &value);
        if (r < 0)
                return r;
        if (*s)
                return -EINVAL;
        *ret = value;
        return 0;
}

int parse_uint32(const char *s, uint32_t *ret) {
        uint64_t value;
        int r;

        r = parse_uint64(s, &value);
        if (r < 0)
                return r;
        if (value > UINT32_MAX)
                return -ERANGE;
        *ret = (uint32_t) value;
        return 0;
}

int parse_boolean(const char *s, bool *ret) {
        static const char *const yes[] = { "1", "yes", "y", "true", "t", "on" };
        static const char *const no[] = { "0", "no", "n", "false", "f", "off" };

        for (size_t i = 0; i < ELEMENTSOF(yes); i++) {
                if (strcasecmp(s, yes[i]) == 0) {
                        *ret = true;
                        return 0;
                }
                if (strcasecmp(s, no[i]) == 0) {
                        *ret = false;
                        return 0;
                }
        }
        return -EINVAL;
}

int parse_size(const char *s, uint64_t *ret) {
        static const char suffixes[] = "KMGT";
        uint64_t value;
        int r;

        if (streq(s, "infinity")) {
                *ret = UINT64_MAX;
                return 0;
        }
        r = scan_uint64(&s, &value);
        if (r < 0)
                return r;
        if (*s && strchr(suffixes, *s)) {
                for (const char *suffix = suffixes; suffix <= strchr(suffixes, *s); suffix++)
                        if (__builtin_mul_overflow(value, 1024, &value))
                                return -ERANGE;
                s++;
        }
        if (*s == 'B')
                s++;
        if (*s)
                return -EINVAL;
        *ret = value;
        return 0;
}

int parse_percent(const char *s, uint64_t *ret) {
        uint64_t value, parts = 0;
        int r;

        r = scan_uint64(&s, &value);
        if (r < 0)
                return r;
        if (*s == '.') {
                if (s[1] < '0' || s[1] > '9')
                        return -EINVAL;
                parts = (uint64_t) (s[1] - '0') * 10;
                s += 2;
                if (*s >= '0' && *s <= '9')
                        parts += (uint64_t) (*s++ - '0');
        }
        if (!streq(s, "%"))
                return -EINVAL;
        if (__builtin_mul_overflow(value, 100, &value) || __builtin_add_overflow(value, parts, &value))
                return -ERANGE;
        *ret = value;
        return 0;
}

static int scan_time_unit(const char **s, usec_t *ret) {
        static const struct {
                const char *suffix;
                usec_t usec;
        } units[] = {
                { "us", 1 },
                { "usec", 1 },
                { "ms", USEC_PER_MSEC },
                { "msec", USEC_PER_MSEC },
                { "s", USEC_PER_SEC },
                { "sec", USEC_PER_SEC },
                { "second", USEC_PER_SEC },
                { "seconds", USEC_PER_SEC },
                { "m", USEC_PER_MINUTE },
                { "min", USEC_PER_MINUTE },
                { "minute", USEC_PER_MINUTE },
                { "minutes", USEC_PER_MINUTE },
                { "h", USEC_PER_HOUR },
                { "hr", USEC_PER_HOUR },
                { "hour", USEC_PER_HOUR },
                { "hours", USEC_PER_HOUR },
                { "d", USEC_PER_DAY },
                { "day", USEC_PER_DAY },
                { "days", USEC_PER_DAY },
                { "w", USEC_PER_WEEK },
                { "week", USEC_PER_WEEK },
                { "weeks", USEC_PER_WEEK },
        };
        size_t length = 0;

        while (isalpha((unsigned char) (*s)[length]))
                length++;
        if (length == 0) {
                *ret = USEC_PER_SEC;
                return 0;
        }
        for (size_t i = 0; i < ELEMENTSOF(units); i++)
                if (strlen(units[i].suffix) == length && strncmp(units[i].suffix, *s, length) == 0) {
                        *s += length;
                        *ret = units[i].usec;
                        return 0;
                }
        return -EINVAL;
}

int parse_time_span(const char *s, usec_t *ret) {
        usec_t total = 0;
        int r;

        s += strspn(s, " \t");
        if (streq(s, "infinity")) {
                *ret = USEC_INFINITY;
                return 0;
        }
        do {
                uint64_t value;
                usec_t unit;

                r = scan_uint64(&s, &value);
                if (r < 0)
                        return r;
                s += strspn(s, " \t");
                r = scan_time_unit(&s, &unit);
                if (r < 0)
                        return r;
                if (__builtin_mul_overflow(value, unit, &value) ||
                        __builtin_add_overflow(total, value, &total))
                        return -ERANGE;
                s += strspn(s, " \t");
        } while (*s);

        *ret = total;
        return 0;
}

int parse_on_detach(const char *s, usec_t *ret) {
        if (streq(s, "keep")) {
                *ret = USEC_INFINITY;
                return 0;
        }
        if (streq(s, "stop")) {
                *ret = 0;
                return 0;
        }
        return parse_time_span(s, ret);
}

int parse_signal(const char *s) {
        const char *name = startswith(s, "SIG");
        uint32_t number;

        if (parse_uint32(s, &number) >= 0)
                return number > 0 && number <= (uint32_t) SIGRTMAX ? (int) number : -EINVAL;
        if (!name)
                name = s;
        for (int i = 1; i <= SIGRTMAX; i++) {
                const char *known = sigabbrev_np(i);

                if (known && streq(known, name))
                        return i;
        }
        return -EINVAL;
}

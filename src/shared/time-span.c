/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Clock readings and time spans in words. */

#include <inttypes.h>
#include <stdio.h>

#include "shared/macros.h"
#include "shared/time-span.h"

usec_t now_usec(clockid_t clock) {
        struct timespec ts;

        if (clock_gettime(clock, &ts) < 0)
                return 0;
        return (usec_t) ts.tv_sec * USEC_PER_SEC + (usec_t) ts.tv_nsec / 1000;
}

usec_t usec_add(usec_t a, usec_t b) {
        return a > USEC_INFINITY - b ? USEC_INFINITY : a + b;
}

const char *format_time_span(usec_t span, char ret[TIME_SPAN_SIZE]) {
        static const struct {
                const char *suffix;
                usec_t usec;
        } units[] = {
                { "w", USEC_PER_WEEK },
                { "d", USEC_PER_DAY },
                { "h", USEC_PER_HOUR },
                { "min", USEC_PER_MINUTE },
                { "s", USEC_PER_SEC },
        };

        if (span == USEC_INFINITY) {
                snprintf(ret, TIME_SPAN_SIZE, "infinity");
                return ret;
        }
        if (span < USEC_PER_MSEC) {
                snprintf(ret, TIME_SPAN_SIZE, span == 0 ? "0" : "%" PRIu64 "us", span);
                return ret;
        }
        if (span < USEC_PER_SEC) {
                snprintf(ret, TIME_SPAN_SIZE, "%" PRIu64 "ms", span / USEC_PER_MSEC);
                return ret;
        }
        if (span < 10 * USEC_PER_SEC) {
                snprintf(ret, TIME_SPAN_SIZE, "%" PRIu64 ".%" PRIu64 "s", span / USEC_PER_SEC,
                        span % USEC_PER_SEC / (100 * USEC_PER_MSEC));
                return ret;
        }
        for (size_t i = 0; i < ELEMENTSOF(units); i++) {
                uint64_t rest;

                if (span < units[i].usec)
                        continue;
                rest = i + 1 < ELEMENTSOF(units) ? span % units[i].usec / units[i + 1].usec : 0;
                if (rest > 0)
                        snprintf(ret, TIME_SPAN_SIZE, "%" PRIu64 "%s %" PRIu64 "%s", span / units[i].usec,
                                units[i].suffix, rest, units[i + 1].suffix);
                else
                        snprintf(
                                ret, TIME_SPAN_SIZE, "%" PRIu64 "%s", span / units[i].usec, units[i].suffix);
                break;
        }
        return ret;
}

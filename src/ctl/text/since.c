/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads points in time. */

#include <time.h>

#include "ctl/text/since.h"
#include "shared/macros.h"
#include "shared/parse.h"

#define AGO " ago"

static int parse_ago(const char *s, size_t length, usec_t now, usec_t *ret) {
        _cleanup_free_ char *span = strndup(s, length);
        usec_t usec;
        int r;

        if (!span)
                return -ENOMEM;
        r = parse_time_span(span, &usec);
        if (r < 0 || usec > now)
                return -EINVAL;
        *ret = now - usec;
        return 0;
}

static int parse_calendar(const char *s, const struct tm *today, usec_t *ret) {
        static const char *const formats[] = { "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M:%S",
                "%H:%M" };

        for (size_t i = 0; i < ELEMENTSOF(formats); i++) {
                struct tm tm = {
                        .tm_year = today->tm_year,
                        .tm_mon = today->tm_mon,
                        .tm_mday = today->tm_mday,
                        .tm_isdst = -1,
                };
                const char *end = strptime(s, formats[i], &tm);
                time_t seconds;

                if (!end || *end)
                        continue;
                tm.tm_isdst = -1;
                seconds = mktime(&tm);
                if (seconds < 0)
                        return -EINVAL;
                *ret = (usec_t) seconds * USEC_PER_SEC;
                return 0;
        }
        return -EINVAL;
}

int since_parse(const char *s, usec_t now, usec_t *ret) {
        time_t seconds = (time_t) (now / USEC_PER_SEC);
        size_t length = strlen(s);
        uint64_t epoch;
        struct tm today;

        if (streq(s, "now")) {
                *ret = now;
                return 0;
        }
        if (s[0] == '@') {
                if (parse_uint64(s + 1, &epoch) < 0 || epoch > USEC_INFINITY / USEC_PER_SEC)
                        return -EINVAL;
                *ret = epoch * USEC_PER_SEC;
                return 0;
        }
        if (s[0] == '-')
                return parse_ago(s + 1, length - 1, now, ret);
        if (length > strlen(AGO) && streq(s + length - strlen(AGO), AGO))
                return parse_ago(s, length - strlen(AGO), now, ret);

        if (!localtime_r(&seconds, &today))
                return -EINVAL;
        if (streq(s, "today") || streq(s, "yesterday")) {
                struct tm midnight = {
                        .tm_year = today.tm_year,
                        .tm_mon = today.tm_mon,
                        .tm_mday = today.tm_mday - (streq(s, "yesterday") ? 1 : 0),
                        .tm_isdst = -1,
                };

                seconds = mktime(&midnight);
                if (seconds < 0)
                        return -EINVAL;
                *ret = (usec_t) seconds * USEC_PER_SEC;
                return 0;
        }
        return parse_calendar(s, &today, ret);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Numbers, users, times and results as people read them. */

#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <wchar.h>

#include "ctl/text/format.h"
#include "shared/session-types.h"
#include "shared/text.h"

#define SIGNAL_STATUS_BASE 128

const char *bytes_format(uint64_t bytes, char ret[BYTES_SIZE]) {
        static const char suffixes[] = "KMGTPE";
        uint64_t unit = 1024;
        size_t i = 0;

        if (bytes == UINT64_MAX)
                snprintf(ret, BYTES_SIZE, "-");
        else if (bytes < 1024)
                snprintf(ret, BYTES_SIZE, "%" PRIu64 "B", bytes);
        else {
                while (i + 1 < strlen(suffixes) && bytes / 1024 >= unit) {
                        unit *= 1024;
                        i++;
                }
                snprintf(ret, BYTES_SIZE, "%" PRIu64 ".%" PRIu64 "%c", bytes / unit,
                        bytes % unit * 10 / unit, suffixes[i]);
        }
        return ret;
}

const char *number_format(uint64_t number, char ret[NUMBER_SIZE]) {
        if (number == UINT64_MAX)
                snprintf(ret, NUMBER_SIZE, "-");
        else
                snprintf(ret, NUMBER_SIZE, "%" PRIu64, number);
        return ret;
}

const char *cpu_format(nsec_t nsec, char ret[TIME_SPAN_SIZE]) {
        return span_format(nsec == UINT64_MAX ? USEC_INFINITY : nsec / NSEC_PER_USEC, ret);
}

const char *span_format(usec_t span, char ret[TIME_SPAN_SIZE]) {
        if (span == USEC_INFINITY) {
                snprintf(ret, TIME_SPAN_SIZE, "-");
                return ret;
        }
        return format_time_span(span, ret);
}

const char *timestamp_format(usec_t timestamp, char ret[TIMESTAMP_SIZE]) {
        time_t seconds = (time_t) (timestamp / USEC_PER_SEC);
        struct tm tm;

        if (timestamp == 0 || timestamp == USEC_INFINITY || !localtime_r(&seconds, &tm) ||
                strftime(ret, TIMESTAMP_SIZE, "%a %Y-%m-%d %H:%M:%S %Z", &tm) == 0)
                snprintf(ret, TIMESTAMP_SIZE, "n/a");
        return ret;
}

const char *ago_format(usec_t timestamp, usec_t now, char ret[AGO_SIZE]) {
        char span[TIME_SPAN_SIZE];

        if (now < timestamp + USEC_PER_SEC)
                snprintf(ret, AGO_SIZE, "now");
        else {
                usec_t age = now - timestamp;

                snprintf(ret, AGO_SIZE, "%s ago", format_time_span(age - age % USEC_PER_SEC, span));
        }
        return ret;
}

const char *user_format(uid_t uid, char ret[USER_NAME_SIZE]) {
        static struct {
                bool used;
                uid_t uid;
                char name[USER_NAME_SIZE];
        } cache[8];
        static size_t next;
        const struct passwd *user;
        char *name = NULL;

        for (size_t i = 0; i < ELEMENTSOF(cache); i++)
                if (cache[i].used && cache[i].uid == uid) {
                        memcpy(ret, cache[i].name, USER_NAME_SIZE);
                        return ret;
                }

        user = getpwuid(uid);
        if (user)
                name = text_sanitize(user->pw_name, USER_NAME_SIZE - 1);
        if (name)
                snprintf(ret, USER_NAME_SIZE, "%s", name);
        else
                snprintf(ret, USER_NAME_SIZE, "%" PRIu32, (uint32_t) uid);
        free(name);

        cache[next].used = true;
        cache[next].uid = uid;
        memcpy(cache[next].name, ret, USER_NAME_SIZE);
        next = (next + 1) % ELEMENTSOF(cache);
        return ret;
}

static void signal_format(int signal, const char *suffix, char ret[RESULT_SIZE]) {
        const char *name = sigabbrev_np(signal);

        if (name)
                snprintf(ret, RESULT_SIZE, "killed by SIG%s%s", name, suffix);
        else if (signal > 0)
                snprintf(ret, RESULT_SIZE, "killed by signal %d%s", signal, suffix);
        else
                snprintf(ret, RESULT_SIZE, "killed by a signal%s", suffix);
}

const char *result_format(const char *result, int exit_status, char ret[RESULT_SIZE]) {
        static const char *const texts[SESSION_RESULT_MAX] = {
                [RESULT_SUCCESS] = "exit status 0",
                [RESULT_EXIT_CODE] = "failed",
                [RESULT_OOM_KILLED] = "out of memory",
                [RESULT_STOPPED] = "stopped on request",
                [RESULT_DETACHED] = "stopped when nobody was attached any more",
                [RESULT_UNIT_STOPPED] = "its unit was stopped",
                [RESULT_START_FAILED] = "it could not be started",
                [RESULT_TIMEOUT] = "timed out and was killed",
                [RESULT_EXITED] = "how is unknown",
                [RESULT_RESTART_FAILED] = "its kernel did not come back from a restart",
                [RESULT_LOST] = "while the service was away",
        };
        SessionResult value = session_result_from_string(result);

        if (value == RESULT_EXIT_CODE && exit_status >= 0)
                snprintf(ret, RESULT_SIZE, "exit status %d", exit_status);
        else if (value == RESULT_SIGNAL)
                signal_format(exit_status, "", ret);
        else if (value == RESULT_CORE_DUMP)
                signal_format(exit_status, ", core dumped", ret);
        else if (value >= 0 && texts[value])
                snprintf(ret, RESULT_SIZE, "%s", texts[value]);
        else {
                char *text = text_sanitize(result, RESULT_SIZE - 1);

                snprintf(ret, RESULT_SIZE, "%s", strempty(text));
                free(text);
        }
        return ret;
}

int result_exit_status(const char *result, int exit_status) {
        switch (session_result_from_string(result)) {
        case RESULT_SUCCESS:
                return EXIT_SUCCESS;
        case RESULT_EXIT_CODE:
                return exit_status > 0 && exit_status <= EXIT_STATUS_MAX ? exit_status : EXIT_FAILURE;
        case RESULT_OOM_KILLED:
                return SIGNAL_STATUS_BASE + SIGKILL;
        case RESULT_SIGNAL:
        case RESULT_CORE_DUMP:
                return exit_status > 0 && exit_status <= SIGRTMAX ? SIGNAL_STATUS_BASE + exit_status
                                                                  : EXIT_FAILURE;
        default:
                return EXIT_FAILURE;
        }
}

/* Reads one character. Returns its length, and its columns in ret_columns. */
static size_t next_character(const char *s, size_t *ret_columns) {
        mbstate_t state = {};
        wchar_t c;
        size_t n;
        int width;

        n = mbrtowc(&c, s, MB_CUR_MAX, &state);
        if (n == 0 || n >= (size_t) -2) {
                *ret_columns = 1;
                return 1;
        }
        width = wcwidth(c);
        *ret_columns = width < 0 ? 1 : (size_t) width;
        return n;
}

size_t text_columns(const char *text) {
        size_t total = 0, columns;

        while (*text) {
                text += next_character(text, &columns);
                total += columns;
        }
        return total;
}

char *text_ellipsize(const char *text, size_t columns) {
        const char *ellipsis = MB_CUR_MAX > 1 ? "…" : "~";
        size_t used = 0, length = 0, width;
        char *cut;

        if (columns == 0 || text_columns(text) <= columns)
                return strdup(text);
        for (;;) {
                size_t n = next_character(text + length, &width);

                if (used + width > columns - 1)
                        break;
                used += width;
                length += n;
        }
        if (asprintf(&cut, "%.*s%s", (int) length, text, ellipsis) < 0)
                return NULL;
        return cut;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Diagnostics on stderr. */

#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/parse.h"

#define LINE_MAX_BYTES 2048

static int max_level = LOG_INFO;
static bool prefix_priority;

void log_set_max_level(int level) {
        max_level = level;
}

int log_set_max_level_from_string(const char *s) {
        static const char *const names[] = { "emerg", "alert", "crit", "err", "warning", "notice", "info",
                "debug" };
        uint32_t number;

        if (parse_uint32(s, &number) >= 0 && number <= LOG_DEBUG) {
                max_level = (int) number;
                return 0;
        }
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (streq(s, names[i])) {
                        max_level = (int) i;
                        return 0;
                }
        return -EINVAL;
}

/* $JOURNAL_STREAM names the device and inode of the journal's stream socket; see systemd.exec(5). */
static bool stderr_is_journal(void) {
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat st;

        if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2 || fstat(STDERR_FILENO, &st) < 0)
                return false;
        return st.st_dev == device && st.st_ino == inode;
}

void log_open(void) {
        const char *level = getenv("SYSTEMD_LOG_LEVEL");

        prefix_priority = stderr_is_journal();
        if (level)
                (void) log_set_max_level_from_string(level);
}

/* The journal's stream fills up while journald is stopped. Nobody here can wait for that, and the descriptor
 * may be shared with a payload, which must not find it non-blocking. False: the line is lost. */
static bool send_to_journal(const char *line, size_t n) {
        return send(STDERR_FILENO, line, n, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static void put_line(const char *line, size_t n) {
        static unsigned n_lost;
        char told[64];
        int length;

        if (!prefix_priority) {
                fwrite(line, 1, n, stderr);
                return;
        }
        if (n_lost > 0) {
                length = snprintf(
                        told, sizeof(told), "<%d>%u lines were left out here.\n", LOG_WARNING, n_lost);
                if (send_to_journal(told, (size_t) length))
                        n_lost = 0;
        }
        if (!send_to_journal(line, n)) {
                if (errno == ENOTSOCK)
                        fwrite(line, 1, n, stderr);
                else
                        n_lost++;
        }
}

int log_full(int level, int error, const char *format, ...) {
        char line[LINE_MAX_BYTES];
        va_list arguments;
        int saved_errno = errno;
        int length = 0;

        error = abs(error);
        if (level <= max_level) {
                if (prefix_priority)
                        length = snprintf(line, sizeof(line), "<%d>", level);
                errno = error;
                va_start(arguments, format);
                (void) vsnprintf(line + length, sizeof(line) - 1 - (size_t) length, format, arguments);
                va_end(arguments);
                length = (int) strlen(line);
                line[length++] = '\n';
                put_line(line, (size_t) length);
        }
        errno = saved_errno;
        return -error;
}

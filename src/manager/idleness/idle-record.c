/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The file that CpuWatch survives in. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/idleness/idle-record.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"

#define IDLE_FILE "idle"
#define LINE_SIZE 96

static int write_file(const Manager *m, const char *text, size_t size) {
        _cleanup_close_ int fd = -EBADF;
        ssize_t n;

        fd = openat(m->runtime_fd, IDLE_FILE ".new", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                0600);
        if (fd < 0)
                return -errno;
        n = write(fd, text, size);
        if (n < 0)
                return -errno;
        if ((size_t) n != size)
                return -ENOSPC;
        return renameat(m->runtime_fd, IDLE_FILE ".new", m->runtime_fd, IDLE_FILE) < 0 ? -errno : 0;
}

int idle_record_save(const Manager *m) {
        _cleanup_free_ char *text = NULL;
        size_t length = 0;

        text = malloc(m->sessions.n * LINE_SIZE + 1);
        if (!text)
                return -ENOMEM;
        text[0] = 0;
        SESSION_FOREACH(s, &m->sessions)
                length += (size_t) snprintf(text + length, LINE_SIZE,
                        "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", s->number, s->cpu_watch.begin,
                        s->cpu_watch.usage, s->cpu_watch.last);
        return write_file(m, text, length);
}

static void take_line(Manager *m, const char *line) {
        CpuWatch w = {};
        uint64_t number;
        Session *s;
        int end = 0;

        if (sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 "\n%n", &number, &w.begin, &w.usage,
                    &w.last, &end) != 4 ||
                line[end] != 0)
                return;
        s = session_table_get(&m->sessions, number);
        if (s)
                s->cpu_watch = w;
}

int idle_record_load(Manager *m) {
        _cleanup_close_ int fd = -EBADF;
        char line[LINE_SIZE];
        struct stat st;
        FILE *f;

        SESSION_FOREACH(s, &m->sessions)
                s->cpu_watch = (CpuWatch){ .begin = s->created_monotonic };
        fd = openat(m->runtime_fd, IDLE_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -EBADFD;
        f = fdopen(fd, "re");
        if (!f)
                return -errno;
        TAKE_FD(fd);
        while (fgets(line, sizeof(line), f))
                take_line(m, line);
        (void) fclose(f);
        return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whom the kernel killed for want of memory. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "manager/base/cgroup.h"
#include "manager/memory/oom-victim.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "shared/fd.h"
#include "shared/parse.h"
#include "shared/text.h"

#define STATUS_SIZE 4096

static const char *find_line(const char *text, const char *key) {
        for (const char *line = text; line; line = strchr(line, '\n')) {
                const char *value;

                line += *line == '\n';
                value = startswith(line, key);
                if (value)
                        return value;
        }
        return NULL;
}

static bool has_sigkill(const char *status, const char *key) {
        const char *value = find_line(status, key);

        return value && (strtoull(value, NULL, 16) & (UINT64_C(1) << (SIGKILL - 1)));
}

bool process_entry_parse(const char *status, ProcessEntry *ret) {
        const char *name = find_line(status, "Name:\t"), *memory = find_line(status, "VmRSS:");
        _cleanup_free_ char *raw = NULL, *command = NULL;

        if (!name)
                return false;
        /* It is the user's, and may be anything. */
        raw = strndup(name, strcspn(name, "\n"));
        command = raw ? text_sanitize(raw, sizeof(ret->command) - 1) : NULL;
        snprintf(ret->command, sizeof(ret->command), "%s", strempty(command));
        ret->memory = memory ? strtoull(memory, NULL, 10) * 1024 : 0;
        ret->killed = has_sigkill(status, "SigPnd:") || has_sigkill(status, "ShdPnd:");
        return true;
}

bool process_entry_read(pid_t pid, ProcessEntry *ret) {
        char path[32], status[STATUS_SIZE];
        ssize_t n;
        int fd;

        snprintf(path, sizeof(path), "/proc/%i/status", (int) pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return false;
        n = read(fd, status, sizeof(status) - 1);
        (void) safe_close(fd);
        if (n <= 0)
                return false;
        status[n] = 0;
        *ret = (ProcessEntry){ .pid = pid };
        return process_entry_parse(status, ret);
}

int process_list_read(const Session *s, ProcessList *ret) {
        char *line = NULL;
        size_t size = 0;
        FILE *f;
        int fd;

        fd = cgroup_open_processes(&s->manager->cgroups, s->slice, s->scope.unit);
        if (fd < 0)
                return fd;
        f = fd_to_file(fd, "r");
        if (!f)
                return -ENOMEM;
        ret->items = reallocarray(NULL, PROCESS_LIST_MAX, sizeof(ProcessEntry));
        while (ret->items && ret->n < PROCESS_LIST_MAX && getline(&line, &size, f) > 0)
                ret->n += process_entry_read((pid_t) strtol(line, NULL, 10), &ret->items[ret->n]);
        free(line);
        (void) fclose(f);
        return ret->items ? 0 : -ENOMEM;
}

void process_list_done(ProcessList *list) {
        free(list->items);
        *list = (ProcessList){};
}

static const ProcessEntry *find_entry(const ProcessList *list, pid_t pid) {
        for (size_t i = 0; i < list->n; i++)
                if (list->items[i].pid == pid)
                        return &list->items[i];
        return NULL;
}

/* Who is on the way out has given up its memory already. */
static const ProcessEntry *larger(const ProcessList *before, const ProcessEntry *a, const ProcessEntry *b) {
        const ProcessEntry *a_before = a ? find_entry(before, a->pid) : NULL,
                           *b_before = find_entry(before, b->pid);

        if (!a)
                return b;
        return (b_before ? b_before : b)->memory > (a_before ? a_before : a)->memory ? b : a;
}

const ProcessEntry *oom_victim_find(const ProcessList *before, const ProcessList *now) {
        const ProcessEntry *found = NULL;

        for (size_t i = 0; i < now->n; i++)
                if (now->items[i].killed)
                        found = larger(before, found, &now->items[i]);
        if (found)
                return found;
        for (size_t i = 0; i < before->n; i++)
                if (!find_entry(now, before->items[i].pid))
                        found = larger(before, found, &before->items[i]);
        return found;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Prints memory, CPU time and tasks of cgroups, read directly: what it costs at least to know them.
 *
 *      read-cgroups CGROUP…   as in /proc/PID/cgroup of the systemd hierarchy:
 *                             /compute.slice/…/compute-t1.scope
 */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOT "/sys/fs/cgroup"

typedef struct Counter {
        const char *hierarchy, *file;
} Counter;

static const Counter counters_v1[] = { { "memory", "memory.usage_in_bytes" }, { "cpuacct", "cpuacct.usage" },
        { "pids", "pids.current" } };
static const Counter counters_v2[] = { { "", "memory.current" }, { "", "cpu.stat" },
        { "", "pids.current" } };

static void print_counter(const Counter *counter, const char *cgroup) {
        char path[PATH_MAX], text[512];
        ssize_t n;
        int fd;

        snprintf(path, sizeof(path), ROOT "/%s%s/%s", counter->hierarchy, cgroup, counter->file);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
        if (n < 0) {
                perror(path);
                exit(EXIT_FAILURE);
        }
        (void) close(fd);
        text[n] = 0;
        printf(" %.*s", (int) strcspn(text, "\n"), text);
}

int main(int argc, char *argv[]) {
        const Counter *counters = access(ROOT "/cgroup.controllers", F_OK) == 0 ? counters_v2 : counters_v1;

        for (int i = 1; i < argc; i++) {
                fputs(argv[i], stdout);
                for (size_t c = 0; c < sizeof(counters_v1) / sizeof(counters_v1[0]); c++)
                        print_counter(&counters[c], argv[i]);
                putchar('\n');
        }
        return EXIT_SUCCESS;
}

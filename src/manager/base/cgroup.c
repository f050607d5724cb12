/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the counters of cgroups.
 *
 * Where the cgroup of a unit is follows from the names of its slices (systemd.slice(5)). Should it ever not
 * be there, the caller asks systemd. The files are the kernel's: reading them waits for nobody. */

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "manager/base/cgroup.h"
#include "shared/parse.h"
#include "shared/text.h"

/* The hierarchy's directory and the file, v1 and v2. */
static const struct {
        const char *hierarchy, *file;
} files[2][CGROUP_FILE_MAX] = {
        {
                [CGROUP_CPU] = { "cpuacct", "cpuacct.usage" },
                [CGROUP_MEMORY] = { "memory", "memory.usage_in_bytes" },
                [CGROUP_TASKS] = { "pids", "pids.current" },
                [CGROUP_QUOTA] = { "cpu", NULL },
        },
        {
                [CGROUP_CPU] = { ".", "cpu.stat" },
                [CGROUP_MEMORY] = { ".", "memory.current" },
                [CGROUP_TASKS] = { ".", "pids.current" },
                [CGROUP_IO] = { ".", "io.stat" },
        },
};

void cgroup_tree_init(CgroupTree *tree) {
        *tree = (CgroupTree){};
        for (CgroupFile f = 0; f < CGROUP_FILE_MAX; f++)
                tree->fds[f] = -EBADF;
}

void cgroup_tree_done(CgroupTree *tree) {
        for (CgroupFile f = 0; f < CGROUP_FILE_MAX; f++)
                (void) safe_close(tree->fds[f]);
        free(tree->prefix);
        cgroup_tree_init(tree);
}

int cgroup_tree_open(CgroupTree *tree, const char *root, bool unified, const char *prefix) {
        _cleanup_close_ int fd = -EBADF;

        if (prefix[0] && !path_is_normalized(prefix))
                return -EINVAL;
        free(tree->prefix);
        tree->prefix = strdup(prefix);
        if (!tree->prefix)
                return -ENOMEM;
        tree->unified = unified;
        fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        for (CgroupFile f = 0; f < CGROUP_FILE_MAX; f++) {
                const char *hierarchy = files[unified][f].hierarchy;

                (void) safe_close(tree->fds[f]);
                tree->fds[f] = fd >= 0 && hierarchy ? openat(fd, hierarchy, O_PATH | O_DIRECTORY | O_CLOEXEC)
                                                    : -EBADF;
        }
        return 0;
}

/* Reads a whole file as text. -errno, -EFBIG. */
static int read_file(const CgroupTree *tree, CgroupFile f, const char *cgroup, const char *file,
        char ret[CGROUP_TEXT_MAX]) {
        _cleanup_close_ int fd = -EBADF;
        char path[PATH_MAX];
        ssize_t n;

        if (tree->fds[f] < 0)
                return -ENOENT;
        n = snprintf(path, sizeof(path), "%s/%s", cgroup, file);
        if (n < 0 || (size_t) n >= sizeof(path))
                return -ENAMETOOLONG;
        fd = openat(tree->fds[f], path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        n = read(fd, ret, CGROUP_TEXT_MAX);
        if (n < 0)
                return -errno;
        if (n == CGROUP_TEXT_MAX)
                return -EFBIG;
        ret[n] = 0;
        return 0;
}

uint64_t cgroup_parse_number(const char *text) {
        char number[24];
        uint64_t value;
        size_t n = strspn(text, "0123456789");

        if (n == 0 || n >= sizeof(number))
                return USAGE_UNKNOWN;
        memcpy(number, text, n);
        number[n] = 0;
        return parse_uint64(number, &value) >= 0 ? value : USAGE_UNKNOWN;
}

static uint64_t read_counter(const CgroupTree *tree, CgroupFile f, const char *cgroup) {
        char text[CGROUP_TEXT_MAX];

        return read_file(tree, f, cgroup, files[tree->unified][f].file, text) >= 0
                ? cgroup_parse_number(text)
                : USAGE_UNKNOWN;
}

/* ns; cpu.stat begins with "usage_usec 123". */
static uint64_t read_cpu(const CgroupTree *tree, const char *cgroup) {
        char text[CGROUP_TEXT_MAX];
        const char *usec;
        uint64_t value;

        if (!tree->unified)
                return read_counter(tree, CGROUP_CPU, cgroup);
        if (read_file(tree, CGROUP_CPU, cgroup, files[true][CGROUP_CPU].file, text) < 0)
                return USAGE_UNKNOWN;
        usec = startswith(text, "usage_usec ");
        value = usec ? cgroup_parse_number(usec) : USAGE_UNKNOWN;
        return value < UINT64_MAX / NSEC_PER_USEC ? value * NSEC_PER_USEC : USAGE_UNKNOWN;
}

/* Lines like "8:0 rbytes=1 wbytes=2 rios=3 …": the sum over all devices. */
static void read_io(const CgroupTree *tree, const char *cgroup, uint64_t *ret_read, uint64_t *ret_write) {
        char text[CGROUP_TEXT_MAX], *rest = text, *word;

        if (read_file(tree, CGROUP_IO, cgroup, strempty(files[tree->unified][CGROUP_IO].file), text) < 0)
                return;
        *ret_read = *ret_write = 0;
        while ((word = strsep(&rest, " \n"))) {
                const char *read_bytes = startswith(word, "rbytes=");
                const char *write_bytes = startswith(word, "wbytes=");

                if (read_bytes)
                        *ret_read += cgroup_parse_number(read_bytes);
                else if (write_bytes)
                        *ret_write += cgroup_parse_number(write_bytes);
        }
}

/* Relative, as it is looked up in the directory of a hierarchy. -ENOENT: it is not known, or too long. */
static int find_cgroup(const CgroupTree *tree, const char *slice, const char *unit, char ret[PATH_MAX]) {
        int n;

        if (!tree->prefix)
                return -ENOENT;
        n = snprintf(ret, PATH_MAX, ".%s/compute.slice/%s/%s", tree->prefix, slice, unit);
        return n < 0 || n >= PATH_MAX ? -ENOENT : 0;
}

int cgroup_read(
        const CgroupTree *tree, const char *slice, const char *unit, uint64_t ret[USAGE_COUNTER_MAX]) {
        uint64_t cpu, input = USAGE_UNKNOWN, output = USAGE_UNKNOWN;
        char cgroup[PATH_MAX];
        int r;

        r = find_cgroup(tree, slice, unit, cgroup);
        if (r < 0)
                return r;
        cpu = read_cpu(tree, cgroup);
        if (cpu == USAGE_UNKNOWN)
                return -ENOENT;
        read_io(tree, cgroup, &input, &output);
        ret[USAGE_CPU] = cpu;
        ret[USAGE_MEMORY] = read_counter(tree, CGROUP_MEMORY, cgroup);
        ret[USAGE_TASKS] = read_counter(tree, CGROUP_TASKS, cgroup);
        ret[USAGE_IO_READ] = input;
        ret[USAGE_IO_WRITE] = output;
        return 0;
}

uint64_t cgroup_parse_key(const char *text, const char *key) {
        for (const char *line = text; line; line = strchr(line, '\n')) {
                const char *number;

                line += *line == '\n';
                number = startswith(line, key);
                if (number && *number == ' ')
                        return cgroup_parse_number(number + 1);
        }
        return USAGE_UNKNOWN;
}

static int open_file(const CgroupTree *tree, CgroupFile f, const char *slice, const char *unit,
        const char *file, int flags) {
        char cgroup[PATH_MAX], path[PATH_MAX];
        int n, fd, r;

        if (tree->fds[f] < 0)
                return -ENOENT;
        r = find_cgroup(tree, slice, unit, cgroup);
        if (r < 0)
                return r;
        n = snprintf(path, sizeof(path), "%s/%s", cgroup, file);
        if (n < 0 || (size_t) n >= sizeof(path))
                return -ENAMETOOLONG;
        fd = openat(tree->fds[f], path, flags | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

int cgroup_open(const CgroupTree *tree, const char *slice, const char *unit, const char *file, int flags) {
        return tree->unified ? open_file(tree, CGROUP_MEMORY, slice, unit, file, flags) : -EOPNOTSUPP;
}

int cgroup_open_v1(const CgroupTree *tree, CgroupFile f, const char *slice, const char *unit,
        const char *file, int flags) {
        return tree->unified ? -EOPNOTSUPP : open_file(tree, f, slice, unit, file, flags);
}

int cgroup_open_processes(const CgroupTree *tree, const char *slice, const char *unit) {
        int fd = -ENOENT;

        for (CgroupFile f = 0; f < CGROUP_FILE_MAX && fd == -ENOENT; f++)
                fd = open_file(tree, f, slice, unit, "cgroup.procs", O_RDONLY);
        return fd;
}

int cgroup_read_text(const CgroupTree *tree, const char *slice, const char *unit, const char *file,
        char ret[CGROUP_TEXT_MAX]) {
        char cgroup[PATH_MAX];
        int r;

        if (!tree->unified)
                return -EOPNOTSUPP;
        r = find_cgroup(tree, slice, unit, cgroup);
        return r < 0 ? r : read_file(tree, CGROUP_MEMORY, cgroup, file, ret);
}

int cgroup_watch(const CgroupTree *tree, sd_event *event, const char *slice, const char *unit,
        const char *file, sd_event_inotify_handler_t handler, void *userdata, sd_event_source **ret) {
        _cleanup_close_ int fd = -EBADF;

        fd = cgroup_open(tree, slice, unit, file, O_PATH);
        if (fd < 0)
                return fd;
        return sd_event_add_inotify_fd(event, ret, fd, IN_MODIFY, handler, userdata);
}

void cgroup_read_memory(const CgroupTree *tree, const char *slice, const char *unit, CgroupMemory *ret) {
        static const char *const names[2][3] = {
                { "memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control" },
                { "memory.max", "memory.peak", "memory.events" },
        };
        const char *const *name = names[tree->unified];
        char cgroup[PATH_MAX], text[CGROUP_TEXT_MAX];

        *ret = (CgroupMemory){ USAGE_UNKNOWN, USAGE_UNKNOWN, USAGE_UNKNOWN };
        if (find_cgroup(tree, slice, unit, cgroup) < 0)
                return;
        if (read_file(tree, CGROUP_MEMORY, cgroup, name[0], text) >= 0)
                ret->limit = cgroup_parse_number(text); /* "max" is no number */
        if (ret->limit >= CGROUP_MEMORY_NONE)
                ret->limit = USAGE_UNKNOWN;
        if (read_file(tree, CGROUP_MEMORY, cgroup, name[1], text) >= 0)
                ret->peak = cgroup_parse_number(text);
        if (read_file(tree, CGROUP_MEMORY, cgroup, name[2], text) >= 0)
                ret->oom_kills = cgroup_parse_key(text, "oom_kill");
}

int cgroup_read_file(const CgroupTree *tree, CgroupFile f, const char *slice, const char *unit,
        const char *file, char ret[CGROUP_TEXT_MAX]) {
        char cgroup[PATH_MAX];
        int r;

        if (!tree->prefix)
                return -ENOENT;
        if (slice)
                r = find_cgroup(tree, slice, unit, cgroup);
        else
                r = snprintf(cgroup, sizeof(cgroup), ".%s", tree->prefix) < PATH_MAX ? 0 : -ENAMETOOLONG;
        return r < 0 ? r : read_file(tree, f, cgroup, file, ret);
}

/* The last slice is followed by the unit; what is below it is the unit's own. */
static int read_unit(const char *path, size_t size, char ret[UNIT_NAME_SIZE]) {
        for (const char *end = path + size; path < end; path += strcspn(path, "/\n") + 1) {
                size_t n = strcspn(path, "/\n");

                if (n > strlen(".slice") &&
                        memcmp(path + n - strlen(".slice"), ".slice", strlen(".slice")) == 0)
                        continue;
                if (n == 0 || n >= UNIT_NAME_SIZE)
                        break;
                memcpy(ret, path, n);
                ret[n] = 0;
                return 0;
        }
        return -ENOENT;
}

int cgroup_find_unit(const CgroupTree *tree, const char *text, char ret[UNIT_NAME_SIZE]) {
        if (!tree->prefix)
                return -ENOENT;
        for (const char *line = text; *line; line += *line == '\n') {
                const char *after = strchr(line, ':'), *path;
                size_t size = strcspn(line, "\n");

                path = after ? startswith(after, tree->unified ? "::" : ":name=systemd:") : NULL;
                path = path ? startswith(path, tree->prefix) : NULL;
                path = path ? startswith(path, "/compute.slice/") : NULL;
                if (path && path < line + size)
                        return read_unit(path, (size_t) (line + size - path), ret);
                line += size;
        }
        return -ENOENT;
}

int cgroup_find_process(const CgroupTree *tree, pid_t pid, char ret[UNIT_NAME_SIZE]) {
        _cleanup_close_ int fd = -EBADF;
        char path[64], text[CGROUP_TEXT_MAX];
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/%" PRIi32 "/cgroup", (int32_t) pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        n = read(fd, text, sizeof(text) - 1);
        if (n < 0)
                return -errno;
        text[n] = 0;
        return cgroup_find_unit(tree, text, ret);
}

bool cgroup_has_file(const CgroupTree *tree, CgroupFile f, const char *file) {
        char path[PATH_MAX];

        if (tree->fds[f] < 0 || !tree->prefix ||
                snprintf(path, sizeof(path), ".%s/%s", tree->prefix, file) >= PATH_MAX)
                return false;
        return faccessat(tree->fds[f], path, F_OK, 0) >= 0;
}

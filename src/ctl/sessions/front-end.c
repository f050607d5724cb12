/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who started a kernel, and starts it again. */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl/sessions/front-end.h"
#include "shared/parse.h"
#include "shared/process.h"
#include "shared/text.h"

#define NAME_MAX_BYTES    64U
#define COMMAND_LINE_READ 4096U
#define PARENT_VARIABLE   "JPY_PARENT_PID="

static const char *base_name(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash && slash[1] ? slash + 1 : path;
}

static const char *next_word(const char *word, const char *end) {
        word += strlen(word) + 1;
        return word < end && *word ? word : NULL;
}

char *front_end_name(const char *command_line, size_t size) {
        _cleanup_free_ char *copy = malloc(size + 1);
        const char *word = copy, *end;

        if (!copy)
                return NULL;
        memcpy(copy, command_line, size);
        copy[size] = 0;
        end = copy + size;
        if (startswith(base_name(word), "python")) {
                const char *name = word;

                /* Options of the interpreter, -m MODULE among them, come before the script. */
                while ((name = next_word(name, end)) && name[0] == '-')
                        if (streq(name, "-m") || streq(name, "-c")) {
                                name = streq(name, "-m") ? next_word(name, end) : NULL;
                                break;
                        }
                word = name ? name : word;
        }
        return text_sanitize(base_name(word), NAME_MAX_BYTES);
}

/* What the process was told of its parent when it was executed. 0: nothing. */
static pid_t told_parent(pid_t pid) {
        _cleanup_free_ char *one = NULL;
        char path[64];
        size_t size = 0;
        uint32_t told = 0;
        FILE *f;

        (void) snprintf(path, sizeof(path), "/proc/%" PRIi32 "/environ", (int32_t) pid);
        f = fopen(path, "re");
        if (!f)
                return 0;
        while (told == 0 && getdelim(&one, &size, 0, f) > 0) {
                const char *value = startswith(one, PARENT_VARIABLE);

                if (value && parse_uint32(value, &told) < 0)
                        break;
        }
        (void) fclose(f);
        return (pid_t) told;
}

static char *read_name(pid_t pid) {
        char path[64], text[COMMAND_LINE_READ];
        ssize_t n;
        int fd;

        (void) snprintf(path, sizeof(path), "/proc/%" PRIi32 "/cmdline", (int32_t) pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return NULL;
        n = read(fd, text, sizeof(text));
        (void) close(fd);
        return n > 0 ? front_end_name(text, (size_t) n) : NULL;
}

int front_end_find(pid_t kernel, FrontEnd *ret) {
        FrontEnd f = FRONT_END_NULL;
        uint32_t tty;
        pid_t parent;

        f.pid = kernel > 0 ? told_parent(kernel) : 0;
        if (f.pid <= 0)
                return 0;
        /* First the descriptor: what is read of its number afterwards is of that process, if the kernel is
         * still its child. */
        f.fd = process_open(f.pid);
        if (f.fd >= 0 && process_parent(kernel, &parent, &tty) >= 0 && parent == f.pid)
                f.name = read_name(f.pid);
        if (!f.name) {
                front_end_done(&f);
                return 0;
        }
        *ret = f;
        return 1;
}

void front_end_done(FrontEnd *f) {
        free(f->name);
        (void) safe_close(f->fd);
        *f = (FrontEnd) FRONT_END_NULL;
}

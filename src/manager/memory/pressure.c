/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pressure stall information of cgroups. */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "manager/base/cgroup.h"
#include "manager/memory/pressure.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "shared/text.h"

/* Without privileges the window has to be a multiple of 2 s; then the kernel needs no thread of its own for
 * it. */
#define TRIGGER "some 200000 2000000"

uint64_t pressure_parse(const char *text, const char *kind) {
        for (const char *line = text; line; line = strchr(line, '\n')) {
                unsigned whole, hundredths;
                const char *values;

                line += *line == '\n';
                values = startswith(line, kind);
                if (values && sscanf(values, " avg10=%4u.%2u", &whole, &hundredths) == 2)
                        return (uint64_t) whole * 100 + hundredths;
        }
        return UINT64_MAX;
}

uint64_t pressure_read(const Session *s, const char *file) {
        char text[CGROUP_TEXT_MAX];

        if (cgroup_read_text(&s->manager->cgroups, s->slice, s->scope.unit, file, text) < 0)
                return UINT64_MAX;
        return pressure_parse(text, "some");
}

int pressure_open_trigger(const Session *s) {
        _cleanup_close_ int fd = -EBADF;

        fd = cgroup_open(
                &s->manager->cgroups, s->slice, s->scope.unit, "memory.pressure", O_RDWR | O_NONBLOCK);
        if (fd < 0)
                return fd;
        if (write(fd, TRIGGER, sizeof(TRIGGER)) < 0)
                return -errno;
        return TAKE_FD(fd);
}

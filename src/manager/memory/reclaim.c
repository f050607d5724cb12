/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes limits of memory count at once.
 *
 * Whoever writes memory.max or memory.high waits until memory was taken back, or somebody was killed. Since
 * Linux 6.16 who opened the file with O_NONBLOCK does not wait, and nothing is taken back until a process of
 * the cgroup asks for more; and since systemd 258 that is how it opens them. A session that sleeps keeps
 * what it has, then. So the value is written once more, without O_NONBLOCK: by a thread, as that can take
 * long. There is at most one for each session.
 *
 * Between the thread's reading and its writing somebody may set another limit, which is then overwritten; no
 * file lets one write on condition. It takes a change within some µs. */

#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

#include "manager/base/cgroup.h"
#include "manager/base/thread.h"
#include "manager/memory/reclaim.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "shared/fd.h"
#include "shared/log.h"

/* The softer limit first: it kills nobody. */
static const char *const limit_files[] = { "memory.high", "memory.max" };

typedef enum ReclaimState {
        RECLAIM_DONE,
        RECLAIM_RUNS,
        RECLAIM_AGAIN, /* it runs, and limits were set meanwhile */
} ReclaimState;

struct Reclaim {
        atomic_uint references; /* the session's and the thread's */
        _Atomic ReclaimState state;
        int files[ELEMENTSOF(limit_files)];
};

Reclaim *reclaim_unref(Reclaim *r) {
        if (!r || atomic_fetch_sub(&r->references, 1) > 1)
                return NULL;
        for (size_t i = 0; i < ELEMENTSOF(r->files); i++)
                (void) safe_close(r->files[i]);
        free(r);
        return NULL;
}

/* A cgroup that is gone takes no limits, and what the sandbox or the owner of the file does not let us do,
 * we leave. */
static void write_again(int fd) {
        char text[32];
        ssize_t n;

        n = pread(fd, text, sizeof(text), 0);
        if (n > 0)
                (void) pwrite(fd, text, (size_t) n, 0);
}

static void *write_limits(void *userdata) {
        Reclaim *r = userdata;
        ReclaimState state;

        do {
                atomic_store(&r->state, RECLAIM_RUNS);
                for (size_t i = 0; i < ELEMENTSOF(r->files); i++)
                        write_again(r->files[i]);
                state = RECLAIM_RUNS;
        } while (!atomic_compare_exchange_strong(&r->state, &state, RECLAIM_DONE));
        (void) reclaim_unref(r);
        return NULL;
}

static uint64_t read_number(const Session *s, const char *file) {
        char text[CGROUP_TEXT_MAX];

        return cgroup_read_text(&s->manager->cgroups, s->slice, s->scope.unit, file, text) < 0
                ? UINT64_MAX
                : cgroup_parse_number(text);
}

static bool is_exceeded(const Session *s) {
        uint64_t used = read_number(s, "memory.current");

        if (used == UINT64_MAX)
                return false;
        for (size_t i = 0; i < ELEMENTSOF(limit_files); i++)
                if (used > read_number(s, limit_files[i]))
                        return true;
        return false;
}

static int reclaim_new(const Session *s, Reclaim **ret) {
        Reclaim *r;

        r = malloc(sizeof(Reclaim));
        if (!r)
                return -ENOMEM;
        *r = (Reclaim){ .references = 1, .state = RECLAIM_DONE, .files = { -EBADF, -EBADF } };
        for (size_t i = 0; i < ELEMENTSOF(limit_files); i++) {
                r->files[i] =
                        cgroup_open(&s->manager->cgroups, s->slice, s->scope.unit, limit_files[i], O_RDWR);
                if (r->files[i] < 0) {
                        int error = r->files[i];

                        (void) reclaim_unref(r);
                        return error;
                }
        }
        *ret = r;
        return 0;
}

static int reclaim_start(Reclaim *r) {
        int error;

        atomic_store(&r->state, RECLAIM_RUNS);
        atomic_fetch_add(&r->references, 1);
        error = thread_start(write_limits, r);
        if (error < 0) {
                atomic_store(&r->state, RECLAIM_DONE);
                (void) reclaim_unref(r);
        }
        return error;
}

void session_reclaim(Session *s) {
        ReclaimState runs = RECLAIM_RUNS;
        int r;

        if (!is_exceeded(s))
                return;
        if (s->reclaim &&
                (atomic_compare_exchange_strong(&s->reclaim->state, &runs, RECLAIM_AGAIN) ||
                        runs == RECLAIM_AGAIN))
                return;
        /* The scope may be another one by now, so the files are opened anew. */
        s->reclaim = reclaim_unref(s->reclaim);
        r = reclaim_new(s, &s->reclaim);
        if (r >= 0)
                r = reclaim_start(s->reclaim);
        if (r < 0 && r != -ENOENT)
                log_warning_errno(
                        r, "Cannot take back memory of session %s before it asks for more: %m", s->id);
}

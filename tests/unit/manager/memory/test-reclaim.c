/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits that are exceeded are written once more, by files like the kernel's; what the kernel then does,
 * integration tests see. */

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "manager/base/cgroup.h"
#include "manager/memory/reclaim.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define SCOPE "compute.slice/compute-1000.slice/compute-t1.scope"

static Manager manager;
static char *folder;

static char *path_of(const char *name) {
        char file[200];

        snprintf(file, sizeof(file), SCOPE "/%s", name);
        return scratch_path(folder, file);
}

static void put(const char *name, const char *text) {
        _cleanup_free_ char *path = path_of(name);
        char file[200];

        snprintf(file, sizeof(file), SCOPE "/%s", name);
        (void) unlink(path);
        free(scratch_file(folder, file, text, 0644));
}

static Session *begin(bool unified) {
        Session *s;

        folder = scratch_make();
        manager = (Manager){};
        cgroup_tree_init(&manager.cgroups);
        put("memory.current", "5000000\n");
        put("memory.high", "max\n");
        put("memory.max", "max\n");
        ck_assert_int_eq(cgroup_tree_open(&manager.cgroups, folder, unified, ""), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, true, &s), 0);
        return s;
}

static void end(void) {
        session_free_all(&manager.sessions);
        cgroup_tree_done(&manager.cgroups);
        scratch_remove(folder);
}

static int watch(const char *name) {
        _cleanup_free_ char *path = path_of(name);
        int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_ge(inotify_add_watch(fd, path, IN_MODIFY), 0);
        return fd;
}

/* Waits until the file of the watch was written, and takes what tells of it. */
static void await_write(int watch) {
        char events[4096];

        ck_assert_int_eq(poll(&(struct pollfd){ .fd = watch, .events = POLLIN }, 1, 60000), 1);
        ck_assert_int_gt(read(watch, events, sizeof(events)), 0);
}

static void expect_text(const char *name, const char *text) {
        char is[CGROUP_TEXT_MAX];

        ck_assert_int_eq(
                cgroup_read_text(&manager.cgroups, "compute-1000.slice", "compute-t1.scope", name, is), 0);
        ck_assert_str_eq(is, text);
}

TEST(writes_what_is_exceeded) {
        Session *s = begin(/* unified = */ true);
        int fd;

        put("memory.max", "4000000\n");
        fd = watch("memory.max");
        session_reclaim(s);
        await_write(fd);
        expect_text("memory.max", "4000000\n");
        expect_text("memory.high", "max\n");
        (void) close(fd);

        put("memory.max", "max\n");
        put("memory.high", "3000000\n");
        fd = watch("memory.high");
        session_reclaim(s);
        await_write(fd);
        expect_text("memory.high", "3000000\n");
        (void) close(fd);
        end();
}
END_TEST

/* Each time that it is asked for, also while a thread is still at it. */
TEST(again) {
        Session *s = begin(/* unified = */ true);
        int fd;

        put("memory.max", "4000000\n");
        fd = watch("memory.max");
        for (unsigned i = 0; i < 200; i++) {
                session_reclaim(s);
                await_write(fd);
                session_reclaim(s);
                session_reclaim(s);
                await_write(fd);
        }
        (void) close(fd);
        end();
}
END_TEST

TEST(leaves_what_is_kept) {
        Session *s = begin(/* unified = */ true);

        session_reclaim(s);
        ck_assert_ptr_null(s->reclaim);
        put("memory.max", "5000000\n");
        session_reclaim(s);
        ck_assert_ptr_null(s->reclaim);
        end();

        /* cgroup v1 has neither file. */
        s = begin(/* unified = */ false);
        put("memory.max", "4000000\n");
        session_reclaim(s);
        ck_assert_ptr_null(s->reclaim);
        end();
}
END_TEST

TEST_MAIN(writes_what_is_exceeded, again, leaves_what_is_kept);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Session records: one that is accepted is written such that the next manager reads the same. The input is the type of
 * the session, one byte, and the record of session 7. */

#include <fcntl.h>
#include <unistd.h>

#include "manager/manager.h"
#include "manager/session/session-record.h"
#include "manager/session/session.h"
#include "shared/strv.h"
#include "tests/fuzz/input.h"

static char root[] = "/tmp/fuzz-record.XXXXXX";

static void remove_root(void) {
        char path[64];

        (void) snprintf(path, sizeof(path), "%s/sessions", root);
        (void) rmdir(path);
        (void) rmdir(root);
}

static int root_fd(void) {
        static int fd = -EBADF;

        if (fd >= 0)
                return fd;
        promise(mkdtemp(root));
        promise(atexit(remove_root) == 0);
        fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        promise(fd >= 0);
        return fd;
}

static bool same(const char *a, const char *b) {
        return a && b ? streq(a, b) : a == b;
}

static void compare(const Session *a, const Session *b) {
        promise(a->uid == b->uid && a->kept == b->kept && a->phase == b->phase &&
                a->announced == b->announced);
        promise(a->created == b->created && a->created_monotonic == b->created_monotonic);
        promise(a->leader <= 0 || (a->leader == b->leader && a->leader_start == b->leader_start));
        promise(a->rows == b->rows && a->columns == b->columns && a->on_detach == b->on_detach);
        promise(a->stop_requested == b->stop_requested && a->result == b->result);
        promise(same(a->name, b->name) && same(a->directory, b->directory) &&
                same(a->notebook, b->notebook));
        promise(same(a->kernel, b->kernel) && same(a->connection_file, b->connection_file));
        promise(strv_length(a->command) == strv_length(b->command));
        for (size_t i = 0; i < strv_length(a->command); i++)
                promise(streq(a->command[i], b->command[i]));
}

static int read_again(Manager *m, const char *id, Session **ret) {
        char path[64];
        FILE *f;
        int r;

        (void) snprintf(path, sizeof(path), "%s/sessions/%s", root, id);
        f = fopen(path, "re");
        promise(f);
        r = session_record_read(m, id, f, ret);
        fclose(f);
        return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input in = { data, size };
        const char *id = input_byte(&in) % 2 == 0 ? "t7" : "n7";
        Manager m = { .runtime_fd = root_fd() }, next = m;
        Session *s, *again;
        FILE *f;
        int r;

        if (in.size == 0)
                return 0;
        f = fmemopen((void *) in.data, in.size, "r");
        promise(f);
        r = session_record_read(&m, id, f, &s);
        fclose(f);
        if (r >= 0 && session_record_save(s) >= 0) {
                /* What is escaped takes more room, so a record at the limit may not come back. */
                r = read_again(&next, id, &again);
                promise(r >= 0 || in.size > RECORD_SIZE_MAX / 3);
                if (r >= 0)
                        compare(s, again);
                session_record_remove(s);
        }
        session_table_done(&m.sessions);
        session_table_done(&next.sessions);
        return 0;
}

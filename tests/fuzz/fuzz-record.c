/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Session records: one that is accepted is written such that the next manager reads the same. The input is
 * the type of the session, one byte, and the record of session 7. */

#include <fcntl.h>
#include <unistd.h>

#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "manager/session/session-lifetime.h"
#include "manager/session/session-record.h"
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
        promise(a->leader.pid <= 0 ||
                (a->leader.pid == b->leader.pid && a->leader.start == b->leader.start));
        promise(a->terminal.rows == b->terminal.rows && a->terminal.columns == b->terminal.columns &&
                a->terminal.on_detach == b->terminal.on_detach);
        promise(a->end.stop_requested == b->end.stop_requested && a->end.result == b->end.result);
        promise(same(a->name, b->name) && same(a->program.directory, b->program.directory) &&
                same(a->program.notebook, b->program.notebook));
        promise(same(a->program.kernel, b->program.kernel) &&
                same(a->program.connection_file, b->program.connection_file));
        promise(strv_length(a->program.command) == strv_length(b->program.command));
        for (size_t i = 0; i < strv_length(a->program.command); i++)
                promise(streq(a->program.command[i], b->program.command[i]));
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
        session_free_all(&m.sessions);
        session_free_all(&next.sessions);
        return 0;
}

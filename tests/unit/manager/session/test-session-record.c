/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Records of sessions: what is written is read back, by the next manager too, and damage is set aside. */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "manager/session/session-lifetime.h"
#include "manager/session/session-record.h"
#include "shared/strv.h"
#include "tests/unit/capture.h"
#include "tests/unit/test-main.h"

static char root[] = "/tmp/test-session-record.XXXXXX";

static Manager manager_init(void) {
        int fd;

        if (access(root, F_OK) < 0)
                ck_assert_ptr_nonnull(mkdtemp(root));
        fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ck_assert_int_ge(fd, 0);
        return (Manager){ .runtime_fd = fd };
}

static void manager_done(Manager *m) {
        session_free_all(&m->sessions);
        m->runtime_fd = safe_close(m->runtime_fd);
}

static void remove_root(void) {
        char path[512];
        struct dirent *entry;
        DIR *d;

        snprintf(path, sizeof(path), "%s/sessions", root);
        d = opendir(path);
        while (d && (entry = readdir(d)))
                (void) unlinkat(dirfd(d), entry->d_name, 0);
        if (d)
                (void) closedir(d);
        (void) rmdir(path);
        ck_assert_int_eq(rmdir(root), 0);
}

static bool record_exists(const char *name) {
        char path[512];

        snprintf(path, sizeof(path), "%s/sessions/%s", root, name);
        return access(path, F_OK) >= 0;
}

/* Everything that may have an odd character has one. */
static Session *make_full(Manager *m, uint64_t number) {
        Session *s;

        ck_assert_int_eq(session_new(m, SESSION_NOTEBOOK, number, 1000, /* kept = */ true, &s), 0);
        s->phase = PHASE_RUNNING;
        s->announced = true;
        s->leader.pid = 4711;
        s->leader.start = UINT64_MAX;
        s->terminal.rows = 24;
        s->terminal.columns = 80;
        s->end.stop_requested = true;
        s->restart.on_crash = true;
        s->unrecorded = true;
        s->restart.count = 2;
        s->restart.crashes[CRASHES_MAX - 2] = 17;
        s->restart.crashes[CRASHES_MAX - 1] = 18;
        s->end.cpu_usage_nsec = 19;
        limits_set(&s->limits.values, LIMIT_MEMORY_MAX, 20);
        limits_set(&s->limits.values, LIMIT_CPU_WEIGHT, 21);
        s->end.result = RESULT_STOPPED;
        ck_assert_int_ge(replace_string(&s->name, "12345"), 0);
        ck_assert_int_ge(replace_string(&s->program.directory, "/a=b/\\n/ c "), 0);
        ck_assert_int_ge(replace_string(&s->program.notebook, "/a\nUID=0\n\\/Grüße.ipynb"), 0);
        ck_assert_int_ge(replace_string(&s->program.kernel, "python3\\"), 0);
        ck_assert_int_ge(replace_string(&s->program.connection_file, "/run/\\\\x"), 0);
        ck_assert_int_eq(strv_extend(&s->program.command, "python3"), 0);
        ck_assert_int_eq(strv_extend(&s->program.command, ""), 0);
        ck_assert_int_eq(strv_extend(&s->program.command, "1\n2"), 0);
        return s;
}

TEST(reads_what_it_writes) {
        Manager m = manager_init(), next;
        Session *s = make_full(&m, 7), *again;

        ck_assert_int_eq(session_record_save(s), 0);
        ck_assert(record_exists("n7"));
        next = manager_init();
        ck_assert_int_eq(session_record_load_all(&next), 0);
        again = session_table_get_by_id(&next.sessions, "n7");
        ck_assert_ptr_nonnull(again);
        ck_assert_uint_eq(again->uid, 1000);
        ck_assert(again->kept);
        ck_assert_int_eq(again->phase, PHASE_RUNNING);
        ck_assert(again->announced && again->end.stop_requested);
        ck_assert(again->restart.on_crash);
        ck_assert(again->unrecorded);
        ck_assert_uint_eq(again->restart.count, 2);
        ck_assert_mem_eq(again->restart.crashes, s->restart.crashes, sizeof(s->restart.crashes));
        ck_assert_uint_eq(again->end.cpu_usage_nsec, 19);
        ck_assert_mem_eq(&again->limits.values, &s->limits.values, sizeof(s->limits.values));
        ck_assert_int_eq(again->end.result, RESULT_STOPPED);
        ck_assert_uint_eq(again->created, s->created);
        ck_assert_uint_eq(again->created_monotonic, s->created_monotonic);
        ck_assert_int_eq(again->leader.pid, 4711);
        ck_assert_uint_eq(again->leader.start, UINT64_MAX);
        ck_assert_uint_eq(again->terminal.rows, 24);
        ck_assert_uint_eq(again->terminal.columns, 80);
        ck_assert_str_eq(again->name, s->name);
        ck_assert_str_eq(again->program.directory, s->program.directory);
        ck_assert_str_eq(again->program.notebook, s->program.notebook);
        ck_assert_str_eq(again->program.kernel, s->program.kernel);
        ck_assert_str_eq(again->program.connection_file, s->program.connection_file);
        ck_assert_uint_eq(strv_length(again->program.command), 3);
        for (size_t i = 0; i < 3; i++)
                ck_assert_str_eq(again->program.command[i], s->program.command[i]);
        manager_done(&next);
        manager_done(&m);
        remove_root();
}

/* The least there can be: just asked for, nothing known yet. */
TEST(reads_a_session_in_preparation) {
        Manager m = manager_init(), next;
        Session *s, *again;

        ck_assert_int_eq(session_new(&m, SESSION_TERMINAL, 1, 0, /* kept = */ false, &s), 0);
        ck_assert_int_ge(replace_string(&s->name, "a"), 0);
        ck_assert_int_eq(session_record_save(s), 0);
        next = manager_init();
        ck_assert_int_eq(session_record_load_all(&next), 0);
        again = session_table_get_by_id(&next.sessions, "t1");
        ck_assert_ptr_nonnull(again);
        ck_assert(!again->kept && !again->announced);
        ck_assert_int_eq(again->phase, PHASE_PREPARING);
        ck_assert_int_eq(again->leader.pid, 0);
        ck_assert_int_eq(again->end.result, RESULT_NONE);
        ck_assert_ptr_null(again->program.notebook);
        manager_done(&next);
        manager_done(&m);
        remove_root();
}

TEST(saved_again_and_removed) {
        Manager m = manager_init(), next;
        Session *s = make_full(&m, 1);
        char path[512];
        struct stat st;

        ck_assert_int_eq(session_record_save(s), 0);
        s->phase = PHASE_STOPPING;
        ck_assert_int_eq(session_record_save(s), 0);
        snprintf(path, sizeof(path), "%s/sessions/n1", root);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0600);
        next = manager_init();
        ck_assert_int_eq(session_record_load_all(&next), 0);
        ck_assert_int_eq(session_table_get(&next.sessions, 1)->phase, PHASE_STOPPING);
        session_record_remove(s);
        session_record_remove(s);
        ck_assert(!record_exists("n1"));
        manager_done(&next);
        manager_done(&m);
        remove_root();
}

static int read_text(const char *id, const char *text, size_t size) {
        Manager m = { .runtime_fd = -EBADF };
        FILE *f = fmemopen((void *) text, size, "r");
        Session *s = NULL;
        int r;

        ck_assert_ptr_nonnull(f);
        r = session_record_read(&m, id, f, &s);
        ck_assert_uint_eq(m.sessions.n, r < 0 ? 0 : 1);
        fclose(f);
        manager_done(&m);
        return r;
}

#define HEAD "VERSION=1\nID=n1\nUID=1000\nPHASE=running\nKEPT=1\n"

TEST(damaged_records_are_refused) {
        static const struct {
                const char *text;
                int expected;
        } records[] = {
                { HEAD "NAME=a\n", 0 },
                { HEAD "NAME=a\nOF_A_NEWER_MANAGER=b\n", 0 },
                { HEAD, 0 },                      /* nobody knows its name yet */
                { HEAD "NAME=a", -EBADMSG },      /* cut off */
                { HEAD "NAME=a\nx\n", -EBADMSG }, /* no assignment */
                { "VERSION=2\nID=n1\nUID=1000\nPHASE=running\nKEPT=1\nNAME=a\n", -EPROTONOSUPPORT },
                { "ID=n1\nUID=1000\nPHASE=running\nKEPT=1\nNAME=a\n", -EBADMSG },
                { "VERSION=1\nID=n2\nUID=1000\nPHASE=running\nKEPT=1\nNAME=a\n", -EBADMSG },
                { "VERSION=1\nID=n1\nUID=4294967295\nPHASE=running\nKEPT=1\nNAME=a\n", -EBADMSG },
                { "VERSION=1\nID=n1\nUID=1000\nPHASE=walking\nKEPT=1\nNAME=a\n", -EBADMSG },
                { HEAD "NAME=a\nRESULT=good\n", -EBADMSG },
                { "\n", -EBADMSG },
                { "VERSION=\n", -EBADMSG },
        };
        static const char with_nul[] = HEAD "NAME=a\0b\n";
        _cleanup_free_ char *large = malloc(RECORD_SIZE_MAX + 1);

        for (size_t i = 0; i < ELEMENTSOF(records); i++)
                ck_assert_msg(
                        read_text("n1", records[i].text, strlen(records[i].text)) == records[i].expected,
                        "number %zu gives %d", i, read_text("n1", records[i].text, strlen(records[i].text)));
        ck_assert_int_eq(read_text("n1", with_nul, sizeof(with_nul) - 1), -EBADMSG);
        ck_assert_int_eq(read_text("x1", HEAD "NAME=a\n", strlen(HEAD "NAME=a\n")), -EINVAL);

        memset(large, 'x', RECORD_SIZE_MAX);
        memcpy(large, HEAD "NAME=", strlen(HEAD "NAME="));
        large[RECORD_SIZE_MAX - 1] = '\n';
        ck_assert_int_eq(read_text("n1", large, RECORD_SIZE_MAX), -EBADMSG);
}

/* Cut off anywhere, it is refused or, if a line is whole, read without what is missing; it never crashes. */
TEST(every_truncation_is_survived) {
        static const char text[] =
                HEAD "ANNOUNCED=1\nNAME=a\\nb\\\nCREATED=1\nLEADER=7\nCOMMAND=a\nRESULT=\n";

        for (size_t size = 1; size < sizeof(text); size++)
                (void) read_text("n1", text, size);
}

TEST(damage_is_set_aside) {
        Manager m = manager_init(), next;
        Session *s = make_full(&m, 1);
        char path[512];
        Capture c;
        FILE *f;

        ck_assert_int_eq(session_record_save(s), 0);
        snprintf(path, sizeof(path), "%s/sessions/n2", root);
        f = fopen(path, "we");
        ck_assert_int_ge(fputs("VERSION=1\nID=n2\n", f), 0);
        fclose(f);
        snprintf(path, sizeof(path), "%s/sessions/#n3", root);
        ck_assert_int_ge(close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
        snprintf(path, sizeof(path), "%s/sessions/n4", root);
        ck_assert_int_eq(symlink("n1", path), 0);

        next = manager_init();
        capture_begin(&c);
        ck_assert_int_eq(session_record_load_all(&next), 0);
        (void) capture_end(&c);
        ck_assert_uint_eq(next.sessions.n, 1);
        ck_assert_ptr_nonnull(session_table_get_by_id(&next.sessions, "n1"));
        ck_assert(!record_exists("n2") && record_exists("n2.bad"));
        ck_assert(!record_exists("#n3"));
        ck_assert_ptr_nonnull(strstr(c.text, "n2"));
        manager_done(&next);

        /* The next time there is nothing to say of it any more. */
        next = manager_init();
        capture_begin(&c);
        ck_assert_int_eq(session_record_load_all(&next), 0);
        (void) capture_end(&c);
        ck_assert_ptr_null(strstr(c.text, "n2"));
        ck_assert_uint_eq(next.sessions.n, 1);
        manager_done(&next);
        manager_done(&m);
        remove_root();
}

TEST_MAIN(reads_what_it_writes, reads_a_session_in_preparation, saved_again_and_removed,
        damaged_records_are_refused, every_truncation_is_survived, damage_is_set_aside);

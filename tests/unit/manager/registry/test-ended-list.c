/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sessions that ended: the next manager knows them too, bounds hold, and damage costs one line. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/model/lists.h"
#include "manager/model/session.h"
#include "manager/registry/ended-list.h"
#include "shared/strv.h"
#include "tests/unit/test-main.h"

#define TEMPLATE "/tmp/test-ended-list.XXXXXX"

static char root[] = TEMPLATE;

static int open_root(void) {
        int fd;

        if (access(root, F_OK) < 0)
                ck_assert_ptr_nonnull(mkdtemp(root));
        fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ck_assert_int_ge(fd, 0);
        return fd;
}

static void remove_root(int dir) {
        (void) unlinkat(dir, "ended", 0);
        (void) unlinkat(dir, "ended.new", 0);
        (void) safe_close(dir);
        ck_assert_int_eq(rmdir(root), 0);
        strcpy(root, TEMPLATE);
}

static Session make(SessionType type, unsigned number, uid_t uid) {
        Session s = {
                .type = type,
                .uid = uid,
                .end.result = RESULT_EXIT_CODE,
                .end.exit_status = 3,
                .created = 1234567,
                .end.cpu_usage_nsec = UINT64_MAX,
                .end.memory_limit = 1 << 30,
                .end.memory_peak = UINT64_MAX,
        };

        session_id_format(type, number, s.id);
        return s;
}

static off_t file_size(int dir) {
        struct stat st;

        ck_assert_int_eq(fstatat(dir, "ended", &st, 0), 0);
        ck_assert_int_eq(st.st_mode & 07777, 0600);
        return st.st_size;
}

TEST(the_next_manager_knows_them) {
        EndedList list = {}, next = {};
        int dir = open_root();
        Session notebook = make(SESSION_NOTEBOOK, 1, 1000), terminal = make(SESSION_TERMINAL, 2, 1001);
        char *command[] = { (char *) "sh", (char *) "-c", (char *) "a\tb", NULL };

        ck_assert_int_eq(ended_list_load(&list, dir), 0);
        ck_assert_uint_eq(list.n, 0);
        notebook.program.notebook = (char *) "/a\tb\n\\t/Grüße.ipynb";
        notebook.name = (char *) "Grüße\\n.ipynb";
        terminal.program.command = command;
        terminal.end.exit_status = -1;
        terminal.end.result = RESULT_EXITED;
        notebook.unrecorded = true;
        ck_assert_int_eq(ended_list_add(&list, dir, &notebook), 0);
        ck_assert_int_eq(ended_list_add(&list, dir, &terminal), 0);

        ck_assert_int_eq(ended_list_load(&next, dir), 0);
        ck_assert_uint_eq(next.n, 2);
        ck_assert_str_eq(next.items[0].id, "n1");
        ck_assert_uint_eq(next.items[0].uid, 1000);
        ck_assert_str_eq(next.items[0].name, notebook.name);
        ck_assert_str_eq(next.items[0].what, notebook.program.notebook);
        ck_assert_int_eq(next.items[0].result, RESULT_EXIT_CODE);
        ck_assert_int_eq(next.items[0].exit_status, 3);
        ck_assert_uint_eq(next.items[0].created, 1234567);
        ck_assert_uint_eq(next.items[0].ended, list.items[0].ended);
        ck_assert_uint_eq(next.items[0].memory_limit, 1 << 30);
        ck_assert_uint_eq(next.items[0].memory_peak, UINT64_MAX);
        ck_assert(next.items[0].unrecorded);
        ck_assert(!next.items[1].unrecorded);
        ck_assert_int_eq(next.items[1].exit_status, -1);
        ck_assert_str_eq(next.items[1].what, list.items[1].what);
        ck_assert_ptr_null(strchr(next.items[1].what, '\t')); /* fit to be shown */
        ended_list_done(&list);
        ended_list_done(&next);
        remove_root(dir);
}

TEST(bounds) {
        EndedList list = {}, next = {};
        off_t highest = 0;
        int dir = open_root();

        for (unsigned i = 0; i < 5 * ENDED_MAX; i++) {
                Session s = make(SESSION_TERMINAL, i + 1, i % 2 ? 1000 : 2000 + i % 16);

                ck_assert_int_eq(ended_list_add(&list, dir, &s), 0);
                ck_assert_uint_le(list.n, ENDED_MAX);
                highest = MAX(highest, file_size(dir));
        }
        ck_assert_uint_eq(list.n, ENDED_MAX);
        ck_assert_str_eq(list.items[list.n - 1].id, "t5000");
        ck_assert_int_lt(highest, 2 * ENDED_MAX * 200);
        ck_assert_int_eq(ended_list_load(&next, dir), 0);
        ck_assert_uint_eq(next.n, list.n);
        for (size_t i = 0; i < list.n; i++)
                ck_assert_str_eq(next.items[i].id, list.items[i].id);
        ended_list_done(&list);
        ended_list_done(&next);
        remove_root(dir);
}

/* However many one user's sessions end, those of others stay. */
TEST(one_user_cannot_push_others_out) {
        EndedList list = {};
        int dir = open_root();
        Session first = make(SESSION_NOTEBOOK, 1, 1001);

        ck_assert_int_eq(ended_list_add(&list, dir, &first), 0);
        for (unsigned i = 0; i < 2 * ENDED_MAX; i++) {
                Session s = make(SESSION_TERMINAL, i + 2, 1000);

                ck_assert_int_eq(ended_list_add(&list, dir, &s), 0);
        }
        ck_assert_uint_eq(list.n, ENDED_MAX_PER_USER + 1);
        ck_assert_str_eq(list.items[0].id, "n1");
        ended_list_done(&list);
        remove_root(dir);
}

TEST(a_day_later_they_are_forgotten) {
        EndedList list = {}, next = {};
        int dir = open_root();
        Session s = make(SESSION_TERMINAL, 1, 1000);

        ck_assert_int_eq(ended_list_add(&list, dir, &s), 0);
        ck_assert_int_eq(ended_list_add(&list, dir, &s), 0);
        list.items[0].ended -= ENDED_AGE_USEC + USEC_PER_MINUTE;
        ended_list_expire(&list);
        ck_assert_uint_eq(list.n, 1);
        list.items[0].ended += 2 * ENDED_AGE_USEC; /* the clock was set back */
        ended_list_expire(&list);
        ck_assert_uint_eq(list.n, 1);
        ended_list_done(&list);
        ended_list_done(&next);
        remove_root(dir);
}

static void append(int dir, const char *text) {
        int fd = openat(dir, "ended", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t) strlen(text));
        (void) safe_close(fd);
}

TEST(damage_costs_a_line) {
        static const char *const damages[] = { "\n", "\t\n", "1\tt9\n",
                "2\tt9\t0\tsuccess\t0\t0\t0\t0\t0\t0\ta\tb\n", "1\tx\t0\tsuccess\t0\t0\t0\t0\t0\t0\ta\tb\n",
                "1\tt9\t0\tno-such\t0\t0\t0\t0\t0\t0\ta\tb\n",
                "1\tt9\t0\tsuccess\t-2\t0\t0\t0\t0\t0\ta\tb\n",
                "1\tt9\t0\tsuccess\t0\t0\t0\t0\t0\t0\ta\tb\tc\n", "1\tt9\t0\tsuccess\t0\t0\t0\t0\t0\t0\ta\n",
                "1\tt9\t0\tsucc" };

        for (size_t i = 0; i < ELEMENTSOF(damages); i++) {
                EndedList list = {}, next = {};
                int dir = open_root();
                Session s = make(SESSION_TERMINAL, 1, 1000);

                ck_assert_int_eq(ended_list_add(&list, dir, &s), 0);
                append(dir, damages[i]);
                ended_list_done(&list);
                ck_assert_int_eq(ended_list_load(&list, dir), 0);
                ck_assert_uint_eq(list.n, 1);
                /* What comes after it does not suffer. */
                ck_assert_int_eq(ended_list_add(&list, dir, &s), 0);
                ck_assert_int_eq(ended_list_load(&next, dir), 0);
                ck_assert_uint_eq(next.n, 2);
                ended_list_done(&list);
                ended_list_done(&next);
                remove_root(dir);
        }
}

/* Lets the file grow by so many bytes only. */
static void leave_room(int dir, rlim_t bytes) {
        struct rlimit limit;

        ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
        limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : (rlim_t) file_size(dir) + bytes;
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST(what_there_was_no_room_for_is_written_with_the_next) {
        (void) signal(SIGXFSZ, SIG_IGN);
        for (rlim_t room = 0; room < 30; room += 10) {
                EndedList list = {}, next = {};
                int dir = open_root();

                for (unsigned i = 1; i <= 3; i++) {
                        Session s = make(SESSION_TERMINAL, i, 1000);

                        if (i == 2)
                                leave_room(dir, room);
                        ck_assert_int_eq(ended_list_add(&list, dir, &s) < 0, i == 2);
                        leave_room(dir, RLIM_INFINITY);
                }
                ck_assert_int_eq(ended_list_load(&next, dir), 0);
                ck_assert_uint_eq(next.n, 3);
                for (size_t i = 0; i < next.n; i++)
                        ck_assert_str_eq(next.items[i].id, list.items[i].id);
                ended_list_done(&list);
                ended_list_done(&next);
                remove_root(dir);
        }
}

TEST_MAIN(the_next_manager_knows_them, bounds, one_user_cannot_push_others_out,
        a_day_later_they_are_forgotten, damage_costs_a_line,
        what_there_was_no_room_for_is_written_with_the_next);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Entries for a journal that is there, slow, away, or away for too long. */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "manager/base/journal.h"
#include "shared/macros.h"
#include "shared/message-ids.h"
#include "shared/time-span.h"
#include "tests/unit/test-main.h"

typedef struct Fixture {
        char path[64];
        int journald;
        sd_event *event;
        Journal journal;
        char received[65536];
} Fixture;

/* What journald does when it starts. */
static void listen_as_journald(Fixture *f) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        strcpy(address.sun_path, f->path);
        f->journald = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ck_assert_int_ge(f->journald, 0);
        ck_assert_int_eq(bind(f->journald, (struct sockaddr *) &address, sizeof(address)), 0);
}

static void stop_journald(Fixture *f) {
        f->journald = safe_close(f->journald);
        ck_assert_int_eq(unlink(f->path), 0);
}

static void fixture_init(Fixture *f) {
        static char folder[] = "/tmp/test-journal-XXXXXX";

        *f = (Fixture){};
        ck_assert_ptr_nonnull(mkdtemp(folder));
        snprintf(f->path, sizeof(f->path), "%s/socket", folder);
        ck_assert_int_eq(sd_event_new(&f->event), 0);
        ck_assert_int_eq(journal_init(&f->journal, f->event, f->path), 0);
}

static void fixture_done(Fixture *f) {
        (void) journal_done(&f->journal);
        sd_event_unref(f->event);
        if (f->journald > 0)
                stop_journald(f);
        *strrchr(f->path, '/') = 0;
        ck_assert_int_eq(rmdir(f->path), 0);
}

static void send_text(Fixture *f, const char *text) {
        const struct iovec fields[] = {
                { .iov_base = (void *) "A=1", .iov_len = 3 },
                { .iov_base = (void *) text, .iov_len = strlen(text) },
        };

        journal_send(&f->journal, fields, ELEMENTSOF(fields));
}

/* The next entry, of a datagram or of the file that came with one; 0 for none of both, or -1 if there is
 * nothing. */
static ssize_t receive_datagram(Fixture *f) {
        union {
                struct cmsghdr header;
                uint8_t bytes[CMSG_SPACE(sizeof(int))];
        } control;
        struct iovec data = { .iov_base = f->received, .iov_len = sizeof(f->received) - 1 };
        struct msghdr message = {
                .msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control),
        };
        ssize_t n = recvmsg(f->journald, &message, 0);

        if (n == 0 && CMSG_FIRSTHDR(&message)) {
                struct stat st;
                int fd;

                memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
                ck_assert_int_eq(fstat(fd, &st), 0);
                n = pread(fd, f->received, sizeof(f->received) - 1, 0);
                ck_assert_int_gt(n, 0);
                ck_assert_int_eq(close(fd), 0);
                f->received[n] = 0;
                return (ssize_t) st.st_size;
        }
        f->received[MAX(n, 0)] = 0;
        return n;
}

static ssize_t receive(Fixture *f) {
        ssize_t n;

        do
                n = receive_datagram(f);
        while (n == 0);
        return n;
}

/* Turns the loop until an entry came. */
static void wait_for_entry(Fixture *f) {
        while (receive(f) < 0)
                ck_assert_int_gt(sd_event_run(f->event, 10 * USEC_PER_SEC), 0);
}

TEST(fields_are_encoded) {
        static const char multiline[] = "A=1\nTEXT\n\3\0\0\0\0\0\0\0a\nb\n";
        Fixture f;

        fixture_init(&f);
        listen_as_journald(&f);
        send_text(&f, "TEXT=a=b");
        ck_assert_int_gt(receive(&f), 0);
        ck_assert_str_eq(f.received, "A=1\nTEXT=a=b\n");
        send_text(&f, "TEXT=a\nb");
        ck_assert_int_eq(receive(&f), sizeof(multiline) - 1);
        ck_assert_mem_eq(f.received, multiline, sizeof(multiline) - 1);
        fixture_done(&f);
}

TEST(large_entries_go_as_files) {
        char *text = calloc(1, 1000000);
        Fixture f;

        memset(text, 'x', 999999);
        memcpy(text, "TEXT=", 5);
        fixture_init(&f);
        listen_as_journald(&f);
        send_text(&f, text);
        ck_assert_int_eq(receive(&f), 4 + 1000000);
        fixture_done(&f);
        free(text);
}

TEST(entries_wait_for_journald_in_order) {
        char text[32];
        Fixture f;

        fixture_init(&f);
        for (int i = 0; i < 100; i++) {
                snprintf(text, sizeof(text), "N=%d", i);
                send_text(&f, text);
        }
        listen_as_journald(&f);
        for (int i = 0; i < 100; i++) {
                wait_for_entry(&f);
                snprintf(text, sizeof(text), "A=1\nN=%d\n", i);
                ck_assert_str_eq(f.received, text);
        }
        ck_assert_int_lt(receive(&f), 0);
        ck_assert_uint_eq(journal_done(&f.journal), 0);
        fixture_done(&f);
}

/* A journald that is stopped by a signal reads nothing, and its socket fills up. */
TEST(nobody_waits_for_a_full_socket) {
        unsigned n_received = 0;
        Fixture f;

        fixture_init(&f);
        listen_as_journald(&f);
        for (int i = 0; i < 1000; i++)
                send_text(&f, "TEXT=a");
        ck_assert_ptr_nonnull(f.journal.first);
        while (n_received < 1000) {
                wait_for_entry(&f);
                n_received++;
        }
        while (f.journal.first)
                ck_assert_int_gt(sd_event_run(f.event, 10 * USEC_PER_SEC), 0);
        ck_assert_int_lt(receive(&f), 0);
        ck_assert_uint_eq(f.journal.size, 0);
        fixture_done(&f);
}

/* systemd keeps the socket of a journald that is started again, but not of one that is stopped with its
 * sockets. */
TEST(what_went_with_the_socket_is_sent_to_the_next_one) {
        Fixture f;

        fixture_init(&f);
        listen_as_journald(&f);
        send_text(&f, "TEXT=read");
        ck_assert_int_gt(receive(&f), 0);
        while (f.journal.first)
                ck_assert_int_gt(sd_event_run(f.event, 10 * USEC_PER_SEC), 0);
        send_text(&f, "TEXT=unread");
        send_text(&f, "TEXT=neither");
        stop_journald(&f);
        /* Nobody sends meanwhile: it is found out by looking. */
        ck_assert_int_gt(sd_event_run(f.event, 10 * USEC_PER_SEC), 0);
        listen_as_journald(&f);
        wait_for_entry(&f);
        ck_assert_str_eq(f.received, "A=1\nTEXT=unread\n");
        wait_for_entry(&f);
        ck_assert_str_eq(f.received, "A=1\nTEXT=neither\n");
        while (f.journal.first)
                ck_assert_int_gt(sd_event_run(f.event, 10 * USEC_PER_SEC), 0);
        /* The same, and there is another one before that is found out. */
        send_text(&f, "TEXT=3");
        stop_journald(&f);
        listen_as_journald(&f);
        send_text(&f, "TEXT=4");
        wait_for_entry(&f);
        ck_assert_str_eq(f.received, "A=1\nTEXT=3\n");
        wait_for_entry(&f);
        ck_assert_str_eq(f.received, "A=1\nTEXT=4\n");
        while (f.journal.first)
                ck_assert_int_gt(sd_event_run(f.event, 10 * USEC_PER_SEC), 0);
        ck_assert_int_lt(receive(&f), 0);
        ck_assert_uint_eq(journal_done(&f.journal), 0);
        fixture_done(&f);
}

TEST(losses_are_counted_and_told) {
        char *text = calloc(1, 10000), expected[64];
        uint64_t n_lost;
        Fixture f;

        memset(text, 'x', 9999);
        memcpy(text, "TEXT=", 5);
        fixture_init(&f);
        for (int i = 0; i < 200; i++)
                send_text(&f, text);
        ck_assert_uint_le(f.journal.size, JOURNAL_SIZE_MAX);
        n_lost = f.journal.n_lost;
        ck_assert_uint_gt(n_lost, 50);
        listen_as_journald(&f);
        for (uint64_t i = n_lost; i < 200; i++)
                wait_for_entry(&f);
        wait_for_entry(&f);
        ck_assert_ptr_nonnull(strstr(f.received, "MESSAGE_ID=" MESSAGE_ENTRIES_LOST "\n"));
        snprintf(expected, sizeof(expected), "MESSAGE=%u entries ", (unsigned) n_lost);
        ck_assert_ptr_nonnull(strstr(f.received, expected));
        ck_assert_uint_eq(f.journal.n_lost, 0);
        fixture_done(&f);
        free(text);
}

TEST(what_is_kept_at_the_end_is_lost) {
        Fixture f;

        fixture_init(&f);
        send_text(&f, "TEXT=a");
        send_text(&f, "TEXT=b");
        ck_assert_uint_eq(journal_done(&f.journal), 2);
        fixture_done(&f);
}

TEST_MAIN(fields_are_encoded, large_entries_go_as_files, entries_wait_for_journald_in_order,
        nobody_waits_for_a_full_socket, what_went_with_the_socket_is_sent_to_the_next_one,
        losses_are_counted_and_told, what_is_kept_at_the_end_is_lost);

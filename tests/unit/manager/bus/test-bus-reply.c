/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How calls over D-Bus are answered: what each kind of reply looks like to who called. Over a real
 * connection. */

#include <sys/socket.h>

#include "manager/access/admission.h"
#include "manager/bus/bus-reply.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "shared/macros.h"
#include "tests/unit/test-main.h"

#define SENDER ":1.7"

static Manager manager;
static sd_bus *server, *client;
static Reply reply; /* of the last call, kept */
static ReplyKind kind;
static sd_bus_message *answer;

static int on_call(sd_bus_message *call, void *userdata _unused_, sd_bus_error *error _unused_) {
        Reply owed = bus_reply(&manager, call, kind);

        reply = reply_keep(&owed);
        return 1;
}

static int on_answer(sd_bus_message *m, void *userdata _unused_, sd_bus_error *error _unused_) {
        ck_assert_ptr_null(answer);
        answer = sd_bus_message_ref(m);
        return 0;
}

/* Until neither end has anything to do. */
static void settle(void) {
        for (unsigned quiet = 0; quiet < 3;) {
                int ours = sd_bus_process(server, NULL);
                int theirs = sd_bus_process(client, NULL);

                ck_assert_int_ge(ours, 0);
                ck_assert_int_ge(theirs, 0);
                quiet = ours > 0 || theirs > 0 ? 0 : quiet + 1;
        }
}

static void set_up(void) {
        sd_id128_t id;
        int fds[2];

        manager = (Manager){};
        manager.admission.callers.callers[0] = (Caller){ .name = strdup(SENDER), .uid = 1234 };
        manager.admission.size = 77;
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        ck_assert_int_ge(sd_id128_randomize(&id), 0);
        ck_assert_int_ge(sd_bus_new(&server), 0);
        ck_assert_int_ge(sd_bus_set_fd(server, fds[0], fds[0]), 0);
        ck_assert_int_ge(sd_bus_set_server(server, true, id), 0);
        ck_assert_int_ge(sd_bus_negotiate_fds(server, true), 0);
        ck_assert_int_ge(sd_bus_start(server), 0);
        ck_assert_int_ge(sd_bus_new(&client), 0);
        ck_assert_int_ge(sd_bus_set_fd(client, fds[1], fds[1]), 0);
        ck_assert_int_ge(sd_bus_negotiate_fds(client, true), 0);
        ck_assert_int_ge(sd_bus_start(client), 0);
        ck_assert_int_ge(sd_bus_add_object(server, NULL, "/", on_call, NULL), 0);
        settle();
}

static void tear_down(void) {
        sd_bus_close_unref(client);
        sd_bus_close_unref(server);
        admission_done(&manager.admission);
}

/* A call that is owed this; there is no bus that says who sent it. */
static void call(ReplyKind owed) {
        sd_bus_message *m = NULL;

        kind = owed;
        ck_assert_int_ge(sd_bus_message_new_method_call(client, &m, NULL, "/", "a.b", "Call"), 0);
        ck_assert_int_ge(sd_bus_message_set_sender(m, SENDER), 0);
        ck_assert_int_ge(sd_bus_call_async(client, NULL, m, on_answer, NULL, 0), 0);
        sd_bus_message_unref(m);
        settle();
        ck_assert(reply_is_owed(&reply));
        ck_assert_uint_eq(reply.uid, 1234);
        ck_assert_uint_eq(reply.size, 77);
        ck_assert_ptr_null(answer);
}

static void expect(const char *signature, const char *error) {
        const sd_bus_error *e;

        reply_drop(&reply);
        settle();
        ck_assert_ptr_nonnull(answer);
        e = sd_bus_message_get_error(answer);
        if (error)
                ck_assert_str_eq(e->name, error);
        else {
                ck_assert_ptr_null(e);
                ck_assert_str_eq(sd_bus_message_get_signature(answer, true), signature);
        }
        answer = sd_bus_message_unref(answer);
}

TEST(successes) {
        Session s = { .id = "n5" };
        const char *id, *path;
        int started;

        set_up();
        call(REPLY_DONE);
        ck_assert_int_eq(reply_success(&reply), 1);
        expect("", NULL);
        call(REPLY_SESSION);
        ck_assert_int_eq(reply_session(&reply, &s, false), 1);
        expect("so", NULL);
        call(REPLY_FOUND);
        ck_assert_int_eq(reply_session(&reply, &s, false), 1);
        expect("o", NULL);
        call(REPLY_STARTED);
        ck_assert_int_eq(reply_session(&reply, &s, true), 1);
        settle();
        ck_assert_int_ge(sd_bus_message_read(answer, "sob", &id, &path, &started), 0);
        ck_assert_str_eq(id, "n5");
        ck_assert_str_eq(path, "/org/computesession1/session/n5");
        ck_assert_int_eq(started, 1);
        expect("sob", NULL);
        tear_down();
}

TEST(errors) {
        set_up();
        call(REPLY_DONE);
        ck_assert_int_eq(reply_error(&reply, "a.b.Error", "%s", "100%s"), 1);
        expect(NULL, "a.b.Error");
        call(REPLY_DONE);
        ck_assert_int_eq(reply_error_number(&reply, -ENOMEM), 1);
        expect(NULL, SD_BUS_ERROR_NO_MEMORY);
        tear_down();
}

TEST(descriptors) {
        set_up();
        call(REPLY_DESCRIPTOR);
        ck_assert_int_eq(reply_descriptor(&reply, STDERR_FILENO), 1);
        expect("h", NULL);
        tear_down();
}

/* It comes again as it came, whatever was read of it, and has passed what it passed. */
TEST(again) {
        set_up();
        manager.bus = server;
        call(REPLY_AGAIN);
        reply_again(&reply);
        ck_assert_uint_eq(manager.admission.n_again, 1);
        ck_assert_uint_eq(manager.admission.again[0].passed,
                ADMISSION_TURN | ADMISSION_AUTHORIZED | ADMISSION_SAMPLED);
        reply_drop(&reply);
        tear_down();
}

TEST_MAIN(successes, errors, descriptors, again);

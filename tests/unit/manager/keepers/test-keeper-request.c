/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* That whoever waits for a keeper's answer gets one. */

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "manager/keepers/keeper-message.h"
#include "manager/keepers/keeper-request.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/front-door.h"
#include "tests/unit/test-main.h"

static Manager manager;
static Session *session;
static Visitor visitor;

static void set_up(void) {
        visitor = (Visitor){};
        manager = (Manager){ .runtime_fd = -EBADF };
        ck_assert_int_ge(sd_event_new(&manager.event), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, /* kept = */ true, &session), 0);
}

static void tear_down(void) {
        session_free_all(&manager.sessions);
        ck_assert_uint_eq(manager.charges.n, 0);
        sd_event_unref(manager.event);
        ck_assert_uint_eq(visitor.references, 0);
}

static unsigned count_answers(void) {
        return visitor.answers;
}

static int send_request(ReplyKind kind) {
        Reply reply = visitor_reply(&visitor, &manager, 1000, kind);
        KeeperRequest *request;

        ck_assert_int_eq(keeper_request_new_file(session, KEEPER_SNAPSHOT, &request), 0);
        return keeper_request_send(session, request, &reply);
}

static void reply(uint32_t serial) {
        keeper_requests_answer(session, &(KeeperMessage){ .opcode = KEEPER_REPLY, .serial = serial });
}

TEST(each_is_answered_once) {
        set_up();
        ck_assert_int_eq(send_request(REPLY_DONE), 0);
        ck_assert_int_eq(send_request(REPLY_DONE), 0);
        reply(7); /* nobody's */
        ck_assert_uint_eq(count_answers(), 0);
        reply(2);
        reply(2);
        ck_assert_uint_eq(count_answers(), 1);
        ck_assert_uint_eq(session->keeper.requests.n, 1);
        keeper_requests_done(&session->keeper.requests);
        ck_assert_uint_eq(count_answers(), 2);
        tear_down();
}

TEST(so_many_wait) {
        set_up();
        for (unsigned i = 0; i < KEEPER_REQUESTS_MAX; i++)
                ck_assert_int_eq(send_request(REPLY_DONE), 0);
        ck_assert_int_eq(send_request(REPLY_DONE), -ENOBUFS);
        keeper_requests_done(&session->keeper.requests);
        ck_assert_uint_eq(count_answers(), KEEPER_REQUESTS_MAX);
        tear_down();
}

/* The answer cannot take a descriptor along, as many are open as may be. */
TEST(who_cannot_be_given_a_descriptor_is_told) {
        set_up();
        visitor.takes_nothing = true;
        ck_assert_int_eq(send_request(REPLY_DESCRIPTOR), 0);
        reply(1);
        ck_assert_uint_eq(count_answers(), 1);
        ck_assert_str_eq(visitor.message, strerror(EMFILE));
        ck_assert_uint_eq(session->keeper.requests.n, 0);
        tear_down();
}

TEST(a_file_is_sealed_before_it_is_handed_over) {
        int fd;

        set_up();
        ck_assert_int_eq(send_request(REPLY_DESCRIPTOR), 0);
        fd = fcntl(session->keeper.requests.items[0]->callers_end, F_DUPFD_CLOEXEC, 3);
        ck_assert_int_eq(fcntl(fd, F_GET_SEALS), 0);
        reply(1);
        ck_assert_uint_eq(count_answers(), 1);
        ck_assert_str_eq(visitor.error, "");
        ck_assert_int_eq(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
        close(fd);
        tear_down();
}

TEST_MAIN(each_is_answered_once, so_many_wait, who_cannot_be_given_a_descriptor_is_told,
        a_file_is_sealed_before_it_is_handed_over);

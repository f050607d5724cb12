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
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static Manager manager;
static Session *session;

static void set_up(void) {
        manager = (Manager){ .runtime_fd = -EBADF, .bus = message_bus() };
        ck_assert_int_ge(sd_event_new(&manager.event), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, /* kept = */ true, &session), 0);
}

static void tear_down(void) {
        session_free_all(&manager.sessions);
        ck_assert_uint_eq(manager.charges.n, 0);
        sd_event_unref(manager.event);
        message_bus_done();
}

static uint64_t count_answers(void) {
        uint64_t n;

        ck_assert_int_ge(sd_bus_get_n_queued_write(manager.bus, &n), 0);
        return n;
}

static int send_request(KeeperAnswer answer) {
        sd_bus_message *call = message_make("");
        KeeperRequest *request;
        int r;

        ck_assert_int_eq(keeper_request_new_file(session, KEEPER_SNAPSHOT, &request), 0);
        r = keeper_request_send(session, request, call, answer);
        sd_bus_message_unref(call);
        return r;
}

static void reply(uint32_t serial) {
        keeper_requests_answer(session, &(KeeperMessage){ .opcode = KEEPER_REPLY, .serial = serial });
}

TEST(each_is_answered_once) {
        set_up();
        ck_assert_int_eq(send_request(KEEPER_ANSWER_NOTHING), 0);
        ck_assert_int_eq(send_request(KEEPER_ANSWER_NOTHING), 0);
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
                ck_assert_int_eq(send_request(KEEPER_ANSWER_NOTHING), 0);
        ck_assert_int_eq(send_request(KEEPER_ANSWER_NOTHING), -ENOBUFS);
        keeper_requests_done(&session->keeper.requests);
        ck_assert_uint_eq(count_answers(), KEEPER_REQUESTS_MAX);
        tear_down();
}

/* As many descriptors are open as may be: the answer cannot take one along. */
TEST(who_cannot_be_given_a_descriptor_is_told) {
        struct rlimit before, now;
        int highest;

        set_up();
        ck_assert_int_eq(send_request(KEEPER_ANSWER_DESCRIPTOR), 0);
        ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
        highest = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        ck_assert_int_ge(highest, 3);
        now = (struct rlimit){ .rlim_cur = (rlim_t) highest, .rlim_max = before.rlim_max };
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &now), 0);
        reply(1);
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
        ck_assert_uint_eq(count_answers(), 1);
        ck_assert_uint_eq(session->keeper.requests.n, 0);
        close(highest);
        tear_down();
}

TEST_MAIN(each_is_answered_once, so_many_wait, who_cannot_be_given_a_descriptor_is_told);

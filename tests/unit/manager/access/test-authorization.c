/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many questions to polkit may be open, and what comes of its answers. That a real polkit
 * understands the questions is for tests/integration/test_polkit.py. */

#include "manager/access/authorization.h"
#include "manager/access/caller.h"
#include "manager/access/charges.h"
#include "manager/base/policy.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-lifetime.h"
#include "shared/message-ids.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static Manager manager;
static Session *session;

static void set_up(void) {
        manager = (Manager){ .runtime_fd = -EBADF, .bus = message_bus() };
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1001, true, &session), 0);
}

static void tear_down(void) {
        authorizations_done(&manager.authorizations);
        ck_assert_uint_eq(manager.charges.n, 0);
        charges_done(&manager.charges);
        session_free_all(&manager.sessions);
        message_bus_done();
}

static int ask(uid_t uid) {
        const Caller caller = { .name = (char *) ":1.7", .uid = uid, .pid = 1 };
        sd_bus_message *call = message_new();
        int r;

        ck_assert_int_ge(sd_bus_message_set_sender(call, caller.name), 0);
        r = authorization_ask(&manager, message_seal(call), &caller,
                (Owned){ .id = session->id, .uid = session->uid }, MANAGE_OTHERS);
        sd_bus_message_unref(call);
        return r;
}

TEST(each_user_may_have_so_many_open) {
        set_up();
        for (unsigned i = 0; i < charge_limit(CHARGE_AUTHORIZATION); i++)
                ck_assert_int_eq(ask(1000), 0);
        ck_assert_int_eq(ask(1000), -EDQUOT);
        ck_assert_int_eq(ask(1002), 0);
        ck_assert_uint_eq(manager.authorizations.n, charge_limit(CHARGE_AUTHORIZATION) + 1);
        tear_down();
}

TEST(all_may_have_so_many_open) {
        set_up();
        for (unsigned i = 0; i < AUTHORIZATIONS_MAX; i++)
                ck_assert_int_eq(ask(2000 + i), 0);
        ck_assert_int_eq(ask(3000), -ENOBUFS);
        tear_down();
}

/* Questions are taken back by name, so no two have the same. */
TEST(questions_have_names) {
        set_up();
        ck_assert_int_eq(ask(1000), 0);
        ck_assert_int_eq(ask(1000), 0);
        ck_assert_str_ne(
                manager.authorizations.items[0]->question, manager.authorizations.items[1]->question);
        ck_assert_str_eq(manager.authorizations.items[0]->id, "t1");
        tear_down();
}

/* A polkit that answers as the case says. */

#define POLKIT "org.freedesktop.PolicyKit1"

static struct {
        int authorized, challenge;
        char subject[16], action[64], owner[16], method[32], type[16];
        uint32_t flags;
} polkit;

static void read_detail(const char *name, const char *value) {
        if (streq(name, "owner"))
                (void) snprintf(polkit.owner, sizeof(polkit.owner), "%s", value);
        else if (streq(name, "method"))
                (void) snprintf(polkit.method, sizeof(polkit.method), "%s", value);
        else if (streq(name, "type"))
                (void) snprintf(polkit.type, sizeof(polkit.type), "%s", value);
}

static void serve_polkit(sd_bus_message *call) {
        const char *kind, *key, *subject, *action, *value;

        if (streq(sd_bus_message_get_member(call), "CancelCheckAuthorization"))
                return;
        ck_assert_int_gt(sd_bus_message_read(call, "(sa{sv})s", &kind, 1, &key, "s", &subject, &action), 0);
        ck_assert_str_eq(kind, "system-bus-name");
        (void) snprintf(polkit.subject, sizeof(polkit.subject), "%s", subject);
        (void) snprintf(polkit.action, sizeof(polkit.action), "%s", action);
        ck_assert_int_gt(sd_bus_message_enter_container(call, 'a', "{ss}"), 0);
        while (sd_bus_message_read(call, "{ss}", &key, &value) > 0)
                read_detail(key, value);
        ck_assert_int_ge(sd_bus_message_exit_container(call), 0);
        ck_assert_int_gt(sd_bus_message_read(call, "u", &polkit.flags), 0);
        (void) sd_bus_reply_method_return(call, "(bba{ss})", polkit.authorized, polkit.challenge, 0);
}

/* A session that somebody else wants something of. */
static void begin(void) {
        world_begin_system();
        fake_bus_set_peer(POLKIT, serve_polkit);
        (void) world_start_terminal();
}

static FakeCall *stop_anothers(void) {
        return fake_bus_call(
                OTHER, "/org/computesession1/session/t1", SESSION_INTERFACE, "Kill", "si", "all", 18);
}

TEST(who_is_authorized_may) {
        char owner[16];

        begin();
        polkit.authorized = true;
        (void) world_answer(stop_anothers());
        ck_assert_str_eq(polkit.subject, OTHER);
        ck_assert_str_eq(polkit.action, MANAGE_OTHERS);
        (void) snprintf(owner, sizeof(owner), "%u", world_uid());
        ck_assert_str_eq(polkit.owner, owner);
        ck_assert_str_eq(polkit.method, "Kill");
        ck_assert_str_eq(polkit.type, "terminal");
        ck_assert_uint_eq(polkit.flags, 0);
        ck_assert_uint_eq(fake_bus_heard("CheckAuthorization"), 1);
        ck_assert_uint_eq(fake_bus_heard("KillUnit compute-t1.scope all 18"), 1);
        WORLD_UNTIL(world_has_logged(MESSAGE_REQUEST_AUTHORIZED));
        world_end();
}

TEST(who_is_not_may_not) {
        begin();
        (void) world_refusal(stop_anothers(), SD_BUS_ERROR_ACCESS_DENIED);
        ck_assert_uint_eq(fake_bus_heard("KillUnit"), 0);
        WORLD_UNTIL(world_has_logged(MESSAGE_REQUEST_REFUSED));
        world_end();
}

TEST(who_has_to_type_a_password_is_told_so) {
        begin();
        polkit.challenge = true;
        ck_assert_ptr_nonnull(
                strstr(world_refusal(stop_anothers(), SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED),
                        MANAGE_OTHERS));
        world_end();
}

TEST(who_can_type_a_password_is_asked) {
        sd_bus_message *m;

        begin();
        polkit.authorized = true;
        m = fake_bus_call_new(OTHER, "/org/computesession1/session/t1", SESSION_INTERFACE, "Stop");
        ck_assert_int_ge(sd_bus_message_set_allow_interactive_authorization(m, true), 0);
        (void) world_answer(fake_bus_call_send(m));
        ck_assert_uint_eq(polkit.flags, 1);
        world_end();
}

/* No polkit, one that fails, and one that says nonsense: nobody is let in by that. */
TEST(without_an_answer_nobody_may) {
        begin();
        fake_bus_refuse("CheckAuthorization", 1, SD_BUS_ERROR_FAILED, "I am not well.");
        (void) world_refusal(stop_anothers(), SD_BUS_ERROR_ACCESS_DENIED);
        ck_assert_uint_eq(fake_bus_heard("CancelCheckAuthorization"), 0);
        fake_bus_set_peer(POLKIT, NULL);
        (void) world_refusal(stop_anothers(), SD_BUS_ERROR_ACCESS_DENIED);
        world_end();
}

static void answer_nonsense(sd_bus_message *call) {
        (void) sd_bus_reply_method_return(call, "bb", (int) true, (int) true);
}

TEST(nonsense_is_no_authorization) {
        begin();
        fake_bus_set_peer(POLKIT, answer_nonsense);
        (void) world_refusal(stop_anothers(), SD_BUS_ERROR_ACCESS_DENIED);
        world_end();
}

TEST(a_question_that_takes_too_long_is_taken_back) {
        begin();
        fake_bus_refuse("CheckAuthorization", 1, SD_BUS_ERROR_TIMEOUT, "Nobody types.");
        (void) world_refusal(stop_anothers(), SD_BUS_ERROR_ACCESS_DENIED);
        WORLD_UNTIL(fake_bus_heard("CancelCheckAuthorization compute-1"));
        world_end();
}

TEST(a_question_of_who_has_gone_is_taken_back) {
        FakeCall *call;

        begin();
        fake_bus_hold("CheckAuthorization", 1);
        call = stop_anothers();
        WORLD_UNTIL(fake_bus_heard("CheckAuthorization"));
        fake_bus_signal("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                "NameOwnerChanged", "sss", OTHER, OTHER, "");
        WORLD_UNTIL(fake_bus_heard("CancelCheckAuthorization compute-1"));
        ck_assert_uint_eq(world_manager->authorizations.n, 0);
        ck_assert_ptr_null(call->answer);
        world_end();
}

TEST(a_session_that_ends_meanwhile_is_none) {
        FakeCall *call;

        begin();
        polkit.authorized = true;
        fake_bus_hold("CheckAuthorization", 1);
        call = stop_anothers();
        WORLD_UNTIL(fake_bus_heard("CheckAuthorization"));
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        world_end_leader("t1");
        WORLD_UNTIL(!world_session("t1"));
        world_release("CheckAuthorization");
        (void) world_refusal(call, SD_BUS_ERROR_UNKNOWN_OBJECT);
        world_end();
}

TEST(who_asks_too_often_is_told_so) {
        FakeCall *last = NULL;

        begin();
        fake_bus_hold("CheckAuthorization", UINT32_MAX);
        for (unsigned i = 0; i < charge_limit(CHARGE_AUTHORIZATION) + 1; i++)
                last = stop_anothers();
        (void) world_refusal(last, SD_BUS_ERROR_LIMITS_EXCEEDED);
        world_end();
}

/* On a user's bus there is nobody else. */
TEST(in_user_mode_polkit_is_not_asked) {
        world_begin();
        fake_bus_set_peer(POLKIT, serve_polkit);
        polkit.authorized = true;
        (void) world_start_terminal();
        (void) world_refusal(stop_anothers(), SD_BUS_ERROR_ACCESS_DENIED);
        ck_assert_uint_eq(fake_bus_heard("CheckAuthorization"), 0);
        world_end();
}

TEST_MAIN(each_user_may_have_so_many_open, all_may_have_so_many_open, questions_have_names,
        who_is_authorized_may, who_is_not_may_not, who_has_to_type_a_password_is_told_so,
        who_can_type_a_password_is_asked, without_an_answer_nobody_may, nonsense_is_no_authorization,
        a_question_that_takes_too_long_is_taken_back, a_question_of_who_has_gone_is_taken_back,
        a_session_that_ends_meanwhile_is_none, who_asks_too_often_is_told_so,
        in_user_mode_polkit_is_not_asked);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls that are sent again because somebody's password is needed. */

#include "ctl/bus/authentication.h"
#include "shared/names.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

TEST(only_who_wants_to_be_asked_is) {
        Arguments arguments = {};
        const Client client = { .arguments = &arguments };
        _cleanup_bus_error_ sd_bus_error needed =
                SD_BUS_ERROR_MAKE_CONST(SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, "x");
        _cleanup_bus_error_ sd_bus_error denied = SD_BUS_ERROR_MAKE_CONST(SD_BUS_ERROR_ACCESS_DENIED, "x");
        _cleanup_bus_error_ sd_bus_error none = SD_BUS_ERROR_NULL;

        ck_assert(authentication_is_wanted(&client, &needed));
        ck_assert(!authentication_is_wanted(&client, &denied));
        ck_assert(!authentication_is_wanted(&client, &none));
        arguments.no_ask_password = true;
        ck_assert(!authentication_is_wanted(&client, &needed));
}

/* The same call, but with the flag; and also if it was read before. */
TEST(the_call_is_made_again) {
        const Arguments arguments = { .host = "elsewhere" };
        Client client = { .arguments = &arguments, .bus = message_bus() };
        _cleanup_message_ sd_bus_message *call = message_make("sias", "t1", 15, 2, "a", "b"), *again = NULL;
        const char *id, *a, *b;
        int number;

        ck_assert_int_ge(sd_bus_message_read(call, "s", &id), 0);
        ck_assert_int_eq(sd_bus_message_get_allow_interactive_authorization(call), 0);
        ck_assert_int_eq(authentication_repeat(&client, call, &again), 0);
        ck_assert_int_gt(sd_bus_message_get_allow_interactive_authorization(again), 0);
        ck_assert_str_eq(sd_bus_message_get_member(again), sd_bus_message_get_member(call));
        ck_assert_str_eq(sd_bus_message_get_destination(again), sd_bus_message_get_destination(call));
        ck_assert_str_eq(sd_bus_message_get_path(again), sd_bus_message_get_path(call));
        message_seal(again);
        ck_assert_int_ge(sd_bus_message_read(again, "sias", &id, &number, 2, &a, &b), 0);
        ck_assert_str_eq(id, "t1");
        ck_assert_int_eq(number, 15);
        ck_assert_str_eq(b, "b");
        ck_assert_int_eq(client.agent, 0); /* not for another machine */
        authentication_done(&client);
        message_bus_done();
}

TEST_MAIN(only_who_wants_to_be_asked_is, the_call_is_made_again);

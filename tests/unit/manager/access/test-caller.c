/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who is behind a connection: read from the bus's answer, remembered, and forgotten in turn. */

#include <stdio.h>

#include "manager/access/caller.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static int add(CallerCache *cache, const char *name, sd_bus_message *reply) {
        int r = caller_cache_add(cache, name, reply);

        sd_bus_message_unref(reply);
        return r;
}

TEST(remembers_callers) {
        CallerCache cache = {};
        const Caller *caller;

        ck_assert_ptr_null(caller_cache_get(&cache, ":1.1"));
        ck_assert_ptr_null(caller_cache_get(&cache, NULL));
        ck_assert_int_eq(add(&cache, ":1.1",
                                 message_make("a{sv}", 4, "UnixGroupIDs", "au", 2, 1, 2, "UnixUserID", "u",
                                         1000, "ProcessID", "u", 4711, "LinuxSecurityLabel", "s", "label")),
                0);
        caller = caller_cache_get(&cache, ":1.1");
        ck_assert_ptr_nonnull(caller);
        ck_assert_uint_eq(caller->uid, 1000);
        ck_assert_int_eq(caller->pid, 4711);
        ck_assert_ptr_null(caller_cache_get(&cache, ":1.2"));
        ck_assert_ptr_null(caller_cache_get(&cache, ""));
        caller_cache_done(&cache);
        message_bus_done();
}

/* No process is fine (a container's); no user is nobody, above all not root. */
TEST(no_user_is_nobody) {
        CallerCache cache = {};

        ck_assert_int_eq(add(&cache, ":1.1", message_make("a{sv}", 1, "ProcessID", "u", 1)), -ENODATA);
        ck_assert_int_eq(add(&cache, ":1.1", message_make("a{sv}", 0)), -ENODATA);
        ck_assert_int_eq(
                add(&cache, ":1.1", message_make("a{sv}", 1, "UnixUserID", "u", UINT32_MAX)), -ENODATA);
        ck_assert_int_lt(add(&cache, ":1.1", message_make("a{sv}", 1, "UnixUserID", "s", "0")), 0);
        ck_assert_int_lt(add(&cache, ":1.1", message_make("s", "hello")), 0);
        ck_assert_ptr_null(caller_cache_get(&cache, ":1.1"));
        ck_assert_int_eq(add(&cache, ":1.1", message_make("a{sv}", 1, "UnixUserID", "u", 0)), 0);
        ck_assert_int_eq(caller_cache_get(&cache, ":1.1")->pid, 0);
        caller_cache_done(&cache);
        message_bus_done();
}

TEST(forgets_the_least_recently_seen) {
        CallerCache cache = {};
        char name[32];

        for (unsigned i = 0; i < CALLERS_MAX; i++) {
                snprintf(name, sizeof(name), ":1.%u", i);
                ck_assert_int_eq(add(&cache, name, message_make("a{sv}", 1, "UnixUserID", "u", i)), 0);
        }
        ck_assert_ptr_nonnull(caller_cache_get(&cache, ":1.0"));
        ck_assert_int_eq(add(&cache, ":1.new", message_make("a{sv}", 1, "UnixUserID", "u", 7)), 0);
        ck_assert_ptr_null(caller_cache_get(&cache, ":1.1"));
        for (unsigned i = 0; i < CALLERS_MAX; i++) {
                snprintf(name, sizeof(name), ":1.%u", i);
                if (i != 1)
                        ck_assert_uint_eq(caller_cache_get(&cache, name)->uid, i);
        }
        ck_assert_uint_eq(caller_cache_get(&cache, ":1.new")->uid, 7);
        caller_cache_done(&cache);
        message_bus_done();
}

/* Somebody with many connections only makes their own be forgotten. */
TEST(each_user_has_a_share) {
        CallerCache cache = {};
        char name[32];

        ck_assert_int_eq(add(&cache, ":1.victim", message_make("a{sv}", 1, "UnixUserID", "u", 1001)), 0);
        for (unsigned i = 0; i < 2 * CALLERS_MAX; i++) {
                snprintf(name, sizeof(name), ":1.%u", i);
                ck_assert_int_eq(add(&cache, name, message_make("a{sv}", 1, "UnixUserID", "u", 1000)), 0);
                ck_assert_uint_eq(caller_cache_get(&cache, name)->uid, 1000);
                if (i >= CALLERS_PER_USER_MAX) {
                        snprintf(name, sizeof(name), ":1.%u", i - CALLERS_PER_USER_MAX);
                        ck_assert_ptr_null(caller_cache_get(&cache, name));
                }
        }
        ck_assert_uint_eq(caller_cache_get(&cache, ":1.victim")->uid, 1001);
        caller_cache_done(&cache);
        message_bus_done();
}

TEST_MAIN(remembers_callers, no_user_is_nobody, forgets_the_least_recently_seen, each_user_has_a_share);

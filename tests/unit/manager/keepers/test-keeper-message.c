/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a keeper says is not trusted: sizes, ranges and text are checked, whatever the bytes. */

#include <signal.h>

#include "manager/keepers/keeper-message.h"
#include "shared/names.h"
#include "shared/strv.h"
#include "shared/text.h"
#include "tests/unit/test-main.h"

/* Parses a copy that ends where the allocation ends, so that a sanitizer sees every byte read too many. */
static int parse_exactly(const void *data, size_t size, KeeperMessage *ret) {
        _cleanup_free_ uint8_t *copy = malloc(size > 0 ? size : 1);

        memcpy(copy, data, size);
        *ret = (KeeperMessage){};
        return keeper_message_parse(copy, size, ret);
}

static int parse(WireWriter *w, KeeperMessage *ret) {
        int r;

        ck_assert_int_eq(w->error, 0);
        r = parse_exactly(w->data, w->size, ret);
        wire_writer_done(w);
        return r;
}

TEST(reads_a_whole_message) {
        static const char *const command[] = { "python3", "-m", "kernel", NULL };
        KeeperMessage m;
        WireWriter w;

        wire_begin(&w, KEEPER_STATUS, 7);
        wire_put_u64(&w, KEEPER_TAG_PHASE, KEEPER_PHASE_ENDED);
        wire_put_u64(&w, KEEPER_TAG_ERROR, KEEPER_ERROR_NO_KERNEL);
        wire_put_string(&w, KEEPER_TAG_MESSAGE, "No such kernel.");
        wire_put_strv(&w, KEEPER_TAG_ARGUMENT, (char *const *) command);
        wire_put_string(&w, KEEPER_TAG_DIRECTORY, "/home/a");
        wire_put_string(&w, KEEPER_TAG_NOTEBOOK, "/home/a/Grüße.ipynb");
        wire_put_string(&w, KEEPER_TAG_KERNEL, "python3");
        wire_put_string(&w, KEEPER_TAG_CONNECTION_FILE, "/run/user/1/kernel.json");
        wire_put_u64(&w, KEEPER_TAG_ROWS, 24);
        wire_put_u64(&w, KEEPER_TAG_COLUMNS, 80);
        wire_put_u64(&w, KEEPER_TAG_CLIENTS, 2);
        wire_put_u64(&w, KEEPER_TAG_WITHIN, 5);
        wire_put_u64(&w, KEEPER_TAG_WITHIN, 9);
        wire_put_string(&w, KEEPER_TAG_KERNEL_STATE, "busy");
        wire_put_u64(&w, KEEPER_TAG_KERNEL_STATE_SINCE, 1234567);
        wire_put_u64(&w, KEEPER_TAG_EXECUTION_COUNT, 12);
        wire_put_string(&w, KEEPER_TAG_KERNEL_LANGUAGE, "py\nthon");
        wire_put_u64(&w, KEEPER_TAG_FLAGS, KEEPER_FLAG_AWAITED);
        wire_put_u64(&w, KEEPER_TAG_LEADER, 4711);
        wire_put_u64(&w, KEEPER_TAG_EXIT_CODE, CLD_KILLED);
        wire_put_u64(&w, KEEPER_TAG_EXIT_STATUS, SIGKILL);
        wire_put_string(&w, 9999, "of a newer keeper");
        ck_assert_int_eq(parse(&w, &m), 0);

        ck_assert_int_eq(m.opcode, KEEPER_STATUS);
        ck_assert_uint_eq(m.serial, 7);
        ck_assert_int_eq(m.phase, KEEPER_PHASE_ENDED);
        ck_assert(m.is_awaited);
        ck_assert_int_eq(m.error, KEEPER_ERROR_NO_KERNEL);
        ck_assert_str_eq(m.message, "No such kernel.");
        ck_assert_uint_eq(strv_length(m.command), 3);
        ck_assert_str_eq(m.command[2], "kernel");
        ck_assert_str_eq(m.kernel_state, "busy");
        ck_assert_uint_eq(m.kernel_state_since, 1234567);
        ck_assert(m.has_execution_count);
        ck_assert_uint_eq(m.execution_count, 12);
        ck_assert_ptr_null(strchr(m.kernel_language, '\n'));
        ck_assert_int_eq(m.leader, 4711);
        ck_assert_str_eq(m.directory, "/home/a");
        ck_assert_str_eq(m.notebook, "/home/a/Grüße.ipynb");
        ck_assert_str_eq(m.kernel, "python3");
        ck_assert_str_eq(m.connection_file, "/run/user/1/kernel.json");
        ck_assert(m.has_size && m.has_clients);
        ck_assert_uint_eq(m.rows, 24);
        ck_assert_uint_eq(m.columns, 80);
        ck_assert_uint_eq(m.clients, 2);
        ck_assert_uint_eq(m.n_within, 2);
        ck_assert_uint_eq(m.within[1], 9);
        ck_assert_int_eq(m.exit_code, CLD_KILLED);
        ck_assert_int_eq(m.exit_status, SIGKILL);
        keeper_message_done(&m);
        ck_assert_ptr_null(m.message);
        keeper_message_done(&m);
}

TEST(no_more_clients_are_within_sessions_than_there_may_be) {
        KeeperMessage m;
        WireWriter w;

        wire_begin(&w, KEEPER_CHANGED, 0);
        for (uint64_t i = 0; i <= KEEPER_CLIENTS_MAX; i++)
                wire_put_u64(&w, KEEPER_TAG_WITHIN, i);
        ck_assert_int_eq(parse(&w, &m), -EBADMSG);
        keeper_message_done(&m);
}

TEST(an_empty_message_says_nothing) {
        KeeperMessage m;
        WireWriter w;

        wire_begin(&w, KEEPER_ENDED, 0);
        ck_assert_int_eq(parse(&w, &m), 0);
        ck_assert(!m.has_size && !m.has_clients);
        ck_assert_int_eq(m.exit_code, 0);
        ck_assert_int_eq(m.exit_status, -1);
        ck_assert_ptr_null(m.message);
        keeper_message_done(&m);
}

/* Nobody could tell how it ended: then there is no status either. */
TEST(no_status_without_a_code) {
        KeeperMessage m;
        WireWriter w;

        wire_begin(&w, KEEPER_ENDED, 0);
        wire_put_u64(&w, KEEPER_TAG_EXIT_STATUS, 1);
        wire_put_u64(&w, KEEPER_TAG_EXIT_CODE, 0);
        ck_assert_int_eq(parse(&w, &m), 0);
        ck_assert_int_eq(m.exit_status, -1);
        keeper_message_done(&m);
}

static int parse_number(uint16_t tag, uint64_t value) {
        KeeperMessage m;
        WireWriter w;
        int r;

        wire_begin(&w, KEEPER_STATUS, 0);
        wire_put_u64(&w, tag, value);
        r = parse(&w, &m);
        keeper_message_done(&m);
        return r;
}

TEST(numbers_out_of_range_are_refused) {
        ck_assert_int_eq(parse_number(KEEPER_TAG_PHASE, KEEPER_PHASE_ENDED), 0);
        ck_assert_int_eq(parse_number(KEEPER_TAG_PHASE, KEEPER_PHASE_ENDED + 1), -EBADMSG);
        ck_assert_int_eq(parse_number(KEEPER_TAG_PHASE, UINT64_MAX), -EBADMSG);
        ck_assert_int_eq(parse_number(KEEPER_TAG_ROWS, UINT16_MAX), 0);
        ck_assert_int_eq(parse_number(KEEPER_TAG_ROWS, UINT16_MAX + 1), -EBADMSG);
        ck_assert_int_eq(parse_number(KEEPER_TAG_COLUMNS, UINT64_MAX), -EBADMSG);
        ck_assert_int_eq(parse_number(KEEPER_TAG_CLIENTS, UINT32_MAX), -EBADMSG);
        ck_assert_int_eq(parse_number(KEEPER_TAG_EXIT_CODE, CLD_DUMPED + 1), -EBADMSG);
        ck_assert_int_eq(parse_number(KEEPER_TAG_EXIT_STATUS, 256), -EBADMSG);
        ck_assert_int_eq(parse_number(KEEPER_TAG_EXIT_STATUS, 255), 0);
}

/* It is at least known that it failed. */
TEST(unknown_errors_are_failures) {
        KeeperMessage m;
        WireWriter w;

        wire_begin(&w, KEEPER_FAILED, 0);
        wire_put_u64(&w, KEEPER_TAG_ERROR, _KEEPER_ERROR_MAX);
        ck_assert_int_eq(parse(&w, &m), 0);
        ck_assert_int_eq(m.error, KEEPER_ERROR_FAILED);
        keeper_message_done(&m);
        for (KeeperError error = KEEPER_ERROR_NONE; error <= _KEEPER_ERROR_MAX; error++)
                ck_assert(startswith(keeper_error_name(error), "org.computesession1.Error."));
        ck_assert_str_eq(keeper_error_name(KEEPER_ERROR_FAILED), ERROR_START_FAILED);
        ck_assert_str_eq(keeper_error_name(KEEPER_ERROR_NO_KERNEL), ERROR_NO_SUCH_KERNEL);
}

static int parse_string(uint16_t tag, const char *value, KeeperMessage *ret) {
        WireWriter w;

        wire_begin(&w, KEEPER_STATUS, 0);
        wire_put_string(&w, tag, value);
        return parse(&w, ret);
}

TEST(shown_text_is_made_fit) {
        _cleanup_free_ char *large = malloc(100001);
        KeeperMessage m;

        ck_assert_int_eq(parse_string(KEEPER_TAG_MESSAGE, "a\033[2J\nb\xff", &m), 0);
        ck_assert_str_eq(m.message, "a?[2J?b?");
        keeper_message_done(&m);

        memset(large, 'x', 100000);
        large[100000] = 0;
        ck_assert_int_eq(parse_string(KEEPER_TAG_MESSAGE, large, &m), 0);
        ck_assert_uint_eq(strlen(m.message), MESSAGE_TEXT_MAX);
        keeper_message_done(&m);
        ck_assert_int_eq(parse_string(KEEPER_TAG_KERNEL, large, &m), 0);
        ck_assert_uint_eq(strlen(m.kernel), SESSION_NAME_MAX);
        keeper_message_done(&m);
        ck_assert_int_eq(parse_string(KEEPER_TAG_DIRECTORY, "/a\nb", &m), 0);
        ck_assert_str_eq(m.directory, "/a?b");
        keeper_message_done(&m);
}

TEST(states_of_kernels_are_words) {
        static const char *const refused[] = { "", "Busy", "idle ", "running", "unknown" };
        KeeperMessage m;

        for (size_t i = 0; i < ELEMENTSOF(refused); i++) {
                WireWriter w;

                wire_begin(&w, KEEPER_CHANGED, 0);
                wire_put_string(&w, KEEPER_TAG_KERNEL_STATE, refused[i]);
                ck_assert_int_eq(parse(&w, &m), -EBADMSG);
                keeper_message_done(&m);
        }
}

TEST(paths_that_are_none_are_refused) {
        static const char *const bad[] = { "", "a", "/a/../b", "/a/.", "/a\nb", "/\xff" };
        KeeperMessage m;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                ck_assert_msg(
                        parse_string(KEEPER_TAG_NOTEBOOK, bad[i], &m) == -EBADMSG, "accepts number %zu", i);
                keeper_message_done(&m);
        }
        ck_assert_int_eq(parse_string(KEEPER_TAG_DIRECTORY, "a", &m), -EBADMSG);
        keeper_message_done(&m);
        ck_assert_int_eq(parse_string(KEEPER_TAG_CONNECTION_FILE, "", &m), -EBADMSG);
        keeper_message_done(&m);
}

TEST(repeated_fields_are_survived) {
        KeeperMessage m;
        WireWriter w;

        wire_begin(&w, KEEPER_STATUS, 0);
        for (size_t i = 0; i < 3000; i++) {
                wire_put_string(&w, KEEPER_TAG_ARGUMENT, "argument");
                wire_put_string(&w, KEEPER_TAG_MESSAGE, i < 2999 ? "message" : "last");
                wire_put_string(&w, KEEPER_TAG_NOTEBOOK, "/notebook");
        }
        ck_assert_int_eq(parse(&w, &m), 0);
        ck_assert_str_eq(m.message, "last");
        ck_assert_uint_le(strv_length(m.command), 64);
        keeper_message_done(&m);
}

TEST(fields_of_the_wrong_kind_are_refused) {
        static const uint16_t numbers[] = { KEEPER_TAG_PHASE, KEEPER_TAG_ROWS, KEEPER_TAG_CLIENTS,
                KEEPER_TAG_EXIT_CODE };
        static const uint16_t strings[] = { KEEPER_TAG_MESSAGE, KEEPER_TAG_ARGUMENT, KEEPER_TAG_DIRECTORY,
                KEEPER_TAG_NOTEBOOK, KEEPER_TAG_KERNEL };
        KeeperMessage m;

        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                ck_assert_int_eq(parse_string(numbers[i], "1", &m), -EBADMSG);
                keeper_message_done(&m);
        }
        for (size_t i = 0; i < ELEMENTSOF(strings); i++)
                ck_assert_int_eq(parse_number(strings[i], 1), -EBADMSG); /* has NUL bytes */
}

/* Every byte of a message set to every value, and every length of it: parsed or refused, nothing leaks. */
TEST(every_changed_byte_is_survived) {
        KeeperMessage m;
        WireWriter w;

        wire_begin(&w, KEEPER_STATUS, 0);
        wire_put_u64(&w, KEEPER_TAG_PHASE, 1);
        wire_put_string(&w, KEEPER_TAG_NOTEBOOK, "/a");
        wire_put_string(&w, KEEPER_TAG_ARGUMENT, "b");
        for (size_t i = 0; i < w.size; i++) {
                uint8_t before = w.data[i];

                for (unsigned value = 0; value < 256; value++) {
                        w.data[i] = (uint8_t) value;
                        (void) parse_exactly(w.data, w.size, &m);
                        keeper_message_done(&m);
                }
                w.data[i] = before;
                (void) parse_exactly(w.data, i, &m);
                keeper_message_done(&m);
        }
        wire_writer_done(&w);
}

TEST_MAIN(reads_a_whole_message, no_more_clients_are_within_sessions_than_there_may_be,
        an_empty_message_says_nothing, no_status_without_a_code, numbers_out_of_range_are_refused,
        unknown_errors_are_failures, shown_text_is_made_fit, states_of_kernels_are_words,
        paths_that_are_none_are_refused, repeated_fields_are_survived, fields_of_the_wrong_kind_are_refused,
        every_changed_byte_is_survived);

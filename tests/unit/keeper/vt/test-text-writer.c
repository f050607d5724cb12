/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The text that grows. */

#include "keeper/vt/text-writer.h"
#include "tests/unit/test-main.h"

TEST(writes) {
        _cleanup_text_writer_ TextWriter w = { 0 };
        static const uint32_t codes[] = { 'a', 0xe9, 0x65e5, 0x1f600 };

        for (size_t i = 0; i < ELEMENTSOF(codes); i++)
                text_writer_character(&w, codes[i]);
        text_writer_number(&w, 0);
        text_writer_number(&w, UINT32_MAX);
        text_writer_format(&w, "<%s>", "x");
        text_writer_bytes(&w, "", 1);
        ck_assert_str_eq(w.data,
                "a\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80"
                "04294967295<x>");
        ck_assert_uint_eq(w.size, strlen(w.data) + 1);
}

TEST(grows) {
        _cleanup_text_writer_ TextWriter w = { 0 };

        for (unsigned i = 0; i < 100000; i++)
                text_writer_byte(&w, (char) ('a' + i % 26));
        ck_assert_uint_eq(w.size, 100000);
        for (unsigned i = 0; i < 100000; i++)
                ck_assert_int_eq(w.data[i], 'a' + (int) (i % 26));
}

TEST(remembers_failure) {
        _cleanup_text_writer_ TextWriter w = { 0 };

        text_writer_text(&w, "before");
        w.failed = true;
        ck_assert_ptr_null(text_writer_room(&w, 1));
        text_writer_text(&w, "after");
        ck_assert_uint_eq(w.size, strlen("before"));
}

TEST_MAIN(writes, grows, remembers_failure);

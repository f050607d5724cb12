/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The detach key: its names, and finding it as a byte and as the sequences that terminals send instead. */

#include "ctl/options/detach-key.h"
#include "tests/unit/test-main.h"

static DetachKey key(const char *name) {
        DetachKey k;

        ck_assert_int_eq(detach_key_parse(name, &k), 0);
        return k;
}

static ssize_t find(const char *name, const char *typed) {
        DetachKey k = key(name);
        size_t length = 0;
        ssize_t at = detach_key_find(&k, typed, strlen(typed), &length);

        if (at >= 0)
                ck_assert_uint_ge(length, 1);
        return at;
}

TEST(names_of_keys) {
        static const char *const wrong[] = { "", "C-", "^", "]", "C-]]", "C-[", "^[", "C-@", "C-1", "C- ",
                "M-a", "None", "c-a", "C-\xc3\xa4" };
        DetachKey k = { .byte = 'x', .base = 'y' };

        ck_assert_int_eq(key("C-]").byte, 0x1d);
        ck_assert_int_eq(key("^]").byte, 0x1d);
        ck_assert_int_eq(key("C-a").byte, 1);
        ck_assert_int_eq(key("^A").byte, 1);
        ck_assert_int_eq(key("^A").base, 'a');
        ck_assert_int_eq(key("C-\\").byte, 0x1c);
        ck_assert_int_eq(key("none").byte, 0);
        ck_assert_int_eq(key(DETACH_KEY_DEFAULT).byte, 0x1d);
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                ck_assert_int_eq(detach_key_parse(wrong[i], &k), -EINVAL);
        ck_assert(k.byte == 'x' && k.base == 'y');
}

TEST(found_as_a_byte) {
        ck_assert_int_eq(find("C-]", "\035"), 0);
        ck_assert_int_eq(find("C-]", "abc\035def"), 3);
        ck_assert_int_eq(find("C-]", "abc]"), -1);
        ck_assert_int_eq(find("C-]", ""), -1);
        ck_assert_int_eq(find("none", "\035\001"), -1);
}

TEST(found_as_an_escape_sequence) {
        ck_assert_int_eq(find("C-]", "\033[93;5u"), 0);
        ck_assert_int_eq(find("C-]", "ls\033[93;5u"), 2);
        ck_assert_int_eq(find("C-]", "\033[93;5:1u"), 0);
        ck_assert_int_eq(find("C-]", "\033[93:125;5u"), 0);
        ck_assert_int_eq(find("C-]", "\033[93;69u"), 0);  /* Caps Lock */
        ck_assert_int_eq(find("C-]", "\033[93;133u"), 0); /* Num Lock */
        ck_assert_int_eq(find("C-]", "\033[27;5;93~"), 0);
        ck_assert_int_eq(find("C-a", "\033[97;5u"), 0);
}

TEST(its_length) {
        DetachKey k = key("C-]");
        size_t length = 0;

        ck_assert_int_eq(detach_key_find(&k, "ls\035\035", 4, &length), 2);
        ck_assert_uint_eq(length, 1);
        ck_assert_int_eq(detach_key_find(&k, "ls\033[93:125;5:1uls", 17, &length), 2);
        ck_assert_uint_eq(length, strlen("\033[93:125;5:1u"));
}

TEST(other_sequences_are_not_the_key) {
        static const char *const others[] = {
                "\033",
                "\033[",
                "\033[9",
                "\033[93",
                "\033[93;",
                "\033[93;5",
                "\033[93u",
                "\033[93;1u",
                "\033[93;6u",   /* Shift too */
                "\033[93;7u",   /* Alt too */
                "\033[93;5:3u", /* released */
                "\033[97;5u",
                "\033[27;5;97~",
                "\033[27;6;93~",
                "\033[93;5~",
                "\033[1;5A",
                "\033[200~93;5u",
                "\033[1;2;3;4;5u",
                "\033[;;u",
                "\033[93;0u",
                "\033]93;5u",
        };

        for (size_t i = 0; i < ELEMENTSOF(others); i++)
                ck_assert_int_eq(find("C-]", others[i]), -1);
}

TEST_MAIN(names_of_keys, found_as_a_byte, found_as_an_escape_sequence, its_length,
        other_sequences_are_not_the_key);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which text is let through: hostile bytes, names, paths, environment. */

#include "shared/text.h"
#include "tests/unit/test-main.h"

static const char *const printable[] = { "", "a", "~", "Grüße", "数据分析", "emoji \xf0\x9f\x90\xa7",
        "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd",
        "\xf4\x8f\xbf\xbf", "e\xcc\x81" };

static const char *const unprintable[] = {
        /* controls, C1 among them */
        "\n", "a\tb", "\r", "\033[31m", "\x7f", "\x01", "\xc2\x80", "\xc2\x9b[m",
        /* line separators and directions */
        "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9", "\xe2\x80\x8f",
        "\xd8\x9c",
        /* cut off */
        "\xff", "\x80", "\xc3", "a\xc3", "\xe2\x80", "\xf0\x9f\x90", "\xc3\x28",
        /* overlong */
        "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
        /* no characters */
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe\x80\x80\x80\x80\x80"
};

TEST(tells_printable_text) {
        for (size_t i = 0; i < ELEMENTSOF(printable); i++)
                ck_assert_msg(text_is_printable(printable[i]), "refuses number %zu", i);
        for (size_t i = 0; i < ELEMENTSOF(unprintable); i++)
                ck_assert_msg(!text_is_printable(unprintable[i]), "accepts number %zu", i);
}

static void assert_sanitized(const char *s, size_t max, const char *expected) {
        _cleanup_free_ char *copy = text_sanitize(s, max);

        ck_assert_str_eq(copy, expected);
}

TEST(sanitizes) {
        assert_sanitized("", 10, "");
        assert_sanitized("abc", 10, "abc");
        assert_sanitized("abc", 3, "abc");
        assert_sanitized("abc", 2, "ab");
        assert_sanitized("abc", 0, "");
        assert_sanitized("abc", SIZE_MAX, "abc");
        assert_sanitized("a\nb\033[1mc", 20, "a?b?[1mc");
        assert_sanitized("a\xe2\x80\xae"
                         "b",
                20, "a?b");
        assert_sanitized("\xff\xfe", 20, "??");
        assert_sanitized("a\xc3", 20, "a?");
        assert_sanitized("ü", 1, "");
        assert_sanitized("aü", 2, "a");
        assert_sanitized("aü", 3, "aü");
        assert_sanitized("ü\n", 2, "ü");
}

/* Whatever two bytes: the copy is printable and within the limit. */
TEST(sanitizes_any_bytes) {
        for (unsigned a = 1; a < 256; a++)
                for (unsigned b = 1; b < 256; b++) {
                        const char s[] = { (char) a, (char) b, 0 };

                        for (size_t max = 0; max < 4; max++) {
                                _cleanup_free_ char *copy = text_sanitize(s, max);

                                ck_assert(text_is_printable(copy));
                                ck_assert_uint_le(strlen(copy), max);
                        }
                }
}

TEST(tells_valid_names) {
        char longest[SESSION_NAME_MAX + 2] = "";

        ck_assert(session_name_is_valid("a"));
        ck_assert(session_name_is_valid("analysis.ipynb (python3)"));
        ck_assert(session_name_is_valid("Grüße"));
        ck_assert(!session_name_is_valid(""));
        ck_assert(!session_name_is_valid(" "));
        ck_assert(!session_name_is_valid(" a"));
        ck_assert(!session_name_is_valid("a "));
        ck_assert(!session_name_is_valid("a\n"));
        ck_assert(!session_name_is_valid("host:a"));
        ck_assert(!session_name_is_valid("t1"));
        ck_assert(!session_name_is_valid("n18446744073709551615"));
        ck_assert(session_name_is_valid("t"));
        ck_assert(session_name_is_valid("t1a"));
        ck_assert(session_name_is_valid("t0"));
        ck_assert(session_name_is_valid("T1"));
        ck_assert(!session_name_is_valid("\xff"));

        memset(longest, 'x', SESSION_NAME_MAX);
        ck_assert(session_name_is_valid(longest));
        longest[SESSION_NAME_MAX] = 'x';
        ck_assert(!session_name_is_valid(longest));
}

TEST(tells_normalized_paths) {
        static const char *const good[] = { "/", "/a", "/a/b", "/.hidden", "/...", "/a..b", "/a/..b", "/a b",
                "/\xff", "/a\nb" };
        static const char *const bad[] = { "", "a", "./a", "~", "/.", "/..", "/a/.", "/a/..", "/./a",
                "/../a", "/a/../b", "/a//../b" };
        char longest[OPTION_PATH_MAX + 2] = "";

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                ck_assert_msg(path_is_normalized(good[i]), "refuses '%s'", good[i]);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ck_assert_msg(!path_is_normalized(bad[i]), "accepts '%s'", bad[i]);

        memset(longest, '/', OPTION_PATH_MAX);
        ck_assert(path_is_normalized(longest));
        longest[OPTION_PATH_MAX] = '/';
        ck_assert(!path_is_normalized(longest));
}

TEST(tells_valid_environment) {
        static const char *const good[] = { "A=", "A=b", "_=x", "a1_=x=y", "A=ü", "A= ", "A=a\nb" };
        static const char *const bad[] = { "", "A", "=", "=a", "1A=b", "A-B=c", "A B=c", " A=b", "Ü=a",
                "A=\xff", "A=a\xc3" };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                ck_assert_msg(env_assignment_is_valid(good[i]), "refuses '%s'", good[i]);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                ck_assert_msg(!env_assignment_is_valid(bad[i]), "accepts '%s'", bad[i]);
}

TEST_MAIN(tells_printable_text, sanitizes, sanitizes_any_bytes, tells_valid_names, tells_normalized_paths,
        tells_valid_environment);

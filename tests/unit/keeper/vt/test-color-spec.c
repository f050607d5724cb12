/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Colours in text. */

#include "keeper/vt/color-spec.h"
#include "tests/unit/test-main.h"

static void expect(const char *text, const char *expected) {
        char spec[COLOR_SPEC_SIZE];
        ColorSpec c;

        ck_assert(color_spec_parse(text, strlen(text), &c));
        color_spec_format(&c, spec);
        ck_assert_str_eq(spec, expected);
}

TEST(forms) {
        expect("rgb:ffff/0000/8000", "rgb:ffff/0000/8000");
        expect("rgb:f/0/8", "rgb:ffff/0000/8888");
        expect("rgb:FF/00/80", "rgb:ffff/0000/8080");
        expect("rgb:fff/0/80", "rgb:ffff/0000/8080");
        expect("#f08", "rgb:f000/0000/8000");
        expect("#ff0080", "rgb:ff00/0000/8000");
        expect("#fff000800", "rgb:fff0/0000/8000");
        expect("#123456789abc", "rgb:1234/5678/9abc");
}

TEST(what_is_none) {
        static const char *const none[] = { "", "red", "#", "#12", "#1234", "#12345g", "rgb:", "rgb:1/2",
                "rgb:1/2/3/4", "rgb:1//3", "rgb:12345/1/1", "rgb:1/2/", "#1234567890123", "rgba:1/2/3/4" };
        ColorSpec c;

        for (size_t i = 0; i < ELEMENTSOF(none); i++)
                ck_assert_msg(!color_spec_parse(none[i], strlen(none[i]), &c), "%s", none[i]);
}

static void expect_number(unsigned number, const char *expected) {
        ColorSpec c = color_spec_of_number(number);
        char spec[COLOR_SPEC_SIZE];

        color_spec_format(&c, spec);
        ck_assert_str_eq(spec, expected);
}

TEST(numbers) {
        expect_number(1, "rgb:cdcd/0000/0000");
        expect_number(15, "rgb:ffff/ffff/ffff");
        expect_number(16, "rgb:0000/0000/0000");
        expect_number(208, "rgb:ffff/8787/0000");
        expect_number(231, "rgb:ffff/ffff/ffff");
        expect_number(232, "rgb:0808/0808/0808");
        expect_number(255, "rgb:eeee/eeee/eeee");
}

TEST(light) {
        ck_assert(color_spec_is_light(&(ColorSpec){ 0xffff, 0xffff, 0xdddd }));
        ck_assert(!color_spec_is_light(&(ColorSpec){ 0x2020, 0x2020, 0x8080 }));
}

TEST_MAIN(forms, what_is_none, numbers, light);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Character sets. */

#include "keeper/vt/charset.h"
#include "tests/unit/test-main.h"

TEST(translates) {
        ck_assert_uint_eq(charset_translate(CHARSET_ASCII, 'q'), 'q');
        ck_assert_uint_eq(charset_translate(CHARSET_GRAPHICS, 'q'), 0x2500);
        ck_assert_uint_eq(charset_translate(CHARSET_GRAPHICS, '_'), 0xa0);
        ck_assert_uint_eq(charset_translate(CHARSET_GRAPHICS, '~'), 0xb7);
        ck_assert_uint_eq(charset_translate(CHARSET_GRAPHICS, 'A'), 'A');
        ck_assert_uint_eq(charset_translate(CHARSET_BRITISH, '#'), 0xa3);
        ck_assert_uint_eq(charset_translate('K', '['), '[');
}

TEST_MAIN(translates);

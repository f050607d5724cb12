/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Base64, by the examples of RFC 4648. */

#include <string.h>

#include "keeper/outputs/base64.h"
#include "tests/unit/test-main.h"

TEST(examples_of_the_rfc) {
        static const struct {
                const char *bytes, *text;
        } examples[] = {
                { "", "" },
                { "f", "Zg==" },
                { "fo", "Zm8=" },
                { "foo", "Zm9v" },
                { "foob", "Zm9vYg==" },
                { "fooba", "Zm9vYmE=" },
                { "foobar", "Zm9vYmFy" },
                { "\xfb\xff\xbf", "+/+/" },
        };

        for (size_t i = 0; i < ELEMENTSOF(examples); i++) {
                size_t n = strlen(examples[i].bytes);
                char text[16];
                char *end = base64_encode(text, (const uint8_t *) examples[i].bytes, n);

                ck_assert_uint_eq((size_t) (end - text), base64_size(n));
                *end = 0;
                ck_assert_str_eq(text, examples[i].text);
        }
}
END_TEST

TEST_MAIN(examples_of_the_rfc);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Signatures, against published ones. */

#include "keeper/jupyter/message-key.h"
#include "tests/unit/test-main.h"

TEST(known_signatures) {
        /* RFC 4231, case 2, in one part and in several. */
        static const char expected[] = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        const SignedPart one[] = { { "what do ya want for nothing?", 28 } };
        const SignedPart many[] = { { "what do ya ", 11 }, { "", 0 }, { "want for ", 9 },
                { "nothing?", 8 } };
        _cleanup_message_key_ MessageKey *k = NULL;
        char signature[SIGNATURE_SIZE];

        ck_assert_int_eq(message_key_new("Jefe", &k), 0);
        for (int i = 0; i < 2; i++) {
                ck_assert_uint_eq(message_key_sign(k, one, 1, signature), SIGNATURE_SIZE);
                ck_assert_mem_eq(signature, expected, SIGNATURE_SIZE);
                ck_assert_uint_eq(message_key_sign(k, many, ELEMENTSOF(many), signature), SIGNATURE_SIZE);
                ck_assert_mem_eq(signature, expected, SIGNATURE_SIZE);
        }
        ck_assert(message_key_verify(k, one, 1, expected, SIGNATURE_SIZE));
        ck_assert(!message_key_verify(k, one, 1, expected, SIGNATURE_SIZE - 1));
        ck_assert(!message_key_verify(k, one, 1, "", 0));
        signature[63] ^= 1;
        ck_assert(!message_key_verify(k, one, 1, signature, SIGNATURE_SIZE));
        ck_assert(!message_key_verify(k, many, 2, expected, SIGNATURE_SIZE));
}
END_TEST

TEST(no_key) {
        const SignedPart part = { "text", 4 };
        _cleanup_message_key_ MessageKey *k = NULL;
        char signature[SIGNATURE_SIZE];

        ck_assert_int_eq(message_key_new("", &k), 0);
        ck_assert_uint_eq(message_key_sign(k, &part, 1, signature), 0);
        ck_assert(message_key_verify(k, &part, 1, "", 0));
}
END_TEST

TEST_MAIN(known_signatures, no_key);

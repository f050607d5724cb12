/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The key that a kernel and its clients sign their messages with: HMAC-SHA256. */

#include "shared/macros.h"

#define SIGNATURE_SIZE 64 /* hexadecimal digits, without a NUL */

typedef struct MessageKey MessageKey;

/* key: a string; "" means that nothing is signed. -ELIBACC: the library that does the work is not there. */
int message_key_new(const char *key, MessageKey **ret);
MessageKey *message_key_free(MessageKey *k);

typedef struct SignedPart {
        const void *data;
        size_t size;
} SignedPart;

/* Signs the parts, one after the other. Returns how many bytes it wrote: SIGNATURE_SIZE, or 0 if nothing is
 * signed. */
size_t message_key_sign(MessageKey *k, const SignedPart *parts, size_t n_parts, char ret[SIGNATURE_SIZE]);

/* Is this their signature? Takes as long for a wrong one as for the right one. */
bool message_key_verify(
        MessageKey *k, const SignedPart *parts, size_t n_parts, const void *signature, size_t size);

DEFINE_CLEANUP(MessageKey *, message_key_free);
#define _cleanup_message_key_ _cleanup_(message_key_free_pointer)

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Base64. nettle has it, too, but is there only once a kernel's key needed it. */

#include "keeper/outputs/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_size(size_t n_bytes) {
        return (n_bytes + 2) / 3 * 4;
}

char *base64_encode(char *out, const uint8_t *bytes, size_t n_bytes) {
        for (; n_bytes >= 3; bytes += 3, n_bytes -= 3) {
                *out++ = digits[bytes[0] >> 2];
                *out++ = digits[(bytes[0] & 0x03) << 4 | bytes[1] >> 4];
                *out++ = digits[(bytes[1] & 0x0f) << 2 | bytes[2] >> 6];
                *out++ = digits[bytes[2] & 0x3f];
        }
        if (n_bytes == 0)
                return out;
        *out++ = digits[bytes[0] >> 2];
        *out++ = digits[(bytes[0] & 0x03) << 4 | (n_bytes == 2 ? bytes[1] >> 4 : 0)];
        *out++ = n_bytes == 2 ? digits[(bytes[1] & 0x0f) << 2] : '=';
        *out++ = '=';
        return out;
}

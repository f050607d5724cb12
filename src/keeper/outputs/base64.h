/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Base64, as RFC 4648 has it: how JSON carries bytes. */

#include <stddef.h>
#include <stdint.h>

/* How many characters that many bytes become. */
size_t base64_size(size_t n_bytes);

/* Writes them, without a NUL; returns behind them. */
char *base64_encode(char *out, const uint8_t *bytes, size_t n_bytes);

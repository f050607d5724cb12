/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading a message by a table that says where each tag goes. */

#include "shared/wire.h"

typedef enum FieldKind {
        FIELD_NUMBER,  /* uint64_t, untouched if absent */
        FIELD_STRING,  /* char *, the caller's; must be NULL before */
        FIELD_STRINGS, /* char **, the caller's; a repeated field */
} FieldKind;

typedef struct FieldTarget {
        uint16_t tag;
        FieldKind kind;
        void *target;
} FieldTarget;

/* Fills the targets; tags without a target are skipped. -EBADMSG: not of that kind, repeated where it must
 * not be, or too many. On failure some targets may be filled, and are the caller's to free. */
int message_fields_read(WireMessage message, const FieldTarget *targets, size_t n_targets);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading a message by a table. */

#include "keeper/store/message-fields.h"
#include "shared/keeper-protocol.h"

static int field_read(const WireField *field, const FieldTarget *t) {
        int r;

        switch (t->kind) {
        case FIELD_NUMBER:
                return wire_field_u64(field, t->target);
        case FIELD_STRING:
                if (*(char **) t->target)
                        return -EBADMSG;
                return wire_field_string(field, t->target);
        case FIELD_STRINGS:
                r = wire_field_append(field, t->target, KEEPER_STRINGS_MAX);
                return r == -E2BIG ? -EBADMSG : r;
        }
        return -EINVAL;
}

int message_fields_read(WireMessage message, const FieldTarget *targets, size_t n_targets) {
        WireField field;
        int r;

        while (wire_next(&message, &field) > 0)
                for (size_t i = 0; i < n_targets; i++) {
                        if (targets[i].tag != field.tag)
                                continue;
                        r = field_read(&field, &targets[i]);
                        if (r < 0)
                                return r;
                }
        return 0;
}

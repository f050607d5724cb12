/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a keeper knows of its session, as a message. */

#include <limits.h>

#include "keeper/store/keeper-state.h"
#include "keeper/store/message-fields.h"
#include "shared/ids.h"
#include "shared/strv.h"

#define LATER_SIZE 512 /* of numbers that a later message adds: leader, exit, clients */

static void put_optional(WireWriter *w, KeeperTag tag, const char *s) {
        if (s)
                wire_put_string(w, tag, s);
}

void keeper_state_put(const KeeperState *s, WireWriter *w) {
        wire_put_u64(w, KEEPER_TAG_PHASE, s->phase);
        wire_put_string(w, KEEPER_TAG_SESSION_ID, s->id);
        wire_put_string(w, KEEPER_TAG_TYPE, session_type_to_string(s->type));
        if (s->leader > 0)
                wire_put_u64(w, KEEPER_TAG_LEADER, (uint64_t) s->leader);
        if (s->phase == KEEPER_PHASE_ENDED) {
                wire_put_u64(w, KEEPER_TAG_EXIT_CODE, (uint64_t) s->exit_code);
                wire_put_u64(w, KEEPER_TAG_EXIT_STATUS, (uint64_t) s->exit_status);
        }
        wire_put_strv(w, KEEPER_TAG_ARGUMENT, s->arguments);
        put_optional(w, KEEPER_TAG_DIRECTORY, s->directory);
        if (s->rows > 0 && s->columns > 0) {
                wire_put_u64(w, KEEPER_TAG_ROWS, s->rows);
                wire_put_u64(w, KEEPER_TAG_COLUMNS, s->columns);
        }
        put_optional(w, KEEPER_TAG_NOTEBOOK, s->notebook);
        put_optional(w, KEEPER_TAG_KERNEL, s->kernel);
        put_optional(w, KEEPER_TAG_KERNEL_TITLE, s->kernel_title);
        put_optional(w, KEEPER_TAG_CONNECTION_FILE, s->connection_file);
        if (s->created > 0) {
                wire_put_u64(w, KEEPER_TAG_CREATED, s->created);
                wire_put_u64(w, KEEPER_TAG_ENDED_OUTPUTS_MAX, s->ended_outputs_max);
        }
        if (s->unrecorded)
                wire_put_u64(w, KEEPER_TAG_UNRECORDED, 1);
}

bool keeper_state_fits(const KeeperState *s) {
        _cleanup_(wire_writer_done) WireWriter w = {};

        wire_begin(&w, KEEPER_STATUS, 0);
        keeper_state_put(s, &w);
        return w.error >= 0 && w.size <= WIRE_MESSAGE_MAX - LATER_SIZE;
}

int keeper_state_read(const WireMessage *message, KeeperState *ret) {
        _cleanup_keeper_state_ KeeperState s = {};
        _cleanup_free_ char *type = NULL;
        uint64_t phase = UINT64_MAX, leader = 0, code = 0, status = 0, rows = 0, columns = 0, unrecorded = 0;
        const FieldTarget targets[] = {
                { KEEPER_TAG_PHASE, FIELD_NUMBER, &phase },
                { KEEPER_TAG_SESSION_ID, FIELD_STRING, &s.id },
                { KEEPER_TAG_TYPE, FIELD_STRING, &type },
                { KEEPER_TAG_LEADER, FIELD_NUMBER, &leader },
                { KEEPER_TAG_EXIT_CODE, FIELD_NUMBER, &code },
                { KEEPER_TAG_EXIT_STATUS, FIELD_NUMBER, &status },
                { KEEPER_TAG_ARGUMENT, FIELD_STRINGS, &s.arguments },
                { KEEPER_TAG_DIRECTORY, FIELD_STRING, &s.directory },
                { KEEPER_TAG_ROWS, FIELD_NUMBER, &rows },
                { KEEPER_TAG_COLUMNS, FIELD_NUMBER, &columns },
                { KEEPER_TAG_NOTEBOOK, FIELD_STRING, &s.notebook },
                { KEEPER_TAG_KERNEL, FIELD_STRING, &s.kernel },
                { KEEPER_TAG_KERNEL_TITLE, FIELD_STRING, &s.kernel_title },
                { KEEPER_TAG_CONNECTION_FILE, FIELD_STRING, &s.connection_file },
                { KEEPER_TAG_CREATED, FIELD_NUMBER, &s.created },
                { KEEPER_TAG_ENDED_OUTPUTS_MAX, FIELD_NUMBER, &s.ended_outputs_max },
                { KEEPER_TAG_UNRECORDED, FIELD_NUMBER, &unrecorded },
        };
        int r;

        r = message_fields_read(*message, targets, ELEMENTSOF(targets));
        if (r < 0)
                return r;
        s.type = session_type_from_string(type);
        if (s.type < 0 || !s.id || !session_id_is_valid(s.id) || phase > KEEPER_PHASE_ENDED)
                return -EBADMSG;
        if (leader > INT_MAX || code > INT_MAX || status > INT_MAX || rows > UINT16_MAX ||
                columns > UINT16_MAX)
                return -EBADMSG;
        s.phase = (KeeperPhase) phase;
        s.leader = (pid_t) leader;
        s.exit_code = (int) code;
        s.exit_status = (int) status;
        s.rows = (uint32_t) rows;
        s.columns = (uint32_t) columns;
        s.unrecorded = unrecorded;

        *ret = s;
        s = (KeeperState){};
        return 0;
}

void keeper_state_reset(KeeperState *s) {
        char *id = TAKE_PTR(s->id);
        KeeperState fresh = {
                .id = id,
                .type = s->type,
                .created = s->created,
                .ended_outputs_max = s->ended_outputs_max,
                .unrecorded = s->unrecorded,
        };

        keeper_state_done(s);
        *s = fresh;
}

void keeper_state_done(KeeperState *s) {
        free(s->id);
        strv_free(s->arguments);
        free(s->directory);
        free(s->notebook);
        free(s->kernel);
        free(s->kernel_title);
        free(s->connection_file);
        *s = (KeeperState){};
}

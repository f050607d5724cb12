/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Hands the manager anything as a keeper's message, and holds it to what it promises of one that it takes:
 * sizes, ranges, text fit to be shown, absolute paths. An input is a message of wire.h. */

#include <signal.h>

#include "manager/keepers/keeper-message.h"
#include "shared/session-types.h"
#include "shared/strv.h"
#include "shared/text.h"
#include "tests/fuzz/input.h"

static void check_text(const char *text, size_t max) {
        if (text)
                promise(strlen(text) <= max && text_is_printable(text));
}

static void check_path(const char *path) {
        check_text(path, OPTION_PATH_MAX);
        promise(!path || path[0] == '/');
}

static void check_message(const KeeperMessage *m) {
        promise(m->phase >= KEEPER_PHASE_IDLE && m->phase <= KEEPER_PHASE_ENDED);
        promise(m->error >= KEEPER_ERROR_NONE && m->error < _KEEPER_ERROR_MAX);
        promise(startswith(keeper_error_name(m->error), "org.computesession1.Error."));
        promise(m->rows <= UINT16_MAX && m->columns <= UINT16_MAX && m->clients <= UINT16_MAX);
        promise(m->has_size || (m->rows == 0 && m->columns == 0));
        promise(m->has_clients || m->clients == 0);
        promise(m->exit_code >= 0 && m->exit_code <= CLD_DUMPED);
        promise(m->exit_status >= -1 && m->exit_status <= 255);
        promise(m->exit_code != 0 || m->exit_status == -1);
        check_text(m->message, MESSAGE_TEXT_MAX);
        promise(strv_length(m->command) <= 64);
        STRV_FOREACH(argument, m->command)
                check_text(*argument, 1024);
        check_path(m->directory);
        check_path(m->connection_file);
        promise(!m->notebook || (path_is_normalized(m->notebook) && text_is_printable(m->notebook)));
        check_text(m->kernel, SESSION_NAME_MAX);
        check_text(m->title, MESSAGE_TEXT_MAX);
        check_text(m->foreground, SESSION_NAME_MAX);
        check_text(m->foreground_directory, OPTION_PATH_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(keeper_message_done) KeeperMessage message = {};
        WireMessage wire;
        int r;

        r = keeper_message_parse(data, size, &message);
        if (r < 0)
                return 0;
        promise(wire_parse(data, size, &wire) == 0);
        promise(message.opcode == wire.opcode && message.serial == wire.serial);
        check_message(&message);
        return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Parses and checks messages of keepers. */

#include <signal.h>

#include "manager/keepers/keeper-message.h"
#include "shared/names.h"
#include "shared/strv.h"
#include "shared/text.h"

#define COMMAND_MAX     64   /* so many arguments are remembered to be shown; the rest is left out */
#define COMMAND_ARG_MAX 1024 /* bytes of each argument */

void keeper_message_done(KeeperMessage *message) {
        free(message->message);
        strv_free(message->command);
        free(message->directory);
        free(message->notebook);
        free(message->kernel);
        free(message->connection_file);
        free(message->kernel_language);
        free(message->title);
        free(message->foreground);
        free(message->foreground_directory);
        *message = (KeeperMessage){};
}

/* Replaces *ret by the field's string, made fit to be shown. */
static int read_text(const WireField *field, size_t max, char **ret) {
        _cleanup_free_ char *raw = NULL;
        char *text;
        int r;

        r = wire_field_string(field, &raw);
        if (r < 0)
                return r;
        text = text_sanitize(raw, max);
        if (!text)
                return -ENOMEM;
        free(*ret);
        *ret = text;
        return 0;
}

static int read_path(const WireField *field, char **ret) {
        int r;

        r = read_text(field, OPTION_PATH_MAX, ret);
        if (r < 0)
                return r;
        return (*ret)[0] == '/' ? 0 : -EBADMSG;
}

/* Reads a notebook's path. Notebooks are compared by it, so it is refused rather than altered. */
static int read_notebook(const WireField *field, char **ret) {
        _cleanup_free_ char *raw = NULL;
        int r;

        r = wire_field_string(field, &raw);
        if (r < 0)
                return r;
        if (!path_is_normalized(raw) || !text_is_printable(raw))
                return -EBADMSG;
        free(*ret);
        *ret = TAKE_PTR(raw);
        return 0;
}

static int read_argument(const WireField *field, char ***command) {
        _cleanup_free_ char *text = NULL;
        int r;

        if (strv_length(*command) >= COMMAND_MAX)
                return 0;
        r = read_text(field, COMMAND_ARG_MAX, &text);
        if (r < 0)
                return r;
        return strv_consume(command, TAKE_PTR(text));
}

static int read_number(const WireField *field, uint64_t highest, uint64_t *ret) {
        int r;

        r = wire_field_u64(field, ret);
        if (r < 0)
                return r;
        return *ret <= highest ? 0 : -EBADMSG;
}

static int read_kernel_state(const WireField *field, const char **ret) {
        static const char *const states[] = { "starting", "idle", "busy", "dead" };
        _cleanup_free_ char *raw = NULL;
        int r;

        r = wire_field_string(field, &raw);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(states); i++)
                if (streq(states[i], raw)) {
                        *ret = states[i];
                        return 0;
                }
        return -EBADMSG;
}

/* Reads a field that only keepers of kernels send. 1: it is none of these. */
static int read_kernel_field(const WireField *field, KeeperMessage *m) {
        uint64_t value;
        int r;

        switch (field->tag) {
        case KEEPER_TAG_NOTEBOOK:
                return read_notebook(field, &m->notebook);
        case KEEPER_TAG_KERNEL:
                return read_text(field, SESSION_NAME_MAX, &m->kernel);
        case KEEPER_TAG_CONNECTION_FILE:
                return read_path(field, &m->connection_file);
        case KEEPER_TAG_KERNEL_LANGUAGE:
                return read_text(field, SESSION_NAME_MAX, &m->kernel_language);
        case KEEPER_TAG_KERNEL_STATE:
                return read_kernel_state(field, &m->kernel_state);
        case KEEPER_TAG_KERNEL_STATE_SINCE:
                return wire_field_u64(field, &m->kernel_state_since);
        case KEEPER_TAG_EXECUTION_COUNT:
                r = read_number(field, UINT32_MAX, &value);
                m->execution_count = r < 0 ? 0 : (uint32_t) value;
                m->has_execution_count = true;
                return r;
        case KEEPER_TAG_UNRECORDED:
                r = read_number(field, 1, &value);
                m->is_unrecorded = r >= 0 && value;
                return r;
        case KEEPER_TAG_FLAGS:
                r = read_number(field, UINT32_MAX, &value);
                m->is_awaited = r >= 0 && (value & KEEPER_FLAG_AWAITED);
                return r;
        default:
                return 1;
        }
}

static int read_within(const WireField *field, KeeperMessage *m) {
        if (m->n_within == ELEMENTSOF(m->within))
                return -EBADMSG;
        return wire_field_u64(field, &m->within[m->n_within++]);
}

static int read_field(const WireField *field, KeeperMessage *m) {
        uint64_t value;
        int r;

        switch (field->tag) {
        case KEEPER_TAG_PHASE:
                r = read_number(field, KEEPER_PHASE_ENDED, &value);
                m->phase = r < 0 ? 0 : (KeeperPhase) value;
                return r;
        case KEEPER_TAG_ERROR:
                r = read_number(field, UINT32_MAX, &value);
                m->error = r < 0 || value >= _KEEPER_ERROR_MAX ? KEEPER_ERROR_FAILED : (KeeperError) value;
                return r;
        case KEEPER_TAG_ROWS:
        case KEEPER_TAG_COLUMNS:
                r = read_number(field, UINT16_MAX, &value);
                if (r < 0)
                        return r;
                *(field->tag == KEEPER_TAG_ROWS ? &m->rows : &m->columns) = (uint32_t) value;
                m->has_size = true;
                return 0;
        case KEEPER_TAG_CLIENTS:
                r = read_number(field, UINT16_MAX, &value);
                m->clients = r < 0 ? 0 : (uint32_t) value;
                m->has_clients = true;
                return r;
        case KEEPER_TAG_WITHIN:
                return read_within(field, m);
        case KEEPER_TAG_EXIT_CODE:
                r = read_number(field, CLD_DUMPED, &value);
                m->exit_code = r < 0 ? 0 : (int) value;
                return r;
        case KEEPER_TAG_EXIT_STATUS:
                r = read_number(field, 255, &value);
                m->exit_status = r < 0 ? -1 : (int) value;
                return r;
        case KEEPER_TAG_MESSAGE:
                return read_text(field, MESSAGE_TEXT_MAX, &m->message);
        case KEEPER_TAG_ARGUMENT:
                return read_argument(field, &m->command);
        case KEEPER_TAG_DIRECTORY:
                return read_path(field, &m->directory);
        case KEEPER_TAG_LEADER:
                r = read_number(field, INT32_MAX, &value);
                m->leader = r < 0 ? 0 : (pid_t) value;
                return r;
        case KEEPER_TAG_TITLE:
                return read_text(field, MESSAGE_TEXT_MAX, &m->title);
        case KEEPER_TAG_FOREGROUND:
                return read_text(field, SESSION_NAME_MAX, &m->foreground);
        case KEEPER_TAG_FOREGROUND_DIRECTORY:
                return read_text(field, OPTION_PATH_MAX, &m->foreground_directory);
        default:
                return MIN(read_kernel_field(field, m), 0);
        }
}

int keeper_message_parse(const void *data, size_t size, KeeperMessage *ret) {
        WireMessage wire;
        WireField field;
        int r;

        r = wire_parse(data, size, &wire);
        if (r < 0)
                return r;
        ret->opcode = wire.opcode;
        ret->serial = wire.serial;
        ret->exit_status = -1;
        while (wire_next(&wire, &field) > 0) {
                r = read_field(&field, ret);
                if (r < 0)
                        return r;
        }
        if (ret->exit_code == 0)
                ret->exit_status = -1;
        return 0;
}

const char *keeper_error_name(KeeperError error) {
        switch (error) {
        case KEEPER_ERROR_NO_COMMAND:
                return ERROR_NO_SUCH_COMMAND;
        case KEEPER_ERROR_NO_DIRECTORY:
                return ERROR_NO_WORKING_DIR;
        case KEEPER_ERROR_NO_NOTEBOOK:
                return ERROR_NO_NOTEBOOK;
        case KEEPER_ERROR_NO_KERNEL:
                return ERROR_NO_SUCH_KERNEL;
        case KEEPER_ERROR_INVALID_KERNELSPEC:
                return ERROR_INVALID_KERNELSPEC;
        case KEEPER_ERROR_NOT_ATTACHABLE:
                return ERROR_NOT_ATTACHABLE;
        case KEEPER_ERROR_LIMIT:
                return ERROR_LIMIT_REACHED;
        case KEEPER_ERROR_KERNEL_NOT_READY:
                return ERROR_KERNEL_NOT_READY;
        case KEEPER_ERROR_NOT_SUPPORTED:
                return ERROR_NOT_SUPPORTED;
        case KEEPER_ERROR_NOT_RECORDED:
                return ERROR_NOT_RECORDED;
        default:
                return ERROR_START_FAILED;
        }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What START asks for. */

#include "keeper/launch/start-request.h"
#include "keeper/outputs/output-log.h"
#include "keeper/store/message-fields.h"
#include "keeper/terminal/terminal.h"
#include "shared/ids.h"
#include "shared/strv.h"
#include "shared/text.h"

void start_request_done(StartRequest *s) {
        strv_free(s->arguments);
        strv_free(s->environment);
        free(s->directory);
        free(s->notebook);
        free(s->kernel);
        *s = (StartRequest){};
}

static int invalid(Failure *failure, const char *what, const char *value) {
        return failure_set(failure, KEEPER_ERROR_FAILED, "%s '%s' cannot be used.", what, value);
}

static int check_strings(const StartRequest *s, Failure *failure) {
        if (s->arguments && isempty(s->arguments[0]))
                return failure_set(failure, KEEPER_ERROR_NO_COMMAND,
                        "The command is empty. Give an absolute path or a program in PATH.");
        STRV_FOREACH(assignment, s->environment)
                if (!env_assignment_is_valid(*assignment))
                        return invalid(failure, "The environment variable", *assignment);
        if (s->directory && !path_is_normalized(s->directory))
                return failure_set(failure, KEEPER_ERROR_NO_DIRECTORY,
                        "Directory '%s' is not an absolute path without '.' and '..'. Give one.",
                        s->directory);
        if (s->notebook && !path_is_normalized(s->notebook))
                return failure_set(failure, KEEPER_ERROR_NO_NOTEBOOK,
                        "The notebook '%s' is not an absolute path without '.' and '..'. Give one.",
                        s->notebook);
        if (s->kernel && s->kernel[0] == '/' && !path_is_normalized(s->kernel))
                return failure_set(failure, KEEPER_ERROR_NO_KERNEL,
                        "The kernel '%s' is not an absolute path without '.' and '..'. Give one, or a name.",
                        s->kernel);
        return 0;
}

static int take_size(uint64_t value, uint32_t fallback, uint32_t *ret) {
        if (value > UINT16_MAX)
                return -EBADMSG;
        *ret = value == 0 ? fallback : (uint32_t) value;
        return 0;
}

/* An empty string says as much as none. */
static void drop_empty(char **s) {
        if (*s && !**s) {
                free(*s);
                *s = NULL;
        }
}

int start_request_read(const WireMessage *message, const char *id, StartRequest *ret, Failure *failure) {
        _cleanup_start_request_ StartRequest s = {};
        _cleanup_free_ char *type = NULL, *transport = NULL, *session = NULL;
        uint64_t rows = 0, columns = 0, buffer = OUTPUT_BUFFER_SIZE_DEFAULT;
        uint64_t timeout = KERNEL_START_TIMEOUT_DEFAULT, log_size = OUTPUT_LOG_SIZE_DEFAULT, unrecorded = 0;
        const FieldTarget targets[] = {
                { KEEPER_TAG_SESSION_ID, FIELD_STRING, &session },
                { KEEPER_TAG_TYPE, FIELD_STRING, &type },
                { KEEPER_TAG_ARGUMENT, FIELD_STRINGS, &s.arguments },
                { KEEPER_TAG_ENVIRONMENT, FIELD_STRINGS, &s.environment },
                { KEEPER_TAG_DIRECTORY, FIELD_STRING, &s.directory },
                { KEEPER_TAG_ROWS, FIELD_NUMBER, &rows },
                { KEEPER_TAG_COLUMNS, FIELD_NUMBER, &columns },
                { KEEPER_TAG_OUTPUT_BUFFER_SIZE, FIELD_NUMBER, &buffer },
                { KEEPER_TAG_NOTEBOOK, FIELD_STRING, &s.notebook },
                { KEEPER_TAG_KERNEL, FIELD_STRING, &s.kernel },
                { KEEPER_TAG_TRANSPORT, FIELD_STRING, &transport },
                { KEEPER_TAG_KERNEL_START_TIMEOUT, FIELD_NUMBER, &timeout },
                { KEEPER_TAG_OUTPUT_LOG_SIZE, FIELD_NUMBER, &log_size },
                { KEEPER_TAG_UNRECORDED, FIELD_NUMBER, &unrecorded },
        };
        SessionType expected;
        int r;

        r = message_fields_read(*message, targets, ELEMENTSOF(targets));
        if (r < 0)
                return r;
        drop_empty(&s.directory);
        drop_empty(&s.kernel);
        drop_empty(&transport);

        /* This keeper is for one session, which has its type in its id. */
        s.type = session_type_from_string(type);
        if (session_id_parse(id, &expected, NULL) < 0 || s.type != expected ||
                (session && !streq(session, id)))
                return -EBADMSG;
        if ((s.type == SESSION_NOTEBOOK) != (s.notebook != NULL))
                return -EBADMSG;
        s.transport = transport_from_string(transport);
        if (s.transport < 0)
                return -EBADMSG;
        if (take_size(rows, TERMINAL_ROWS_DEFAULT, &s.rows) < 0 ||
                take_size(columns, TERMINAL_COLUMNS_DEFAULT, &s.columns) < 0)
                return -EBADMSG;
        if (buffer < OUTPUT_BUFFER_SIZE_MIN || buffer > OUTPUT_BUFFER_SIZE_MAX)
                return -EBADMSG;
        s.output_buffer_size = buffer;
        s.kernel_start_timeout = timeout;
        s.output_log_size = log_size;
        s.unrecorded = unrecorded;
        r = check_strings(&s, failure);
        if (r != 0)
                return r;

        *ret = s;
        s = (StartRequest){};
        return 0;
}

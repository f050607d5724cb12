/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The methods that look at a terminal. Callers were admitted before they come here (admission.c). */

#include "manager/bus/terminal-bus.h"
#include "manager/access/admission.h"
#include "manager/access/call-options.h"
#include "manager/base/start-request.h"
#include "manager/bus/bus-reply.h"
#include "manager/keepers/keeper-request.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/registry/nesting.h"
#include "manager/session/freezer.h"
#include "shared/names.h"
#include "shared/text.h"

#define SCROLLBACK_DEFAULT 1000
#define SCROLLBACK_MAX     10000

/* What a caller may say of how it wants to look; see the XML. */
typedef struct ViewOptions {
        int read_only, raw, input_only, styles; /* as sd-bus reads booleans */
        uint32_t scrollback;
        const char *size_policy; /* the message's */
} ViewOptions;

static const CallOption attach_options[] = {
        { "ReadOnly", "b", offsetof(ViewOptions, read_only) },
        { "Raw", "b", offsetof(ViewOptions, raw) },
        { "InputOnly", "b", offsetof(ViewOptions, input_only) },
        { "Scrollback", "u", offsetof(ViewOptions, scrollback) },
        { "SizePolicy", "s", offsetof(ViewOptions, size_policy) },
        {},
};

static const CallOption snapshot_options[] = {
        { "Styles", "b", offsetof(ViewOptions, styles) },
        { "Scrollback", "u", offsetof(ViewOptions, scrollback) },
        {},
};

static bool size_policy_is_known(const char *policy) {
        static const char *const known[] = { "latest", "largest", "smallest", "manual" };

        for (size_t i = 0; i < ELEMENTSOF(known); i++)
                if (streq(known[i], policy))
                        return true;
        return false;
}

static int read_options(
        sd_bus_message *call, const CallOption *known, ViewOptions *options, sd_bus_error *error) {
        int r;

        r = call_options_read(call, known, options, error);
        if (r < 0)
                return r;
        if (options->size_policy && !size_policy_is_known(options->size_policy))
                return sd_bus_error_set(error, ERROR_INVALID_ARGUMENT,
                        "SizePolicy must be 'latest', 'largest', 'smallest' or 'manual'.");
        if (options->scrollback > SCROLLBACK_MAX)
                return sd_bus_error_setf(error, ERROR_INVALID_ARGUMENT,
                        "Scrollback must be at most %u lines.", SCROLLBACK_MAX);
        return 0;
}

static int read_size(sd_bus_message *call, uint32_t lowest, uint32_t *ret_rows, uint32_t *ret_columns,
        sd_bus_error *error) {
        int r;

        r = sd_bus_message_read(call, "uu", ret_rows, ret_columns);
        if (r < 0)
                return r;
        if (*ret_rows < lowest || *ret_columns < lowest || *ret_rows > TERMINAL_SIZE_MAX ||
                *ret_columns > TERMINAL_SIZE_MAX)
                return sd_bus_error_setf(error, ERROR_INVALID_ARGUMENT,
                        "Rows and columns of a terminal must be from %u to %u.", lowest, TERMINAL_SIZE_MAX);
        return 0;
}

static int check_terminal(const Session *s, sd_bus_error *error) {
        if (s->type != SESSION_TERMINAL)
                return sd_bus_error_setf(error, ERROR_NOT_ATTACHABLE,
                        "Session %s is a notebook; connect a Jupyter client to its ConnectionFile instead.",
                        s->id);
        if (!s->kept)
                return sd_bus_error_setf(error, ERROR_NOT_ATTACHABLE,
                        "Session %s was registered by its program, whose terminal is elsewhere.", s->id);
        if (session_phase_state(s->phase) != STATE_RUNNING)
                return sd_bus_error_setf(error, ERROR_NOT_ATTACHABLE, "Session %s is ending.", s->id);
        return 0;
}

/* Who is in the session, or in one that is shown in it, would see it see itself. */
static int check_nesting(const Session *s, const Session *within, sd_bus_error *error) {
        int r;

        if (!within)
                return 0;
        if (within == s)
                return sd_bus_error_setf(error, ERROR_CIRCULAR,
                        "You are in session %s, which would show itself; attach from outside of it.", s->id);
        r = nesting_is_circular(&s->manager->sessions, s, within);
        if (r <= 0)
                return r;
        return sd_bus_error_setf(error, ERROR_CIRCULAR,
                "Session %s, which you are in, is shown in session %s, which would show itself; detach there first, or attach from outside of it.",
                within->id, s->id);
}

/* What the program prints may have been made to harm others than its user, root included. */
static uint64_t attach_flags(const Session *s, uid_t caller, const ViewOptions *options) {
        return (caller != s->uid ? KEEPER_FLAG_FOREIGN : 0U) |
                (s->manager->config.clipboard ? KEEPER_FLAG_CLIPBOARD : 0U) |
                (options->read_only ? KEEPER_FLAG_READ_ONLY : 0U) |
                (options->raw || options->input_only ? KEEPER_FLAG_RAW : 0U) |
                (options->input_only ? KEEPER_FLAG_INPUT_ONLY : 0U);
}

int method_attach(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        ViewOptions options = { .scrollback = SCROLLBACK_DEFAULT };
        uint32_t rows, columns;
        KeeperRequest *request;
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DESCRIPTOR);
        const Caller *caller = admission_caller(s->manager, call);
        const Session *within;
        int r;

        r = read_size(call, 0, &rows, &columns, error);
        if (r < 0)
                return r;
        r = read_options(call, attach_options, &options, error);
        if (r < 0)
                return r;
        r = check_terminal(s, error);
        if (r < 0)
                return r;
        within = options.input_only ? NULL : nesting_find(s->manager, caller->pid);
        r = check_nesting(s, within, error);
        if (r < 0)
                return r;
        /* Who only looks sees the screen of a frozen session as well. */
        if (s->manager->config.thaw_on_attach && !options.read_only) {
                r = freezer_thaw_first(s, "Attach", &reply, error);
                if (r != 0)
                        return r;
        }
        r = keeper_request_new_stream(s, KEEPER_ATTACH, &request);
        if (r < 0)
                return r;
        request->within = within ? within->number : 0;
        wire_put_string(&request->message, KEEPER_TAG_CLIENT, strempty(sd_bus_message_get_sender(call)));
        wire_put_u64(&request->message, KEEPER_TAG_WITHIN, request->within);
        wire_put_u64(&request->message, KEEPER_TAG_ROWS, rows);
        wire_put_u64(&request->message, KEEPER_TAG_COLUMNS, columns);
        wire_put_u64(&request->message, KEEPER_TAG_SCROLLBACK, options.scrollback);
        wire_put_u64(&request->message, KEEPER_TAG_FLAGS, attach_flags(s, caller->uid, &options));
        if (options.size_policy)
                wire_put_string(&request->message, KEEPER_TAG_SIZE_POLICY, options.size_policy);
        return keeper_request_answer_with(s, request, &reply, error);
}

int method_resize(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        uint32_t rows, columns;
        KeeperRequest *request;
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DONE);
        int r;

        r = read_size(call, 1, &rows, &columns, error);
        if (r < 0)
                return r;
        r = check_terminal(s, error);
        if (r < 0)
                return r;
        request = keeper_request_new(s, KEEPER_RESIZE);
        if (!request)
                return -ENOMEM;
        wire_put_string(&request->message, KEEPER_TAG_CLIENT, strempty(sd_bus_message_get_sender(call)));
        wire_put_u64(&request->message, KEEPER_TAG_ROWS, rows);
        wire_put_u64(&request->message, KEEPER_TAG_COLUMNS, columns);
        return keeper_request_answer_with(s, request, &reply, error);
}

int method_snapshot(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        ViewOptions options = {};
        KeeperRequest *request;
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DESCRIPTOR);
        int r;

        r = read_options(call, snapshot_options, &options, error);
        if (r < 0)
                return r;
        r = check_terminal(s, error);
        if (r < 0)
                return r;
        r = keeper_request_new_file(s, KEEPER_SNAPSHOT, &request);
        if (r < 0)
                return r;
        wire_put_u64(&request->message, KEEPER_TAG_SCROLLBACK, options.scrollback);
        wire_put_u64(&request->message, KEEPER_TAG_FLAGS, options.styles ? KEEPER_FLAG_STYLES : 0U);
        return keeper_request_answer_with(s, request, &reply, error);
}

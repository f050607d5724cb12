/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a session reports about itself. */

#include <endian.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-changes.h"
#include "manager/session/session.h"
#include "shared/keeper-protocol.h"
#include "shared/log.h"
#include "shared/process.h"
#include "shared/strv.h"
#include "shared/text.h"

char *session_default_name(const Session *s) {
        const char *path, *base;
        char *name;

        path = strempty(s->type == SESSION_NOTEBOOK ? s->program.notebook
                                                    : (s->program.command ? s->program.command[0] : NULL));
        if (path[0] == '-') /* a login shell */
                path++;
        base = strrchr(path, '/');
        name = text_sanitize(base ? base + 1 : path, SESSION_NAME_MAX);
        for (char *p = name; p && *p; p++)
                if (*p == ':') /* names have no ':' */
                        *p = '_';
        if (!name || session_name_is_valid(name))
                return name;
        free(name);
        return strdup(session_type_to_string(s->type));
}

char *session_describe(const Session *s) {
        char *description;
        int r;

        if (s->type == SESSION_TERMINAL)
                r = asprintf(&description, "Terminal %s", strempty(s->name));
        else if (isempty(s->program.kernel))
                r = asprintf(&description, "Notebook %s", strempty(s->name));
        else
                r = asprintf(&description, "Notebook %s (%s)", strempty(s->name), s->program.kernel);
        return r < 0 ? NULL : description;
}

const char *session_on_detach_to_string(const Session *s, char ret[ON_DETACH_SIZE]) {
        if (s->terminal.on_detach == USEC_INFINITY)
                return "keep";
        if (s->terminal.on_detach == 0)
                return "stop";
        snprintf(ret, ON_DETACH_SIZE, "%" PRIu64 "us", s->terminal.on_detach);
        return ret;
}

void session_read_activity(const Session *s, usec_t *ret_input, usec_t *ret_output) {
        KeeperActivity activity;

        if (s->keeper.activity_fd < 0 ||
                pread(s->keeper.activity_fd, &activity, sizeof(activity), 0) != sizeof(activity)) {
                *ret_input = *ret_output = UINT64_MAX;
                return;
        }
        *ret_input = le64toh(activity.last_input);
        *ret_output = le64toh(activity.last_output);
}

usec_t session_last_work(const Session *s) {
        if (!s->kernel.state)
                return 0;
        return streq(s->kernel.state, "busy") ? now_usec(CLOCK_REALTIME) : s->kernel.state_since;
}

bool session_records_outputs(const Session *s) {
        return s->type == SESSION_NOTEBOOK && (s->kept || s->watched) && !s->unrecorded;
}

void session_set_result(Session *s, SessionResult result) {
        if (s->end.result != RESULT_NONE)
                return;
        s->end.result = result;
        session_changed(s, CHANGE_RESULT);
}

void session_improve_result(Session *s, SessionResult result) {
        if (s->end.stop_requested || s->end.result == result)
                return;
        s->end.result = result;
        session_changed(s, CHANGE_RESULT);
}

void session_set_error(Session *s, const char *name, const char *format, ...) {
        va_list arguments;

        if (s->error.name)
                return;
        s->error.name = name;
        va_start(arguments, format);
        if (vasprintf(&s->error.message, format, arguments) < 0)
                s->error.message = NULL;
        va_end(arguments);
}

bool session_leader_is_gone(const Session *s) {
        return s->leader.ended || (s->leader.fd >= 0 && process_has_ended(s->leader.fd) > 0);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The methods for notebooks. Callers were admitted before they come here (admission.c). */

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "manager/access/admission.h"
#include "manager/access/call-options.h"
#include "manager/base/audit.h"
#include "manager/bus/bus-reply.h"
#include "manager/bus/notebook-bus.h"
#include "manager/keepers/keeper-message.h"
#include "manager/keepers/keeper-request.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/session/freezer.h"
#include "manager/session/session-naming.h"
#include "manager/session/session-restart.h"
#include "manager/systemd/errand.h"
#include "shared/names.h"
#include "shared/text.h"

static int check_notebook(const Session *s, sd_bus_error *error) {
        if (s->type != SESSION_NOTEBOOK)
                return sd_bus_error_setf(error, ERROR_NOT_SUPPORTED,
                        "Session %s is a terminal; this is for notebooks.", s->id);
        if (session_phase_state(s->phase) > STATE_RESTARTING)
                return sd_bus_error_setf(error, ERROR_STOPPED, "Session %s is ending.", s->id);
        return 0;
}

static bool has_keeper(const Session *s) {
        return s->keeper.unit[0] && !s->keeper.lost;
}

static bool signal_leader(const Session *s) {
        return s->leader.fd >= 0 && syscall(SYS_pidfd_send_signal, s->leader.fd, SIGINT, NULL, 0) >= 0;
}

/* A kernel that only its front-end knows. Signals are what kernels are interrupted with, unless their
 * kernelspec says otherwise; and that is not known here. */
static int interrupt_leader(const Session *s, const Reply *reply, sd_bus_error *error) {
        if (!signal_leader(s))
                return sd_bus_error_setf(
                        error, ERROR_NO_SUCH_PROCESS, "The kernel of session %s has ended.", s->id);
        return reply_success(reply);
}

/* A keeper that watches has no pidfd of the kernel that could be believed. */
static const char *on_interrupted(Session *s, KeeperMessage *message, const char **ret_message _unused_) {
        if (s->watched && message && message->error == KEEPER_ERROR_NOT_SUPPORTED && signal_leader(s))
                message->error = KEEPER_ERROR_NONE;
        return NULL;
}

int method_interrupt(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        KeeperRequest *request;
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DONE);
        int r;

        r = check_notebook(s, error);
        if (r < 0)
                return r;
        r = freezer_thaw_first(s, "Interrupt", &reply, error);
        if (r != 0)
                return r;
        if (admission_may_audit(s->manager, reply.uid))
                audit_interrupted(s, reply_actor(&reply));
        if (!has_keeper(s))
                return interrupt_leader(s, &reply, error);
        request = keeper_request_new(s, KEEPER_INTERRUPT);
        if (!request)
                return -ENOMEM;
        request->on_reply = on_interrupted;
        return keeper_request_answer_with(s, request, &reply, error);
}

int method_restart(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DONE);

        return session_restart(s, &reply, error);
}

/* The file's new name, as the keeper found it: it is the user's, and so are the folders that links lead
 * through. */
static const char *on_notebook_found(Session *s, KeeperMessage *message, const char **ret_message) {
        int r;

        if (!message || message->error != KEEPER_ERROR_NONE)
                return NULL;
        *ret_message = "The session's keeper gave no answer that can be read.";
        if (!message->notebook)
                return ERROR_NO_KEEPER;
        r = session_set_notebook(s, message->notebook);
        if (r == -EEXIST) {
                *ret_message =
                        "Another session of yours is of that notebook; open that one, or stop it first.";
                return ERROR_NOTEBOOK_IN_USE;
        }
        *ret_message =
                "The session stays the one of its old file, as its record cannot be written; the journal says why.";
        return r < 0 ? SD_BUS_ERROR_IO_ERROR : NULL;
}

int method_set_notebook(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        KeeperRequest *request;
        const char *notebook;
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DONE);
        int r;

        r = sd_bus_message_read(call, "s", &notebook);
        if (r < 0)
                return r;
        if (!path_is_normalized(notebook) || !text_is_printable(notebook) || streq(notebook, "/"))
                return sd_bus_error_set(error, ERROR_INVALID_ARGUMENT,
                        "A notebook is given by its absolute path, of printable characters only, and without '.' "
                        "and '..' components; resolve it first.");
        r = check_notebook(s, error);
        if (r < 0)
                return r;
        if (!has_keeper(s))
                return sd_bus_error_setf(error, ERROR_NO_KEEPER,
                        "Session %s has no keeper that could look for the file.", s->id);
        request = keeper_request_new(s, KEEPER_SET_NOTEBOOK);
        if (!request)
                return -ENOMEM;
        wire_put_string(&request->message, KEEPER_TAG_NOTEBOOK, notebook);
        request->on_reply = on_notebook_found;
        return keeper_request_answer_with(s, request, &reply, error);
}

typedef struct OutputOptions {
        int follow; /* as sd-bus reads booleans */
} OutputOptions;

int method_get_outputs(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        static const CallOption known[] = {
                { "Follow", "b", offsetof(OutputOptions, follow) },
                {},
        };
        OutputOptions options = {};
        KeeperRequest *request;
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DESCRIPTOR);
        uint64_t since;
        int r;

        r = sd_bus_message_read(call, "t", &since);
        if (r < 0)
                return r;
        r = call_options_read(call, known, &options, error);
        if (r < 0)
                return r;
        if (s->type != SESSION_NOTEBOOK)
                return sd_bus_error_setf(error, ERROR_NOT_SUPPORTED,
                        "Session %s is a terminal; attach to it, or take a snapshot.", s->id);
        if (s->unrecorded)
                return sd_bus_error_setf(error, ERROR_NOT_RECORDED,
                        "Nothing that the kernel of session %s puts out is kept, as it was started with "
                        "RecordOutputs=no.",
                        s->id);
        /* One that was stopped left what there was by then. */
        if (s->keeper.unit[0] && s->keeper.lost)
                return errand_send_outputs(s->manager, s->uid, s->id, s->created, since, &reply, error);
        if (!has_keeper(s))
                return sd_bus_error_setf(error, ERROR_NO_KEEPER,
                        "Session %s has no keeper, so nothing keeps its outputs.", s->id);
        r = keeper_request_new_stream(s, KEEPER_OUTPUTS, &request);
        if (r < 0)
                return r;
        wire_put_u64(&request->message, KEEPER_TAG_SINCE, since);
        wire_put_u64(&request->message, KEEPER_TAG_FLAGS, options.follow ? KEEPER_FLAG_FOLLOW : 0U);
        return keeper_request_answer_with(s, request, &reply, error);
}

int method_purge_outputs(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        KeeperRequest *request;
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DONE);

        if (s->type != SESSION_NOTEBOOK)
                return sd_bus_error_setf(error, ERROR_NOT_SUPPORTED,
                        "Session %s is a terminal; only what notebooks put out is kept.", s->id);
        if (admission_may_audit(s->manager, reply.uid))
                audit_outputs_purged(
                        s->manager, s, (Owned){ .id = s->id, .uid = s->uid }, reply_actor(&reply));
        if (!s->keeper.unit[0]) /* nobody kept anything */
                return reply_success(&reply);
        if (s->keeper.lost)
                return errand_purge_outputs(s->manager, s->uid, s->id, s->created, &reply, error);
        request = keeper_request_new(s, KEEPER_PURGE_OUTPUTS);
        return request ? keeper_request_answer_with(s, request, &reply, error) : -ENOMEM;
}

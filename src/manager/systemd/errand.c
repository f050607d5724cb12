/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is done as a user once a session has no keeper any more.
 *
 * Each errand has a unit of its own, named by what it does and for which session, so that there is never more than one
 * of a kind for a session: that bounds them. */

#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include "config.h"
#include "manager/base/systemd-names.h"
#include "manager/keepers/keeper-socket.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/systemd/errand.h"
#include "manager/systemd/systemd-calls.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"

#define ERRAND_USEC (10 * USEC_PER_MINUTE)

typedef struct Errand {
        const char *kind; /* a word for the unit's name */
        const char *id;
        uid_t uid;
        const char *arguments[5]; /* the program's, up to NULL */
        int output;               /* its standard output; -EBADF: the journal */
} Errand;

/* Arguments are what they are: '$' in a path stands for no variable. */
static int append_command(sd_bus_message *call, const Errand *e) {
        char *command[ELEMENTSOF(e->arguments) + 2] = { (char *) KEEPER_PATH };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(e->arguments) && e->arguments[i]; i++)
                command[i + 1] = (char *) e->arguments[i];
        r = sd_bus_message_open_container(call, 'r', "sv");
        if (r >= 0)
                r = sd_bus_message_append(call, "s", "ExecStartEx");
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'v', "a(sasas)");
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "(sasas)");
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'r', "sasas");
        if (r >= 0)
                r = sd_bus_message_append(call, "s", KEEPER_PATH);
        if (r >= 0)
                r = sd_bus_message_append_strv(call, command);
        if (r >= 0)
                r = sd_bus_message_append(call, "as", 1, "no-env-expand");
        for (size_t i = 0; i < 4 && r >= 0; i++)
                r = sd_bus_message_close_container(call);
        return r;
}

static int append_properties(sd_bus_message *call, const Manager *m, const Errand *e) {
        char slice[UNIT_NAME_SIZE], uid[16], description[64];
        int r;

        session_slice_name(e->uid, slice);
        (void) snprintf(uid, sizeof(uid), "%" PRIu32, (uint32_t) e->uid);
        (void) snprintf(description, sizeof(description), "What is left of compute session %s", e->id);
        r = sd_bus_message_open_container(call, 'a', "(sv)");
        if (r >= 0)
                r = sd_bus_message_append(call, "(sv)(sv)(sv)(sv)(sv)", "Description", "s", description,
                        "Slice", "s", slice, "Type", "s", "exec", "CollectMode", "s", "inactive-or-failed",
                        "RuntimeMaxUSec", "t", ERRAND_USEC);
        /* As for keepers, so that both find the same folders. */
        if (r >= 0 && !m->user_mode)
                r = sd_bus_message_append(
                        call, "(sv)(sv)", "User", "s", uid, "PAMName", "s", "compute-session");
        /* What it has to complain about is none of the output. StandardOutput= gives way to the descriptor; but were both
         * the same, as they are by default, systemd would take the one for the other. */
        if (r >= 0 && e->output >= 0)
                r = sd_bus_message_append(call, "(sv)(sv)(sv)", "StandardOutputFileDescriptor", "h",
                        e->output, "StandardOutput", "s", "null", "StandardError", "s", "journal");
        if (r >= 0)
                r = append_command(call, e);
        return r < 0 ? r : sd_bus_message_close_container(call);
}

static int errand_message(const Manager *m, const Errand *e, sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        char unit[UNIT_NAME_SIZE];
        int r;

        (void) snprintf(unit, sizeof(unit), "compute-%s-%s.service", e->kind, e->id);
        r = systemd_new_call(m, "StartTransientUnit", &message);
        if (r >= 0)
                r = sd_bus_message_append(message, "ss", unit, "fail");
        if (r >= 0)
                r = append_properties(message, m, e);
        if (r >= 0)
                r = sd_bus_message_append(message, "a(sa(sv))", 0);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(message);
        return 0;
}

/* Sending outputs */

static int on_sender_started(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;
        const sd_bus_error *failure = sd_bus_message_get_error(reply);
        bool exists = sd_bus_message_is_method_error(reply, SYSTEMD_UNIT_EXISTS);
        int r;

        if (exists && !c->repeated)
                return reply_error(&c->reply, ERROR_LIMIT_REACHED,
                        "Somebody else reads what is left of that session just now; try again.");
        if (failure && !exists)
                return reply_error(&c->reply, ERROR_START_FAILED,
                        "systemd refused to start what reads the outputs: %s", strempty(failure->message));
        r = reply_descriptor(&c->reply, c->stream);
        /* The caller has it now. */
        c->stream = safe_close(c->stream);
        return r;
}

int errand_send_outputs(Manager *m, uid_t uid, const char *id, uint64_t created, uint64_t since,
        const Reply *reply, sd_bus_error *error) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        _cleanup_close_ int ours = -EBADF, theirs = -EBADF;
        char created_text[24], since_text[24];
        int ends[2], r;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return -errno;
        theirs = ends[0];
        ours = ends[1];
        keeper_socket_refuse_descriptors(ours);
        (void) snprintf(created_text, sizeof(created_text), "%" PRIu64, created);
        (void) snprintf(since_text, sizeof(since_text), "%" PRIu64, since);
        r = errand_message(m,
                &(Errand){
                        .kind = "outputs",
                        .id = id,
                        .uid = uid,
                        .arguments = { "--outputs", id, created_text, since_text },
                        .output = theirs,
                },
                &message);
        if (r < 0)
                return r;
        r = systemd_ask_with_stream(m, message, on_sender_started, reply, TAKE_FD(ours), uid);
        if (r == -EDQUOT)
                return sd_bus_error_set(error, ERROR_LIMIT_REACHED,
                        "Too many of your calls wait for systemd already; try again.");
        return r < 0 ? r : 1;
}

/* Removing files */

static int on_remover_started(sd_bus_message *reply, void *userdata _unused_, sd_bus_error *error _unused_) {
        const sd_bus_error *failure = sd_bus_message_get_error(reply);

        if (failure)
                log_warning("A connection file was not removed: %s", strempty(failure->message));
        return 0;
}

void errand_remove_connection_file(const Session *s) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        int r;

        r = errand_message(s->manager,
                &(Errand){
                        .kind = "cleanup",
                        .id = s->id,
                        .uid = s->uid,
                        .arguments = { "--remove-connection-file", s->program.connection_file },
                        .output = -EBADF,
                },
                &message);
        if (r >= 0)
                r = systemd_ask(s->manager, NULL, message, on_remover_started, NULL);
        if (r < 0)
                log_warning_errno(r, "The connection file of session %s is not removed: %m", s->id);
}

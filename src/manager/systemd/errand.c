/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Errands: what is done as the user for a session that has no keeper any more.
 *
 * Each errand has a unit of its own, named by what it does and for which session. So there is never more
 * than one of a kind for a session, which bounds them. */

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
#include "shared/keeper-protocol.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"

#define ERRAND_USEC (10 * USEC_PER_MINUTE)

typedef struct Errand {
        const char *kind; /* a word for the unit's name */
        const char *id;
        uid_t uid;
        const char *arguments[5]; /* of the program, up to NULL */
        int output;               /* standard output; -EBADF: the journal */
} Errand;

/* Appends the command. Its arguments are taken literally: '$' in a path stands for no variable. */
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
        /* The environment is as a keeper's, so that both find the same folders. */
        if (r >= 0 && !m->user_mode)
                r = sd_bus_message_append(
                        call, "(sv)(sv)", "User", "s", uid, "PAMName", "s", "compute-session");
        /* Complaints do not belong into the output. StandardOutput= gives way to the descriptor, but if both
         * streams had the same setting, as they have by default, systemd would send both to the
         * descriptor. */
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

/* Starts one whose output goes into a stream, of which on_started has the other end. */
static int start_with_stream(Manager *m, Errand *e, sd_bus_message_handler_t on_started, const Reply *reply,
        sd_bus_error *error) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        _cleanup_close_ int ours = -EBADF, theirs = -EBADF;
        int ends[2], r;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return -errno;
        theirs = ends[0];
        ours = ends[1];
        keeper_socket_refuse_descriptors(ours);
        e->output = theirs;
        r = errand_message(m, e, &message);
        if (r < 0)
                return r;
        r = systemd_ask_with_stream(m, message, on_started, reply, TAKE_FD(ours), e->uid);
        if (r == -EDQUOT)
                return sd_bus_error_set(error, ERROR_LIMIT_REACHED,
                        "Too many of your calls wait for systemd already; try again.");
        return r < 0 ? r : 1;
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
        /* The caller has a copy now. */
        c->stream = safe_close(c->stream);
        return r;
}

int errand_send_outputs(Manager *m, uid_t uid, const char *id, uint64_t created, uint64_t since,
        const Reply *reply, sd_bus_error *error) {
        char created_text[24], since_text[24];
        Errand e = {
                .kind = "outputs",
                .id = id,
                .uid = uid,
                .arguments = { "--outputs", id, created_text, since_text },
        };

        (void) snprintf(created_text, sizeof(created_text), "%" PRIu64, created);
        (void) snprintf(since_text, sizeof(since_text), "%" PRIu64, since);
        return start_with_stream(m, &e, on_sender_started, reply, error);
}

/* Purging outputs */

/* One that is under way, and who waits for it. */
typedef struct Purge {
        Manager *manager;
        Reply reply;
        Charge charge;
        int stream;
        uid_t uid; /* of who has its other end */
} Purge;

static void purge_free(void *userdata) {
        Purge *p = userdata;

        charge_release(&p->charge);
        reply_drop(&p->reply);
        (void) keeper_socket_close(&p->manager->closings, p->uid, p->stream);
        free(p);
}

/* It says that it is done, or ends without a word. */
static int on_purged(sd_event_source *source, int fd, uint32_t events _unused_, void *userdata) {
        const Purge *p = userdata;
        char said;

        if (recv(fd, &said, 1, MSG_DONTWAIT) == 1 && said == *KEPT_OUTPUTS_REMOVED)
                (void) reply_success(&p->reply);
        else
                (void) reply_error(&p->reply, SD_BUS_ERROR_IO_ERROR,
                        "What is kept of the outputs could not be removed from the user's home; the journal says "
                        "why.");
        /* It goes, and the purge with it. */
        return sd_event_source_set_floating(source, false);
}

static int await_purge(SystemdCall *c) {
        _cleanup_(sd_event_source_unrefp) sd_event_source *source = NULL;
        Purge *p;
        int r;

        p = malloc(sizeof(*p));
        if (!p)
                return -ENOMEM;
        *p = (Purge){ .manager = c->manager, .stream = c->stream, .uid = c->stream_uid };
        r = sd_event_add_io(c->manager->event, &source, p->stream, EPOLLIN, on_purged, p);
        if (r >= 0)
                r = sd_event_source_set_floating(source, true);
        if (r < 0) {
                free(p);
                return r;
        }
        p->reply = reply_keep(&c->reply);
        p->charge = c->charge;
        c->charge = (Charge){};
        (void) TAKE_FD(c->stream);
        (void) sd_event_source_set_destroy_callback(source, purge_free);
        return 1;
}

static int on_purger_started(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;
        const sd_bus_error *failure = sd_bus_message_get_error(reply);
        bool exists = sd_bus_message_is_method_error(reply, SYSTEMD_UNIT_EXISTS);

        if (exists && !c->repeated)
                return reply_error(&c->reply, ERROR_LIMIT_REACHED,
                        "Somebody else has the outputs of that session forgotten just now; try again.");
        if (failure && !exists)
                return reply_error(&c->reply, ERROR_START_FAILED,
                        "systemd refused to start what removes the outputs: %s", strempty(failure->message));
        return await_purge(c);
}

int errand_purge_outputs(
        Manager *m, uid_t uid, const char *id, uint64_t created, const Reply *reply, sd_bus_error *error) {
        char created_text[24];
        Errand e = {
                .kind = "purge",
                .id = id,
                .uid = uid,
                .arguments = { "--purge-outputs", id, created_text },
        };

        (void) snprintf(created_text, sizeof(created_text), "%" PRIu64, created);
        return start_with_stream(m, &e, on_purger_started, reply, error);
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

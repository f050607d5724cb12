/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keepers of registered sessions.
 *
 *   registered, runs --> StartTransientUnit of the keeper --> STATUS (idle) --> WATCH --> REPLY: journal
 *                                                             STATUS (running), after a restart   entry
 *                                                             of either side
 *
 * A keeper that cannot do it is stopped, and the session is as one that was registered without a connection
 * file. */

#include "manager/session/session-watch.h"
#include "manager/base/audit.h"
#include "manager/keepers/keeper-link.h"
#include "manager/keepers/keeper-message.h"
#include "manager/keepers/keeper-request.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/session/session-keeper.h"
#include "manager/systemd/systemd-keeper.h"
#include "shared/log.h"

static void give_up(Session *s, const char *reason) {
        log_notice("The kernel of session %s cannot be watched, going on without: %s", s->id, reason);
        s->keeper.lost = true;
        if (session_phase_state(s->phase) == STATE_RUNNING && systemd_stop_keeper(s) < 0)
                log_warning("Cannot stop %s.", s->keeper.unit);
}

void session_watch(Session *s) {
        _cleanup_close_ int listen_fd = -EBADF;
        int r;

        keeper_link_forget(s->manager, s); /* of an earlier keeper */
        r = listen_fd = keeper_link_listen(s->manager, s);
        if (r >= 0)
                r = systemd_start_keeper(s, listen_fd);
        if (r < 0) {
                keeper_link_forget(s->manager, s);
                give_up(s, strerror(-r));
                return;
        }
        session_connect_keeper(s);
}

static const char *on_watching(Session *s, KeeperMessage *message, const char **ret_message _unused_) {
        if (session_phase_state(s->phase) != STATE_RUNNING)
                return NULL;
        if (message && message->error == KEEPER_ERROR_NONE)
                audit_kernel_watched(s);
        else
                give_up(s, message ? strempty(message->message) : "its keeper does not answer");
        return NULL;
}

static int ask_to_watch(Session *s) {
        KeeperRequest *request;

        request = keeper_request_new(s, KEEPER_WATCH);
        if (!request)
                return -ENOMEM;
        wire_put_string(&request->message, KEEPER_TAG_SESSION_ID, s->id);
        wire_put_string(&request->message, KEEPER_TAG_CONNECTION_FILE, s->program.connection_file);
        if (s->program.notebook)
                wire_put_string(&request->message, KEEPER_TAG_NOTEBOOK, s->program.notebook);
        if (s->program.kernel)
                wire_put_string(&request->message, KEEPER_TAG_KERNEL, s->program.kernel);
        wire_put_u64(&request->message, KEEPER_TAG_OUTPUT_LOG_SIZE, s->manager->config.output_log_size);
        wire_put_u64(&request->message, KEEPER_TAG_UNRECORDED, s->unrecorded);
        request->on_reply = on_watching;
        s->keeper.watch_asked = true;
        return keeper_request_send(s, request, /* reply = */ NULL);
}

int session_on_watch_status(Session *s, const KeeperMessage *message) {
        /* A request without an answer so far is sent again by keeper-request.c. */
        if (message->phase != KEEPER_PHASE_IDLE || session_phase_state(s->phase) != STATE_RUNNING ||
                (s->keeper.watch_asked && s->keeper.requests.n > 0))
                return 0;
        return ask_to_watch(s);
}

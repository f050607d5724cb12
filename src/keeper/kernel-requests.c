/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the manager asks for of notebook sessions alone. */

#include <limits.h>

#include "keeper/keeper-kernel.h"
#include "keeper/keeper-outputs.h"
#include "keeper/keeper-requests.h"
#include "keeper/keeper-start.h"
#include "keeper/keeper.h"
#include "keeper/kernel-requests.h"
#include "keeper/launch/notebook.h"
#include "keeper/store/message-fields.h"
#include "shared/log.h"
#include "shared/text.h"

typedef struct KernelRequest {
        char *session, *notebook, *kernel, *connection_file;
        uint64_t since, flags, restarts, leader, log_size, unrecorded;
} KernelRequest;

static void kernel_request_done(KernelRequest *v) {
        free(v->session);
        free(v->notebook);
        free(v->kernel);
        free(v->connection_file);
}

static int kernel_request_read(const WireMessage *message, KernelRequest *v) {
        const FieldTarget targets[] = {
                { KEEPER_TAG_SESSION_ID, FIELD_STRING, &v->session },
                { KEEPER_TAG_NOTEBOOK, FIELD_STRING, &v->notebook },
                { KEEPER_TAG_KERNEL, FIELD_STRING, &v->kernel },
                { KEEPER_TAG_CONNECTION_FILE, FIELD_STRING, &v->connection_file },
                { KEEPER_TAG_SINCE, FIELD_NUMBER, &v->since },
                { KEEPER_TAG_FLAGS, FIELD_NUMBER, &v->flags },
                { KEEPER_TAG_RESTARTS, FIELD_NUMBER, &v->restarts },
                { KEEPER_TAG_LEADER, FIELD_NUMBER, &v->leader },
                { KEEPER_TAG_OUTPUT_LOG_SIZE, FIELD_NUMBER, &v->log_size },
                { KEEPER_TAG_UNRECORDED, FIELD_NUMBER, &v->unrecorded },
        };
        int r;

        v->log_size = OUTPUT_LOG_SIZE_DEFAULT;
        r = message_fields_read(*message, targets, ELEMENTSOF(targets));
        if (r < 0)
                return r;
        return v->restarts > UINT32_MAX || v->leader > INT_MAX ? -EBADMSG : 0;
}

static int check_restart(const Keeper *k, const KernelRequest *v _unused_, const WireAncillary *a _unused_) {
        return k->state.phase == KEEPER_PHASE_ENDED && k->state.type == SESSION_NOTEBOOK ? 0 : -EPROTO;
}

static int restart(Keeper *k, KernelRequest *v, WireAncillary *a _unused_, Failure *failure _unused_) {
        keeper_restart(k, (uint32_t) v->restarts);
        return 0;
}

static int check_watch(const Keeper *k, const KernelRequest *v, const WireAncillary *a _unused_) {
        if (k->state.phase != KEEPER_PHASE_IDLE || k->state.type != SESSION_NOTEBOOK)
                return -EPROTO;
        if (!v->connection_file || !path_is_normalized(v->connection_file) ||
                (v->session && !streq(v->session, k->state.id)))
                return -EBADMSG;
        return 0;
}

/* Takes what is asked for over into the state. */
static int begin_watching(Keeper *k, KernelRequest *v, Failure *failure) {
        int r;

        k->state.notebook = TAKE_PTR(v->notebook);
        k->state.kernel = TAKE_PTR(v->kernel);
        k->state.connection_file = TAKE_PTR(v->connection_file);
        k->state.unrecorded = v->unrecorded;
        if (!keeper_state_fits(&k->state))
                return -EMSGSIZE;
        r = keeper_watch_kernel(k, v->log_size, (pid_t) v->leader, failure);
        if (r != 0)
                return r;
        k->state.phase = KEEPER_PHASE_RUNNING;
        return keeper_save(k);
}

static int watch(Keeper *k, KernelRequest *v, WireAncillary *a _unused_, Failure *failure) {
        int r;

        r = begin_watching(k, v, failure);
        if (r != 0) {
                /* The file is not ours: it stays. */
                free(TAKE_PTR(k->state.connection_file));
                keeper_reset(k);
        }
        return r;
}

static int check_outputs(const Keeper *k _unused_, const KernelRequest *v _unused_, const WireAncillary *a) {
        return a->fds[0] >= 0 && a->fds[1] < 0 ? 0 : -EBADMSG;
}

static int read_outputs(Keeper *k, KernelRequest *v, WireAncillary *a, Failure *failure) {
        int r;

        r = keeper_read_outputs(k, a->fds[0], v->since, v->flags & KEEPER_FLAG_FOLLOW, failure);
        if (r == 0)
                (void) TAKE_FD(a->fds[0]);
        return r;
}

static int purge_outputs(Keeper *k, KernelRequest *v _unused_, WireAncillary *a _unused_, Failure *failure) {
        return keeper_purge_outputs(k, failure);
}

static int interrupt(Keeper *k, KernelRequest *v _unused_, WireAncillary *a _unused_, Failure *failure) {
        return keeper_interrupt(k, failure);
}

static int shut_down(Keeper *k, KernelRequest *v, WireAncillary *a _unused_, Failure *failure) {
        return keeper_shut_down(k, v->flags & KEEPER_FLAG_RESTART, failure);
}

static int check_set_notebook(
        const Keeper *k _unused_, const KernelRequest *v, const WireAncillary *a _unused_) {
        return v->notebook ? 0 : -EBADMSG;
}

static int set_notebook(Keeper *k, KernelRequest *v, WireAncillary *a _unused_, Failure *failure) {
        _cleanup_free_ char *resolved = NULL, *folder = NULL;
        int r;

        if (k->state.type != SESSION_NOTEBOOK || k->state.phase == KEEPER_PHASE_IDLE)
                return failure_set(failure, KEEPER_ERROR_NOT_SUPPORTED,
                        "Session %s is no notebook that was started. Give one that is.", k->state.id);
        if (!path_is_normalized(v->notebook))
                return failure_set(failure, KEEPER_ERROR_NO_NOTEBOOK,
                        "The notebook '%s' is not an absolute path without '.' and '..'. Give one.",
                        v->notebook);
        r = notebook_resolve(v->notebook, &resolved, &folder, failure);
        if (r != 0)
                return r;
        free(k->state.notebook);
        k->state.notebook = TAKE_PTR(resolved);
        return keeper_save(k);
}

static const struct {
        uint16_t opcode;
        bool unanswered;
        /* Is it what the protocol allows now? May be NULL. -errno ends the connection. */
        int (*check)(const Keeper *k, const KernelRequest *v, const WireAncillary *a);
        /* Its result, see failure.h, is the answer. */
        int (*act)(Keeper *k, KernelRequest *v, WireAncillary *a, Failure *failure);
} requests[] = {
        { KEEPER_RESTART, true, check_restart, restart },
        { KEEPER_WATCH, false, check_watch, watch },
        { KEEPER_OUTPUTS, false, check_outputs, read_outputs },
        { KEEPER_PURGE_OUTPUTS, false, NULL, purge_outputs },
        { KEEPER_INTERRUPT, false, NULL, interrupt },
        { KEEPER_SHUTDOWN, false, NULL, shut_down },
        { KEEPER_SET_NOTEBOOK, false, check_set_notebook, set_notebook },
};

int keeper_handle_kernel_request(Keeper *k, const WireMessage *message, WireAncillary *a) {
        _cleanup_(kernel_request_done) KernelRequest v = {};
        _cleanup_failure_ Failure failure = {};
        size_t i = 0;
        int r;

        while (requests[i].opcode != message->opcode)
                if (++i == ELEMENTSOF(requests))
                        return -EOPNOTSUPP;
        r = kernel_request_read(message, &v);
        if (r < 0)
                return r;
        r = requests[i].check ? requests[i].check(k, &v, a) : 0;
        if (r < 0)
                return r;
        r = requests[i].act(k, &v, a, &failure);
        if (!requests[i].unanswered)
                keeper_reply(k, message->serial, r, &failure,
                        message->opcode == KEEPER_SET_NOTEBOOK ? k->state.notebook : NULL);
        return 0;
}

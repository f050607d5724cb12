/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl stop, computectl kill: ends sessions, or sends them signals. */

#include <inttypes.h>
#include <stdlib.h>

#include "ctl/sessions/each-session.h"
#include "ctl/sessions/front-end.h"
#include "ctl/sessions/outside.h"
#include "ctl/verbs/stop-unused.h"
#include "ctl/verbs/verbs.h"
#include "shared/ids.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/process.h"

/* What a session leaves behind that its end is no end of: looked at before it is asked to stop, told when it
 * has. */
typedef struct Remainder {
        char id[SESSION_ID_MAX];
        OutsideProcesses outside;
        FrontEnd front_end;
} Remainder;

typedef struct Remainders {
        Remainder *items;
        size_t n;
} Remainders;

static void remainder_done(Remainder *r) {
        outside_done(&r->outside);
        front_end_done(&r->front_end);
}

static void remainders_done(Remainders *all) {
        for (size_t i = 0; i < all->n; i++)
                remainder_done(&all->items[i]);
        free(all->items);
}

static void find_front_end(Client *c, const char *id, FrontEnd *ret) {
        char path[BUS_PATH_SIZE];
        uint32_t leader;

        session_bus_path(id, path);
        if (!c->arguments->host && id[0] == 'n' &&
                sd_bus_get_property_trivial(
                        c->bus, BUS_NAME, path, SESSION_INTERFACE, "Leader", NULL, 'u', &leader) >= 0)
                (void) front_end_find((pid_t) leader, ret);
}

/* It is only told, so what cannot be learned, or remembered, is not. */
static void look_for_remainder(Remainders *all, Client *c, const char *id) {
        Remainder one = { .front_end = FRONT_END_NULL }, *grown;

        if (c->arguments->host || outside_fetch(&one.outside, c, id) < 0)
                outside_done(&one.outside);
        find_front_end(c, id, &one.front_end);
        grown = one.outside.n > 0 || one.front_end.name
                ? reallocarray(all->items, all->n + 1, sizeof(*all->items))
                : NULL;
        if (!grown) {
                remainder_done(&one);
                return;
        }
        (void) strcpy(one.id, id);
        all->items = grown;
        all->items[all->n++] = one;
}

static void tell_remainders(Remainders *all) {
        for (size_t i = 0; i < all->n; i++) {
                Remainder *r = &all->items[i];
                _cleanup_free_ char *text = NULL;

                outside_forget_ended(&r->outside);
                text = outside_describe(&r->outside);
                if (text)
                        log_warning("What had left the scope of %s was left alone: %s.", r->id, text);
                if (r->front_end.name && process_has_ended(r->front_end.fd) == 0)
                        log_warning(
                                "%s was started by %s (process %" PRIi32
                                "), which may start it again as another session. To end it for good, shut the kernel "
                                "down there, or end that process.",
                                r->id, r->front_end.name, (int32_t) r->front_end.pid);
        }
}

static int make_stop(Client *c, const char *id, void *userdata, sd_bus_message **ret) {
        int r;

        if (!c->arguments->quiet)
                look_for_remainder(userdata, c, id);
        r = manager_message(c, "StopSession", ret);
        return r < 0 ? r : sd_bus_message_append(*ret, "s", id);
}

static int make_kill(Client *c, const char *id, void *userdata _unused_, sd_bus_message **ret) {
        int r;

        r = manager_message(c, "KillSession", ret);
        return r < 0 ? r
                     : sd_bus_message_append(
                               *ret, "ssi", id, c->arguments->kill_whom, (int32_t) c->arguments->signal);
}

int verb_stop(Client *c, char **operands) {
        _cleanup_(remainders_done) Remainders remainders = {};
        int r;

        if (c->arguments->unused && !operands[0])
                return stop_unused(c);
        if (c->arguments->unused || c->arguments->dry_run || !operands[0]) {
                log_error(
                        "Which sessions? Expected 'computectl stop SESSION...', or 'computectl stop --unused "
                        "[--dry-run]' for those that nobody uses. Try 'computectl --help'.");
                return -EINVAL;
        }
        r = each_session(c, operands, make_stop, &remainders, "stop", STOP_TIMEOUT_USEC);
        tell_remainders(&remainders);
        return r;
}

int verb_kill(Client *c, char **operands) {
        return each_session(c, operands, make_kill, NULL, "send a signal to", CALL_TIMEOUT_USEC);
}

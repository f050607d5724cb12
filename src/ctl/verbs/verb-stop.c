/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl stop, computectl kill: ends sessions, or sends them signals. */

#include <stdlib.h>

#include "ctl/sessions/each-session.h"
#include "ctl/sessions/outside.h"
#include "ctl/verbs/verbs.h"
#include "shared/ids.h"
#include "shared/log.h"

/* What was outside of the scopes of sessions when they were asked to stop. */
typedef struct Outsides {
        struct {
                char id[SESSION_ID_MAX];
                OutsideProcesses processes;
        } * items;
        size_t n;
} Outsides;

/* Only told, so without memory for it nothing is. */
static void note_outside(Outsides *o, Client *c, const char *id) {
        OutsideProcesses processes = {};

        if (outside_fetch(&processes, c, id) >= 0 && processes.n > 0) {
                void *grown = reallocarray(o->items, o->n + 1, sizeof(*o->items));

                if (grown) {
                        o->items = grown;
                        (void) strcpy(o->items[o->n].id, id);
                        o->items[o->n++].processes = processes;
                        return;
                }
        }
        outside_done(&processes);
}

/* Tells what lives on. */
static void tell_left_alone(Outsides *o) {
        for (size_t i = 0; i < o->n; i++) {
                _cleanup_free_ char *text = NULL;

                outside_forget_ended(&o->items[i].processes);
                text = outside_describe(&o->items[i].processes);
                if (text)
                        log_warning(
                                "What had left the scope of %s was left alone: %s.", o->items[i].id, text);
        }
}

static void outsides_done(Outsides *o) {
        for (size_t i = 0; i < o->n; i++)
                outside_done(&o->items[i].processes);
        free(o->items);
}

static int make_stop(Client *c, const char *id, void *userdata, sd_bus_message **ret) {
        int r;

        if (!c->arguments->quiet)
                note_outside(userdata, c, id);
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
        _cleanup_(outsides_done) Outsides outsides = {};
        int r = each_session(c, operands, make_stop, &outsides, "stop", STOP_TIMEOUT_USEC);

        tell_left_alone(&outsides);
        return r;
}

int verb_kill(Client *c, char **operands) {
        return each_session(c, operands, make_kill, NULL, "send a signal to", CALL_TIMEOUT_USEC);
}

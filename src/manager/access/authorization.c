/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asks polkit.
 *
 *   admission.c --> authorization_ask() --CheckAuthorization--> polkit: rules, perhaps somebody's password
 *                        |  holds the call                         |
 *                        |<---------------- yes, no ---------------'
 *                        |<---------------- no polkit, deadline --- no
 *                        '<---------------- the caller left the bus: the question is taken back
 *
 * The subject is the caller's unique name on the bus, which is never given to anybody else. polkit itself
 * finds out who that is; so nothing that the caller says about itself counts. */

#include <inttypes.h>
#include <stdio.h>

#include "manager/access/admission.h"
#include "manager/access/authorization.h"
#include "manager/access/caller.h"
#include "manager/access/charges.h"
#include "manager/base/audit.h"
#include "manager/base/policy.h"
#include "manager/model/manager.h"
#include "manager/registry/session-table.h"
#include "shared/log.h"

#define POLKIT_NAME      "org.freedesktop.PolicyKit1"
#define POLKIT_PATH      "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"
#define POLKIT_INTERACT  UINT32_C(1) /* AllowUserInteraction */

/* The match for the caller's name to leave the bus, which limits names to 255 bytes. */
#define DEPARTURE                                                                   \
        "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus'," \
        "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='%.255s',arg2=''"

static void authorization_free(Authorization *a) {
        sd_bus_slot_unref(a->answer);
        sd_bus_slot_unref(a->departure);
        sd_bus_message_unref(a->call);
        charge_release(&a->charge);
        free(a);
}

/* Takes a question out of the manager's list, and frees it. */
static void authorization_end(Authorization *a) {
        Authorizations *all = &a->manager->authorizations;

        for (size_t i = 0; i < all->n; i++)
                if (all->items[i] == a) {
                        all->items[i] = all->items[--all->n];
                        break;
                }
        authorization_free(a);
}

/* Takes the question back from polkit, so that nobody is asked for a password in vain. */
static void take_back(Authorization *a) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;

        if (sd_bus_message_new_method_call(a->manager->bus, &call, POLKIT_NAME, POLKIT_PATH,
                    POLKIT_INTERFACE, "CancelCheckAuthorization") < 0 ||
                sd_bus_message_append(call, "s", a->question) < 0 ||
                sd_bus_message_set_auto_start(call, false) < 0 ||
                sd_bus_message_set_expect_reply(call, false) < 0)
                return;
        (void) sd_bus_send(a->manager->bus, call, NULL);
}

static void admit(Authorization *a) {
        const Session *s = session_table_get_by_id(&a->manager->sessions, a->id);

        audit_request_authorized(a->manager, s, (Owned){ .id = a->id, .uid = a->owner }, a->actor,
                sd_bus_message_get_interface(a->call), sd_bus_message_get_member(a->call), a->action);
        admission_dispatch_again(a->manager, a->call, ADMISSION_TURN | ADMISSION_AUTHORIZED);
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Authorization *a = userdata;
        int authorized = false, challenge = false, r;
        const sd_bus_error *failure = sd_bus_message_get_error(reply);

        if (failure) {
                r = -sd_bus_error_get_errno(failure);
                if (r == -ETIMEDOUT)
                        take_back(a);
                log_debug("polkit does not say whether user %" PRIu32 " may %s on session %s: %s",
                        (uint32_t) a->actor.uid, sd_bus_message_get_member(a->call), a->id,
                        strempty(failure->message));
        } else {
                r = sd_bus_message_enter_container(reply, 'r', "bba{ss}");
                if (r >= 0)
                        r = sd_bus_message_read(reply, "bb", &authorized, &challenge);
        }
        if (r < 0)
                authorized = challenge = false;
        if (authorized)
                admit(a);
        else
                admission_refuse(a->manager, a->call, a->actor, a->id, challenge ? a->action : NULL);
        authorization_end(a);
        return 0;
}

static int on_departed(sd_bus_message *signal _unused_, void *userdata, sd_bus_error *error _unused_) {
        Authorization *a = userdata;

        take_back(a);
        authorization_end(a);
        return 0;
}

/* Ignores a failure to watch the caller, which would otherwise end our connection. The deadline holds
 * anyway. */
static int on_watched(
        sd_bus_message *reply _unused_, void *userdata _unused_, sd_bus_error *error _unused_) {
        return 0;
}

static int watch_departure(Authorization *a) {
        char match[512];
        int n;

        n = snprintf(match, sizeof(match), DEPARTURE, sd_bus_message_get_sender(a->call));
        if (n < 0 || (size_t) n >= sizeof(match))
                return -EINVAL;
        return sd_bus_add_match_async(a->manager->bus, &a->departure, match, on_departed, on_watched, a);
}

static int append_question(sd_bus_message *question, const Authorization *a) {
        SessionType type = SESSION_TYPE_INVALID;
        bool interactive = sd_bus_message_get_allow_interactive_authorization(a->call) > 0;
        char owner[16];
        int r;

        r = sd_bus_message_append(question, "(sa{sv})s", "system-bus-name", 1, "name", "s",
                sd_bus_message_get_sender(a->call), a->action);
        if (r < 0)
                return r;
        /* Details that rules can read, as action.lookup("owner"). None of them is an ordinary user's
         * word. */
        (void) snprintf(owner, sizeof(owner), "%" PRIu32, (uint32_t) a->owner);
        (void) session_id_parse(a->id, &type, NULL);
        r = sd_bus_message_append(question, "a{ss}", 4, "session", a->id, "type",
                session_type_to_string(type), "owner", owner, "method", sd_bus_message_get_member(a->call));
        if (r < 0)
                return r;
        return sd_bus_message_append(
                question, "us", interactive ? POLKIT_INTERACT : UINT32_C(0), a->question);
}

static int ask(Authorization *a) {
        bool interactive = sd_bus_message_get_allow_interactive_authorization(a->call) > 0;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        int r;

        r = sd_bus_message_new_method_call(a->manager->bus, &question, POLKIT_NAME, POLKIT_PATH,
                POLKIT_INTERFACE, "CheckAuthorization");
        if (r < 0)
                return r;
        r = append_question(question, a);
        if (r < 0)
                return r;
        r = watch_departure(a);
        if (r < 0)
                return r;
        return sd_bus_call_async(a->manager->bus, &a->answer, question, on_answer, a,
                interactive ? AUTHORIZATION_INTERACTIVE_USEC : AUTHORIZATION_USEC);
}

int authorization_ask(
        Manager *m, sd_bus_message *call, const Caller *caller, Owned subject, const char *action) {
        Authorizations *all = &m->authorizations;
        Authorization *a;
        int r;

        if (all->n >= AUTHORIZATIONS_MAX)
                return -ENOBUFS;
        a = calloc(1, sizeof(Authorization));
        if (!a)
                return -ENOMEM;
        *a = (Authorization){
                .manager = m,
                .call = sd_bus_message_ref(call),
                .actor = caller_actor(caller),
                .owner = subject.uid,
                .action = action,
        };
        strcpy(a->id, subject.id);
        (void) snprintf(a->question, sizeof(a->question), "compute-%" PRIu64, ++all->serial);
        r = charge_take(&a->charge, &m->charges, caller->uid, CHARGE_AUTHORIZATION, m->admission.size);
        if (r >= 0)
                r = ask(a);
        if (r < 0) {
                authorization_free(a);
                return r;
        }
        all->items[all->n++] = a;
        return 0;
}

void authorizations_done(Authorizations *authorizations) {
        for (size_t i = 0; i < authorizations->n; i++)
                authorization_free(authorizations->items[i]);
        authorizations->n = 0;
}

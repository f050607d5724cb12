/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every method call passes before its handler sees it.
 *
 *   call --> larger than any method takes, or of a path too long for any object? --yes--> error
 *            caller known? --no--> ask the bus, hold (strangers.c) --(answer)--.
 *               | yes  <------------------------------------------------------'
 *            user's turn? --no (only when the bus is behind)--> hold (turns.c) --.
 *               | yes  <--------------------------------------------------------'
 *            allowed by the table? --no--> AccessDenied, journal entry
 *               | yes        '--not to others, unless polkit says so--> ask, hold (authorization.c) --.
 *               |  <-----------------------------------(yes; journal entry)--------------------------'
 *            samples fresh? --no--> ask systemd, hold (usage.c) --(answers)--.
 *               | yes  <----------------------------------------------------'
 *            handler
 *
 * Handlers so find their caller known and allowed, and never wait themselves. */

#include "manager/access/admission.h"
#include "manager/access/audit-budget.h"
#include "manager/access/authorization.h"
#include "manager/access/caller.h"
#include "manager/access/charges.h"
#include "manager/access/message-size.h"
#include "manager/access/strangers.h"
#include "manager/access/turns.h"
#include "manager/access/usage.h"
#include "manager/base/audit.h"
#include "manager/base/idle.h"
#include "manager/base/message-strings.h"
#include "manager/base/policy.h"
#include "manager/base/watchdog.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/ended-list.h"
#include "manager/registry/session-table.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"

typedef enum Verdict {
        ADMITTED,
        REFUSED,
        ASK_POLKIT,
} Verdict;

void admission_done(Admission *a) {
        free(a->again);
        caller_cache_done(&a->callers);
        *a = (Admission){};
}

const Caller *admission_caller(Manager *m, sd_bus_message *call) {
        return caller_cache_get(&m->admission.callers, sd_bus_message_get_sender(call));
}

int admission_charge(Manager *m, sd_bus_message *call, ChargeKind kind, Charge *charge) {
        const Caller *caller = call ? admission_caller(m, call) : NULL;

        return caller ? charge_take(charge, &m->charges, caller->uid, kind, m->admission.size) : 0;
}

/* Authorising calls */

static Session *session_of_path(Manager *m, sd_bus_message *call) {
        char id[SESSION_ID_MAX];

        if (session_id_from_bus_path(strempty(sd_bus_message_get_path(call)), id) < 0)
                return NULL;
        return session_table_get_by_id(&m->sessions, id);
}

static const char *first_argument(sd_bus_message *call) {
        const char *id = NULL;

        if (sd_bus_message_read(call, "s", &id) < 0)
                id = NULL;
        (void) sd_bus_message_rewind(call, /* complete = */ true);
        return strempty(id);
}

static Owned owned_session(const Session *s) {
        return s ? (Owned){ .id = s->id, .uid = s->uid } : (Owned){};
}

static Owned owned_ended(const EndedSession *e) {
        return e ? (Owned){ .id = e->id, .uid = e->uid } : (Owned){};
}

/* Decides about a caller who is not the owner: polkit is asked, if the method has an action. In user mode
 * there is no polkit to ask: the bus is the owner's. */
static Verdict judge_other(const Manager *m, const char *action) {
        return action && !m->user_mode ? ASK_POLKIT : REFUSED;
}

/* Decides by the table. A session that does not exist has no owner; its handler says that there is none. */
static Verdict judge(Manager *m, sd_bus_message *call, const Caller *caller, Owned *ret_subject,
        const char **ret_action) {
        *ret_subject = (Owned){};
        switch (policy_rule(
                sd_bus_message_get_interface(call), sd_bus_message_get_member(call), ret_action)) {
        case POLICY_ANYONE:
                return ADMITTED;
        case POLICY_OWNER_OF_PATH:
                *ret_subject = owned_session(session_of_path(m, call));
                break;
        case POLICY_OWNER_OF_FIRST:
                *ret_subject = owned_session(session_table_get_by_id(&m->sessions, first_argument(call)));
                break;
        case POLICY_OWNER_OF_ENDED:
                *ret_subject = owned_ended(ended_list_get(&m->ended, first_argument(call)));
                break;
        case POLICY_DENY:
        default:
                return REFUSED;
        }
        return !ret_subject->id || policy_is_owner(caller->uid, ret_subject->uid)
                ? ADMITTED
                : judge_other(m, *ret_action);
}

static bool may_audit(AuditBudget *budget, uid_t uid) {
        unsigned n = audit_budget_count(budget, uid, now_usec(CLOCK_MONOTONIC));

        if (n == AUDIT_BURST + 1)
                log_notice(
                        "User %u provokes more entries of the audit log than are kept; the next ones are left out.",
                        (unsigned) uid);
        return n <= AUDIT_BURST;
}

bool admission_may_audit(Manager *m, uid_t uid) {
        return may_audit(&m->admission.audited, uid);
}

void admission_refuse(Manager *m, sd_bus_message *call, Actor actor, const char *id, const char *challenge) {
        const char *interface = strempty(sd_bus_message_get_interface(call));
        const char *member = sd_bus_message_get_member(call);

        if (may_audit(&m->admission.refused, actor.uid))
                audit_request_refused(
                        m, id ? session_table_get_by_id(&m->sessions, id) : NULL, actor, interface, member);
        if (challenge)
                (void) sd_bus_reply_method_errorf(call, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                        "Session %s belongs to another user; %s on it needs authentication (%s).", id,
                        member, challenge);
        else if (id)
                (void) sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED,
                        "Session %s belongs to another user; only its owner, root and whom polkit lets may "
                        "call %s on it.",
                        id, member);
        else
                (void) sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED,
                        "There is no %s.%s that anybody may call; see 'busctl introspect %s %s'.", interface,
                        member, BUS_NAME, BUS_PATH);
}

/* May the call go on now? If not, it was answered or is held. */
static bool authorize(Manager *m, sd_bus_message *call, const Caller *caller) {
        const char *action;
        Owned subject;

        switch (judge(m, call, caller, &subject, &action)) {
        case ADMITTED:
                return true;
        case ASK_POLKIT:
                if (authorization_ask(m, call, caller, subject, action) < 0)
                        (void) sd_bus_reply_method_errorf(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "Too many calls are waiting for polkit; try again later.");
                return false;
        case REFUSED:
        default:
                admission_refuse(m, call, caller_actor(caller), subject.id, /* challenge = */ NULL);
                return false;
        }
}

/* Waiting for samples */

static int64_t want_listed_samples(Manager *m, sd_bus_message *call) {
        _cleanup_strv_ char **ids = NULL;
        int64_t ticket = 0;
        int r;

        r = message_read_strings(call, m->sessions.n, &ids);
        (void) sd_bus_message_rewind(call, /* complete = */ true);
        if (r < 0)
                return 0; /* the handler says what is wrong with the call */
        if (strv_length(ids) == 0)
                return usage_want(m, NULL);
        STRV_FOREACH(id, ids) {
                Session *s = session_table_get_by_id(&m->sessions, *id);
                int64_t one = s ? usage_want(m, s) : 0;

                if (!s || one < 0)
                        return one; /* 0: the handler says that there is no such session */
                ticket = MAX(ticket, one);
        }
        return ticket;
}

static bool reads_usage(sd_bus_message *call) {
        const char *interface = NULL, *property = NULL;
        int r;

        if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", "GetAll") > 0)
                return sd_bus_message_has_signature(call, "s") > 0;
        if (sd_bus_message_has_signature(call, "ss") == 0)
                return false;
        r = sd_bus_message_read(call, "ss", &interface, &property);
        (void) sd_bus_message_rewind(call, /* complete = */ true);
        return r >= 0 &&
                (usage_counter_from_string(property) >= 0 || streq(property, "IdleSince") ||
                        streq(property, "IdleReason") || streq(property, "LastActivityTimestamp"));
}

/* Asks for the samples that the answer needs. Returns the ticket to wait for, 0 for nothing, -errno. */
static int64_t want_samples(Manager *m, sd_bus_message *call) {
        Session *s;

        if (sd_bus_message_is_method_call(call, MANAGER_INTERFACE, "GetUsage") > 0 ||
                sd_bus_message_is_method_call(call, MANAGER_INTERFACE, "GetIdleness") > 0)
                return want_listed_samples(m, call);
        if (sd_bus_message_is_method_call(call, MANAGER_INTERFACE, "StopUnusedSessions") > 0 ||
                sd_bus_message_is_method_call(
                        call, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects") > 0)
                return usage_want(m, NULL);
        if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", NULL) > 0) {
                s = session_of_path(m, call);
                return s && reads_usage(call) ? usage_want(m, s) : 0;
        }
        return 0;
}

/* Notes what the call has passed, for when it is dispatched again. */
static int note_passed(Admission *a, const sd_bus_message *call, unsigned passed) {
        DispatchedCall *grown;

        if (passed == 0)
                return 0;
        grown = reallocarray(a->again, a->n_again + 1, sizeof(DispatchedCall));
        if (!grown)
                return -ENOMEM;
        a->again = grown;
        a->again[a->n_again++] = (DispatchedCall){ .call = call, .passed = passed };
        return 0;
}

/* Returns what a call that arrives has passed before, and forgets it. */
static unsigned take_passed(Admission *a, const sd_bus_message *call) {
        for (size_t i = 0; i < a->n_again; i++)
                if (a->again[i].call == call) {
                        unsigned passed = a->again[i].passed;

                        a->n_again--;
                        memmove(a->again + i, a->again + i + 1, (a->n_again - i) * sizeof(DispatchedCall));
                        return passed;
                }
        return 0;
}

void admission_dispatch_again(Manager *m, sd_bus_message *call, unsigned passed) {
        int r;

        r = note_passed(&m->admission, call, passed);
        if (r >= 0)
                r = sd_bus_enqueue_for_read(m->bus, call);
        if (r < 0) {
                /* Another message may get the same address, and must not find this note. */
                (void) take_passed(&m->admission, call);
                (void) sd_bus_reply_method_errno(call, r, NULL);
        }
}

/* May the call go on now? If not, it is held, or was answered. */
static bool sample(Manager *m, sd_bus_message *call, const Caller *caller) {
        int64_t ticket = want_samples(m, call);

        if (ticket == 0)
                return true;
        if (ticket < 0)
                (void) sd_bus_reply_method_errno(call, (int) ticket, NULL);
        else if (usage_park(m, ticket, call, caller->uid) < 0)
                (void) sd_bus_reply_method_errorf(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
                        "Too many calls are waiting for usage figures; try again later.");
        return false;
}

/* Takes a call through all steps. 0: its handler may have it. */
static int admit(Manager *m, sd_bus_message *call) {
        unsigned passed = take_passed(&m->admission, call);
        const Caller *caller = admission_caller(m, call);
        int r;

        if (!caller) {
                if (strangers_hold(m, call, passed) < 0)
                        (void) sd_bus_reply_method_errorf(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "Too many calls are waiting to be looked at; try again later.");
                return 1;
        }
        if (!(passed & ADMISSION_TURN)) {
                r = turns_wait(m, caller->uid, call, passed);
                if (r < 0)
                        (void) sd_bus_reply_method_errorf(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "Too many of your calls are waiting for their turn; try again later.");
                if (r != 0)
                        return 1;
        }
        if (!(passed & ADMISSION_AUTHORIZED) && !authorize(m, call, caller))
                return 1;
        if (!(passed & ADMISSION_SAMPLED) && !sample(m, call, caller))
                return 1;
        return 0;
}

/* Answers calls that are too large, and calls on paths that are too long: sd-bus would look up each object
 * above a path, which may be tens of thousands, and repeat the path in its answer. */
static bool answer_oversized(const Manager *m, sd_bus_message *call) {
        /* The call ends here, whether or not its sender wants an answer. */
        if (strlen(strempty(sd_bus_message_get_path(call))) >= BUS_PATH_SIZE)
                (void) sd_bus_reply_method_errorf(
                        call, SD_BUS_ERROR_UNKNOWN_OBJECT, "There is no object with so long a path.");
        else if (m->admission.size > CALL_SIZE_MAX)
                (void) sd_bus_reply_method_errorf(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
                        "The call has more than %u bytes of arguments, which is more than any method takes.",
                        CALL_SIZE_MAX);
        else
                return false;
        return true;
}

static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error _unused_) {
        Manager *m = userdata;
        uint8_t type;
        int r;

        r = sd_bus_message_get_type(message, &type);
        if (r < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
                return 0;
        idle_touch(m);
        watchdog_touch(&m->watchdog);
        m->admission.size = message_size(message, CALL_SIZE_MAX);
        return answer_oversized(m, message) ? 1 : admit(m, message);
}

int admission_start(Manager *m) {
        return sd_bus_add_filter(m->bus, NULL, on_message, m);
}

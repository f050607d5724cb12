/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every method call passes before its handler sees it.
 *
 *   call --> caller known? --no--> ask the bus, hold --(answer)--.
 *               | yes  <----------------------------------------'
 *            allowed by the table? --no--> AccessDenied, journal entry
 *               | yes
 *            samples fresh? --no--> ask systemd, hold --(answers)--.
 *               | yes  <-------------------------------------------'
 *            handler
 *
 * Handlers so find their caller known and allowed, and never wait themselves. */

#include "manager/admission.h"
#include "manager/audit.h"
#include "manager/idle.h"
#include "manager/manager.h"
#include "manager/message-strings.h"
#include "manager/policy.h"
#include "manager/session.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"

void admission_done(Admission *a) {
        for (size_t i = 0; i < a->n_held; i++)
                sd_bus_message_unref(a->held[i]);
        free(a->held);
        free(a->again);
        caller_cache_done(&a->callers);
        *a = (Admission){};
}

const Caller *admission_caller(Manager *m, sd_bus_message *call) {
        return caller_cache_get(&m->admission.callers, sd_bus_message_get_sender(call));
}

/* Who they are */

static int on_credentials(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Manager *m = userdata;
        Admission *a = &m->admission;
        _cleanup_free_ char *name = NULL;
        size_t kept = 0;
        int r;

        /* The bus answers in order, and each caller is asked about when its first call is held: so this is about
         * the caller of the call that has been held for longest. */
        if (a->n_held == 0)
                return 0;
        name = strdup(sd_bus_message_get_sender(a->held[0]));
        if (!name)
                return log_oom();
        r = sd_bus_message_is_method_error(reply, NULL) ? -ENOTCONN
                                                        : caller_cache_add(&a->callers, name, reply);
        if (r < 0)
                log_debug_errno(r, "The bus does not know caller %s, refusing its calls: %m", name);

        for (size_t i = 0; i < a->n_held; i++) {
                sd_bus_message *call = a->held[i];

                if (!streq(sd_bus_message_get_sender(call), name)) {
                        a->held[kept++] = call;
                        continue;
                }
                if (r >= 0)
                        (void) sd_bus_enqueue_for_read(m->bus, call);
                else
                        (void) sd_bus_reply_method_errorf(
                                call, SD_BUS_ERROR_ACCESS_DENIED, "The bus does not know who is calling.");
                sd_bus_message_unref(call);
        }
        a->n_held = kept;
        return 0;
}

/* Asks the bus about the caller, once however many of its calls come meanwhile, and holds the call. */
static int hold_for_credentials(Manager *m, sd_bus_message *call) {
        const char *sender = sd_bus_message_get_sender(call);
        Admission *a = &m->admission;
        sd_bus_message **grown;
        bool asked = false;
        int r;

        if (!sender || a->n_held >= ADMISSION_HELD_MAX)
                return -ENOBUFS;
        for (size_t i = 0; i < a->n_held; i++)
                asked = asked || streq(sd_bus_message_get_sender(a->held[i]), sender);
        grown = reallocarray(a->held, a->n_held + 1, sizeof(sd_bus_message *));
        if (!grown)
                return -ENOMEM;
        a->held = grown;
        if (!asked) {
                r = sd_bus_call_method_async(m->bus, NULL, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                        "org.freedesktop.DBus", "GetConnectionCredentials", on_credentials, m, "s", sender);
                if (r < 0)
                        return r;
        }
        a->held[a->n_held++] = sd_bus_message_ref(call);
        return 0;
}

/* May they */

static Session *session_of_path(Manager *m, sd_bus_message *call) {
        char id[SESSION_ID_MAX];

        if (session_id_from_bus_path(strempty(sd_bus_message_get_path(call)), id) < 0)
                return NULL;
        return session_table_get_by_id(&m->sessions, id);
}

static Session *session_of_first_argument(Manager *m, sd_bus_message *call) {
        const char *id = NULL;

        if (sd_bus_message_read(call, "s", &id) < 0)
                id = NULL;
        (void) sd_bus_message_rewind(call, /* complete = */ true);
        return id ? session_table_get_by_id(&m->sessions, id) : NULL;
}

/* A session that does not exist has no owner: the handler then says so. */
static bool is_allowed(Manager *m, sd_bus_message *call, const Caller *caller, Session **ret_session) {
        Session *s;

        *ret_session = NULL;
        switch (policy_rule(sd_bus_message_get_interface(call), sd_bus_message_get_member(call))) {
        case POLICY_ANYONE:
                return true;
        case POLICY_OWNER_OF_PATH:
                s = *ret_session = session_of_path(m, call);
                return !s || policy_is_owner(caller->uid, s->uid);
        case POLICY_OWNER_OF_FIRST:
                s = *ret_session = session_of_first_argument(m, call);
                return !s || policy_is_owner(caller->uid, s->uid);
        case POLICY_DENY:
        default:
                return false;
        }
}

bool admission_may_audit(Manager *m, uid_t uid) {
        AuditWindow *window = &m->admission.audited[uid % AUDIT_PLACES];
        usec_t now = now_usec(CLOCK_MONOTONIC);

        if (now - window->since > AUDIT_WINDOW_USEC)
                *window = (AuditWindow){ .since = now };
        if (window->n++ == AUDIT_BURST)
                log_notice(
                        "User %u provokes more entries of the audit log than are kept; the next ones are left out.",
                        (unsigned) uid);
        return window->n <= AUDIT_BURST;
}

static int refuse(Manager *m, sd_bus_message *call, const Caller *caller, const Session *s) {
        const char *member = sd_bus_message_get_member(call);

        if (admission_may_audit(m, caller->uid))
                audit_request_refused(s, caller->uid, strempty(sd_bus_message_get_interface(call)), member);
        if (s)
                return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED,
                        "Session %s belongs to another user; only its owner and root may call %s on it.",
                        s->id, member);
        return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED,
                "There is no %s.%s that anybody may call; see 'busctl introspect %s %s'.",
                strempty(sd_bus_message_get_interface(call)), member, BUS_NAME, BUS_PATH);
}

/* Are the samples fresh */

static int64_t want_listed_samples(Manager *m, sd_bus_message *call) {
        _cleanup_strv_ char **ids = NULL;
        int64_t ticket = 0;
        int r;

        r = message_read_strings(call, m->sessions.n, &ids);
        (void) sd_bus_message_rewind(call, /* complete = */ true);
        if (r < 0)
                return 0; /* the handler says what is wrong with it */
        if (strv_length(ids) == 0)
                return usage_want(m, NULL);
        STRV_FOREACH(id, ids) {
                Session *s = session_table_get_by_id(&m->sessions, *id);
                int64_t one = s ? usage_want(m, s) : 0;

                if (one < 0)
                        return one;
                ticket = MAX(ticket, one);
        }
        return ticket;
}

static bool reads_usage(sd_bus_message *call) {
        const char *interface = NULL, *property = NULL;
        int r;

        if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", "GetAll") > 0)
                return true;
        r = sd_bus_message_read(call, "ss", &interface, &property);
        (void) sd_bus_message_rewind(call, /* complete = */ true);
        return r >= 0 && usage_counter_from_string(property) >= 0;
}

/* Asks for what the answer will be made of. Returns the ticket to wait for, 0 for nothing, -errno. */
static int64_t want_samples(Manager *m, sd_bus_message *call) {
        Session *s;

        if (sd_bus_message_is_method_call(call, MANAGER_INTERFACE, "GetUsage") > 0)
                return want_listed_samples(m, call);
        if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects") >
                0)
                return usage_want(m, NULL);
        if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", NULL) > 0) {
                s = session_of_path(m, call);
                return s && reads_usage(call) ? usage_want(m, s) : 0;
        }
        return 0;
}

void admission_dispatch_again(Manager *m, sd_bus_message *call) {
        Admission *a = &m->admission;
        sd_bus_message **grown;

        grown = reallocarray(a->again, a->n_again + 1, sizeof(sd_bus_message *));
        if (grown) {
                a->again = grown;
                a->again[a->n_again++] = call;
        }
        (void) sd_bus_enqueue_for_read(m->bus, call);
}

static bool take_again(Admission *a, sd_bus_message *call) {
        for (size_t i = 0; i < a->n_again; i++)
                if (a->again[i] == call) {
                        a->again[i] = a->again[--a->n_again];
                        return true;
                }
        return false;
}

static int admit(Manager *m, sd_bus_message *call) {
        const Caller *caller;
        int64_t ticket;
        Session *s;

        if (take_again(&m->admission, call))
                return 0;
        caller = admission_caller(m, call);
        if (!caller)
                return hold_for_credentials(m, call) < 0
                        ? sd_bus_reply_method_errorf(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                  "Too many calls are waiting to be looked at; try again later.")
                        : 1;
        if (!is_allowed(m, call, caller, &s)) {
                (void) refuse(m, call, caller, s);
                return 1;
        }
        ticket = want_samples(m, call);
        if (ticket < 0)
                return (int) ticket;
        if (ticket > 0 && usage_park(m, ticket, call) < 0)
                return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
                        "Too many calls are waiting for usage figures; try again later.");
        return ticket > 0;
}

static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error _unused_) {
        uint8_t type;
        int r;

        r = sd_bus_message_get_type(message, &type);
        if (r < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
                return 0;
        idle_touch(userdata);
        return admit(userdata, message);
}

int admission_start(Manager *m) {
        return sd_bus_add_filter(m->bus, NULL, on_message, m);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection to the service, calls to it, and how their errors are told. */

#include <stdarg.h>
#include <stdio.h>

#include "ctl/bus/authentication.h"
#include "ctl/bus/client.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/text.h"

#define PROBE_TIMEOUT_USEC (2 * USEC_PER_SEC)

static const char *bus_description(const Client *c) {
        if (c->arguments->host)
                return "the other machine's system bus";
        return c->arguments->user ? "your user bus" : "the system bus";
}

/* Does the user's own service run, or would a call start it? */
static bool user_service_exists(void) {
        _cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *name;
        int owned = false;

        if (sd_bus_open_user(&bus) < 0)
                return false;
        (void) sd_bus_set_method_call_timeout(bus, PROBE_TIMEOUT_USEC);
        if (sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                    "NameHasOwner", NULL, &reply, "s", BUS_NAME) >= 0 &&
                sd_bus_message_read(reply, "b", &owned) >= 0 && owned)
                return true;

        reply = sd_bus_message_unref(reply);
        if (sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                    "ListActivatableNames", NULL, &reply, NULL) < 0 ||
                sd_bus_message_enter_container(reply, 'a', "s") < 0)
                return false;
        while (sd_bus_message_read(reply, "s", &name) > 0)
                if (streq(name, BUS_NAME))
                        return true;
        return false;
}

/* Those who ask the wrong service are told. Returns whether there is anything to tell. */
static bool tell_about_user_service(const Client *c) {
        if (c->arguments->user || c->arguments->host || !user_service_exists())
                return false;
        log_error("Your own service is there: ask it with 'computectl --user'.");
        return true;
}

int client_connect(Client *c) {
        const char *host = c->arguments->host;
        int r;

        if (c->bus)
                return 0;
        if (host && c->arguments->user) {
                log_error(
                        "--user and --host= do not go together: the other machine's service is its system's.");
                return -EINVAL;
        }

        if (host)
                r = sd_bus_open_system_remote(&c->bus, host);
        else if (c->arguments->user)
                r = sd_bus_open_user(&c->bus);
        else
                r = sd_bus_open_system(&c->bus);
        if (r == -ENOMEDIUM)
                return log_error_errno(r,
                        "Failed to find your user bus: neither $DBUS_SESSION_BUS_ADDRESS nor $XDG_RUNTIME_DIR is set."
                        " Is this a login session?");
        if (r < 0) {
                log_error_errno(r, "Failed to connect to %s: %m", bus_description(c));
                (void) tell_about_user_service(c);
                return r;
        }
        return 0;
}

void client_done(Client *c) {
        authentication_done(c);
        c->bus = sd_bus_flush_close_unref(c->bus);
}

bool client_error_is_passing(const sd_bus_error *error) {
        static const char *const names[] = { ERROR_NO_KEEPER, ERROR_LIMIT_REACHED, SD_BUS_ERROR_NO_REPLY,
                SD_BUS_ERROR_TIMEOUT, SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (sd_bus_error_has_name(error, names[i]))
                        return true;
        return false;
}

bool client_error_is_gone(const sd_bus_error *error) {
        return sd_bus_error_has_name(error, ERROR_NO_SUCH_SESSION) ||
                sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_OBJECT);
}

static bool error_is_unreachable(const sd_bus_error *error) {
        return sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
                sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER) ||
                sd_bus_error_has_name(error, "org.freedesktop.systemd1.NoSuchUnit") ||
                sd_bus_error_has_name(error, "org.freedesktop.systemd1.LoadFailed") ||
                (error->name && startswith(error->name, "org.freedesktop.DBus.Error.Spawn."));
}

/* Not from the service itself, which has better words: it did not get to answer. */
static bool error_is_silence(const sd_bus_error *error) {
        return sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) ||
                sd_bus_error_has_name(error, "org.freedesktop.DBus.Error.TimedOut") ||
                sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT);
}

static void tell_what_to_do(Client *c) {
        const char *user = c->arguments->user ? " --user" : "";

        if (tell_about_user_service(c))
                return;
        log_error(
                "Start the service with 'systemctl%s start compute-sessiond'; if that fails, is it installed?",
                user);
}

int client_report(Client *c, int result, const sd_bus_error *error, const char *format, ...) {
        _cleanup_free_ char *what = NULL, *message = NULL;
        va_list arguments;
        int n;

        result = -abs(result);
        va_start(arguments, format);
        n = vasprintf(&what, format, arguments);
        va_end(arguments);
        if (n < 0)
                return log_oom();

        if (error && error_is_unreachable(error)) {
                log_error("Failed to %s: compute-sessiond is not on %s and cannot be started by it.", what,
                        bus_description(c));
                tell_what_to_do(c);
                return result;
        }
        if (error && sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_OBJECT)) {
                log_error(
                        "Failed to %s: there is no such session; 'computectl list --all' shows also what ended lately.",
                        what);
                return result;
        }
        if (!error || isempty(error->message))
                return log_error_errno(result, "Failed to %s: %m", what);

        message = text_sanitize(error->message, MESSAGE_TEXT_MAX);
        log_error("Failed to %s: %s", what, strempty(message));
        if (error_is_silence(error))
                log_error(
                        "'systemctl%s status compute-sessiond' shows what keeps the service from answering.",
                        c->arguments->user ? " --user" : "");
        return result;
}

int object_message(
        Client *c, const char *path, const char *interface, const char *member, sd_bus_message **ret) {
        return sd_bus_message_new_method_call(c->bus, ret, BUS_NAME, path, interface, member);
}

int manager_message(Client *c, const char *member, sd_bus_message **ret) {
        return object_message(c, BUS_PATH, MANAGER_INTERFACE, member, ret);
}

int properties_message(Client *c, const char *path, const char *interface, sd_bus_message **ret) {
        _cleanup_message_ sd_bus_message *m = NULL;
        int r;

        r = object_message(c, path, "org.freedesktop.DBus.Properties", "GetAll", &m);
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "s", interface);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}

static int call_on_reply(sd_bus_message *m, void *userdata, _unused_ sd_bus_error *ret_error) {
        Call *call = userdata;
        const sd_bus_error *error = sd_bus_message_get_error(m);

        if (error) {
                call->result = sd_bus_error_copy(&call->error, error);
                if (call->result >= 0)
                        call->result = -EIO;
        } else {
                call->reply = sd_bus_message_ref(m);
                call->result = 0;
        }
        return 1;
}

void call_send(Client *c, Call *call, sd_bus_message *m, usec_t timeout) {
        int r;

        call->message = sd_bus_message_ref(m);
        call->timeout = timeout;
        r = sd_bus_call_async(c->bus, &call->slot, m, call_on_reply, call, timeout);
        if (r < 0)
                call->result = r;
}

static size_t calls_under_way(const Call *calls, size_t n) {
        size_t pending = 0;

        for (size_t i = 0; i < n; i++)
                pending += calls[i].result == -EINPROGRESS;
        return pending;
}

static int process_until(Client *c, const Call *calls, size_t n, size_t under_way) {
        int r;

        while (calls_under_way(calls, n) > under_way) {
                r = sd_bus_process(c->bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(c->bus, UINT64_MAX);
                if (r < 0 && r != -EINTR)
                        return r;
        }
        return 0;
}

int calls_wait_room(Client *c, const Call *calls, size_t n) {
        return process_until(c, calls, n, CALLS_MAX - 1);
}

static int wait_for_all(Client *c, Call *calls, size_t n) {
        int r;

        r = process_until(c, calls, n, 0);
        for (size_t i = 0; i < n; i++)
                if (calls[i].result == -EINPROGRESS)
                        calls[i].result = r;
        return r;
}

/* Sends the call again, and with what it was refused gone. */
static void repeat(Client *c, Call *call) {
        _cleanup_message_ sd_bus_message *m = NULL;
        usec_t timeout = MAX(call->timeout, ASK_TIMEOUT_USEC);
        int r;

        r = authentication_repeat(c, call->message, &m);
        if (r < 0)
                return;
        call_done(call);
        *call = (Call) CALL_NULL;
        call_send(c, call, m, timeout);
}

int calls_wait(Client *c, Call *calls, size_t n) {
        int r;

        r = wait_for_all(c, calls, n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                /* One after the other: who asks at the terminal can ask for one password at a time. */
                if (r >= 0 && calls[i].result < 0 && authentication_is_wanted(c, &calls[i].error)) {
                        repeat(c, &calls[i]);
                        r = wait_for_all(c, &calls[i], 1);
                }
        authentication_done(c);
        return r;
}

int client_call(
        Client *c, sd_bus_message *m, usec_t timeout, sd_bus_error *ret_error, sd_bus_message **ret_reply) {
        _cleanup_message_ sd_bus_message *again = NULL;
        int r;

        r = sd_bus_call(c->bus, m, timeout, ret_error, ret_reply);
        if (r >= 0 || !authentication_is_wanted(c, ret_error) || authentication_repeat(c, m, &again) < 0)
                return r;
        sd_bus_error_free(ret_error);
        r = sd_bus_call(c->bus, again, MAX(timeout, ASK_TIMEOUT_USEC), ret_error, ret_reply);
        authentication_done(c);
        return r;
}

void call_done(Call *call) {
        call->slot = sd_bus_slot_unref(call->slot);
        call->message = sd_bus_message_unref(call->message);
        call->reply = sd_bus_message_unref(call->reply);
        sd_bus_error_free(&call->error);
}

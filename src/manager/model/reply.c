/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What somebody who called is owed. */

#include "manager/model/reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

Reply reply_keep(const Reply *reply) {
        if (!reply_is_owed(reply))
                return (Reply){};
        reply->door->ref(reply->call);
        return *reply;
}

void reply_drop(Reply *reply) {
        if (reply_is_owed(reply))
                reply->door->unref(reply->call);
        *reply = (Reply){};
}

Reply reply_as(const Reply *reply, ReplyKind kind) {
        Reply other = *reply;

        other.kind = kind;
        return other;
}

int reply_success(const Reply *reply) {
        return reply_session(reply, NULL, /* started = */ false);
}

int reply_session(const Reply *reply, const Session *s, bool started) {
        int r;

        if (!reply_is_owed(reply))
                return 1;
        r = reply->door->success(reply, s, started);
        return r < 0 ? r : 1;
}

int reply_descriptor(const Reply *reply, int fd) {
        int r;

        if (!reply_is_owed(reply))
                return 1;
        r = reply->door->descriptor(reply, fd);
        return r < 0 ? r : 1;
}

int reply_error(const Reply *reply, const char *name, const char *format, ...) {
        _cleanup_free_ char *message = NULL;
        va_list arguments;
        int r;

        if (!reply_is_owed(reply))
                return 1;
        va_start(arguments, format);
        if (vasprintf(&message, format, arguments) < 0)
                message = NULL;
        va_end(arguments);
        r = reply->door->error(reply, name, strempty(message));
        return r < 0 ? r : 1;
}

int reply_error_number(const Reply *reply, int error) {
        int r;

        if (!reply_is_owed(reply))
                return 1;
        r = reply->door->error_number(reply, error);
        return r < 0 ? r : 1;
}

void reply_again(const Reply *reply) {
        if (reply_is_owed(reply))
                reply->door->again(reply);
}

int reply_charge(const Reply *reply, Charges *charges, ChargeKind kind, Charge *charge) {
        return reply_is_owed(reply) ? charge_take(charge, charges, reply->uid, kind, reply->size) : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A front door that notes how its calls are answered. */

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "manager/model/reply.h"

/* One who called. All zero: not answered. */
typedef struct Visitor {
        unsigned references;
        unsigned answers; /* of any kind; each call is to get one */
        unsigned again;
        const Session *session;
        bool started;
        int descriptor;     /* as it was handed over; a number only */
        bool takes_nothing; /* nothing can be sent but errors */
        char error[128];    /* "": success */
        char message[512];
} Visitor;

static inline int visitor_success(const Reply *reply, const Session *s, bool started) {
        Visitor *v = reply->call;

        v->answers++;
        v->session = s;
        v->started = started;
        return 1;
}

static inline int visitor_descriptor(const Reply *reply, int fd) {
        Visitor *v = reply->call;

        if (v->takes_nothing)
                return -EMFILE;
        v->answers++;
        v->descriptor = fd;
        return 1;
}

static inline int visitor_error(const Reply *reply, const char *name, const char *message) {
        Visitor *v = reply->call;

        v->answers++;
        (void) snprintf(v->error, sizeof(v->error), "%s", name);
        (void) snprintf(v->message, sizeof(v->message), "%s", message);
        return 1;
}

static inline int visitor_error_number(const Reply *reply, int error) {
        return visitor_error(reply, "errno", strerror(error < 0 ? -error : error));
}

static inline void visitor_again(const Reply *reply) {
        Visitor *v = reply->call;

        v->answers++;
        v->again++;
}

static inline void visitor_ref(void *call) {
        Visitor *v = call;

        v->references++;
}

static inline void visitor_unref(void *call) {
        Visitor *v = call;

        ck_assert_uint_gt(v->references, 0);
        v->references--;
}

/* What the visitor, a user's, is owed. */
static inline Reply visitor_reply(Visitor *v, Manager *m, uid_t uid, ReplyKind kind) {
        static const FrontDoor door = {
                .success = visitor_success,
                .descriptor = visitor_descriptor,
                .error = visitor_error,
                .error_number = visitor_error_number,
                .again = visitor_again,
                .ref = visitor_ref,
                .unref = visitor_unref,
        };

        return (Reply){ .door = &door, .manager = m, .call = v, .kind = kind, .uid = uid };
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What somebody who called is owed, whatever front door they came through. Who works on sessions takes
 * values and a Reply, and never sees a message: the D-Bus interface is one door (bus-reply.c), another one
 * would be another folder. */

#include <stddef.h>
#include <sys/types.h>

#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "shared/macros.h"

typedef enum ReplyKind {
        REPLY_DONE,       /* that it is done */
        REPLY_SESSION,    /* which session it is */
        REPLY_STARTED,    /* the same, and whether it was started for this call */
        REPLY_FOUND,      /* where the session is found */
        REPLY_DESCRIPTOR, /* a descriptor */
        /* Nothing: the call is looked at anew, but does not wait again for what it has passed. */
        REPLY_AGAIN,
} ReplyKind;

typedef struct Reply Reply;

/* How a front door answers its calls. What returns int returns -errno if nothing was sent. */
typedef struct FrontDoor {
        /* kind is none of REPLY_DESCRIPTOR and REPLY_AGAIN. s is NULL for REPLY_DONE; started only counts
         * for REPLY_STARTED. */
        int (*success)(const Reply *reply, const Session *s, bool started);
        /* fd stays who calls's. */
        int (*descriptor)(const Reply *reply, int fd);
        int (*error)(const Reply *reply, const char *name, const char *message);
        int (*error_number)(const Reply *reply, int error);
        void (*again)(const Reply *reply);
        void (*ref)(void *call);
        void (*unref)(void *call);
} FrontDoor;

/* One call. All zero: nobody's. A copy that is kept has a reference (reply_keep(), reply_drop()). */
struct Reply {
        const FrontDoor *door;
        Manager *manager;
        void *call; /* the door's */
        ReplyKind kind;
        uid_t uid;   /* who called */
        uid_t login; /* who had logged in; see Actor */
        size_t size; /* of the call's arguments, in bytes */
};

/* Is somebody waiting? reply may be NULL. */
static inline bool reply_is_owed(const Reply *reply) {
        return reply && reply->door;
}

static inline Actor reply_actor(const Reply *reply) {
        return (Actor){ .uid = reply->uid, .login = reply->login };
}

/* A copy with a reference. NULL gives nobody's. */
Reply reply_keep(const Reply *reply);
/* Drops the reference; the call was answered, or never will be. */
void reply_drop(Reply *reply);

/* The same call, owed something else. No reference. */
Reply reply_as(const Reply *reply, ReplyKind kind);

/* Answer the call, if there is one; each call once. 1, or -errno if nothing was sent. */
int reply_success(const Reply *reply);
int reply_session(const Reply *reply, const Session *s, bool started);
int reply_descriptor(const Reply *reply, int fd);
/* name: a constant of names.h. */
int reply_error(const Reply *reply, const char *name, const char *format, ...) _printf_(3, 4);
/* With what an errno means; error is positive or negative. */
int reply_error_number(const Reply *reply, int error);
void reply_again(const Reply *reply);

/* Charges who called for the call's being held; nobody's call is free. -EDQUOT: the user has too many;
 * -ENOMEM. */
int reply_charge(const Reply *reply, Charges *charges, ChargeKind kind, Charge *charge);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How calls that came over D-Bus are answered. */

#include "manager/bus/bus-reply.h"
#include "manager/access/admission.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "shared/ids.h"

static int send_success(const Reply *reply, const Session *s, bool started) {
        char path[BUS_PATH_SIZE] = "";

        if (s)
                session_bus_path(s->id, path);
        switch (reply->kind) {
        case REPLY_SESSION:
                return sd_bus_reply_method_return(reply->call, "so", s->id, path);
        case REPLY_STARTED:
                return sd_bus_reply_method_return(reply->call, "sob", s->id, path, (int) started);
        case REPLY_FOUND:
                return sd_bus_reply_method_return(reply->call, "o", path);
        default:
                return sd_bus_reply_method_return(reply->call, NULL);
        }
}

static int send_descriptor(const Reply *reply, int fd) {
        return sd_bus_reply_method_return(reply->call, "h", fd);
}

static int send_error(const Reply *reply, const char *name, const char *message) {
        return sd_bus_reply_method_errorf(reply->call, name, "%s", message);
}

static int send_error_number(const Reply *reply, int error) {
        return sd_bus_reply_method_errno(reply->call, error, NULL);
}

static void dispatch_again(const Reply *reply) {
        (void) sd_bus_message_rewind(reply->call, /* complete = */ true);
        admission_dispatch_again(
                reply->manager, reply->call, ADMISSION_TURN | ADMISSION_AUTHORIZED | ADMISSION_SAMPLED);
}

static void ref(void *call) {
        sd_bus_message_ref(call);
}

static void unref(void *call) {
        sd_bus_message_unref(call);
}

static const FrontDoor bus_door = {
        .success = send_success,
        .descriptor = send_descriptor,
        .error = send_error,
        .error_number = send_error_number,
        .again = dispatch_again,
        .ref = ref,
        .unref = unref,
};

Reply bus_reply(Manager *m, sd_bus_message *call, ReplyKind kind) {
        const Caller *caller = admission_caller(m, call);

        return (Reply){
                .door = &bus_door,
                .manager = m,
                .call = call,
                .kind = kind,
                .uid = caller->uid,
                .login = caller->login,
                .size = m->admission.size,
        };
}

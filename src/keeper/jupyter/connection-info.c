/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a connection file says. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "jupyter/json-file.h"
#include "keeper/jupyter/connection-info.h"

#define CONNECTION_FILE_MAX (64U * 1024U)

static const char *const port_names[_CHANNEL_MAX] = {
        [CHANNEL_SHELL] = "shell_port",
        [CHANNEL_IOPUB] = "iopub_port",
        [CHANNEL_STDIN] = "stdin_port",
        [CHANNEL_CONTROL] = "control_port",
        [CHANNEL_HEARTBEAT] = "hb_port",
};

void connection_info_done(ConnectionInfo *c) {
        if (c->key)
                explicit_bzero(c->key, strlen(c->key));
        free(c->key);
        *c = (ConnectionInfo){};
}

static int invalid(Failure *failure, const char *path, const char *what) {
        return failure_set(failure, KEEPER_ERROR_FAILED,
                "The connection file '%s' cannot be used: %s. Start the kernel again.", path, what);
}

/* ZeroMQ's "ipc": a path, or with "@" a name in the abstract namespace. */
static int set_ipc(KernelAddress *a, const char *prefix, int port) {
        struct sockaddr_un sun = { .sun_family = AF_UNIX };
        int length;

        length = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s-%d", prefix, port);
        if (length < 0 || (size_t) length >= sizeof(sun.sun_path))
                return -ENAMETOOLONG;
        a->size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + (size_t) length + 1);
        if (prefix[0] == '@') {
                sun.sun_path[0] = 0;
                a->size--;
        }
        memcpy(&a->address, &sun, sizeof(sun));
        return 0;
}

static int set_tcp(KernelAddress *a, const char *ip, int port) {
        struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port) };
        struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t) port) };

        /* What a kernel binds to when it binds to everything; we are on the same machine. */
        if (streq(ip, "*") || streq(ip, "0.0.0.0") || streq(ip, "localhost") || isempty(ip))
                ip = "127.0.0.1";
        if (inet_pton(AF_INET, ip, &sin.sin_addr) == 1) {
                memcpy(&a->address, &sin, sizeof(sin));
                a->size = sizeof(sin);
                return 0;
        }
        if (inet_pton(AF_INET6, ip, &sin6.sin6_addr) == 1) {
                memcpy(&a->address, &sin6, sizeof(sin6));
                a->size = sizeof(sin6);
                return 0;
        }
        return -EINVAL;
}

static int set_address(KernelAddress *a, json_object *object, const char *name, bool ipc, const char *ip) {
        json_object *port;
        int64_t value;

        if (!json_object_object_get_ex(object, name, &port) || !json_object_is_type(port, json_type_int))
                return -EBADMSG;
        value = json_object_get_int64(port);
        if (value <= 0 || value > (ipc ? INT32_MAX : UINT16_MAX))
                return -EBADMSG;
        return ipc ? set_ipc(a, ip, (int) value) : set_tcp(a, ip, (int) value);
}

static int read_object(json_object *object, const char *path, ConnectionInfo *c, Failure *failure) {
        const char *transport = "tcp", *ip = "127.0.0.1", *scheme = "hmac-sha256", *key = "";
        bool ipc;
        int r;

        if (!json_object_is_type(object, json_type_object))
                return invalid(failure, path, "it must be an object");
        if (json_get_string(object, "transport", &transport) < 0 || json_get_string(object, "ip", &ip) < 0 ||
                json_get_string(object, "signature_scheme", &scheme) < 0 ||
                json_get_string(object, "key", &key) < 0)
                return invalid(failure, path,
                        "\"transport\", \"ip\", \"signature_scheme\" and \"key\" must be strings");
        ipc = streq(transport, "ipc");
        if (!ipc && !streq(transport, "tcp"))
                return invalid(failure, path, "\"transport\" must be \"tcp\" or \"ipc\"");
        if (*key && !streq(scheme, "hmac-sha256"))
                return invalid(failure, path, "\"signature_scheme\" must be \"hmac-sha256\"");
        for (size_t i = 0; i < _CHANNEL_MAX; i++) {
                r = set_address(&c->addresses[i], object, port_names[i], ipc, ip);
                if (r == -EBADMSG)
                        return invalid(failure, path, "its ports must be numbers");
                if (r == -ENAMETOOLONG)
                        return invalid(failure, path, "the path of its sockets is too long");
                if (r < 0)
                        return invalid(failure, path, "\"ip\" must be a numeric address");
        }
        c->key = strdup(key);
        return c->key ? 0 : -ENOMEM;
}

int connection_info_read(const char *path, ConnectionInfo *ret, Failure *failure) {
        _cleanup_connection_info_ ConnectionInfo c = {};
        _cleanup_json_ json_object *object = NULL;
        const char *reason = NULL;
        int r;

        r = json_file_read(path, CONNECTION_FILE_MAX, &object, &reason);
        if (r == -ENOMEM)
                return r;
        if (r == -EBADMSG)
                return invalid(failure, path, reason);
        if (r < 0)
                return invalid(failure, path, strerror(-r));
        r = read_object(object, path, &c, failure);
        if (r != 0)
                return r;

        *ret = c;
        c = (ConnectionInfo){};
        return 0;
}

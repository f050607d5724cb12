/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection file of a kernel. */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "jupyter/json-file.h"
#include "jupyter/jupyter-paths.h"
#include "keeper/launch/connection-file.h"
#include "keeper/store/folder.h"
#include "shared/text.h"

#define N_PORTS  5
#define KEY_SIZE 32 /* bytes */
#define SUFFIX   ".json"

static const char *const port_names[N_PORTS] = { "shell_port", "iopub_port", "stdin_port", "control_port",
        "hb_port" };

Transport transport_from_string(const char *s) {
        if (!s || streq(s, "auto"))
                return TRANSPORT_AUTO;
        if (streq(s, "ipc"))
                return TRANSPORT_IPC;
        if (streq(s, "tcp"))
                return TRANSPORT_TCP;
        return _TRANSPORT_INVALID;
}

/* What ZeroMQ's ipc endpoints start with; "-1" to "-5" follow. The caller's, or NULL if memory is short. */
static char *socket_prefix(const char *path) {
        size_t length = strlen(path);
        char *prefix;

        assert(length > strlen(SUFFIX));
        if (asprintf(&prefix, "%.*s-ipc", (int) (length - strlen(SUFFIX)), path) < 0)
                return NULL;
        return prefix;
}

int connection_file_plan(char *const *environment, Transport wanted, bool can_ipc, char **ret_path,
        Transport *ret_transport, Failure *failure) {
        _cleanup_free_ char *directory = NULL, *path = NULL, *prefix = NULL;
        sd_id128_t id;
        bool fits;
        int r;

        r = jupyter_runtime_directory(environment, &directory);
        if (r < 0)
                return r;
        if (!text_is_printable(directory) || !path_is_normalized(directory))
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "The path of Jupyter's runtime directory '%s' cannot be used. Set JUPYTER_RUNTIME_DIR.",
                        directory);
        r = folder_make(directory);
        if (r < 0)
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "Jupyter's runtime directory '%s' could not be made: %s. Make it, or set JUPYTER_RUNTIME_DIR.",
                        directory, strerror(-r));

        r = sd_id128_randomize(&id);
        if (r < 0)
                return r;
        if (asprintf(&path, "%s/kernel-%s" SUFFIX, directory, SD_ID128_TO_UUID_STRING(id)) < 0)
                return -ENOMEM;
        prefix = socket_prefix(path);
        if (!prefix)
                return -ENOMEM;
        fits = strlen(prefix) + strlen("-5") < sizeof(((struct sockaddr_un *) NULL)->sun_path);
        if (wanted == TRANSPORT_IPC && !fits)
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "The path of Jupyter's runtime directory '%s' is too long for the transport ipc. Set "
                        "JUPYTER_RUNTIME_DIR to a shorter one, or use the transport tcp.",
                        directory);

        *ret_path = TAKE_PTR(path);
        *ret_transport =
                wanted == TRANSPORT_AUTO ? (can_ipc && fits ? TRANSPORT_IPC : TRANSPORT_TCP) : wanted;
        return 0;
}

/* Five different ports that nobody uses at this moment. */
static int choose_ports(int ret[N_PORTS]) {
        int fds[N_PORTS], ports[N_PORTS], r = 0;

        for (size_t i = 0; i < N_PORTS; i++)
                fds[i] = -EBADF;
        for (size_t i = 0; i < N_PORTS && r >= 0; i++) {
                struct sockaddr_in address = {
                        .sin_family = AF_INET,
                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                };
                socklen_t size = sizeof(address);

                fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
                if (fds[i] < 0 || bind(fds[i], (struct sockaddr *) &address, size) < 0 ||
                        getsockname(fds[i], (struct sockaddr *) &address, &size) < 0)
                        r = -errno;
                ports[i] = ntohs(address.sin_port);
        }
        /* Only now, or two of them could be the same. */
        for (size_t i = 0; i < N_PORTS; i++)
                (void) safe_close(fds[i]);
        if (r < 0)
                return r;
        memcpy(ret, ports, sizeof(ports));
        return 0;
}

static int make_key(char ret[2 * KEY_SIZE + 1]) {
        uint8_t key[KEY_SIZE];

        if (getrandom(key, sizeof(key), 0) != sizeof(key))
                return -EIO;
        for (size_t i = 0; i < sizeof(key); i++)
                snprintf(ret + 2 * i, 3, "%02x", key[i]);
        explicit_bzero(key, sizeof(key));
        return 0;
}

/* 0, or -ENOMEM; value becomes the object's, and may be NULL for want of memory. */
static int json_add(json_object *object, const char *name, json_object *value) {
        if (!value)
                return -ENOMEM;
        if (json_object_object_add(object, name, value) < 0) {
                json_object_put(value);
                return -ENOMEM;
        }
        return 0;
}

static int make_json(const char *ip, const int *ports, const char *key, Transport transport,
        const char *kernel, const char *notebook, json_object **ret) {
        _cleanup_json_ json_object *object = json_object_new_object();
        const struct {
                const char *name, *value;
        } words[] = {
                { "ip", ip },
                { "key", key },
                { "transport", transport == TRANSPORT_IPC ? "ipc" : "tcp" },
                { "signature_scheme", "hmac-sha256" },
                { "kernel_name", kernel },
                { "jupyter_session", notebook },
        };
        int r;

        if (!object)
                return -ENOMEM;
        for (size_t i = 0; i < N_PORTS; i++) {
                r = json_add(object, port_names[i], json_object_new_int(ports[i]));
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                r = json_add(object, words[i].name, json_object_new_string(words[i].value));
                if (r < 0)
                        return r;
        }

        *ret = TAKE_PTR(object);
        return 0;
}

static int write_file(const char *path, json_object *object) {
        _cleanup_close_ int fd = -EBADF;
        const char *text;
        size_t size;
        ssize_t n;

        text = json_object_to_json_string_length(object,
                JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE, &size);
        if (!text)
                return -ENOMEM;
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0 || fchmod(fd, 0600) < 0)
                return -errno;
        n = write(fd, text, size);
        if (n < 0)
                return -errno;
        return (size_t) n == size ? 0 : -ENOSPC;
}

int connection_file_create(
        const char *path, Transport transport, const char *kernel, const char *notebook, Failure *failure) {
        _cleanup_json_ json_object *object = NULL;
        _cleanup_free_ char *prefix = NULL;
        char key[2 * KEY_SIZE + 1];
        int ports[N_PORTS] = { 1, 2, 3, 4, 5 };
        int r;

        assert(transport == TRANSPORT_IPC || transport == TRANSPORT_TCP);

        prefix = socket_prefix(path);
        if (!prefix)
                return -ENOMEM;
        if (transport == TRANSPORT_TCP) {
                r = choose_ports(ports);
                if (r < 0)
                        return failure_set(failure, KEEPER_ERROR_FAILED,
                                "No free ports for the kernel on 127.0.0.1: %s. Try again, or use the transport ipc.",
                                strerror(-r));
        }
        r = make_key(key);
        if (r < 0)
                return r;
        r = make_json(transport == TRANSPORT_IPC ? prefix : "127.0.0.1", ports, key, transport, kernel,
                notebook, &object);
        explicit_bzero(key, sizeof(key));
        if (r < 0)
                return r;
        r = write_file(path, object);
        if (r < 0 && r != -ENOMEM)
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "The connection file '%s' could not be written: %s. Check the folder.", path,
                        strerror(-r));
        return r;
}

void connection_file_remove(const char *path) {
        _cleanup_free_ char *prefix = NULL;

        if (strlen(path) <= strlen(SUFFIX) || !streq(path + strlen(path) - strlen(SUFFIX), SUFFIX))
                return;
        prefix = socket_prefix(path);
        (void) unlink(path);
        for (int i = 1; prefix && i <= N_PORTS; i++) {
                _cleanup_free_ char *name = NULL;

                if (asprintf(&name, "%s-%d", prefix, i) < 0)
                        return;
                (void) unlink(name);
        }
}

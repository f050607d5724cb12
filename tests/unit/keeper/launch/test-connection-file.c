/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connection files: what is in them, who can read them, which transport, and that they go. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jupyter/json-file.h"
#include "keeper/launch/connection-file.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static int plan(const char *directory, Transport wanted, bool can_ipc, char **ret_path,
        Transport *ret_transport, Failure *failure) {
        _cleanup_free_ char *variable = NULL;
        char *environment[2] = {};

        ck_assert_int_gt(asprintf(&variable, "JUPYTER_RUNTIME_DIR=%s", directory), 0);
        environment[0] = variable;
        return connection_file_plan(environment, wanted, can_ipc, ret_path, ret_transport, failure);
}

static const char *word(json_object *object, const char *key) {
        const char *s = NULL;

        ck_assert_int_eq(json_get_string(object, key, &s), 1);
        return s;
}

static int number(json_object *object, const char *key) {
        json_object *value;

        ck_assert(json_object_object_get_ex(object, key, &value));
        ck_assert(json_object_is_type(value, json_type_int));
        return json_object_get_int(value);
}

static size_t count_entries(const char *folder) {
        _cleanup_free_ char *command = NULL;
        char line[64] = "";
        FILE *list;

        ck_assert_int_gt(asprintf(&command, "ls -A '%s' | wc -l", folder), 0);
        list = popen(command, "re");
        ck_assert_ptr_nonnull(list);
        ck_assert_ptr_nonnull(fgets(line, sizeof(line), list));
        pclose(list);
        return (size_t) atol(line);
}

TEST(ipc) {
        char *folder = scratch_make();
        _cleanup_free_ char *directory = scratch_path(folder, "a/b/runtime"), *path = NULL;
        _cleanup_json_ json_object *object = NULL;
        _cleanup_failure_ Failure f = {};
        Transport transport = TRANSPORT_AUTO;
        struct stat st;

        ck_assert_int_eq(plan(directory, TRANSPORT_AUTO, true, &path, &transport, &f), 0);
        ck_assert_int_eq(transport, TRANSPORT_IPC);
        ck_assert_int_eq(stat(directory, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0700);
        ck_assert_uint_eq(count_entries(directory), 0);

        ck_assert_int_eq(connection_file_create(path, transport, "python3", "/n/a b\".ipynb", &f), 0);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0600);
        ck_assert_int_eq(json_file_read(path, 10000, &object, NULL), 0);
        ck_assert_str_eq(word(object, "transport"), "ipc");
        ck_assert_str_eq(word(object, "signature_scheme"), "hmac-sha256");
        ck_assert_str_eq(word(object, "kernel_name"), "python3");
        ck_assert_str_eq(word(object, "jupyter_session"), "/n/a b\".ipynb");
        ck_assert_uint_eq(strlen(word(object, "key")), 64);
        ck_assert_ptr_nonnull(startswith(word(object, "ip"), directory));
        ck_assert_int_eq(number(object, "shell_port"), 1);
        ck_assert_int_eq(number(object, "hb_port"), 5);

        /* It must not be there already: nobody can put one there for us. */
        ck_assert_int_eq(connection_file_create(path, transport, "python3", "/n", &f), KEEPER_ERROR_FAILED);
        scratch_remove(folder);
}
END_TEST

TEST(tcp) {
        static const char *const names[] = { "shell_port", "iopub_port", "stdin_port", "control_port",
                "hb_port" };
        char *folder = scratch_make();
        _cleanup_free_ char *path = NULL;
        _cleanup_json_ json_object *object = NULL;
        _cleanup_failure_ Failure f = {};
        Transport transport = TRANSPORT_AUTO;
        int ports[5];

        ck_assert_int_eq(plan(folder, TRANSPORT_AUTO, false, &path, &transport, &f), 0);
        ck_assert_int_eq(transport, TRANSPORT_TCP);
        ck_assert_int_eq(connection_file_create(path, transport, "ir", "/n", &f), 0);
        ck_assert_int_eq(json_file_read(path, 10000, &object, NULL), 0);
        ck_assert_str_eq(word(object, "transport"), "tcp");
        ck_assert_str_eq(word(object, "ip"), "127.0.0.1");
        for (size_t i = 0; i < 5; i++) {
                struct sockaddr_in address = { .sin_family = AF_INET,
                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
                _cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM, 0);

                ports[i] = number(object, names[i]);
                for (size_t j = 0; j < i; j++)
                        ck_assert_int_ne(ports[i], ports[j]);
                address.sin_port = htons((uint16_t) ports[i]);
                ck_assert_int_eq(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        }
        scratch_remove(folder);
}
END_TEST

TEST(long_path) {
        char *folder = scratch_make();
        _cleanup_free_ char *path = NULL, *other = NULL, *directory = NULL;
        char name[101];
        _cleanup_failure_ Failure f = {};
        Transport transport = TRANSPORT_AUTO;

        memset(name, 'y', sizeof(name) - 1);
        name[sizeof(name) - 1] = 0;
        directory = scratch_path(folder, name);
        ck_assert_int_eq(plan(directory, TRANSPORT_AUTO, true, &path, &transport, &f), 0);
        ck_assert_int_eq(transport, TRANSPORT_TCP);
        ck_assert_int_eq(plan(directory, TRANSPORT_IPC, true, &other, &transport, &f), KEEPER_ERROR_FAILED);
        ck_assert_ptr_nonnull(strstr(failure_message(&f), "too long"));
        scratch_remove(folder);
}
END_TEST

TEST(forced) {
        char *folder = scratch_make();
        _cleanup_free_ char *a = NULL, *b = NULL;
        _cleanup_failure_ Failure f = {};
        Transport transport = TRANSPORT_AUTO;

        ck_assert_int_eq(plan(folder, TRANSPORT_IPC, false, &a, &transport, &f), 0);
        ck_assert_int_eq(transport, TRANSPORT_IPC);
        ck_assert_int_eq(plan(folder, TRANSPORT_TCP, true, &b, &transport, &f), 0);
        ck_assert_int_eq(transport, TRANSPORT_TCP);
        ck_assert_str_ne(a, b);
        scratch_remove(folder);
}
END_TEST

TEST(no_folder) {
        static const char *const bad[] = { "/dev/null/x", "/proc/nonexistent/x", "/tmp/../tmp/x",
                "/tmp/\xff", "/tmp/\n" };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                char *path = NULL;
                Transport transport = TRANSPORT_AUTO;
                _cleanup_failure_ Failure f = {};

                ck_assert_msg(
                        plan(bad[i], TRANSPORT_AUTO, true, &path, &transport, &f) == KEEPER_ERROR_FAILED,
                        "%s", bad[i]);
                ck_assert_ptr_null(path);
        }
}
END_TEST

TEST(removed) {
        char *folder = scratch_make();
        _cleanup_free_ char *path = NULL;
        _cleanup_failure_ Failure f = {};
        Transport transport = TRANSPORT_AUTO;
        const char *name;

        ck_assert_int_eq(plan(folder, TRANSPORT_IPC, true, &path, &transport, &f), 0);
        ck_assert_int_eq(connection_file_create(path, transport, "x", "/n", &f), 0);
        name = strrchr(path, '/') + 1;
        for (int i = 1; i <= 6; i++) {
                _cleanup_free_ char *sock = NULL;

                ck_assert_int_gt(
                        asprintf(&sock, "%.*s-ipc-%d", (int) (strlen(name) - strlen(".json")), name, i), 0);
                free(scratch_file(folder, sock, "", 0600));
        }
        connection_file_remove(path);
        ck_assert_uint_eq(count_entries(folder), 1); /* -6 is not ours */
        connection_file_remove(path);
        scratch_remove(folder);
}
END_TEST

TEST(words) {
        ck_assert_int_eq(transport_from_string(NULL), TRANSPORT_AUTO);
        ck_assert_int_eq(transport_from_string("auto"), TRANSPORT_AUTO);
        ck_assert_int_eq(transport_from_string("ipc"), TRANSPORT_IPC);
        ck_assert_int_eq(transport_from_string("tcp"), TRANSPORT_TCP);
        ck_assert_int_lt(transport_from_string(""), 0);
        ck_assert_int_lt(transport_from_string("TCP"), 0);
}
END_TEST

TEST_MAIN(ipc, tcp, long_path, forced, no_folder, removed, words);

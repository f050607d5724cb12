/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connection files, ours and others'. */

#include <arpa/inet.h>
#include <netinet/in.h>

#include "keeper/jupyter/connection-info.h"
#include "keeper/launch/connection-file.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define PORTS "\"shell_port\":1,\"iopub_port\":2,\"stdin_port\":3,\"control_port\":4,\"hb_port\":5"

TEST(what_we_write) {
        char *folder = scratch_make();
        _cleanup_free_ char *path = scratch_path(folder, "kernel-1.json");

        for (Transport t = TRANSPORT_IPC; t <= TRANSPORT_TCP; t++) {
                _cleanup_connection_info_ ConnectionInfo info = {};
                _cleanup_failure_ Failure failure = {};

                ck_assert_int_eq(connection_file_create(path, t, "python3", "/a.ipynb", &failure), 0);
                ck_assert_int_eq(connection_info_read(path, &info, &failure), 0);
                ck_assert_uint_eq(strlen(info.key), 64);
                for (size_t i = 0; i < _CHANNEL_MAX; i++) {
                        const struct sockaddr_un *sun = (struct sockaddr_un *) &info.addresses[i].address;
                        char suffix[] = "-ipc-?";

                        ck_assert_int_eq(sun->sun_family, t == TRANSPORT_IPC ? AF_UNIX : AF_INET);
                        suffix[5] = (char) ('1' + i);
                        if (t == TRANSPORT_IPC)
                                ck_assert_ptr_nonnull(strstr(sun->sun_path, suffix));
                }
                connection_file_remove(path);
        }
        scratch_remove(folder);
}
END_TEST

TEST(what_others_write) {
        static const struct {
                const char *text, *address;
        } cases[] = {
                { "{" PORTS "}", "127.0.0.1" },
                { "{" PORTS ",\"ip\":\"*\",\"key\":\"k\"}", "127.0.0.1" },
                { "{" PORTS ",\"ip\":\"127.0.0.2\",\"signature_scheme\":\"hmac-sha256\"}", "127.0.0.2" },
        };
        char *folder = scratch_make();

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_connection_info_ ConnectionInfo info = {};
                _cleanup_failure_ Failure failure = {};
                _cleanup_free_ char *path = scratch_file(folder, "c.json", cases[i].text, 0600);
                const struct sockaddr_in *sin =
                        (struct sockaddr_in *) &info.addresses[CHANNEL_IOPUB].address;
                char address[INET_ADDRSTRLEN];

                ck_assert_int_eq(connection_info_read(path, &info, &failure), 0);
                ck_assert_str_eq(
                        inet_ntop(AF_INET, &sin->sin_addr, address, sizeof(address)), cases[i].address);
                ck_assert_int_eq(ntohs(sin->sin_port), 2);
                (void) unlink(path);
        }
        scratch_remove(folder);
}
END_TEST

TEST(refused) {
        static const char *const texts[] = { "", "[]", "{}", "{" PORTS ",\"transport\":\"udp\"}",
                "{" PORTS ",\"key\":\"k\",\"signature_scheme\":\"hmac-md5\"}",
                "{" PORTS ",\"ip\":\"example.org\"}", "{" PORTS ",\"ip\":7}", "{\"shell_port\":\"1\"}",
                "{" PORTS ",\"hb_port\":70000}", "{" PORTS ",\"hb_port\":-1}",
                "{" PORTS ",\"transport\":\"ipc\",\"ip\":\"/a/longer/one"
                "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
                "\"}" };
        char *folder = scratch_make();

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_connection_info_ ConnectionInfo info = {};
                _cleanup_failure_ Failure failure = {};
                _cleanup_free_ char *path = scratch_file(folder, "c.json", texts[i], 0600);

                ck_assert_int_eq(connection_info_read(path, &info, &failure), KEEPER_ERROR_FAILED);
                ck_assert_ptr_nonnull(strstr(failure.message, path));
                (void) unlink(path);
        }
        scratch_remove(folder);
}
END_TEST

TEST_MAIN(what_we_write, what_others_write, refused);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lives of sessions, as their keeper leads them for a manager, killed and started again meanwhile. */

#include "tests/unit/keeper-process.h"

TEST(whole_life) {
        _cleanup_close_ int client = -EBADF;
        _cleanup_answer_ Answer a = {};

        setup("t1");
        hello(KEEPER_PHASE_IDLE, &a);
        start("read line; echo \"got $line\"; exit 7");
        client = attach();
        type(client, "this\n");
        read_until(client, "got this");
        receive(KEEPER_ENDED, &a);
        ck_assert_uint_eq(a.code, CLD_EXITED);
        ck_assert_uint_eq(a.status, 7);
        read_until(client, NULL);
        hello(KEEPER_PHASE_ENDED, &a);
        ck_assert_uint_eq(a.status, 7);
        ck_assert(!is_stored("pty"));
        ck_assert(!is_stored("leader"));
        teardown();
}
END_TEST

TEST(killed_while_running) {
        _cleanup_answer_ Answer a = {};
        pid_t pid;

        setup("t1");
        pid = start("while read line; do n=$((n + 1)); echo \"$n $line\"; done; exit 3");
        for (int i = 1; i <= 3; i++) {
                _cleanup_free_ char *expected = NULL;
                _cleanup_close_ int client = attach();

                ck_assert_int_gt(asprintf(&expected, "%d again", i), 0);
                type(client, "again\n");
                read_until(client, expected);
                restart_keeper();
                read_until(client, NULL);
                hello(KEEPER_PHASE_RUNNING, &a);
                ck_assert_int_eq((pid_t) a.leader, pid);
                ck_assert_uint_eq(strv_length(a.arguments), 3);
                ck_assert_uint_eq(a.clients, 0);
        }
        /* The end is seen by a keeper that is not the payload's parent. */
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        receive(KEEPER_ENDED, &a);
        ck_assert(a.code == 0 || (a.code == CLD_KILLED && a.status == SIGKILL));
        restart_keeper();
        hello(KEEPER_PHASE_ENDED, &a);
        teardown();
}
END_TEST

TEST(killed_at_the_gate) {
        _cleanup_answer_ Answer a = {};
        pid_t pid;

        setup("t1");
        send_start("exit 0");
        receive(KEEPER_AT_GATE, &a);
        pid = a.sender;
        restart_keeper();
        hello(KEEPER_PHASE_IDLE, &a);
        ck_assert_uint_eq(a.leader, 0);
        ck_assert(!is_stored("pty"));
        ck_assert(!is_stored("leader"));
        /* Gone, or a zombie that nobody reaps where the tests run. */
        while (kill(pid, 0) == 0) {
                _cleanup_free_ char *path = NULL, *line = NULL;
                size_t size = 0;
                FILE *file;

                ck_assert_int_gt(asprintf(&path, "/proc/%d/stat", (int) pid), 0);
                file = fopen(path, "re");
                if (file && getline(&line, &size, file) > 0 && strstr(line, ") Z"))
                        break;
                if (file)
                        fclose(file);
        }
        start("exit 0");
        receive(KEEPER_ENDED, &a);
        teardown();
}
END_TEST

TEST(failed_attempts) {
        _cleanup_answer_ Answer a = {};
        _cleanup_free_ char *bad = NULL;
        WireWriter w = {};

        setup("t1");
        bad = scratch_file(world.folder, "bad", "#!/nonexistent\n", 0755);
        wire_begin(&w, KEEPER_START, 1);
        wire_put_string(&w, KEEPER_TAG_TYPE, "terminal");
        wire_put_string(&w, KEEPER_TAG_ARGUMENT, "nonesuch");
        send_message(&w, NULL, 0);
        receive(KEEPER_FAILED, &a);
        ck_assert_uint_eq(a.error, KEEPER_ERROR_NO_COMMAND);

        wire_begin(&w, KEEPER_START, 1);
        wire_put_string(&w, KEEPER_TAG_TYPE, "terminal");
        wire_put_string(&w, KEEPER_TAG_ARGUMENT, bad);
        send_message(&w, NULL, 0);
        receive(KEEPER_AT_GATE, &a);
        send_opcode(KEEPER_OPEN_GATE);
        receive(KEEPER_FAILED, &a);
        ck_assert_uint_eq(a.error, KEEPER_ERROR_NO_COMMAND);

        send_start("exit 0");
        receive(KEEPER_AT_GATE, &a);
        ck_assert_int_eq(kill(a.sender, SIGKILL), 0);
        receive(KEEPER_FAILED, &a);
        ck_assert_uint_eq(a.error, KEEPER_ERROR_FAILED);

        hello(KEEPER_PHASE_IDLE, &a);
        ck_assert(!is_stored("pty"));
        start("exit 0");
        receive(KEEPER_ENDED, &a);
        teardown();
}
END_TEST

TEST(notebook_leaves_no_file) {
        _cleanup_answer_ Answer a = {};
        _cleanup_free_ char *notebook = NULL, *kernel = NULL, *file = NULL;
        WireWriter w = {};

        setup("n1");
        free(scratch_file(world.folder, "kernel/kernel.json",
                "{\"argv\": [\"sh\", \"-c\", \"test -e {connection_file} && echo good bye >&2; exit 9\"]}",
                0644));
        kernel = scratch_path(world.folder, "kernel");
        notebook = scratch_path(world.folder, "new.ipynb");
        for (int i = 0; i < 2; i++) {
                wire_begin(&w, KEEPER_START, 1);
                wire_put_string(&w, KEEPER_TAG_TYPE, "notebook");
                wire_put_string(&w, KEEPER_TAG_NOTEBOOK, notebook);
                wire_put_string(&w, KEEPER_TAG_KERNEL, kernel);
                send_message(&w, NULL, 0);
                receive(KEEPER_AT_GATE, &a);
                ck_assert_int_eq(access(a.connection_file, F_OK), 0);
                if (i == 0) {
                        _cleanup_free_ char *first = TAKE_PTR(a.connection_file);

                        restart_keeper();
                        hello(KEEPER_PHASE_IDLE, &a);
                        ck_assert_int_lt(access(first, F_OK), 0);
                }
        }
        send_opcode(KEEPER_OPEN_GATE);
        file = TAKE_PTR(a.connection_file);
        receive(KEEPER_FAILED, &a);
        ck_assert_uint_eq(a.error, KEEPER_ERROR_KERNEL_NOT_READY);
        ck_assert_ptr_nonnull(strstr(a.message, "exited with status 9"));
        ck_assert_ptr_nonnull(strstr(a.message, "good bye"));
        hello(KEEPER_PHASE_IDLE, &a);
        ck_assert_int_lt(access(file, F_OK), 0);
        ck_assert(!is_stored("outputs"));
        teardown();
}
END_TEST

static void watch(const char *file, Answer *a) {
        WireWriter w = {};

        wire_begin(&w, KEEPER_WATCH, 9);
        wire_put_string(&w, KEEPER_TAG_CONNECTION_FILE, file);
        send_message(&w, NULL, 0);
        receive(KEEPER_REPLY, a);
}

TEST(kernel_of_somebody_else) {
        _cleanup_answer_ Answer a = {};
        _cleanup_free_ char *broken = NULL, *good = NULL;

        setup("n1");
        broken = scratch_file(world.folder, "broken.json", "{\"shell_port\": 1}", 0600);
        good = scratch_file(world.folder, "good.json",
                "{\"shell_port\":1,\"iopub_port\":2,\"stdin_port\":3,\"control_port\":4,\"hb_port\":5}",
                0600);
        watch(broken, &a);
        ck_assert_ptr_nonnull(strstr(a.message, broken));
        hello(KEEPER_PHASE_IDLE, &a);
        ck_assert(!is_stored("outputs"));
        watch(good, &a);
        ck_assert_uint_eq(a.error, 0);
        for (int i = 0; i < 3; i++) {
                hello(KEEPER_PHASE_RUNNING, &a);
                ck_assert(is_stored("outputs"));
                restart_keeper();
        }
        /* Neither file is ours to remove. */
        ck_assert_int_eq(access(broken, F_OK), 0);
        ck_assert_int_eq(access(good, F_OK), 0);
        teardown();
}
END_TEST

TEST(out_of_phase) {
        _cleanup_answer_ Answer a = {};
        WireWriter w = {};

        setup("t1");
        send_opcode(KEEPER_OPEN_GATE);
        receive(0, &a);
        connect_manager();
        start("read line");
        send_start("exit 0");
        receive(0, &a);
        connect_manager();
        hello(KEEPER_PHASE_RUNNING, &a);

        /* An unknown request is answered; what only keepers say is not. */
        send_opcode(50);
        receive(KEEPER_REPLY, &a);
        ck_assert_uint_eq(a.error, KEEPER_ERROR_NOT_SUPPORTED);
        wire_begin(&w, KEEPER_RESIZE, 5);
        send_message(&w, NULL, 0);
        receive(KEEPER_REPLY, &a);
        ck_assert_uint_eq(a.error, KEEPER_ERROR_FAILED);
        send_opcode(KEEPER_ENDED);
        receive(0, &a);
        teardown();
}
END_TEST

TEST(not_attachable) {
        _cleanup_answer_ Answer a = {};
        WireWriter w = {};

        setup("t1");
        wire_begin(&w, KEEPER_ATTACH, 5);
        send_message(&w, &world.notify_fd, 1);
        receive(KEEPER_REPLY, &a);
        ck_assert_uint_eq(a.error, KEEPER_ERROR_NOT_ATTACHABLE);
        start("read line");
        wire_begin(&w, KEEPER_ATTACH, 6);
        send_message(&w, &world.notify_fd, 1); /* no stream */
        receive(KEEPER_REPLY, &a);
        ck_assert_uint_eq(a.error, KEEPER_ERROR_FAILED);
        send_opcode(KEEPER_ATTACH); /* no descriptor */
        receive(0, &a);
        teardown();
}
END_TEST

TEST_MAIN(whole_life, killed_while_running, killed_at_the_gate, failed_attempts, notebook_leaves_no_file,
        kernel_of_somebody_else, out_of_phase, not_attachable);

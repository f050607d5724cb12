/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kernels that are started again, killed meanwhile with or without their keeper. */

#include "keeper/kernel/kernel-state.h"
#include "keeper/outputs/output-log.h"
#include "tests/unit/keeper-process.h"

/* RESTART, until the payload is at its gate. */
static pid_t send_restart(const char *file) {
        _cleanup_answer_ Answer a = {};
        WireWriter w = {};

        wire_begin(&w, KEEPER_RESTART, 1);
        wire_put_u64(&w, KEEPER_TAG_RESTARTS, 1);
        send_message(&w, NULL, 0);
        do
                receive_any(&a);
        while (a.opcode == KEEPER_CHANGED);
        ck_assert_uint_eq(a.opcode, KEEPER_AT_GATE);
        ck_assert_int_eq(access(file, F_OK), 0);
        return a.sender;
}

/* What the keeper has of the kernel, as if the kernel had said who it is. */
static void let_kernel_be_ready(void) {
        OutputLog *log;
        KernelState *state;

        ck_assert(is_stored("outputs"));
        for (size_t i = 0; i < world.n_stored; i++)
                if (streq(world.names[i], "outputs"))
                        ck_assert_int_eq(output_log_adopt(dup(world.fds[i]), &log), 0);
        state = output_log_annex(log); /* which begins with it */
        ck_assert(kernel_state_ready(state, 1));
        output_log_free(log);
}

static void wait_ended(const char *file, Answer *a) {
        do
                receive_any(a);
        while (a->opcode == KEEPER_CHANGED);
        ck_assert_msg(a->opcode == KEEPER_ENDED, "%u: %s", a->opcode, strempty(a->message));
        ck_assert_int_lt(access(file, F_OK), 0);
}

/* Wherever it is killed, or its payload is, it can be asked for another payload. */
TEST(killed_while_a_kernel_is_started_again) {
        _cleanup_free_ char *notebook = NULL, *kernel = NULL, *file = NULL;
        _cleanup_answer_ Answer a = {};
        WireWriter w = {};
        pid_t pid;

        setup("n1");
        free(scratch_file(world.folder, "kernel/kernel.json", "{\"argv\": [\"sleep\", \"1000\"]}", 0644));
        kernel = scratch_path(world.folder, "kernel");
        notebook = scratch_path(world.folder, "new.ipynb");
        wire_begin(&w, KEEPER_START, 1);
        wire_put_string(&w, KEEPER_TAG_TYPE, "notebook");
        wire_put_string(&w, KEEPER_TAG_NOTEBOOK, notebook);
        wire_put_string(&w, KEEPER_TAG_KERNEL, kernel);
        send_message(&w, NULL, 0);
        receive(KEEPER_AT_GATE, &a);
        pid = a.sender;
        file = TAKE_PTR(a.connection_file);
        send_opcode(KEEPER_OPEN_GATE);
        hello(KEEPER_PHASE_RUNNING, &a);
        let_kernel_be_ready();
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        wait_ended(file, &a);

        /* the keeper, at the gate */
        for (int i = 0; i < 3; i++) {
                (void) send_restart(file);
                restart_keeper();
                hello(KEEPER_PHASE_ENDED, &a);
                ck_assert_uint_eq(a.leader, 0);
                ck_assert_uint_eq(a.code, 0);
                ck_assert_int_lt(access(file, F_OK), 0);
                ck_assert(is_stored("outputs"));
                ck_assert(!is_stored("leader"));
        }
        /* the payload, at the gate */
        ck_assert_int_eq(kill(send_restart(file), SIGKILL), 0);
        wait_ended(file, &a);
        hello(KEEPER_PHASE_ENDED, &a);
        /* both, when it is on record that the gate is open */
        pid = send_restart(file);
        send_opcode(KEEPER_OPEN_GATE);
        hello(KEEPER_PHASE_RUNNING, &a);
        kill_keeper();
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        start_keeper(/* first= */ false);
        connect_manager();
        wait_ended(file, &a);
        hello(KEEPER_PHASE_ENDED, &a);
        /* the payload alone, which then is the kernel's fault */
        pid = send_restart(file);
        send_opcode(KEEPER_OPEN_GATE);
        hello(KEEPER_PHASE_RUNNING, &a);
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        do
                receive_any(&a);
        while (a.opcode == KEEPER_CHANGED);
        ck_assert_uint_eq(a.opcode, KEEPER_FAILED);
        ck_assert_uint_eq(a.error, KEEPER_ERROR_KERNEL_NOT_READY);
        hello(KEEPER_PHASE_IDLE, &a);
        teardown();
}
END_TEST

TEST_MAIN(killed_while_a_kernel_is_started_again);

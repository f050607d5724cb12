/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a process that cannot become a session is told. */

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manager/access/admission.h"
#include "manager/access/caller.h"
#include "manager/access/charges.h"
#include "manager/base/cgroup.h"
#include "manager/base/config.h"
#include "manager/base/start-request.h"
#include "manager/model/manager.h"
#include "manager/session/session-lifetime.h"
#include "manager/session/session-start.h"
#include "shared/names.h"
#include "tests/unit/front-door.h"
#include "tests/unit/message.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define SENDER ":1.7"

static Manager manager;
static char *folder;
static Caller *caller;

/* A process of an ordinary user's, as root is charged for nothing. It is stopped. */
static pid_t start_process(uid_t uid) {
        pid_t pid = fork();
        int status;

        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                if (getuid() != uid && setresuid(uid, uid, uid) < 0)
                        _exit(EXIT_FAILURE);
                /* So that /proc says whose it is. */
                if (prctl(PR_SET_DUMPABLE, 1) < 0 || raise(SIGSTOP) != 0)
                        _exit(EXIT_FAILURE);
                for (;;)
                        pause();
        }
        ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
        ck_assert(WIFSTOPPED(status));
        return pid;
}

static void end_process(pid_t pid) {
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static void set_up(void) {
        folder = scratch_make();
        manager = (Manager){
                .user_mode = true, /* whatever unit this test runs in */
                .bus = message_bus(),
                .runtime_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                .next_number = 1,
        };
        config_init(&manager.config);
        cgroup_tree_init(&manager.cgroups);
        ck_assert_int_ge(sd_event_new(&manager.event), 0);
        caller = &manager.admission.callers.callers[0];
        *caller = (Caller){ .name = strdup(SENDER), .uid = getuid() > 0 ? getuid() : 1000 };
}

static void tear_down(void) {
        ck_assert_uint_eq(manager.sessions.n, 0);
        session_free_all(&manager.sessions);
        admission_done(&manager.admission);
        cgroup_tree_done(&manager.cgroups);
        charges_done(&manager.charges);
        sd_event_unref(manager.event);
        close(manager.runtime_fd);
        scratch_remove(folder);
        message_bus_done();
}

static void assert_refused(const char *name, const char *says) {
        sd_bus_message *call = message_new();
        sd_bus_error error = SD_BUS_ERROR_NULL;
        Visitor visitor = {};
        Reply reply = visitor_reply(&visitor, &manager, caller->uid, REPLY_SESSION);
        StartRequest *request = NULL;

        ck_assert_int_ge(sd_bus_message_set_sender(call, SENDER), 0);
        ck_assert_int_ge(sd_bus_message_append(call, "ssa{sv}", "terminal", "a", 0), 0);
        (void) message_seal(call);
        ck_assert_int_ge(start_request_read(REQUEST_REGISTER, call, &request, &error), 0);
        ck_assert_int_lt(session_register(&manager, caller, request, &reply, &error), 0);
        ck_assert_str_eq(error.name, name);
        ck_assert_msg(strstr(error.message, says), "says: %s", error.message);
        ck_assert_uint_eq(visitor.answers, 0); /* who handles the call does it */
        ck_assert_uint_eq(visitor.references, 0);
        sd_bus_error_free(&error);
        sd_bus_message_unref(call);
}

TEST(a_process_that_ended_is_no_session) {
        set_up();
        caller->pid = start_process(caller->uid);
        end_process(caller->pid);
        assert_refused(ERROR_NO_SUCH_PROCESS, "it has ended");
        tear_down();
}

TEST(a_process_of_another_is_no_session) {
        set_up();
        caller->pid = start_process(getuid());
        caller->uid++;
        if (getuid() == caller->uid)
                caller->uid++;
        assert_refused(ERROR_NO_SUCH_PROCESS, "user who calls");
        end_process(caller->pid);
        tear_down();
}

TEST(who_waits_too_often_is_told_so) {
        Charge all = {};

        set_up();
        caller->pid = start_process(caller->uid);
        ck_assert_int_eq(charge_take(&all, &manager.charges, caller->uid, CHARGE_WAITER,
                                 CHARGE_BYTES_MAX - CHARGE_CALL_BYTES),
                0);
        assert_refused(ERROR_LIMIT_REACHED, "Too many of your calls");
        charge_release(&all);
        end_process(caller->pid);
        tear_down();
}

TEST_MAIN(a_process_that_ended_is_no_session, a_process_of_another_is_no_session,
        who_waits_too_often_is_told_so);

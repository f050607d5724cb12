/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The keeper of one session.
 *
 *                 START                 OPEN_GATE               payload ends
 *        IDLE ----------------> GATE ----------------> RUNNING ----------------> ENDED
 *         ^                     |  ^                      |                        |
 *         `------- FAILED ------+--|----- exec failed ----'                        |
 *                                  `---------------------- RESTART ----------------'
 *
 * The keeper can be killed at any moment. What the next one finds is what systemd kept: the listening
 * socket, the state record, the activity page, the PTY and the payload's pidfd. The order in which they are
 * stored makes each moment safe:
 *
 *      killed                              the payload                       the next keeper
 *      before the PTY is stored            is not there                      IDLE
 *      before GATE is recorded             waits in the keeper's cgroup,     IDLE; kills it by pidfd, if
 *                                          and is killed with it             that was stored
 *      before RUNNING is recorded          sees its gate end, and exits      GATE: gives the attempt up
 *      before the gate was opened          the same                          RUNNING: tells that it ended
 *      before ENDED is recorded            runs on, or is PID 1's child      RUNNING: follows it by pidfd
 *      later                               is gone                           ENDED: tells how
 *
 * A kernel that is started again is on record as ENDED until GATE is, and a payload that dies at its gate,
 * or as if it had, leads back to ENDED instead of IDLE: the manager can ask for another one.
 *
 * The other files of this object: keeper-start.c, keeper-end.c, keeper-attach.c (what happens in each
 * phase), and keeper-requests.c (what the manager asks for). */

#include <fcntl.h>
#include <unistd.h>

#include "keeper/keeper-attach.h"
#include "keeper/keeper-end.h"
#include "keeper/keeper-kernel.h"
#include "keeper/keeper-outputs.h"
#include "keeper/keeper-requests.h"
#include "keeper/keeper.h"
#include "keeper/launch/connection-file.h"
#include "keeper/launch/leader.h"
#include "keeper/launch/login-place.h"
#include "keeper/store/descriptor-store.h"
#include "keeper/store/state-record.h"
#include "shared/ids.h"
#include "shared/log.h"
#include "shared/process.h"
#include "shared/strv.h"

Keeper *keeper_free(Keeper *k) {
        if (!k)
                return NULL;
        sd_event_source_disable_unref(k->gate_source);
        sd_event_source_disable_unref(k->gate_timer);
        sd_event_source_disable_unref(k->leader_source);
        sd_event_source_disable_unref(k->end_timer);
        gate_done(&k->gate);
        sd_event_source_disable_unref(k->description_timer);
        sd_event_source_disable_unref(k->rest_timer);
        answering_end(&k->answering);
        audience_clear(&k->audience);
        recording_free(k->recording);
        free(k->foreground);
        free(k->foreground_directory);
        terminal_free(k->terminal);
        keeper_free_kernel(k);
        control_free(k->control);
        (void) safe_close(k->leader_fd);
        activity_done(&k->activity);
        (void) safe_close(k->state_fd);
        keeper_state_done(&k->state);
        strv_free(k->environment);
        sd_event_unref(k->event);
        free(k);
        return NULL;
}

int keeper_save(Keeper *k) {
        return state_record_write(k->state_fd, &k->state);
}

static void keeper_save_logged(Keeper *k) {
        int r;

        r = keeper_save(k);
        if (r < 0)
                (void) log_warning_errno(r, "Could not record the session's state: %m");
}

/* Whatever waits at the gate does so no longer. */
static void keeper_drop_payload(Keeper *k) {
        k->gate_source = sd_event_source_disable_unref(k->gate_source);
        k->gate_timer = sd_event_source_disable_unref(k->gate_timer);
        k->leader_source = sd_event_source_disable_unref(k->leader_source);
        gate_done(&k->gate);
        if (k->leader_fd >= 0)
                leader_kill(k->leader_fd);
        k->leader_fd = safe_close(k->leader_fd);
}

void keeper_reset(Keeper *k) {
        keeper_drop_payload(k);
        answering_end(&k->answering);
        audience_clear(&k->audience);
        k->terminal = terminal_free(k->terminal);
        k->recording = recording_free(k->recording);
        if (k->state.connection_file && !keeper_is_watching(k))
                connection_file_remove(k->state.connection_file);
        /* Of a kernel that was to be restarted. */
        if (keeper_has_run_kernel(k))
                keeper_keep_outputs(k);
        keeper_forget_kernel(k);

        keeper_state_reset(&k->state);
        keeper_save_logged(k);
        (void) descriptor_store_remove(STORED_LEADER);
        (void) descriptor_store_remove(STORED_PTY);
        (void) descriptor_store_remove(STORED_RING);
        (void) descriptor_store_remove(STORED_CHECKPOINT);
}

bool keeper_is_in_user_mode(const Keeper *k) {
        return strv_env_get(k->environment, "MANAGERPID");
}

bool keeper_undo_restart(Keeper *k) {
        if (k->state.phase != KEEPER_PHASE_GATE || !keeper_has_run_kernel(k))
                return false;
        keeper_drop_payload(k);
        k->state.phase = KEEPER_PHASE_ENDED;
        k->state.leader = 0;
        k->state.exit_code = k->state.exit_status = 0;
        keeper_save_logged(k);
        keeper_forget_payload(k);
        return true;
}

void keeper_stop(Keeper *k) {
        switch (k->state.phase) {
        case KEEPER_PHASE_GATE:
                /* Nobody can open it any more. */
                if (keeper_undo_restart(k))
                        keeper_keep_outputs(k);
                else
                        keeper_reset(k);
                break;
        case KEEPER_PHASE_RUNNING:
                /* Whoever stops the scope and then us at once is not to leave files behind. */
                if (k->leader_fd >= 0 && process_has_ended(k->leader_fd) > 0)
                        keeper_end(k);
                /* The kernel may go on, and so may the session: with another keeper, or with none. */
                if (k->kernel)
                        kernel_drain(k->kernel);
                keeper_keep_outputs(k);
                break;
        case KEEPER_PHASE_ENDED:
                keeper_keep_outputs(k);
                break;
        case KEEPER_PHASE_IDLE:
                break;
        }
        if (k->state.phase == KEEPER_PHASE_ENDED || k->state.phase == KEEPER_PHASE_IDLE)
                login_place_remove(k->state.id, keeper_is_in_user_mode(k));
}

/* The listening socket that systemd gave us as stdin at the first start. */
static int take_stdin(int *ret) {
        _cleanup_close_ int fd = -EBADF, null = -EBADF;

        if (!control_is_listening(STDIN_FILENO))
                return -ENOTSOCK;
        fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (fd < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0)
                return -errno;
        *ret = TAKE_FD(fd);
        return 0;
}

static int keeper_listen(Keeper *k, DescriptorStore *store) {
        _cleanup_close_ int fd = TAKE_FD(store->fds[STORED_LISTEN]);
        int r;

        if (fd < 0) {
                r = take_stdin(&fd);
                if (r < 0)
                        return r;
                r = descriptor_store_put(STORED_LISTEN, fd);
                if (r < 0)
                        return r;
        }
        r = control_new(k->event, fd, keeper_handle_message, k, &k->control);
        if (r < 0)
                return r;
        (void) TAKE_FD(fd);
        return 0;
}

static int keeper_take_activity(Keeper *k, DescriptorStore *store) {
        int r;

        if (store->fds[STORED_ACTIVITY] >= 0) {
                r = activity_init(&k->activity, store->fds[STORED_ACTIVITY]);
                if (r >= 0) {
                        (void) TAKE_FD(store->fds[STORED_ACTIVITY]);
                        return 0;
                }
        }
        r = activity_init(&k->activity, -EBADF);
        if (r < 0)
                return r;
        return descriptor_store_put(STORED_ACTIVITY, k->activity.fd);
}

/* What the record says, or a fresh state. */
static int keeper_take_state(Keeper *k, DescriptorStore *store, const char *id) {
        _cleanup_keeper_state_ KeeperState state = {};
        int r;

        r = session_id_parse(id, &k->state.type, NULL);
        if (r < 0)
                return r;
        k->state.id = strdup(id);
        if (!k->state.id)
                return -ENOMEM;

        k->state_fd = TAKE_FD(store->fds[STORED_STATE]);
        if (k->state_fd < 0) {
                r = state_record_new(&k->state_fd);
                if (r < 0)
                        return r;
                r = keeper_save(k);
                if (r < 0)
                        return r;
                return descriptor_store_put(STORED_STATE, k->state_fd);
        }

        r = state_record_read(k->state_fd, &state);
        if (r == -ENOMEM)
                return r;
        if (r >= 0 && streq(state.id, id)) {
                keeper_state_done(&k->state);
                k->state = state;
                state = (KeeperState){};
        } else if (store->fds[STORED_LEADER] >= 0) {
                /* No payload is given up for a record that cannot be read. */
                (void) log_warning_errno(
                        r, "Could not read the session's record, taking it for running: %m");
                k->state.phase = KEEPER_PHASE_RUNNING;
        }
        return 0;
}

int keeper_record_terminal(Keeper *k, size_t buffer_size) {
        int r;

        r = recording_new(k->state.rows, k->state.columns, buffer_size, &k->recording);
        if (r < 0)
                return r;
        r = descriptor_store_put(STORED_RING, ring_fd(k->recording->ring));
        if (r < 0)
                return r;
        return descriptor_store_put(STORED_CHECKPOINT, k->recording->checkpoint_fd);
}

/* What the terminal showed. Without it, it shows what comes from now on. */
static int keeper_take_recording(Keeper *k, DescriptorStore *store) {
        int r = -ENODATA;

        if (store->fds[STORED_RING] >= 0 && store->fds[STORED_CHECKPOINT] >= 0)
                r = recording_adopt(store->fds[STORED_RING], store->fds[STORED_CHECKPOINT], k->state.rows,
                        k->state.columns, &k->recording);
        if (r >= 0) {
                (void) TAKE_FD(store->fds[STORED_RING]);
                (void) TAKE_FD(store->fds[STORED_CHECKPOINT]);
                return 0;
        }
        (void) log_warning_errno(r, "Could not take up what the terminal showed: %m");
        (void) descriptor_store_remove(STORED_RING);
        (void) descriptor_store_remove(STORED_CHECKPOINT);
        return keeper_record_terminal(k, OUTPUT_BUFFER_SIZE_DEFAULT);
}

/* Takes up a payload that an earlier keeper started. */
static int keeper_take_payload(Keeper *k, DescriptorStore *store) {
        int r;

        if (store->fds[STORED_PTY] >= 0) {
                r = terminal_adopt(store->fds[STORED_PTY], &k->terminal);
                if (r >= 0) {
                        (void) TAKE_FD(store->fds[STORED_PTY]);
                        r = keeper_take_recording(k, store);
                }
                if (r >= 0)
                        r = keeper_watch_terminal(k);
                /* Starting again would not help: the payload is followed without it. */
                if (r < 0) {
                        (void) log_warning_errno(r, "Could not take up the terminal: %m");
                        k->terminal = terminal_free(k->terminal);
                }
        }
        if (k->state.type == SESSION_NOTEBOOK) {
                r = keeper_take_kernel(k, store);
                if (r < 0)
                        return r;
        }
        if (keeper_is_watching(k))
                return 0;
        k->leader_fd = TAKE_FD(store->fds[STORED_LEADER]);
        k->was_taken_up = true;
        return keeper_watch_leader(k);
}

/* The payload was on its way to the gate, or waited there, and ended with its keeper. */
static int keeper_take_up_start(Keeper *k, DescriptorStore *store) {
        int r;

        if (store->fds[STORED_LEADER] < 0 && store->fds[STORED_PTY] < 0 && !k->state.connection_file)
                return 0;
        k->leader_fd = TAKE_FD(store->fds[STORED_LEADER]);
        if (k->state.phase == KEEPER_PHASE_GATE && k->state.type == SESSION_NOTEBOOK) {
                r = keeper_take_kernel(k, store);
                if (r < 0)
                        return r;
        }
        if (keeper_undo_restart(k)) {
                log_notice(
                        "The keeper was killed while the kernel was being started again; it is to be tried again.");
                return 0;
        }
        log_notice("The keeper was killed while the session was being started; gave it up.");
        keeper_reset(k);
        return 0;
}

static int keeper_take_up(Keeper *k, DescriptorStore *store) {
        switch (k->state.phase) {
        case KEEPER_PHASE_IDLE:
        case KEEPER_PHASE_GATE:
                return keeper_take_up_start(k, store);
        case KEEPER_PHASE_RUNNING:
                log_notice("The keeper was started again; the session goes on.");
                return keeper_take_payload(k, store);
        case KEEPER_PHASE_ENDED:
                keeper_forget_payload(k);
                return k->state.type == SESSION_NOTEBOOK ? keeper_take_kernel(k, store) : 0;
        }
        return -EINVAL;
}

int keeper_new(sd_event *event, const char *id, char **environment, Keeper **ret) {
        _cleanup_(descriptor_store_done) DescriptorStore store = DESCRIPTOR_STORE_NULL;
        _cleanup_keeper_ Keeper *k = NULL;
        int r;

        k = malloc(sizeof(*k));
        if (!k) {
                strv_free(environment);
                return -ENOMEM;
        }
        *k = (Keeper){
                .event = sd_event_ref(event),
                .environment = environment,
                .state_fd = -EBADF,
                .activity = ACTIVITY_NULL,
                .gate = GATE_NULL,
                .leader_fd = -EBADF,
                .start_fd = -EBADF,
        };
        r = descriptor_store_take(&store);
        if (r < 0)
                return r;

        /* First of all what cannot be made again. */
        r = keeper_listen(k, &store);
        if (r < 0)
                return r;
        r = keeper_take_activity(k, &store);
        if (r < 0)
                return r;
        r = keeper_take_state(k, &store, id);
        if (r < 0)
                return r;
        r = keeper_take_up(k, &store);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(k);
        return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A whole manager with everything around it. */

#include "tests/unit/manager/fakes/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "manager/manager.h"
#include "manager/registry/session-table.h"
#include "shared/log.h"
#include "tests/unit/manager/fakes/fake-process.h"
#include "tests/unit/scratch.h"

Manager *world_manager;

static struct {
        char *folder;
        bool user_mode;
        int journal_fd;
        char journal[65536];
        size_t journal_size;
        pid_t processes[FAKE_KEEPERS_MAX];
        size_t n_processes;
} world = { .journal_fd = -EBADF };

char *world_path(const char *name) {
        return scratch_path(world.folder, name);
}

uid_t world_uid(void) {
        return getuid() > 0 ? getuid() : 1000;
}

/* Beginning */

static void on_keeper(const char *unit, int fd) {
        char id[SESSION_ID_MAX];

        ck_assert_int_ge(session_id_from_keeper(unit, id), 0);
        (void) fake_keeper_start(id, fd);
}

static void on_keeper_end(const char *unit) {
        char id[SESSION_ID_MAX];
        FakeKeeper *k;

        if (session_id_from_keeper(unit, id) < 0)
                return;
        k = fake_keeper_get(id);
        if (!k)
                return;
        fake_keeper_end(k);
}

static void open_journal(void) {
        _cleanup_free_ char *path = world_path("journal");
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        strcpy(address.sun_path, path);
        world.journal_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ck_assert_int_eq(bind(world.journal_fd, (struct sockaddr *) &address, sizeof(address)), 0);
}

void world_make_next(void) {
        static char journal[sizeof(((struct sockaddr_un *) NULL)->sun_path)];

        ck_assert_int_eq(manager_new(world.user_mode, &world_manager), 0);
        (void) snprintf(journal, sizeof(journal), "%s/journal", world.folder);
        world_manager->journal.path = journal;
        if (!world.user_mode) {
                free(world_manager->runtime_dir);
                world_manager->runtime_dir = world_path("compute-sessions");
        }
}

/* A process of the owner's that is in a login, from which sessions may be started. */
static pid_t start_login_process(void) {
        pid_t pid = fake_process_start(world_uid());
        char cgroup[128];

        ck_assert_uint_lt(world.n_processes, ELEMENTSOF(world.processes));
        world.processes[world.n_processes++] = pid;
        (void) snprintf(cgroup, sizeof(cgroup), "/user.slice/user-%u.slice/session-1.scope", world_uid());
        fake_process_set_cgroup(pid, cgroup);
        return pid;
}

void world_begin_new(bool user_mode) {
        _cleanup_free_ char *path = NULL, *address = NULL, *settings = NULL;

        log_set_max_level(LOG_CRIT);
        if (!world.folder)
                world.folder = scratch_make();
        world.user_mode = user_mode;
        path = world_path("bus");
        ck_assert_int_gt(asprintf(&address, "unix:path=%s", path), 0);
        setenv("DBUS_SESSION_BUS_ADDRESS", address, true);
        setenv("DBUS_SYSTEM_BUS_ADDRESS", address, true);
        setenv("XDG_RUNTIME_DIR", world.folder, true);
        settings = world_path("config");
        setenv("XDG_CONFIG_HOME", settings, true);
        unsetenv("NOTIFY_SOCKET");
        unsetenv("STATE_DIRECTORY");
        fake_bus_open(path);
        open_journal();
        fake_systemd_start(on_keeper, on_keeper_end);
        fake_bus_set_caller(OWNER, world_uid(), start_login_process());
        fake_bus_set_caller(OTHER, world_uid() + 1, getpid());
        fake_bus_set_caller(ROOT, 0, getpid());
        world_make_next();
}

int world_start(void) {
        int r;

        fake_bus_serve();
        r = manager_start(world_manager);
        fake_bus_serve_end();
        if (r < 0)
                return r;
        fake_bus_attach(world_manager->event);
        fake_keepers_attach(world_manager->event, world_uid());
        return r;
}

void world_begin(void) {
        world_begin_new(/* user_mode = */ true);
        ck_assert_int_eq(world_start(), 0);
}

void world_begin_system(void) {
        world_begin_new(/* user_mode = */ false);
        ck_assert_int_eq(world_start(), 0);
}

/* Ending */

void world_kill(void) {
        bool is_connected = world_manager && world_manager->bus;

        fake_keepers_detach();
        if (is_connected) {
                fake_bus_attach(NULL);
                fake_bus_serve(); /* it waits until its last words are taken */
        }
        world_manager = manager_free(world_manager);
        if (is_connected)
                fake_bus_serve_end();
        fake_bus_detach();
}

void world_begin_next(void) {
        world_make_next();
        ck_assert_int_eq(world_start(), 0);
}

void world_restart(void) {
        world_kill();
        world_begin_next();
}

void world_end(void) {
        world_kill();
        fake_keepers_end();
        fake_systemd_end();
        fake_bus_close();
        for (size_t i = 0; i < world.n_processes; i++)
                fake_process_end(world.processes[i]);
        world.n_processes = 0;
        world.journal_fd = safe_close(world.journal_fd);
        scratch_remove(TAKE_PTR(world.folder));
}

void world_configure(const char *text) {
        if (!world.folder)
                world.folder = scratch_make();
        free(scratch_file(world.folder, "config/compute-sessions/sessiond.conf", text, 0644));
}

/* Files */

void world_open_cgroups(void) {
        _cleanup_free_ char *root = scratch_folder(world.folder, "cgroup");

        cgroup_tree_done(&world_manager->cgroups);
        ck_assert_int_eq(cgroup_tree_open(&world_manager->cgroups, root, /* unified = */ true, ""), 0);
        world_manager->limits_supported = LIMITS_ALL;
}

void world_put_cgroup(const char *unit, const char *file, const char *text) {
        _cleanup_free_ char *name = NULL, *path = NULL;
        FILE *f;

        ck_assert_int_gt(
                asprintf(&name, "cgroup/compute.slice/compute-%u.slice/%s/%s", world_uid(), unit, file), 0);
        path = world_path(name);
        if (access(path, F_OK) < 0) {
                free(scratch_file(world.folder, name, text, 0644));
                return;
        }
        f = fopen(path, "r+e");
        ck_assert_ptr_nonnull(f);
        ck_assert_int_ge(fputs(text, f), 0);
        ck_assert_int_eq(fclose(f), 0);
}

void world_enter_cgroup(const char *unit, pid_t pid) {
        char text[16];

        (void) snprintf(text, sizeof(text), "%d\n", (int) pid);
        world_put_cgroup(unit, "cgroup.procs", text);
}

char *world_read_file(const char *name) {
        _cleanup_free_ char *path = world_path(name);
        char *text = calloc(1, 65536);
        FILE *f = fopen(path, "re");

        ck_assert_ptr_nonnull(text);
        if (f) {
                (void) fread(text, 1, 65535, f);
                (void) fclose(f);
        }
        return text;
}

/* Turning */

void world_settle(void) {
        for (unsigned quiet = 0; quiet < 3;) {
                int r = sd_event_run(world_manager->event, 0);

                ck_assert_int_ge(r, 0);
                quiet = r > 0 ? 0 : quiet + 1;
        }
}

void world_release(const char *call) {
        WORLD_UNTIL(fake_bus_release(call));
}

void world_expire(sd_event_source *timer) {
        ck_assert_ptr_nonnull(timer);
        ck_assert_int_ge(sd_event_source_set_time(timer, 1), 0);
        ck_assert_int_ge(sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT), 0);
}

void world_end_leader(const char *id) {
        WORLD_UNTIL(({
                const Session *s = world_session(id);
                uint64_t time;

                if (s && s->leader.event && sd_event_source_get_time(s->leader.event, &time) >= 0)
                        world_expire(s->leader.event);
                !s || s->leader.ended;
        }));
}

/* Calls */

FakeCall *world_call_manager(const char *member, const char *types, ...) {
        sd_bus_message *m = fake_bus_call_new(OWNER, BUS_PATH, MANAGER_INTERFACE, member);
        va_list arguments;

        va_start(arguments, types);
        ck_assert_int_ge(sd_bus_message_appendv(m, types, arguments), 0);
        va_end(arguments);
        return fake_bus_call_send(m);
}

FakeCall *world_call_session(const char *id, const char *member, const char *types, ...) {
        char path[BUS_PATH_SIZE];
        sd_bus_message *m;
        va_list arguments;

        session_bus_path(id, path);
        m = fake_bus_call_new(OWNER, path, SESSION_INTERFACE, member);
        va_start(arguments, types);
        ck_assert_int_ge(sd_bus_message_appendv(m, types, arguments), 0);
        va_end(arguments);
        return fake_bus_call_send(m);
}

sd_bus_message *world_answer(const FakeCall *call) {
        WORLD_UNTIL(call->answer);
        ck_assert_msg(
                streq(fake_call_error(call), ""), "%s: %s", fake_call_error(call), fake_call_message(call));
        return call->answer;
}

const char *world_refusal(const FakeCall *call, const char *name) {
        WORLD_UNTIL(call->answer);
        ck_assert_str_eq(fake_call_error(call), name);
        return fake_call_message(call);
}

/* Sessions */

Session *world_session(const char *id) {
        return session_table_get_by_id(&world_manager->sessions, id);
}

static Session *read_started(const FakeCall *call) {
        const char *id;
        Session *s;

        ck_assert_int_gt(sd_bus_message_read(world_answer(call), "s", &id), 0);
        s = world_session(id);
        ck_assert_ptr_nonnull(s);
        return s;
}

FakeCall *world_ask_for_terminal(void) {
        return world_call_manager("StartTerminal", "a{sv}", 0);
}

FakeCall *world_ask_for_notebook(const char *path) {
        return world_call_manager("StartNotebook", "ssa{sv}", path, "python3", 0);
}

Session *world_start_terminal(void) {
        return read_started(world_ask_for_terminal());
}

Session *world_start_notebook(const char *path) {
        return read_started(world_ask_for_notebook(path));
}

Session *world_register(const char *connection_file) {
        static const char *const names[] = { ":1.20", ":1.21", ":1.22" };
        static size_t n;
        sd_bus_message *m;

        ck_assert_uint_lt(n, ELEMENTSOF(names));
        fake_bus_set_caller(names[n], world_uid(), start_login_process());
        m = fake_bus_call_new(names[n++], BUS_PATH, MANAGER_INTERFACE, "RegisterSession");
        if (connection_file)
                ck_assert_int_ge(sd_bus_message_append(m, "ssa{sv}", "notebook", "registered", 1,
                                         "ConnectionFile", "s", connection_file),
                        0);
        else
                ck_assert_int_ge(sd_bus_message_append(m, "ssa{sv}", "terminal", "registered", 0), 0);
        return read_started(fake_bus_call_send(m));
}

/* What was told */

bool world_has_logged(const char *text) {
        ssize_t n;

        while ((n = recv(world.journal_fd, world.journal + world.journal_size,
                        sizeof(world.journal) - world.journal_size, 0)) >= 0)
                world.journal_size += (size_t) n;
        ck_assert_uint_lt(world.journal_size, sizeof(world.journal));
        return memmem(world.journal, world.journal_size, text, strlen(text));
}

void world_fill_runtime_dir(bool full) {
        _cleanup_free_ char *records = world_path("compute-sessions/sessions");
        _cleanup_free_ char *aside = world_path("aside");

        if (full) {
                ck_assert_int_eq(rename(records, aside), 0);
                free(scratch_file(world.folder, "compute-sessions/sessions", "", 0600));
        } else {
                ck_assert_int_eq(unlink(records), 0);
                ck_assert_int_eq(rename(aside, records), 0);
        }
}

static void assert_no_file(const char *folder, const char *id) {
        _cleanup_free_ char *name = NULL, *path = NULL;

        ck_assert_int_gt(asprintf(&name, "compute-sessions/%s/%s", folder, id), 0);
        path = world_path(name);
        ck_assert_msg(access(path, F_OK) < 0, "There is %s.", path);
}

void world_assert_gone(const char *id) {
        char unit[UNIT_NAME_SIZE];

        WORLD_UNTIL(!world_session(id));
        world_settle();
        session_scope_name(id, unit);
        ck_assert_ptr_null(fake_systemd_unit(unit));
        session_keeper_name(id, unit);
        ck_assert_ptr_null(fake_systemd_unit(unit));
        ck_assert_ptr_null(fake_keeper_get(id));
        assert_no_file("sessions", id);
        assert_no_file("keepers", id);
        if (world_manager->sessions.n > 0)
                return;
        ck_assert_uint_eq(world_manager->systemd_jobs.expected, 0);
        ck_assert_uint_eq(world_manager->references, 0);
        ck_assert_uint_eq(world_manager->controllers, 0);
        ck_assert_uint_eq(world_manager->charges.n, 0);
}

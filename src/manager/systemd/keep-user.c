/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Has users linger while they have sessions. */

#include "manager/systemd/keep-user.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "shared/log.h"
#include "shared/parse.h"

#define LOGIND_NAME       "org.freedesktop.login1"
#define LOGIND_PATH       "/org/freedesktop/login1"
#define LOGIND_MANAGER    "org.freedesktop.login1.Manager"
#define LOGIND_USER       "org.freedesktop.login1.User"
#define CALL_TIMEOUT_USEC (30 * USEC_PER_SEC)
#define MARK_SIZE         16 /* bytes of a uid's digits */

/* Marks */

static const char *mark_name(uid_t uid, char ret[MARK_SIZE]) {
        (void) snprintf(ret, MARK_SIZE, "%" PRIu32, (uint32_t) uid);
        return ret;
}

static bool has_mark(const Manager *m, uid_t uid) {
        char name[MARK_SIZE];

        return faccessat(m->kept_users.dir_fd, mark_name(uid, name), F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

static int make_mark(const Manager *m, uid_t uid) {
        char name[MARK_SIZE];
        int fd, r;

        fd = openat(m->kept_users.dir_fd, mark_name(uid, name), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                0600);
        if (fd < 0)
                return -errno;
        /* After a crash of the machine, what logind writes next is on disk, so the mark has to be, too. */
        r = fsync(fd) < 0 || fsync(m->kept_users.dir_fd) < 0 ? -errno : 0;
        (void) safe_close(fd);
        return r;
}

static void remove_mark(const Manager *m, uid_t uid) {
        char name[MARK_SIZE];

        if (unlinkat(m->kept_users.dir_fd, mark_name(uid, name), 0) < 0 && errno != ENOENT)
                log_warning_errno(errno, "Cannot remove the mark of lingering user %s: %m", name);
}

/* Users */

static KeptUser *find(const Manager *m, uid_t uid) {
        for (size_t i = 0; i < m->kept_users.n; i++)
                if (m->kept_users.items[i]->uid == uid)
                        return m->kept_users.items[i];
        return NULL;
}

static KeptUser *add(Manager *m, uid_t uid) {
        KeptUser **grown, *u;

        grown = reallocarray(m->kept_users.items, m->kept_users.n + 1, sizeof(KeptUser *));
        if (!grown)
                return NULL;
        m->kept_users.items = grown;
        u = calloc(1, sizeof(KeptUser));
        if (!u)
                return NULL;
        *u = (KeptUser){ .manager = m, .uid = uid };
        grown[m->kept_users.n++] = u;
        return u;
}

static void free_user(KeptUser *u) {
        sd_bus_slot_unref(u->question);
        sd_event_source_disable_unref(u->release);
        free(u);
}

static void forget(KeptUser *u) {
        KeptUsers *users = &u->manager->kept_users;

        for (size_t i = 0; i < users->n; i++)
                if (users->items[i] == u) {
                        users->items[i] = users->items[--users->n];
                        break;
                }
        free_user(u);
}

static size_t count_sessions(const Manager *m, uid_t uid) {
        size_t all, unused;

        session_table_count(&m->sessions, uid, &all, &unused);
        return all;
}

/* Asking logind */

static int set_linger(KeptUser *u, bool linger, sd_bus_message_handler_t on_reply) {
        Manager *m = u->manager;
        sd_bus_message *call = NULL;
        int r;

        u->question = sd_bus_slot_unref(u->question);
        r = sd_bus_message_new_method_call(
                m->bus, &call, LOGIND_NAME, LOGIND_PATH, LOGIND_MANAGER, "SetUserLinger");
        if (r >= 0)
                r = sd_bus_message_append(
                        call, "ubb", (uint32_t) u->uid, (int) linger, /* interactive = */ 0);
        if (r >= 0)
                r = sd_bus_call_async(m->bus, &u->question, call, on_reply, u, CALL_TIMEOUT_USEC);
        sd_bus_message_unref(call);
        return r;
}

static void refuse(KeptUser *u, const char *why) {
        log_notice("User %" PRIu32
                   " is not kept (%s): at the last logout logind removes the runtime directory and "
                   "IPC of sessions that go on.",
                (uint32_t) u->uid, why);
        remove_mark(u->manager, u->uid);
        u->state = KEEP_REFUSED;
}

static int on_kept(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        const sd_bus_error *problem = sd_bus_message_get_error(reply);
        KeptUser *u = userdata;

        u->question = sd_bus_slot_unref(u->question);
        if (problem)
                refuse(u, strempty(problem->message));
        else
                u->state = KEEP_OURS;
        return 0;
}

static void keep(KeptUser *u) {
        int r;

        r = make_mark(u->manager, u->uid);
        if (r >= 0)
                r = set_linger(u, /* linger = */ true, on_kept);
        if (r < 0)
                refuse(u, strerror(-r));
}

/* Handles logind's answer whether the user lingers. logind knows only users who are logged in or linger. */
static int on_asked(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        KeptUser *u = userdata;
        int lingers = false;

        u->question = sd_bus_slot_unref(u->question);
        if (!sd_bus_message_is_method_error(reply, NULL) &&
                sd_bus_message_read(reply, "v", "b", &lingers) >= 0 && lingers)
                u->state = KEEP_ANYWAY;
        else
                keep(u);
        return 0;
}

static void ask(KeptUser *u) {
        char path[sizeof(LOGIND_PATH "/user/_") + MARK_SIZE];
        int r;

        (void) snprintf(path, sizeof(path), LOGIND_PATH "/user/_%" PRIu32, (uint32_t) u->uid);
        r = sd_bus_call_method_async(u->manager->bus, &u->question, LOGIND_NAME, path,
                "org.freedesktop.DBus.Properties", "Get", on_asked, u, "ss", LOGIND_USER, "Linger");
        if (r < 0)
                refuse(u, strerror(-r));
}

/* Releasing */

static int on_released(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        const sd_bus_error *problem = sd_bus_message_get_error(reply);
        KeptUser *u = userdata;

        if (problem)
                log_warning("User %" PRIu32
                            " lingers on, as logind did not end it (%s); the next manager tries again.",
                        (uint32_t) u->uid, strempty(problem->message));
        else
                remove_mark(u->manager, u->uid);
        forget(u);
        return 0;
}

static int on_release(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        KeptUser *u = userdata;

        u->release = sd_event_source_disable_unref(u->release);
        if (count_sessions(u->manager, u->uid) > 0 && u->manager->config.keep_user == KEEP_USER_LINGER)
                return 0;
        if (!has_mark(u->manager, u->uid))
                forget(u);
        else if (set_linger(u, /* linger = */ false, on_released) < 0)
                forget(u); /* the mark stays */
        else
                u->state = KEEP_RELEASED;
        return 0;
}

static void release_later(KeptUser *u) {
        if (u->release)
                return;
        if (sd_event_add_time_relative(u->manager->event, &u->release, CLOCK_MONOTONIC,
                    KEEP_USER_RELEASE_USEC, USEC_PER_SEC, on_release, u) < 0)
                log_warning("User %" PRIu32 " lingers until the next manager starts.", (uint32_t) u->uid);
}

void keep_user(Manager *m, uid_t uid) {
        KeptUser *u;

        if (!m->kept_users.active || m->config.keep_user != KEEP_USER_LINGER)
                return;
        u = find(m, uid);
        if (u && u->state != KEEP_RELEASED && u->state != KEEP_REFUSED) {
                u->release = sd_event_source_disable_unref(u->release);
                return;
        }
        if (!u)
                u = add(m, uid);
        if (!u) {
                (void) log_oom();
                return;
        }
        u->release = sd_event_source_disable_unref(u->release);
        u->state = KEEP_ASKED;
        if (has_mark(m, uid))
                /* The lingering is ours already, unless the user has ended it, or we were about to. */
                keep(u);
        else
                ask(u);
}

void keep_user_no_longer(Manager *m, uid_t uid) {
        KeptUser *u = find(m, uid);

        if (!u || count_sessions(m, uid) > 0)
                return;
        if (u->state == KEEP_ANYWAY || u->state == KEEP_REFUSED)
                forget(u);
        else
                release_later(u);
}

/* Starting */

static void take_up_marks(Manager *m) {
        int fd = fcntl(m->kept_users.dir_fd, F_DUPFD_CLOEXEC, 3);
        DIR *d = fd < 0 ? NULL : fdopendir(fd);
        struct dirent *entry;
        uint32_t uid;

        if (!d) {
                (void) safe_close(fd);
                log_warning_errno(errno, "Cannot read which users were kept: %m");
                return;
        }
        rewinddir(d);
        while ((entry = readdir(d))) {
                KeptUser *u;

                if (parse_uint32(entry->d_name, &uid) < 0 || find(m, uid))
                        continue;
                u = add(m, uid);
                if (!u)
                        continue;
                u->state = KEEP_OURS;
                release_later(u);
        }
        (void) closedir(d);
}

int keep_user_start(Manager *m, const char *dir) {
        if (m->user_mode)
                return 0;
        if (mkdir(dir, 0700) < 0 && errno != EEXIST)
                return log_warning_errno(errno, "Cannot make %s, keeping nobody at logouts: %m", dir);
        m->kept_users.dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (m->kept_users.dir_fd < 0)
                return log_warning_errno(errno, "Cannot open %s, keeping nobody at logouts: %m", dir);
        m->kept_users.active = true;
        SESSION_FOREACH(s, &m->sessions)
                keep_user(m, s->uid);
        take_up_marks(m);
        return 0;
}

/* Telling */

const char *keep_user_state(const Manager *m, uid_t uid) {
        const KeptUser *u = find(m, uid);

        if (m->user_mode)
                return "";
        if (m->config.keep_user != KEEP_USER_LINGER || !m->kept_users.active)
                return "off";
        if (!u || u->state == KEEP_ASKED)
                return "";
        return u->state == KEEP_OURS || u->state == KEEP_ANYWAY ? "linger" : "off";
}

void kept_users_done(KeptUsers *users) {
        for (size_t i = 0; i < users->n; i++)
                free_user(users->items[i]);
        free(users->items);
        if (users->active)
                (void) safe_close(users->dir_fd);
        *users = (KeptUsers){};
}

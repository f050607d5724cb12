/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The record: what the next manager has to know of a session. */

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/base/cgroup.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/session/session-lifetime.h"
#include "manager/session/session-record.h"
#include "shared/fd.h"
#include "shared/log.h"
#include "shared/parse.h"
#include "shared/process.h"
#include "shared/strv.h"

/* Writing */

/* Writes KEY=value. A newline or backslash in the value is escaped, since file names may have them. */
static void put(FILE *f, const char *key, const char *value) {
        if (!value)
                return;
        fprintf(f, "%s=", key);
        for (const char *p = value; *p; p++) {
                if (*p == '\n')
                        fputs("\\n", f);
                else if (*p == '\\')
                        fputs("\\\\", f);
                else
                        fputc(*p, f);
        }
        fputc('\n', f);
}

static void put_number(FILE *f, const char *key, uint64_t value) {
        fprintf(f, "%s=%" PRIu64 "\n", key, value);
}

static void write_record(FILE *f, const Session *s) {
        put_number(f, "VERSION", RECORD_VERSION);
        put(f, "ID", s->id);
        put_number(f, "UID", s->uid);
        put(f, "PHASE", session_phase_to_string(s->phase));
        put_number(f, "KEPT", s->kept);
        put_number(f, "ANNOUNCED", s->announced);
        put_number(f, "WATCHED", s->watched);
        put_number(f, "UNRECORDED", s->unrecorded);
        put(f, "NAME", s->name);
        put_number(f, "CREATED", s->created);
        put_number(f, "CREATED_MONOTONIC", s->created_monotonic);
        if (s->leader.pid > 0) {
                put_number(f, "LEADER", (uint64_t) s->leader.pid);
                put_number(f, "LEADER_START", s->leader.start);
                if (s->leader.audit_session != AUDIT_SESSION_UNSET)
                        put_number(f, "AUDIT_SESSION", s->leader.audit_session);
        }
        STRV_FOREACH(argument, s->program.command)
                put(f, "COMMAND", *argument);
        put(f, "DIRECTORY", s->program.directory);
        put(f, "NOTEBOOK", s->program.notebook);
        put(f, "KERNEL", s->program.kernel);
        put(f, "CONNECTION_FILE", s->program.connection_file);
        put_number(f, "ROWS", s->terminal.rows);
        put_number(f, "COLUMNS", s->terminal.columns);
        put_number(f, "ON_DETACH", s->terminal.on_detach);
        put_number(f, "RESTART_ON_CRASH", s->restart.on_crash);
        put_number(f, "RESTARTS", s->restart.count);
        for (size_t i = 0; i < CRASHES_MAX; i++)
                if (s->restart.crashes[i] > 0)
                        put_number(f, "CRASHED", s->restart.crashes[i]);
        if (s->end.cpu_usage_nsec != USAGE_UNKNOWN)
                put_number(f, "CPU_USAGE_NSEC", s->end.cpu_usage_nsec);
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (limits_have(&s->limits.values, kind))
                        fprintf(f, "LIMIT=%s %" PRIu64 "\n", limit_kind_to_property(kind),
                                s->limits.values.values[kind]);
        put_number(f, "STOP_REQUESTED", s->end.stop_requested);
        put(f, "RESULT", session_result_to_string(s->end.result));
}

static int open_records(const Manager *m) {
        int fd;

        if (mkdirat(m->runtime_fd, RECORDS_DIR, 0700) < 0 && errno != EEXIST)
                return -errno;
        fd = openat(m->runtime_fd, RECORDS_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

int session_record_save(const Session *s) {
        _cleanup_close_ int dir = -EBADF;
        char temporary[SESSION_ID_MAX + 1];
        bool failed;
        FILE *f;
        int fd;

        dir = open_records(s->manager);
        if (dir < 0)
                return dir;
        snprintf(temporary, sizeof(temporary), "#%s", s->id);
        fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        f = fd_to_file(fd, "w");
        if (!f)
                return -ENOMEM;
        write_record(f, s);
        failed = ferror(f);
        if (fclose(f) != 0 || failed || renameat(dir, temporary, dir, s->id) < 0) {
                int r = errno > 0 ? -errno : -EIO;

                (void) unlinkat(dir, temporary, 0);
                return r;
        }
        return 0;
}

void session_record_remove(const Session *s) {
        _cleanup_close_ int dir = open_records(s->manager);

        if (dir >= 0)
                (void) unlinkat(dir, s->id, 0);
}

/* Reading */

static char *unescape(char *value) {
        char *to = value;

        for (const char *p = value; *p; p++) {
                if (*p == '\\' && p[1]) {
                        p++;
                        *to++ = *p == 'n' ? '\n' : *p;
                } else
                        *to++ = *p;
        }
        *to = 0;
        return value;
}

/* The first lines of a record, which are read before the session is made. */
typedef struct Head {
        uint64_t version, uid, kept;
} Head;

static int read_number(const char *value, uint64_t *ret) {
        return parse_uint64(value, ret) < 0 ? -EBADMSG : 0;
}

static int read_text(Session *s, const char *key, const char *value) {
        const struct {
                const char *key;
                char **target;
        } texts[] = {
                { "NAME", &s->name },
                { "DIRECTORY", &s->program.directory },
                { "NOTEBOOK", &s->program.notebook },
                { "KERNEL", &s->program.kernel },
                { "CONNECTION_FILE", &s->program.connection_file },
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (streq(texts[i].key, key))
                        return MIN(replace_string(texts[i].target, value), 0);
        return 0; /* of a newer manager */
}

/* Reads a limit: "MemoryMax 1000000". */
static int read_limit(Session *s, const char *value) {
        _cleanup_free_ char *name = strndup(value, strcspn(value, " "));
        LimitKind kind;
        uint64_t number;

        if (!name)
                return -ENOMEM;
        kind = limit_kind_from_property(name);
        if (kind < 0)
                return 0; /* of a newer manager */
        if (read_number(value + strlen(name) + (value[strlen(name)] == ' '), &number) < 0)
                return -EBADMSG;
        if (limit_is_valid(kind, number)) /* others may set limits on a scope that we would refuse */
                limits_set(&s->limits.values, kind, number);
        return 0;
}

static int read_field(Session *s, const char *key, const char *value) {
        uint64_t number;
        int r;

        if (streq(key, "PHASE")) {
                s->phase = session_phase_from_string(value);
                return s->phase < 0 ? -EBADMSG : 0;
        }
        if (streq(key, "RESULT")) {
                s->end.result = session_result_from_string(value);
                return s->end.result < 0 ? -EBADMSG : 0;
        }
        if (streq(key, "LIMIT"))
                return read_limit(s, value);
        if (streq(key, "COMMAND"))
                return strv_extend(&s->program.command, value);
        if (read_number(value, &number) < 0)
                return read_text(s, key, value);

        r = 0;
        if (streq(key, "ANNOUNCED"))
                s->announced = s->leader.scoped = number;
        else if (streq(key, "WATCHED")) {
                s->watched = number;
                if (s->watched)
                        session_keeper_name(s->id, s->keeper.unit);
        } else if (streq(key, "CREATED"))
                s->created = number;
        else if (streq(key, "CREATED_MONOTONIC"))
                s->created_monotonic = number;
        else if (streq(key, "LEADER"))
                s->leader.pid = (pid_t) number;
        else if (streq(key, "LEADER_START"))
                s->leader.start = number;
        else if (streq(key, "AUDIT_SESSION"))
                s->leader.audit_session = (uint32_t) number;
        else if (streq(key, "ROWS"))
                s->terminal.rows = (uint32_t) number;
        else if (streq(key, "COLUMNS"))
                s->terminal.columns = (uint32_t) number;
        else if (streq(key, "ON_DETACH"))
                s->terminal.on_detach = number;
        else if (streq(key, "RESTART_ON_CRASH"))
                s->restart.on_crash = number;
        else if (streq(key, "RESTARTS"))
                s->restart.count = (uint32_t) number;
        else if (streq(key, "CRASHED")) {
                memmove(s->restart.crashes, s->restart.crashes + 1, (CRASHES_MAX - 1) * sizeof(usec_t));
                s->restart.crashes[CRASHES_MAX - 1] = number;
        } else if (streq(key, "UNRECORDED"))
                s->unrecorded = number;
        else if (streq(key, "CPU_USAGE_NSEC"))
                s->end.cpu_usage_nsec = number;
        else if (streq(key, "STOP_REQUESTED"))
                s->end.stop_requested = number;
        else
                r = read_text(s, key, value);
        return r;
}

/* Reads VERSION, ID and UID, the first three lines, and KEPT, which follows PHASE: the session is made of
 * them. */
static int read_head(const char *text, const char *id, Head *ret) {
        char own_id[64], phase[32];

        if (sscanf(text, "VERSION=%" SCNu64 "\n", &ret->version) != 1)
                return -EBADMSG;
        if (ret->version != RECORD_VERSION)
                return -EPROTONOSUPPORT;
        if (sscanf(text, "VERSION=%*u\nID=%63s\nUID=%" SCNu64 "\nPHASE=%31s\nKEPT=%" SCNu64 "\n", own_id,
                    &ret->uid, phase, &ret->kept) != 4)
                return -EBADMSG;
        return streq(own_id, id) && ret->uid < UINT32_MAX ? 0 : -EBADMSG;
}

static int read_lines(Session *s, char *text) {
        char *line;
        int r;

        while ((line = strsep(&text, "\n"))) {
                char *value = strchr(line, '=');

                if (!line[0])
                        continue;
                if (!value)
                        return -EBADMSG;
                *value++ = 0;
                r = read_field(s, line, unescape(value));
                if (r < 0)
                        return r;
        }
        return s->name || !s->announced ? 0 : -EBADMSG;
}

int session_record_read(Manager *m, const char *id, FILE *f, Session **ret) {
        _cleanup_free_ char *text = NULL;
        SessionType type;
        uint64_t number;
        Session *s;
        size_t n;
        Head head;
        int r;

        r = session_id_parse(id, &type, &number);
        if (r < 0)
                return r;
        text = malloc(RECORD_SIZE_MAX + 1);
        if (!text)
                return -ENOMEM;
        n = fread(text, 1, RECORD_SIZE_MAX, f);
        if (ferror(f))
                return -EIO;
        text[n] = 0;
        if (strlen(text) != n || n == RECORD_SIZE_MAX || n == 0 || text[n - 1] != '\n')
                return -EBADMSG;
        r = read_head(text, id, &head);
        if (r < 0)
                return r;
        r = session_new(m, type, number, (uid_t) head.uid, head.kept, &s);
        if (r < 0)
                return r;
        r = read_lines(s, text);
        if (r < 0) {
                (void) session_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

static int load(Manager *m, int dir, const char *id) {
        char bad[NAME_MAX + 8];
        Session *s;
        FILE *f;
        int fd, r;

        fd = openat(dir, id, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                return log_error_errno(
                        errno, "Cannot open the record of session %s, going on without: %m", id);
        f = fd_to_file(fd, "r");
        if (!f)
                return -ENOMEM;
        r = session_record_read(m, id, f, &s);
        (void) fclose(f);
        if (r < 0) {
                (void) log_error_errno(r, "The record of session %s is %s, setting it aside as %s.bad: %m",
                        id, r == -EPROTONOSUPPORT ? "of another version" : "damaged", id);
                snprintf(bad, sizeof(bad), "%s.bad", id);
                (void) renameat(dir, id, dir, bad);
        }
        return r;
}

int session_record_load_all(Manager *m) {
        struct dirent *entry;
        DIR *d;
        int fd;

        fd = open_records(m);
        if (fd < 0)
                return fd;
        d = fdopendir(fd);
        if (!d) {
                (void) safe_close(fd);
                return -errno;
        }
        while ((entry = readdir(d))) {
                if (session_id_is_valid(entry->d_name))
                        (void) load(m, dirfd(d), entry->d_name);
                else if (entry->d_name[0] == '#') /* a manager was killed while it wrote this */
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
        }
        (void) closedir(d);
        return 0;
}

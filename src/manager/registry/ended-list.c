/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The sessions that ended lately.
 *
 * The file has one line for each, "1 ID UID RESULT STATUS CREATED ENDED CPU LIMIT PEAK NAME WHAT", with
 * tabs between the fields; of sessions whose outputs were not kept, one more, "unrecorded". Lines are
 * added in one write each, so that a manager that is killed leaves at most one that is torn; the file is
 * written anew once it has twice as many lines as are wanted, and after a line that there was no room
 * for. */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/model/lists.h"
#include "manager/model/session.h"
#include "manager/registry/ended-list.h"
#include "shared/parse.h"
#include "shared/strv.h"
#include "shared/text.h"

#define ENDED_FILE "ended"
#define VERSION    "1"
#define N_FIELDS   12
#define UNRECORDED "unrecorded"
/* Twice ENDED_MAX of the longest lines that there can be: a path of PATH_MAX, every byte of it escaped. */
#define FILE_SIZE_MAX (2 * ENDED_MAX * 10000)

static void ended_session_done(EndedSession *e) {
        free(e->name);
        free(e->what);
        *e = (EndedSession){};
}

void ended_list_done(EndedList *list) {
        for (size_t i = 0; i < list->n; i++)
                ended_session_done(&list->items[i]);
        free(list->items);
        *list = (EndedList){};
}

static void forget(EndedList *list, size_t i) {
        ended_session_done(&list->items[i]);
        list->n--;
        memmove(list->items + i, list->items + i + 1, (list->n - i) * sizeof(EndedSession));
}

void ended_list_expire(EndedList *list) {
        usec_t now = now_usec(CLOCK_REALTIME);
        size_t kept = 0;

        /* The clock may have been set: what seems to come from the future is not older than a day. */
        for (size_t i = 0; i < list->n; i++)
                if (usec_add(list->items[i].ended, ENDED_AGE_USEC) < now)
                        ended_session_done(&list->items[i]);
                else
                        list->items[kept++] = list->items[i];
        list->n = kept;
}

const EndedSession *ended_list_get(const EndedList *list, const char *id) {
        for (size_t i = 0; i < list->n; i++)
                if (streq(list->items[i].id, id))
                        return &list->items[i];
        return NULL;
}

/* Adds one; the oldest of its user, or of all, makes way. It is consumed. */
static int add(EndedList *list, EndedSession *e) {
        size_t own = 0, oldest = 0;

        for (size_t i = list->n; i > 0; i--)
                if (list->items[i - 1].uid == e->uid) {
                        own++;
                        oldest = i - 1;
                }
        if (own >= ENDED_MAX_PER_USER)
                forget(list, oldest);
        else if (list->n >= ENDED_MAX)
                forget(list, 0);
        if (!list->items) {
                list->items = calloc(ENDED_MAX, sizeof(EndedSession));
                if (!list->items) {
                        ended_session_done(e);
                        return -ENOMEM;
                }
        }
        list->items[list->n++] = *e;
        return 0;
}

/* Writing */

static void put_text(FILE *f, const char *text) {
        fputc('\t', f);
        for (const char *p = strempty(text); *p; p++)
                if (*p == '\n')
                        fputs("\\n", f);
                else if (*p == '\t')
                        fputs("\\t", f);
                else if (*p == '\\')
                        fputs("\\\\", f);
                else
                        fputc(*p, f);
}

static void put(FILE *f, const EndedSession *e) {
        fprintf(f,
                VERSION "\t%s\t%" PRIu32 "\t%s\t%i\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
                        "\t%" PRIu64,
                e->id, (uint32_t) e->uid, session_result_to_string(e->result), e->exit_status, e->created,
                e->ended, e->cpu_usage_nsec, e->memory_limit, e->memory_peak);
        put_text(f, e->name);
        put_text(f, e->what);
        if (e->unrecorded)
                put_text(f, UNRECORDED);
        fputc('\n', f);
}

static int write_all(int fd, const char *text, size_t size) {
        ssize_t n = write(fd, text, size);

        if (n < 0)
                return -errno;
        return (size_t) n == size ? 0 : -ENOSPC;
}

/* Writes these to a file of the directory, which is made if need be. */
static int save(int dir_fd, const char *name, int flags, const EndedSession *items, size_t n) {
        _cleanup_close_ int fd = -EBADF;
        _cleanup_free_ char *text = NULL;
        size_t size = 0;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                put(f, &items[i]);
        if (fclose(f) != 0)
                return -ENOMEM;
        fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
        if (fd < 0)
                return -errno;
        return write_all(fd, text, size);
}

static int save_anew(EndedList *list, int dir_fd) {
        int r;

        r = save(dir_fd, ENDED_FILE ".new", O_TRUNC, list->items, list->n);
        if (r >= 0 && renameat(dir_fd, ENDED_FILE ".new", dir_fd, ENDED_FILE) < 0)
                r = -errno;
        if (r < 0)
                return r;
        list->n_lines = list->n;
        return 0;
}

static char *describe_what(const Session *s) {
        _cleanup_free_ char *line = NULL;
        size_t size = 0;
        FILE *f;

        if (s->type == SESSION_NOTEBOOK)
                return strdup(strempty(s->program.notebook));
        f = open_memstream(&line, &size);
        if (!f)
                return NULL;
        STRV_FOREACH(argument, s->program.command)
                fprintf(f, "%s%s", argument == s->program.command ? "" : " ", *argument);
        if (fclose(f) != 0)
                return NULL;
        return text_sanitize(line, ENDED_WHAT_MAX);
}

int ended_list_add(EndedList *list, int dir_fd, const Session *s) {
        EndedSession e = {
                .uid = s->uid,
                .name = strdup(strempty(s->name)),
                .what = describe_what(s),
                .result = s->end.result,
                .exit_status = s->end.exit_status,
                .created = s->created,
                .ended = now_usec(CLOCK_REALTIME),
                .cpu_usage_nsec = s->end.cpu_usage_nsec,
                .memory_limit = s->end.memory_limit,
                .memory_peak = s->end.memory_peak,
                .unrecorded = s->unrecorded,
        };
        int r;

        strcpy(e.id, s->id);
        if (!e.name || !e.what) {
                ended_session_done(&e);
                return -ENOMEM;
        }
        ended_list_expire(list);
        r = add(list, &e);
        if (r < 0)
                return r;
        if (list->n_lines >= 2 * ENDED_MAX)
                return save_anew(list, dir_fd);
        list->n_lines++;
        r = save(dir_fd, ENDED_FILE, O_APPEND, &list->items[list->n - 1], 1);
        if (r < 0) /* it is missing, or torn: the next one's line comes with all others */
                list->n_lines = 2 * ENDED_MAX;
        return r;
}

/* Reading */

/* Takes the escapes out of a field, in place. */
static char *unescape(char *field) {
        char *to = field;

        for (const char *p = field; *p; p++)
                if (*p == '\\' && p[1]) {
                        p++;
                        *to++ = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p;
                } else
                        *to++ = *p;
        *to = 0;
        return field;
}

static int read_status(const char *text, int *ret) {
        uint32_t value;

        if (streq(text, "-1")) {
                *ret = -1;
                return 0;
        }
        if (parse_uint32(text, &value) < 0 || value > INT32_MAX)
                return -EBADMSG;
        *ret = (int) value;
        return 0;
}

static int read_numbers(char *const *fields, EndedSession *ret) {
        uint64_t *const targets[] = { &ret->created, &ret->ended, &ret->cpu_usage_nsec, &ret->memory_limit,
                &ret->memory_peak };

        for (size_t i = 0; i < ELEMENTSOF(targets); i++)
                if (parse_uint64(fields[i], targets[i]) < 0)
                        return -EBADMSG;
        return 0;
}

/* One line, without its end. */
static int read_line(char *line, EndedSession *ret) {
        char *fields[N_FIELDS], *next = line;
        uint32_t uid;

        for (size_t i = 0; i < N_FIELDS; i++) {
                fields[i] = strsep(&next, "\t");
                if (!fields[i])
                        return -EBADMSG;
        }
        ret->unrecorded = streq_null(next, UNRECORDED);
        if ((next && !ret->unrecorded) || !streq(fields[0], VERSION) || !session_id_is_valid(fields[1]) ||
                parse_uint32(fields[2], &uid) < 0)
                return -EBADMSG;
        strcpy(ret->id, fields[1]);
        ret->uid = uid;
        ret->result = session_result_from_string(fields[3]);
        if (ret->result < 0 || read_status(fields[4], &ret->exit_status) < 0 ||
                read_numbers(fields + 5, ret) < 0)
                return -EBADMSG;
        ret->name = strdup(unescape(fields[10]));
        ret->what = strdup(unescape(fields[11]));
        if (ret->name && ret->what)
                return 0;
        ended_session_done(ret);
        return -ENOMEM;
}

/* Returns whether all of it could be read. */
static bool read_lines(EndedList *list, char *text) {
        bool whole = true;
        char *end;

        for (; (end = strchr(text, '\n')); text = end + 1) {
                EndedSession e = {};

                *end = 0;
                if (read_line(text, &e) < 0 || add(list, &e) < 0)
                        whole = false;
                list->n_lines++;
        }
        return whole && !*text;
}

static int read_file(int fd, char **ret) {
        _cleanup_free_ char *text = NULL;
        struct stat st;
        ssize_t n;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) || st.st_size > FILE_SIZE_MAX)
                return -EFBIG;
        text = malloc((size_t) st.st_size + 1);
        if (!text)
                return -ENOMEM;
        n = read(fd, text, (size_t) st.st_size);
        if (n < 0)
                return -errno;
        text[n] = 0;
        *ret = TAKE_PTR(text);
        return 0;
}

int ended_list_load(EndedList *list, int dir_fd) {
        _cleanup_close_ int fd = -EBADF;
        _cleanup_free_ char *text = NULL;
        bool whole;
        int r;

        fd = openat(dir_fd, ENDED_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;
        r = read_file(fd, &text);
        if (r < 0)
                return r;
        whole = read_lines(list, text);
        ended_list_expire(list);
        /* What is torn must not become the beginning of the next line. */
        return whole ? 0 : save_anew(list, dir_fd);
}

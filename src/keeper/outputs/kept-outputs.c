/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is left of the outputs of sessions that ended. */

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/outputs/kept-outputs.h"
#include "keeper/outputs/output-record.h"
#include "keeper/store/folder.h"
#include "shared/fd.h"
#include "shared/ids.h"
#include "shared/strv.h"

#define SUFFIX        ".jsonl"
#define NEW_SUFFIX    ".new"                 /* while it is being written */
#define NAME_SIZE     (SESSION_ID_MAX + 32U) /* of a file */
#define FILES_SEEN    4096U                  /* of a folder that others may have filled */
#define GATHER_MAX    64U                    /* entries in one call */
#define DROPPED_SPACE 512U                   /* for the lines that say what is not there */
#define SEND_MAX      (1024U * 1024U)        /* in one call */

/* The folder */

static int folder_path(char *const *environment, char **ret) {
        const char *state = strv_env_get(environment, "XDG_STATE_HOME");
        const char *home = strv_env_get(environment, "HOME");
        int r;

        if (state && state[0] == '/')
                r = asprintf(ret, "%s/compute-sessions/outputs", state);
        else if (home && home[0] == '/')
                r = asprintf(ret, "%s/.local/state/compute-sessions/outputs", home);
        else
                return -ENOENT;
        return r < 0 ? -ENOMEM : 0;
}

int kept_outputs_open(char *const *environment, bool make, int *ret_fd) {
        _cleanup_free_ char *path = NULL;
        int fd, r;

        r = folder_path(environment, &path);
        if (r < 0)
                return r;
        r = make ? folder_make(path) : 0;
        if (r < 0)
                return r;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

static void file_name(KeptOutputs which, const char *suffix, char ret[NAME_SIZE]) {
        (void) snprintf(ret, NAME_SIZE, "%s-%" PRIu64 SUFFIX "%s", which.id, which.created, suffix);
}

/* Expiring */

typedef struct KeptFile {
        char name[NAME_SIZE];
        usec_t modified;
        uint64_t size;
} KeptFile;

/* As file_name() makes them: what else the user has there stays. */
static bool is_ours(const char *name) {
        size_t id_length = strcspn(name, "-"), digits;
        char id[SESSION_ID_MAX] = {};

        if (id_length >= sizeof(id) || !name[id_length])
                return false;
        memcpy(id, name, id_length);
        name += id_length + 1;
        digits = strspn(name, "0123456789");
        return session_id_is_valid(id) && digits > 0 && digits <= 20 &&
                (streq(name + digits, SUFFIX) || streq(name + digits, SUFFIX NEW_SUFFIX));
}

static int newest_first(const void *a, const void *b) {
        const KeptFile *x = a, *y = b;

        return (x->modified < y->modified) - (x->modified > y->modified);
}

/* Lists our files; the caller's. Returns how many, or -errno. */
static ssize_t list_files(int dir_fd, KeptFile **ret) {
        _cleanup_free_ KeptFile *files = NULL;
        struct dirent *entry;
        size_t n = 0;
        DIR *d;
        int fd;

        fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        d = fdopendir(fd);
        if (!d) {
                (void) safe_close(fd);
                return -ENOMEM;
        }
        while (n < FILES_SEEN && (entry = readdir(d))) {
                struct stat st;

                if (!is_ours(entry->d_name) || fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        continue;
                if (n % 64 == 0) {
                        KeptFile *grown = reallocarray(files, n + 64, sizeof(KeptFile));

                        if (!grown) {
                                (void) closedir(d);
                                return -ENOMEM;
                        }
                        files = grown;
                }
                strcpy(files[n].name, entry->d_name);
                files[n].modified =
                        (usec_t) st.st_mtim.tv_sec * USEC_PER_SEC + (usec_t) st.st_mtim.tv_nsec / 1000;
                files[n++].size = (uint64_t) MAX(st.st_size, 0);
        }
        (void) closedir(d);
        *ret = TAKE_PTR(files);
        return (ssize_t) n;
}

/* replaced: a file that is about to be, which stays until then and does not count; NULL: none is. */
static void expire(int dir_fd, uint64_t max, const char *replaced) {
        _cleanup_free_ KeptFile *files = NULL;
        usec_t now = now_usec(CLOCK_REALTIME);
        uint64_t total = 0;
        ssize_t n;

        n = list_files(dir_fd, &files);
        if (n <= 0)
                return;
        qsort(files, (size_t) n, sizeof(KeptFile), newest_first);
        for (ssize_t i = 0; i < n; i++) {
                bool old = usec_add(files[i].modified, KEPT_OUTPUTS_AGE_USEC) < now;

                if (streq_null(replaced, files[i].name))
                        continue;
                if (!old && i + 1 < KEPT_OUTPUTS_FILES_MAX && files[i].size <= max - total)
                        total += files[i].size;
                else {
                        /* With it goes what is older, however small. */
                        (void) unlinkat(dir_fd, files[i].name, 0);
                        max = total;
                }
        }
}

void kept_outputs_expire(int dir_fd, uint64_t max) {
        expire(dir_fd, max, /* replaced= */ NULL);
}

/* Writing */

/* All of the parts, which are changed. */
static int write_parts(int fd, struct iovec *parts, size_t n) {
        while (n > 0) {
                ssize_t written = writev(fd, parts, (int) n);

                if (written < 0 && errno == EINTR)
                        continue;
                if (written < 0)
                        return -errno;
                for (; n > 0 && (size_t) written >= parts->iov_len; parts++, n--)
                        written -= (ssize_t) parts->iov_len;
                if (n > 0) {
                        parts->iov_base = (char *) parts->iov_base + written;
                        parts->iov_len -= (size_t) written;
                }
        }
        return 0;
}

/* Writes what lies between two positions of the log. */
static int write_entries(int fd, const OutputLog *log, uint64_t position, uint64_t end) {
        while (position < end) {
                struct iovec parts[GATHER_MAX];
                size_t n = 0;
                int r;

                for (; n < GATHER_MAX && position < end; n++) {
                        OutputEntry entry = output_log_get(log, position);

                        parts[n] = (struct iovec){ (char *) entry.text, entry.size };
                        position = entry.next;
                }
                r = write_parts(fd, parts, n);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Says that entries before this one are missing. */
static int write_gap(int fd, const OutputLog *log, uint64_t first) {
        _cleanup_free_ char *lines = NULL;
        struct iovec part;
        int r;

        r = output_gap_format(log, 0, first, "Older entries were dropped, since only so much is kept.",
                &lines, &part.iov_len);
        if (r < 0)
                return r;
        part.iov_base = lines;
        return write_parts(fd, &part, 1);
}

/* Where the newest of the log begins that is not larger than max, and how large that is. */
static uint64_t find_newest(const OutputLog *log, uint64_t max, uint64_t *ret_size) {
        uint64_t position = output_log_begin(log), end = output_log_end(log), total = 0;

        for (uint64_t p = position; p < end;) {
                OutputEntry entry = output_log_get(log, p);

                total += entry.size;
                p = entry.next;
        }
        /* What is left out is told in a line of its own. */
        if (total > max)
                max -= MIN(max, (uint64_t) DROPPED_SPACE);
        while (position < end && total > max) {
                OutputEntry entry = output_log_get(log, position);

                total -= entry.size;
                position = entry.next;
        }
        *ret_size = total;
        return position;
}

static int write_log(int fd, const OutputLog *log, uint64_t position) {
        uint64_t end = output_log_end(log);
        int r;

        if (position < end) {
                uint64_t first = output_log_get(log, position).seq;

                r = first > 1 ? write_gap(fd, log, first) : 0;
                if (r < 0)
                        return r;
        }
        return write_entries(fd, log, position, end);
}

int kept_outputs_save(int dir_fd, KeptOutputs which, const OutputLog *log, uint64_t max) {
        char name[NAME_SIZE], new_name[NAME_SIZE];
        _cleanup_close_ int fd = -EBADF;
        uint64_t position, size;
        int r;

        position = find_newest(log, max, &size);
        file_name(which, "", name);
        file_name(which, NEW_SUFFIX, new_name);
        (void) unlinkat(dir_fd, new_name, 0);
        expire(dir_fd, max - size, name);
        fd = openat(dir_fd, new_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        r = write_log(fd, log, position);
        if (r >= 0 && renameat(dir_fd, new_name, dir_fd, name) < 0)
                r = -errno;
        if (r < 0) {
                (void) unlinkat(dir_fd, new_name, 0);
                return r;
        }
        kept_outputs_expire(dir_fd, max); /* another keeper may have written one, too */
        return 0;
}

int kept_outputs_remove(int dir_fd, KeptOutputs which) {
        static const char *const suffixes[] = { "", NEW_SUFFIX };
        int r = 0;

        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                char name[NAME_SIZE];

                file_name(which, suffixes[i], name);
                if (unlinkat(dir_fd, name, 0) < 0 && errno != ENOENT)
                        r = -errno;
        }
        return r;
}

/* Reading */

/* Finds where the entries begin that are beyond since. */
static int find_since(FILE *f, uint64_t since, off_t *ret) {
        _cleanup_free_ char *line = NULL;
        uint64_t seq;
        size_t size = 0;
        off_t at;

        do {
                at = ftello(f);
                if (at < 0)
                        return -errno;
                if (getline(&line, &size, f) < 0)
                        break;
        } while (sscanf(line, "{\"seq\":%" SCNu64, &seq) != 1 || seq <= since);
        *ret = at;
        return ferror(f) ? -EIO : 0;
}

/* Finds where the whole lines end, and the number of the last entry in them. */
static int find_whole(FILE *f, off_t *ret_end, uint64_t *ret_last) {
        _cleanup_free_ char *line = NULL;
        uint64_t last = 0;
        size_t size = 0;
        off_t end = 0;
        ssize_t n;

        while ((n = getline(&line, &size, f)) > 0 && line[n - 1] == '\n') {
                (void) sscanf(line, "{\"seq\":%" SCNu64, &last);
                end += n;
        }
        *ret_end = end;
        *ret_last = last;
        return ferror(f) ? -EIO : 0;
}

/* The caller closes it. -ENOENT also of what is no file, as it is not ours. */
static int open_file(int dir_fd, KeptOutputs which, const char *suffix, FILE **ret) {
        _cleanup_close_ int fd = -EBADF;
        char name[NAME_SIZE];
        struct stat st;
        FILE *f;

        file_name(which, suffix, name);
        fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -ENOENT;
        f = fd_to_file(TAKE_FD(fd), "r");
        if (!f)
                return -ENOMEM;
        *ret = f;
        return 0;
}

/* Sends what is beyond since, up to the end. */
static int send_file(FILE *f, uint64_t since, off_t end, int socket_fd) {
        off_t at = 0;
        int r;

        rewind(f);
        r = since > 0 ? find_since(f, since, &at) : 0;
        while (r >= 0 && at < end) {
                ssize_t n = sendfile(socket_fd, fileno(f), &at, (size_t) MIN(end - at, (off_t) SEND_MAX));

                if (n < 0 && errno != EINTR)
                        r = -errno;
                if (n == 0)
                        break;
        }
        return r;
}

/* Says that entries from this one on are missing. */
static int send_omitted(uint64_t seq, int socket_fd) {
        static const char text[] =
                "Newer entries may be missing: the session's keeper was killed while it kept them.";
        const OutputNotice notice = { .event = OUTPUT_EVENT_OMITTED, .text = text, .size = strlen(text) };
        _cleanup_free_ char *line = NULL;
        struct iovec part;
        int r;

        r = output_notice_format(&notice, seq, &line, &part.iov_len);
        if (r < 0)
                return r;
        part.iov_base = line;
        return write_parts(socket_fd, &part, 1);
}

/* What there is of a file that its writer was killed over, as far as it is newer than the whole one. */
static int send_cut(FILE *f, FILE *whole, uint64_t since, int socket_fd) {
        uint64_t kept = 0, last = 0;
        off_t end;
        int r;

        r = whole ? find_whole(whole, &end, &kept) : 0;
        if (r >= 0)
                r = find_whole(f, &end, &last);
        if (r >= 0)
                r = send_file(f, MAX(since, kept), end, socket_fd);
        last = MAX(last, kept);
        return r < 0 || since > last ? r : send_omitted(last + 1, socket_fd);
}

int kept_outputs_send(int dir_fd, KeptOutputs which, uint64_t since, int socket_fd) {
        FILE *whole = NULL, *cut = NULL;
        int r;

        r = open_file(dir_fd, which, "", &whole);
        if (r < 0 && r != -ENOENT)
                return r;
        r = open_file(dir_fd, which, NEW_SUFFIX, &cut);
        if (whole)
                r = send_file(whole, since, INT64_MAX, socket_fd);
        if (r >= 0 && cut)
                r = send_cut(cut, whole, since, socket_fd);
        if (whole)
                (void) fclose(whole);
        if (cut)
                (void) fclose(cut);
        return r;
}

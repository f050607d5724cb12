/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The folder with outputs of sessions that ended: it is the user's, who may have put anything there under
 * any name.
 *
 * An input is the number of an entry (2 bytes), whether there is a file at all and of what kind (1 byte),
 * names of files (each up to a NUL, an empty one ends them), and what is in the one that is read. */

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/outputs/kept-outputs.h"
#include "shared/ids.h"
#include "tests/fuzz/input.h"

#define WHICH    (&(KeptOutputs){ .id = "n1", .created = 1700000000000000 })
#define NAME     "n1-1700000000000000.jsonl"
#define NEW_NAME NAME ".new"

static char path[] = "/tmp/fuzz-ended-outputs-XXXXXX";
static int folder = -EBADF;

static void remove_folder(void) {
        (void) rmdir(path);
}

static void make_folder(void) {
        if (folder >= 0)
                return;
        promise(mkdtemp(path) && atexit(remove_folder) == 0);
        folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        promise(folder >= 0);
}

/* Where what is to be sent begins, found in another way: lines up to the first with a larger number are left
 * out. */
static size_t expect_begin(const uint8_t *data, size_t size, uint64_t since) {
        static const char key[] = "{\"seq\":";
        size_t at = 0;

        while (since > 0 && at < size) {
                const uint8_t *end = memchr(data + at, '\n', size - at);
                size_t length = end ? (size_t) (end - data) + 1 - at : size - at;
                _cleanup_free_ char *line = strndup((const char *) data + at, length);
                const char *number = line ? startswith(line, key) : NULL;
                char *rest = NULL;

                promise(line);
                if (number && strtoull(number, &rest, 10) > since && rest > number)
                        break;
                at += length;
        }
        return at;
}

/* Nothing beyond what is there is sent, and of that all that was not seen yet. */
static void send_file(const Input *in, uint64_t since) {
        _cleanup_close_ int fd = openat(folder, NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        _cleanup_close_ int to = memfd_create("sent", MFD_CLOEXEC);
        size_t begin = expect_begin(in->data, in->size, since);
        uint8_t sent[4096];
        struct stat st;

        promise(fd >= 0 && to >= 0 && write(fd, in->data, in->size) == (ssize_t) in->size);
        promise(kept_outputs_send(folder, *WHICH, since, to) >= 0 && fstat(to, &st) >= 0);
        promise((size_t) st.st_size == in->size - begin);
        for (size_t at = 0, n; at < (size_t) st.st_size; at += n) {
                n = MIN((size_t) st.st_size - at, sizeof(sent));
                promise(pread(to, sent, n, (off_t) at) == (ssize_t) n);
                promise(memcmp(sent, in->data + begin + at, n) == 0);
        }
        promise(unlinkat(folder, NAME, 0) >= 0);
}

/* Of a file that was cut, whole lines are sent, and one more that says so, unless who asks has that. */
static void send_cut(const Input *in, uint64_t since) {
        _cleanup_close_ int fd = openat(folder, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        _cleanup_close_ int to = memfd_create("sent", MFD_CLOEXEC);
        const uint8_t *newline = in->size > 0 ? memrchr(in->data, '\n', in->size) : NULL;
        size_t end = newline ? (size_t) (newline - in->data) + 1 : 0, begin;
        uint8_t sent[4096];
        struct stat st;

        promise(fd >= 0 && to >= 0 && write(fd, in->data, in->size) == (ssize_t) in->size);
        begin = MIN(expect_begin(in->data, in->size, since), end);
        promise(kept_outputs_send(folder, *WHICH, since, to) >= 0 && fstat(to, &st) >= 0);
        promise((size_t) st.st_size >= end - begin && (size_t) st.st_size < end - begin + 400);
        for (size_t at = 0, n; at < end - begin; at += n) {
                n = MIN(end - begin - at, sizeof(sent));
                promise(pread(to, sent, n, (off_t) at) == (ssize_t) n);
                promise(memcmp(sent, in->data + begin + at, n) == 0);
        }
        if ((size_t) st.st_size > end - begin)
                promise(pread(to, sent, 1, st.st_size - 1) == 1 && sent[0] == '\n');
        promise(unlinkat(folder, NEW_NAME, 0) >= 0);
}

/* What is there instead of a file is not followed, not waited for, and no crash. */
static void send_other(uint8_t kind, uint64_t since) {
        _cleanup_close_ int to = memfd_create("sent", MFD_CLOEXEC);
        struct stat st;
        int r;

        promise(to >= 0);
        if (kind == 0)
                r = mkdirat(folder, NAME, 0700);
        else if (kind == 1)
                r = mkfifoat(folder, NAME, 0600);
        else
                r = symlinkat(kind == 2 ? "/proc/self/maps" : NAME, folder, NAME);
        promise(r >= 0);
        (void) kept_outputs_send(folder, *WHICH, since, to);
        promise(fstat(to, &st) >= 0 && st.st_size == 0);
        promise(unlinkat(folder, NAME, kind == 0 ? AT_REMOVEDIR : 0) >= 0);
}

/* Is it a name such as ours? */
static bool is_ours(const char *name) {
        char id[SESSION_ID_MAX] = {}, number[32] = {};
        int end = -1;

        if (sscanf(name, "%21[nt0-9]-%20[0-9].jsonl%n", id, number, &end) != 2 || end < 0)
                return false;
        return session_id_is_valid(id) && (streq(name + end, "") || streq(name + end, ".new"));
}

/* Only our own go, however many bytes all may have. */
static void expire(Input *in) {
        for (;;) {
                _cleanup_free_ char *name = input_string(in);
                int fd;

                if (!name[0])
                        return;
                fd = strchr(name, '/') ? -1
                                       : openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
                if (fd < 0)
                        continue;
                promise(write(fd, "1234", 4) == 4);
                (void) safe_close(fd);
                kept_outputs_expire(folder, 3);
                promise((unlinkat(folder, name, 0) < 0) == is_ours(name));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input in = { data, size };
        uint64_t since = input_number(&in, 2);
        uint8_t kind = input_byte(&in) % 8;

        make_folder();
        expire(&in);
        if (kind < 4)
                send_other(kind, since);
        else if (kind < 7)
                send_file(&in, since);
        else
                send_cut(&in, since);
        return 0;
}

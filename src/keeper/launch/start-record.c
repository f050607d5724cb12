/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a kernel was started with.
 *
 *      memfd:  how many bytes of fields | the fields of START | the connection file's text
 */

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/launch/start-record.h"
#include "shared/keeper-protocol.h"

#define CONNECTION_FILE_MAX (64 * 1024)

typedef struct RecordHeader {
        uint64_t fields_size;
} RecordHeader;

static int write_all(int fd, const void *data, size_t size) {
        ssize_t n = write(fd, data, size);

        if (n < 0)
                return -errno;
        return (size_t) n == size ? 0 : -EIO;
}

int start_record_new(const WireMessage *start, int *ret_fd) {
        const RecordHeader header = { .fields_size = start->size };
        _cleanup_close_ int fd = -EBADF;
        int r;

        fd = memfd_create("compute-session-start", MFD_CLOEXEC);
        if (fd < 0)
                return -errno;
        r = write_all(fd, &header, sizeof(header));
        if (r >= 0)
                r = write_all(fd, start->fields, start->size);
        if (r < 0)
                return r;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int read_header(int fd, RecordHeader *ret, size_t *ret_total) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (pread(fd, ret, sizeof(*ret), 0) != sizeof(*ret) || ret->fields_size > WIRE_MESSAGE_MAX ||
                (uint64_t) st.st_size < sizeof(*ret) + ret->fields_size)
                return -EBADMSG;
        *ret_total = (size_t) st.st_size;
        return 0;
}

int start_record_add_connection_file(int fd, const char *path) {
        _cleanup_close_ int file = -EBADF;
        char buffer[4096];
        ssize_t n;
        int r;

        file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (file < 0 || lseek(fd, 0, SEEK_END) < 0)
                return -errno;
        while ((n = read(file, buffer, sizeof(buffer))) > 0) {
                r = write_all(fd, buffer, (size_t) n);
                if (r < 0)
                        return r;
        }
        return n < 0 ? -errno : 0;
}

int start_record_restore_connection_file(int fd, const char *path) {
        _cleanup_free_ char *text = NULL;
        _cleanup_close_ int file = -EBADF;
        RecordHeader header;
        size_t total, begin;
        int r;

        r = read_header(fd, &header, &total);
        if (r < 0)
                return r;
        begin = sizeof(header) + header.fields_size;
        if (total == begin)
                return -ENODATA;
        if (total - begin > CONNECTION_FILE_MAX)
                return -EBADMSG;
        text = malloc(total - begin);
        if (!text)
                return -ENOMEM;
        if (pread(fd, text, total - begin, (off_t) begin) != (ssize_t) (total - begin))
                return -EBADMSG;
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file < 0 || fchmod(file, 0600) < 0)
                return -errno;
        r = write_all(file, text, total - begin);
        explicit_bzero(text, total - begin);
        return r;
}

int start_record_read(int fd, WireMessage *ret, void **ret_data) {
        _cleanup_free_ void *data = NULL;
        RecordHeader header;
        size_t total;
        int r;

        r = read_header(fd, &header, &total);
        if (r < 0)
                return r;
        data = malloc(header.fields_size + 1);
        if (!data)
                return -ENOMEM;
        if (pread(fd, data, header.fields_size, sizeof(header)) != (ssize_t) header.fields_size)
                return -EBADMSG;
        *ret = (WireMessage){ .opcode = KEEPER_START, .fields = data, .size = header.fields_size };
        *ret_data = TAKE_PTR(data);
        return 0;
}

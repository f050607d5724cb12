/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a kernel was started with is found again. */

#include <fcntl.h>

#include "keeper/launch/start-record.h"
#include "shared/keeper-protocol.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

TEST(write_and_read) {
        _cleanup_(wire_writer_done) WireWriter w = {};
        _cleanup_close_ int fd = -EBADF;
        _cleanup_free_ void *data = NULL;
        char *folder = scratch_make();
        _cleanup_free_ char *file = scratch_file(folder, "kernel.json", "{\"key\": \"k\"}", 0600);
        WireMessage message, found;
        WireField field;
        struct stat st;
        char text[64] = "";
        FILE *f;

        wire_begin(&w, KEEPER_START, 1);
        wire_put_string(&w, KEEPER_TAG_NOTEBOOK, "/a.ipynb");
        ck_assert_int_eq(wire_parse(w.data, w.size, &message), 0);
        ck_assert_int_eq(start_record_new(&message, &fd), 0);
        ck_assert_int_eq(start_record_restore_connection_file(fd, file), -ENODATA);
        ck_assert_int_eq(start_record_add_connection_file(fd, file), 0);
        ck_assert_int_eq(start_record_restore_connection_file(fd, file), -EEXIST);
        ck_assert_int_eq(unlink(file), 0);
        ck_assert_int_eq(start_record_restore_connection_file(fd, file), 0);
        ck_assert_int_eq(stat(file, &st), 0);
        ck_assert_int_eq(st.st_mode & 0777, 0600);
        f = fopen(file, "re");
        ck_assert_ptr_nonnull(fgets(text, sizeof(text), f));
        ck_assert_str_eq(text, "{\"key\": \"k\"}");
        fclose(f);

        ck_assert_int_eq(start_record_read(fd, &found, &data), 0);
        ck_assert_int_eq(wire_next(&found, &field), 1);
        ck_assert_uint_eq(field.tag, KEEPER_TAG_NOTEBOOK);
        ck_assert_mem_eq(field.data, "/a.ipynb", field.size);
        ck_assert_int_eq(wire_next(&found, &field), 0);
        scratch_remove(folder);
}
END_TEST

TEST(refuses_what_is_none) {
        char *folder = scratch_make();
        _cleanup_free_ char *path = scratch_file(folder, "x", "\xff\xff\xff\xff\xff\xff\xff\xff junk", 0600);
        _cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);
        WireMessage message;
        void *data;

        ck_assert_int_eq(start_record_read(fd, &message, &data), -EBADMSG);
        ck_assert_int_eq(ftruncate(fd, 3), 0);
        ck_assert_int_eq(start_record_read(fd, &message, &data), -EBADMSG);
        scratch_remove(folder);
}
END_TEST

TEST_MAIN(write_and_read, refuses_what_is_none);

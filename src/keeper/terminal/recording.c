/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a terminal has shown. */

#include "keeper/terminal/recording.h"
#include "shared/log.h"

Recording *recording_free(Recording *rec) {
        if (!rec)
                return NULL;
        ring_free(rec->ring);
        screen_free(rec->screen);
        (void) safe_close(rec->checkpoint_fd);
        free(rec);
        return NULL;
}

static int recording_alloc(Recording **ret) {
        Recording *rec;

        rec = malloc(sizeof(*rec));
        if (!rec)
                return -ENOMEM;
        *rec = (Recording){ .checkpoint_fd = -EBADF };
        *ret = rec;
        return 0;
}

int recording_new(uint32_t rows, uint32_t columns, size_t buffer_size, Recording **ret) {
        _cleanup_recording_ Recording *rec = NULL;
        int r;

        r = recording_alloc(&rec);
        if (r < 0)
                return r;
        r = ring_new(buffer_size, &rec->ring);
        if (r < 0)
                return r;
        r = checkpoint_new(&rec->checkpoint_fd);
        if (r < 0)
                return r;
        r = screen_new(rows, columns, SCREEN_SCROLLBACK_LINES, &rec->screen);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(rec);
        return 0;
}

static int recording_checkpoint(Recording *rec) {
        ByteQueue picture = { .max = CHECKPOINT_SIZE_MAX };
        Checkpoint checkpoint = {
                .position = ring_end(rec->ring),
                .rows = screen_rows(rec->screen),
                .columns = screen_columns(rec->screen),
        };
        int r;

        r = screen_paint(rec->screen, SCREEN_SCROLLBACK_LINES, &picture);
        if (r == -ENOBUFS) /* too much to be kept: the screen alone, then */
                r = screen_paint(rec->screen, 0, &picture);
        if (r >= 0) {
                checkpoint.size = picture.size;
                r = checkpoint_write(rec->checkpoint_fd, &checkpoint, picture.data + picture.start);
        }
        byte_queue_clear(&picture);
        if (r < 0)
                return log_warning_errno(r, "Could not save the terminal's picture: %m");
        rec->position = checkpoint.position;
        return 0;
}

/* Makes the screen of what is kept. */
static int recording_replay(Recording *rec, uint32_t rows, uint32_t columns) {
        ByteQueue picture = { .max = CHECKPOINT_SIZE_MAX };
        Checkpoint checkpoint = { .rows = rows, .columns = columns };
        const uint8_t *data;
        size_t n;
        int r;

        r = checkpoint_read(rec->checkpoint_fd, &checkpoint, &picture);
        if (r < 0 && r != -ENODATA)
                log_warning_errno(
                        r, "Could not read the terminal's picture, making one of its last output: %m");
        r = screen_new(checkpoint.rows, checkpoint.columns, SCREEN_SCROLLBACK_LINES, &rec->screen);
        if (r >= 0)
                screen_feed(rec->screen, picture.data ? picture.data + picture.start : NULL, picture.size);
        byte_queue_clear(&picture);
        if (r < 0)
                return r;
        rec->position = checkpoint.position;
        for (uint64_t position = checkpoint.position; (n = ring_get(rec->ring, position, &data)) > 0;
                position += n)
                screen_feed(rec->screen, data, n);
        r = screen_resize(rec->screen, rows, columns);
        /* Its questions were answered when it asked. */
        screen_drop_answers(rec->screen);
        return r;
}

int recording_adopt(int ring, int checkpoint, uint32_t rows, uint32_t columns, Recording **ret) {
        _cleanup_recording_ Recording *rec = NULL;
        int r;

        r = recording_alloc(&rec);
        if (r < 0)
                return r;
        r = ring_adopt(ring, &rec->ring);
        if (r < 0)
                return r;
        rec->checkpoint_fd = checkpoint;
        r = recording_replay(rec, rows, columns);
        if (r < 0) {
                /* The descriptors stay the caller's. */
                ring_release(rec->ring);
                rec->checkpoint_fd = -EBADF;
                return r;
        }
        *ret = TAKE_PTR(rec);
        return 0;
}

void recording_feed(Recording *rec, const void *data, size_t size) {
        screen_feed(rec->screen, data, size);
        /* Before the ring overwrites what no picture has. */
        if (ring_end(rec->ring) - rec->position >= ring_size(rec->ring) / 2)
                (void) recording_checkpoint(rec);
}

int recording_resize(Recording *rec, uint32_t rows, uint32_t columns) {
        int r;

        if (rows == screen_rows(rec->screen) && columns == screen_columns(rec->screen))
                return 0;
        r = screen_resize(rec->screen, rows, columns);
        if (r < 0)
                return r;
        /* What comes from now on is meant for the new size: a replay must not feed it to the old one. */
        (void) recording_checkpoint(rec);
        return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a keeper finds in systemd's descriptor store, where its predecessor, or whoever took its place, may
 * have left anything: state record, ring and picture are taken up whole or not at all. The input is which of
 * them, and the file. */

#include <sys/mman.h>
#include <unistd.h>

#include "keeper/store/state-record.h"
#include "keeper/terminal/checkpoint.h"
#include "keeper/terminal/ring.h"
#include "tests/fuzz/input.h"

static int file_with(const Input *in, size_t size) {
        int fd = memfd_create("fuzz", MFD_CLOEXEC);

        promise(fd >= 0 && ftruncate(fd, (off_t) size) >= 0);
        promise(pwrite(fd, in->data, in->size, 0) == (ssize_t) in->size);
        return fd;
}

static void read_state(const Input *in) {
        _cleanup_close_ int fd = file_with(in, in->size), copy = -EBADF;
        _cleanup_keeper_state_ KeeperState state = {}, again = {};

        if (state_record_read(fd, &state) < 0)
                return;
        promise(state_record_new(&copy) >= 0);
        if (keeper_state_fits(&state)) {
                promise(state_record_write(copy, &state) >= 0 && state_record_read(copy, &again) >= 0);
                promise(again.phase == state.phase && again.leader == state.leader);
        }
}

static void read_checkpoint(const Input *in) {
        _cleanup_close_ int fd = file_with(in, in->size);
        ByteQueue picture = { .max = CHECKPOINT_SIZE_MAX };
        Checkpoint checkpoint;

        if (checkpoint_read(fd, &checkpoint, &picture) >= 0)
                promise(picture.size == checkpoint.size);
        byte_queue_clear(&picture);
}

/* The header is at the end or at the start; the rest is zeros. */
static void adopt_ring(const Input *in) {
        _cleanup_close_ int fd = file_with(in, MAX(in->size, (size_t) RING_SIZE_MIN + 4096));
        _cleanup_ring_ Ring *ring = NULL;
        const uint8_t *data;
        size_t room, n;

        if (ring_adopt(fd, &ring) < 0)
                return;
        (void) TAKE_FD(fd);
        promise(ring_room(ring, &room) && room > 0);
        ring_commit(ring, 1);
        n = ring_get(ring, ring_end(ring) - 1, &data);
        promise(n <= ring_size(ring));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input in = { data, size };

        switch (input_byte(&in) % 3) {
        case 0:
                read_state(&in);
                break;
        case 1:
                read_checkpoint(&in);
                break;
        default:
                adopt_ring(&in);
        }
        return 0;
}

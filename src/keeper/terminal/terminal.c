/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The PTY of a terminal session. */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "keeper/store/byte-queue.h"
#include "keeper/terminal/terminal.h"
#include "shared/fd.h"
#include "shared/log.h"

#define BATCH_SIZE   (64U * 1024U) /* of output that is handed over at once; a read() gives 4 KiB at most */
#define ECHO_MAX     128U /* so little is what somebody waits for, and hardly the beginning of more */
#define DRAIN_MAX    (1024U * 1024U)
#define EVENTS_IDLE  EPOLLIN
#define EVENTS_WRITE (EPOLLIN | EPOLLOUT)

struct Terminal {
        int master;
        int slave;       /* see terminal_hold() */
        ByteQueue input; /* typed, but not yet taken by the kernel */
        sd_event_source *source;
        const TerminalHandlers *handlers;
        void *userdata;
        bool broken;
};

Terminal *terminal_free(Terminal *t) {
        if (!t)
                return NULL;
        sd_event_source_disable_unref(t->source);
        byte_queue_clear(&t->input);
        (void) safe_close(t->slave);
        (void) safe_close(t->master);
        free(t);
        return NULL;
}

/* Holds the other side open, so that the master does not hang up when the payload closes its own for a
 * while. */
static int terminal_hold(Terminal *t) {
        (void) safe_close(t->slave);
        t->slave = ioctl(t->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        return t->slave < 0 ? -errno : 0;
}

/* Takes master on success. */
static int terminal_make(int master, Terminal **ret) {
        Terminal *t;
        int r;

        r = fd_make_nonblocking(master);
        if (r < 0)
                return r;
        t = malloc(sizeof(*t));
        if (!t)
                return -ENOMEM;
        *t = (Terminal){
                .master = master,
                .slave = -EBADF,
                .input = { .max = TERMINAL_INPUT_MAX },
        };
        (void) terminal_hold(t);

        *ret = t;
        return 0;
}

int terminal_new(uint32_t rows, uint32_t columns, Terminal **ret) {
        _cleanup_terminal_ Terminal *t = NULL;
        _cleanup_close_ int master = -EBADF;
        struct termios modes;
        int r;

        master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (master < 0 || unlockpt(master) < 0)
                return -errno;
        r = terminal_make(master, &t);
        if (r < 0)
                return r;
        (void) TAKE_FD(master);
        if (t->slave < 0 || tcgetattr(t->slave, &modes) < 0)
                return -errno;
        /* The kernel's defaults are those of a login terminal, but for the erase of multi-byte
         * characters. */
        modes.c_iflag |= IUTF8;
        if (tcsetattr(t->slave, TCSANOW, &modes) < 0)
                return -errno;
        r = terminal_resize(t, rows, columns);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(t);
        return 0;
}

int terminal_adopt(int master, Terminal **ret) {
        return terminal_make(master, ret);
}

int terminal_master(const Terminal *t) {
        return t->master;
}

/* One batch of output that lies in a row. Returns its size, 0 when there is nothing now, -errno when there
 * will be nothing any more. */
static ssize_t terminal_read(Terminal *t, const uint8_t **ret) {
        uint8_t *start = NULL;
        size_t filled = 0;

        while (filled < BATCH_SIZE) {
                size_t size;
                uint8_t *room = t->handlers->room(t->userdata, &size);
                ssize_t n;

                if (filled > 0 && room != start + filled)
                        break;
                n = read(t->master, room, size);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        break;
                if (n <= 0) {
                        if (filled > 0)
                                break;
                        return n < 0 ? -errno : -EIO;
                }
                t->handlers->commit(t->userdata, (size_t) n);
                if (filled == 0)
                        start = room;
                filled += (size_t) n;
                if (filled <= ECHO_MAX)
                        break;
        }
        *ret = start;
        return (ssize_t) filled;
}

static void terminal_hang_up(Terminal *t) {
        t->broken = true;
        byte_queue_clear(&t->input);
        t->source = sd_event_source_disable_unref(t->source);
}

static void terminal_flush(Terminal *t) {
        bool had = t->input.size > 0;
        int r;

        r = byte_queue_write(&t->input, t->master, /* is_socket= */ false);
        if (r < 0) {
                terminal_hang_up(t);
                return;
        }
        (void) sd_event_source_set_io_events(t->source, t->input.size > 0 ? EVENTS_WRITE : EVENTS_IDLE);
        if (had && t->input.size == 0)
                t->handlers->drained(t->userdata);
}

static int on_master(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Terminal *t = userdata;
        const uint8_t *output = NULL;
        ssize_t n;

        (void) source;
        (void) fd;
        if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
                n = terminal_read(t, &output);
                if (n > 0)
                        t->handlers->output(t->userdata, output, (size_t) n);
                /* A program may hang up its own terminal and open it again, as login(1) does. */
                else if (n < 0 && terminal_hold(t) < 0)
                        terminal_hang_up(t);
        }
        if ((events & EPOLLOUT) && !t->broken)
                terminal_flush(t);
        return 0;
}

int terminal_watch(Terminal *t, sd_event *event, const TerminalHandlers *handlers, void *userdata) {
        t->handlers = handlers;
        t->userdata = userdata;
        return sd_event_add_io(event, &t->source, t->master, EVENTS_IDLE, on_master, t);
}

int terminal_resize(Terminal *t, uint32_t rows, uint32_t columns) {
        struct winsize size = { .ws_row = (unsigned short) rows, .ws_col = (unsigned short) columns };

        if (rows == 0 || rows > UINT16_MAX || columns == 0 || columns > UINT16_MAX)
                return -EINVAL;
        return ioctl(t->master, TIOCSWINSZ, &size) < 0 ? -errno : 0;
}

bool terminal_has_room(const Terminal *t) {
        return t->input.size == 0;
}

int terminal_send(Terminal *t, const void *data, size_t size) {
        int r;

        if (t->broken)
                return -EIO;
        r = byte_queue_append(&t->input, data, size);
        if (r < 0)
                return r;
        r = byte_queue_write(&t->input, t->master, /* is_socket= */ false);
        if (r < 0) {
                terminal_hang_up(t);
                return r;
        }
        return sd_event_source_set_io_events(t->source, t->input.size > 0 ? EVENTS_WRITE : EVENTS_IDLE);
}

void terminal_drain(Terminal *t) {
        const uint8_t *output = NULL;
        size_t total = 0;

        /* Bounded, because what the payload left behind may still print. */
        while (!t->broken && total < DRAIN_MAX) {
                ssize_t n;

                n = terminal_read(t, &output);
                if (n <= 0)
                        break;
                t->handlers->output(t->userdata, output, (size_t) n);
                total += (size_t) n;
        }
        terminal_hang_up(t);
}

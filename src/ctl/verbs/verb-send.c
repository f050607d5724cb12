/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl send: types text into a session.
 *
 * It attaches, and is shown nothing. What is in the stream when we hang up is read by the session's
 * keeper before it sees that; but it also has to be told how long to wait. So we only say that nothing more
 * will come (shutdown), and the keeper closes the stream once it has read everything: then we know that it
 * has. */

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl/attach/attach-request.h"
#include "ctl/sessions/resolve.h"
#include "ctl/text/escapes.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/strv.h"

#define STALL_USEC (10 * USEC_PER_SEC) /* a program that reads nothing for so long does not want it */
#define KEY_ENTER  '\r'                /* as terminals send it */

/* The words with spaces between them, or an error that was told. */
static int make_text(const Arguments *a, char **words, char **ret, size_t *ret_size) {
        _cleanup_free_ char *text = NULL;
        size_t room = 2, size;
        char *end;

        STRV_FOREACH(word, words)
                room += strlen(*word) + 1;
        text = malloc(room);
        if (!text)
                return log_oom();
        end = text;
        STRV_FOREACH(word, words) {
                if (word != words)
                        *end++ = ' ';
                end = stpcpy(end, *word);
        }
        *end = 0;
        size = (size_t) (end - text);
        if (a->escapes) {
                ssize_t n = escapes_replace(text);

                if (n < 0) {
                        log_error("There is an unknown escape sequence in the text. There are "
                                  "\\a \\b \\e \\f \\n \\r \\t \\v \\xHH and \\\\.");
                        return -EINVAL;
                }
                size = (size_t) n;
        }
        if (a->enter)
                text[size++] = KEY_ENTER;
        *ret = TAKE_PTR(text);
        *ret_size = size;
        return 0;
}

/* Reads what a keeper of an earlier version shows all the same, so that nobody waits for us. Returns 1; 0 at
 * the end; -errno. */
static int drain(int stream) {
        char dropped[4096];
        ssize_t n = recv(stream, dropped, sizeof(dropped), MSG_DONTWAIT);

        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 1 : -errno;
        return n > 0;
}

/* -ETIMEDOUT: nothing was read for a while. */
static int write_text(int stream, const char *text, size_t size, size_t *ret_left) {
        usec_t deadline = usec_add(now_usec(CLOCK_MONOTONIC), STALL_USEC);
        int r;

        *ret_left = size;
        for (;;) {
                struct pollfd fd = { .fd = stream,
                        .events = (short) (POLLIN | (*ret_left > 0 ? POLLOUT : 0)) };
                usec_t now = now_usec(CLOCK_MONOTONIC);

                if (now >= deadline)
                        return -ETIMEDOUT;
                if (poll(&fd, 1, (int) ((deadline - now) / USEC_PER_MSEC) + 1) < 0 && errno != EINTR)
                        return -errno;
                if (fd.revents & POLLOUT && *ret_left > 0) {
                        ssize_t n = send(
                                stream, text + (size - *ret_left), *ret_left, MSG_DONTWAIT | MSG_NOSIGNAL);

                        if (n < 0 && errno != EAGAIN && errno != EINTR)
                                return -errno;
                        if (n > 0) {
                                *ret_left -= (size_t) n;
                                deadline = usec_add(now, STALL_USEC);
                        }
                        if (*ret_left == 0 && shutdown(stream, SHUT_WR) < 0)
                                return -errno;
                }
                if (fd.revents & ~POLLOUT) {
                        r = drain(stream);
                        if (r < 0)
                                return r;
                        if (r == 0)
                                return *ret_left > 0 ? -ECONNRESET : 0;
                }
        }
}

static int open_stream(Client *c, const char *id, const char *path) {
        static const AttachOptions options = { .scrollback = SCROLLBACK_UNSAID, .input_only = true };
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        int r;

        r = attach_message(c, path, &options, &m);
        if (r >= 0)
                r = client_call(c, m, CALL_TIMEOUT_USEC, &error, &reply);
        if (r >= 0)
                r = attach_read_stream(reply);
        return r < 0 ? client_report(c, r, &error, "attach to %s", id) : r;
}

int verb_send(Client *c, char **operands) {
        _cleanup_close_ int stream = -EBADF;
        _cleanup_free_ char *text = NULL;
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        size_t size = 0, left = 0;
        int r;

        if (!operands[1] && !c->arguments->enter) {
                log_error("There is nothing to send: a text is missing, or --enter.");
                return -EINVAL;
        }
        r = attach_check_host(c, "Terminals cannot be typed into");
        if (r < 0)
                return r;
        r = make_text(c->arguments, operands + 1, &text, &size);
        if (r < 0)
                return r;
        r = session_open(c, operands[0], id, path);
        if (r < 0)
                return r;
        stream = open_stream(c, id, path);
        if (stream < 0)
                return stream;
        r = size > 0 ? write_text(stream, text, size, &left) : 0;
        if (r == -ETIMEDOUT) {
                log_error("The program in %s does not read what is typed; %s.", id,
                        left > 0 ? "some of the text was not sent"
                                 : "perhaps not all of the text reached it");
                return r;
        }
        return r < 0 ? log_error_errno(r, "Failed to send the text to %s: %m", id) : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Throws away what the user's terminal still answers. */

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "ctl/attach/tty-answers.h"

#define QUIET_USEC (30 * USEC_PER_MSEC) /* after the last answer, what came with it */

/* Looks for the answer to DA1, CSI ? digits and semicolons c, in what is read piece by piece. */
typedef struct Search {
        unsigned matched; /* bytes of its beginning */
} Search;

static bool search(Search *s, const char *data, size_t size) {
        static const char beginning[] = "\033[?";

        for (size_t i = 0; i < size; i++)
                if (s->matched < strlen(beginning))
                        s->matched = data[i] == beginning[s->matched] ? s->matched + 1 : data[i] == '\033';
                else if (data[i] == 'c')
                        return true;
                else if ((data[i] < '0' || data[i] > '9') && data[i] != ';')
                        s->matched = data[i] == '\033';
        return false;
}

/* False: it takes nothing, and so will not answer. */
static bool ask(int output) {
        static const char question[] = "\030\033\\\033[c"; /* ends what was cut off before */
        size_t size = strlen(question);

        return write(output, question, size) == (ssize_t) size;
}

void tty_discard_answers(int input, int output, usec_t timeout) {
        usec_t until = usec_add(now_usec(CLOCK_MONOTONIC), timeout);
        Search answer = { 0 };
        bool answered = false;
        char data[4096];

        if (!ask(output))
                return;
        for (;;) {
                struct pollfd fd = { .fd = input, .events = POLLIN };
                usec_t now = now_usec(CLOCK_MONOTONIC);
                ssize_t n;

                if (now >= until || poll(&fd, 1, (int) ((until - now) / USEC_PER_MSEC + 1)) == 0)
                        return;
                if (!fd.revents)
                        continue;
                n = read(input, data, sizeof(data));
                if (n < 0 && (errno == EINTR || errno == EAGAIN))
                        continue;
                if (n <= 0)
                        return;
                if (answered || !search(&answer, data, (size_t) n))
                        continue;
                answered = true;
                until = usec_add(now_usec(CLOCK_MONOTONIC), QUIET_USEC);
        }
}

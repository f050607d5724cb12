/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers to what the program asks its terminal.
 *
 * The screen knows nearly all. The colours of text, background and cursor are those of whoever looks, and
 * programs choose theirs by them: so the terminal of the client that was active last is asked, if it is the
 * session's user and may type. Until it has answered, or ANSWER_TIMEOUT_USEC are over, all answers wait, as
 * they have to come in order. */

#include "keeper/terminal/answering.h"
#include "shared/log.h"
#include "shared/time-span.h"

#define ANSWER_TIMEOUT_USEC (500 * USEC_PER_MSEC)
#define ANSWERS_PIECE       256U

void answering_begin(Answering *a, sd_event *event, Terminal *terminal, Screen *screen, Audience *audience) {
        *a = (Answering){ .event = event, .terminal = terminal, .screen = screen, .audience = audience };
}

void answering_end(Answering *a) {
        sd_event_source_disable_unref(a->timer);
        *a = (Answering){};
}

/* The question is answered with what is known. */
static void end_question(Answering *a) {
        a->asked = NULL;
        a->timer = sd_event_source_disable_unref(a->timer);
        screen_answer_asked_color(a->screen);
}

static int on_no_reply(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Answering *a = userdata;
        Client *c = a->asked;

        end_question(a);
        client_stop_asking(c, /* silent= */ true);
        answering_go_on(a);
        return 0;
}

/* True: somebody was asked. */
static bool ask(Answering *a, unsigned number) {
        Client *c = audience_to_be_asked(a->audience, a->screen);
        int r;

        if (!c)
                return false;
        r = sd_event_add_time_relative(
                a->event, &a->timer, CLOCK_MONOTONIC, ANSWER_TIMEOUT_USEC, 0, on_no_reply, a);
        if (r < 0) {
                log_warning_errno(r, "Could not wait for the answer of a client's terminal: %m");
                return false;
        }
        a->asked = c;
        client_ask(c, number);
        return true;
}

void answering_go_on(Answering *a) {
        while (a->terminal && terminal_has_room(a->terminal)) {
                char answers[ANSWERS_PIECE];
                unsigned number;
                size_t n;

                n = screen_take_answers(a->screen, answers, sizeof(answers));
                if (n > 0) {
                        if (terminal_send(a->terminal, answers, n) < 0)
                                return;
                        continue;
                }
                number = screen_asked_color(a->screen);
                if (number == 0 || a->asked || ask(a, number))
                        return;
                screen_answer_asked_color(a->screen);
        }
}

void answering_take_color(Answering *a, const Client *c, unsigned number, const ColorSpec *color) {
        if (!a->terminal)
                return;
        screen_set_terminal_color(a->screen, number, color);
        if (a->asked != c || screen_asked_color(a->screen) != number)
                return;
        end_question(a);
        answering_go_on(a);
}

void answering_forget(Answering *a, const Client *c) {
        if (!a->asked || a->asked != c)
                return;
        end_question(a);
        answering_go_on(a);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers to what the program asks its terminal.
 *
 * The screen knows nearly all. The colours of text, background and cursor are those of whoever looks, and programs choose
 * theirs by them: so the terminal of the client that was active last is asked, if it is the session's user and may type.
 * Until it has answered, or ANSWER_TIMEOUT_USEC are over, all answers wait, as they have to come in order. */

#include "keeper/keeper-answers.h"
#include "shared/log.h"
#include "shared/time-span.h"

#define ANSWER_TIMEOUT_USEC (500 * USEC_PER_MSEC)
#define ANSWERS_PIECE       256U

/* The question is answered with what is known. */
static void end_question(Keeper *k) {
        k->asked = NULL;
        k->asked_timer = sd_event_source_disable_unref(k->asked_timer);
        screen_answer_asked_color(k->recording->screen);
}

static int on_no_reply(sd_event_source *source, uint64_t usec, void *userdata) {
        Keeper *k = userdata;
        Client *c = k->asked;

        (void) source;
        (void) usec;
        end_question(k);
        client_stop_asking(c, /* silent= */ true);
        keeper_answer(k);
        return 0;
}

/* True: somebody was asked. */
static bool ask(Keeper *k, unsigned number) {
        Client *c = audience_to_be_asked(&k->audience, k->recording->screen);
        int r;

        if (!c)
                return false;
        r = sd_event_add_time_relative(
                k->event, &k->asked_timer, CLOCK_MONOTONIC, ANSWER_TIMEOUT_USEC, 0, on_no_reply, k);
        if (r < 0) {
                log_warning_errno(r, "Could not wait for the answer of a client's terminal: %m");
                return false;
        }
        k->asked = c;
        client_ask(c, number);
        return true;
}

void keeper_answer(Keeper *k) {
        Screen *s = k->recording->screen;

        while (!k->answers_stopped && k->terminal && terminal_has_room(k->terminal)) {
                char answers[ANSWERS_PIECE];
                unsigned number;
                size_t n;

                n = screen_take_answers(s, answers, sizeof(answers));
                if (n > 0) {
                        if (terminal_send(k->terminal, answers, n) < 0)
                                return;
                        continue;
                }
                number = screen_asked_color(s);
                if (number == 0 || k->asked || ask(k, number))
                        return;
                screen_answer_asked_color(s);
        }
}

void keeper_take_color(Keeper *k, Client *c, unsigned number, const ColorSpec *color) {
        screen_set_terminal_color(k->recording->screen, number, color);
        if (k->asked != c || screen_asked_color(k->recording->screen) != number)
                return;
        end_question(k);
        keeper_answer(k);
}

void keeper_forget_asked(Keeper *k, const Client *c) {
        if (k->asked != c)
                return;
        end_question(k);
        keeper_answer(k);
}

void keeper_stop_answers(Keeper *k) {
        k->asked = NULL;
        k->asked_timer = sd_event_source_disable_unref(k->asked_timer);
        k->answers_stopped = true;
}

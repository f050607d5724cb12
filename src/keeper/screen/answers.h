/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Answers that wait to be typed into the program, in the order of its questions. An answer that only a real
 * terminal knows is a gap: what comes behind it waits until it is filled, since programs take a later answer
 * as the sign that an earlier one will not come. */

#include "shared/macros.h"

#define ANSWERS_SIZE_MAX 1024U
#define ANSWERS_GAPS_MAX 16U
#define ANSWER_GAP_SIZE  40U /* what an answer that fills a gap may take */

typedef struct AnswerGap {
        uint16_t at;    /* in the text */
        uint8_t number; /* of the OSC that asks */
        bool bell;      /* the question ended with BEL, and so does the answer */
} AnswerGap;

typedef struct Answers {
        uint16_t size;
        uint8_t n_gaps;
        AnswerGap gaps[ANSWERS_GAPS_MAX];
        char text[ANSWERS_SIZE_MAX];
} Answers;

/* Adds an answer, all or nothing: a program that does not read its answers gets no more of them. */
void answers_add(Answers *a, const char *text, size_t size);
void answers_add_gap(Answers *a, uint8_t number, bool bell);

/* Moves what comes before the first gap into buffer, at most size bytes. Returns how many. */
size_t answers_take(Answers *a, char *buffer, size_t size);

/* The gap that everything waits for; NULL if there is text before it, or none. The answers'. */
const AnswerGap *answers_gap(const Answers *a);

/* Fills that gap with at most ANSWER_GAP_SIZE bytes. */
void answers_fill(Answers *a, const char *text, size_t size);

void answers_clear(Answers *a);

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers that wait to be typed into the program. */

#include "keeper/screen/answers.h"

/* Is there room for size more bytes, when all gaps will have been filled? */
static bool has_room(const Answers *a, size_t size) {
        return a->size + a->n_gaps * (size_t) ANSWER_GAP_SIZE + size <= sizeof(a->text);
}

void answers_add(Answers *a, const char *text, size_t size) {
        if (!has_room(a, size))
                return;
        memcpy(a->text + a->size, text, size);
        a->size = (uint16_t) (a->size + size);
}

void answers_add_gap(Answers *a, uint8_t number, bool bell) {
        if (a->n_gaps == ANSWERS_GAPS_MAX || !has_room(a, ANSWER_GAP_SIZE))
                return;
        a->gaps[a->n_gaps++] = (AnswerGap){ .at = a->size, .number = number, .bell = bell };
}

size_t answers_take(Answers *a, char *buffer, size_t size) {
        size_t n = MIN(size, (size_t) (a->n_gaps > 0 ? a->gaps[0].at : a->size));

        memcpy(buffer, a->text, n);
        memmove(a->text, a->text + n, a->size - n);
        a->size = (uint16_t) (a->size - n);
        for (size_t i = 0; i < a->n_gaps; i++)
                a->gaps[i].at = (uint16_t) (a->gaps[i].at - n);
        return n;
}

const AnswerGap *answers_gap(const Answers *a) {
        return a->n_gaps > 0 && a->gaps[0].at == 0 ? a->gaps : NULL;
}

void answers_fill(Answers *a, const char *text, size_t size) {
        assert(answers_gap(a) && size <= ANSWER_GAP_SIZE);

        memmove(a->text + size, a->text, a->size);
        memcpy(a->text, text, size);
        a->size = (uint16_t) (a->size + size);
        a->n_gaps--;
        memmove(a->gaps, a->gaps + 1, a->n_gaps * sizeof(AnswerGap));
        for (size_t i = 0; i < a->n_gaps; i++)
                a->gaps[i].at = (uint16_t) (a->gaps[i].at + size);
}

void answers_clear(Answers *a) {
        a->size = 0;
        a->n_gaps = 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lines above the screen: a list of blocks, each with records one behind the other. */

#include "keeper/screen/scrollback.h"

#define BLOCK_SIZE (16U * 1024U)

typedef struct Record {
        uint32_t size; /* of the text behind it */
        LineShape shape;
} Record;

struct ScrollbackBlock {
        ScrollbackBlock *next;
        uint32_t n_lines;
        size_t start; /* of the oldest record that is not forgotten */
        size_t end;
        size_t allocated;
        char data[];
};

/* Records are aligned to their own needs. */
static size_t record_size(size_t text) {
        return (sizeof(Record) + text + _Alignof(Record) - 1) / _Alignof(Record) * _Alignof(Record);
}

static const Record *record_at(const ScrollbackBlock *b, size_t offset) {
        return (const Record *) (const void *) (b->data + offset);
}

void scrollback_clear(Scrollback *s) {
        while (s->first) {
                ScrollbackBlock *next = s->first->next;

                free(s->first);
                s->first = next;
        }
        s->last = NULL;
        s->n_lines = 0;
        s->n_bytes = 0;
}

/* Forgets the oldest line. spare: gets a block that is free now, unless there is one already. */
static void scrollback_forget(Scrollback *s, ScrollbackBlock **spare) {
        ScrollbackBlock *b;
        size_t size;

        while (s->first->n_lines == 0) {
                b = s->first;
                s->first = b->next;
                free(b);
        }
        b = s->first;
        size = record_size(record_at(b, b->start)->size);
        b->start += size;
        b->n_lines--;
        s->n_bytes -= size;
        s->n_lines--;
        if (b->n_lines > 0)
                return;
        if (b == s->last) {
                b->start = b->end = 0;
                return;
        }
        s->first = b->next;
        if (*spare || b->allocated != BLOCK_SIZE)
                free(b);
        else
                *spare = b;
}

/* A block with room for size bytes at the end of the list. spare: one that may be used. */
static ScrollbackBlock *scrollback_block(Scrollback *s, size_t size, ScrollbackBlock **spare) {
        size_t allocated = MAX(size, (size_t) BLOCK_SIZE);
        ScrollbackBlock *b;

        if (s->last && s->last->allocated - s->last->end >= size)
                return s->last;
        if (*spare && allocated == BLOCK_SIZE)
                b = TAKE_PTR(*spare);
        else
                b = malloc(sizeof(*b) + allocated);
        if (!b)
                return NULL;
        *b = (ScrollbackBlock){ .allocated = allocated };
        if (s->last)
                s->last->next = b;
        else
                s->first = b;
        s->last = b;
        return b;
}

void scrollback_push(Scrollback *s, const ScrollbackLine *line) {
        _cleanup_free_ ScrollbackBlock *spare = NULL;
        size_t size = record_size(line->size);
        ScrollbackBlock *b;
        Record *r;

        if (s->max_lines == 0 || size > s->max_bytes || line->size > UINT32_MAX)
                return;
        while (s->n_lines >= s->max_lines || s->n_bytes + size > s->max_bytes)
                scrollback_forget(s, &spare);
        b = scrollback_block(s, size, &spare);
        if (!b)
                return;
        r = (Record *) (void *) (b->data + b->end);
        *r = (Record){ .size = (uint32_t) line->size, .shape = line->shape };
        if (line->size > 0)
                memcpy(r + 1, line->text, line->size);
        b->end += size;
        b->n_lines++;
        s->n_lines++;
        s->n_bytes += size;
}

void scrollback_drop(Scrollback *s) {
        ScrollbackBlock *b = s->last;
        size_t offset, size;

        if (s->n_lines == 0)
                return;
        while (b->n_lines == 0) { /* the last block lost all its lines to this function */
                for (b = s->first; b->next != s->last;)
                        b = b->next;
                free(s->last);
                s->last = b;
                b->next = NULL;
        }
        offset = b->start;
        for (uint32_t i = 1; i < b->n_lines; i++)
                offset += record_size(record_at(b, offset)->size);
        size = record_size(record_at(b, offset)->size);
        b->end = offset;
        b->n_lines--;
        s->n_lines--;
        s->n_bytes -= size;
}

ScrollbackPosition scrollback_seek(const Scrollback *s, uint32_t n) {
        uint32_t skip = s->n_lines - MIN(n, s->n_lines);
        const ScrollbackBlock *b = s->first;
        ScrollbackPosition p;

        for (; b && b->n_lines <= skip && b->next; b = b->next)
                skip -= b->n_lines;
        p = (ScrollbackPosition){ .block = b, .offset = b ? b->start : 0 };
        for (; b && skip > 0; skip--)
                p.offset += record_size(record_at(b, p.offset)->size);
        return p;
}

bool scrollback_next(ScrollbackPosition *p, ScrollbackLine *ret) {
        const Record *r;

        while (p->block && p->offset >= p->block->end) {
                p->block = p->block->next;
                p->offset = p->block ? p->block->start : 0;
        }
        if (!p->block)
                return false;
        r = record_at(p->block, p->offset);
        p->offset += record_size(r->size);
        *ret = (ScrollbackLine){ .shape = r->shape, .text = (const char *) (r + 1), .size = r->size };
        return true;
}

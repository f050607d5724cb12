/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads recordings. */

#include <stdio.h>

#include "tests/oracle/recording.h"

#define HEADER_SIZE 5

void recording_done(Recording *r) {
        free(r->data);
        free(r->sizes);
        *r = (Recording){ 0 };
}

static int add_size(Recording *r, const uint8_t *text, size_t size) {
        char copy[32];
        RecordingSize *s;

        if (size >= sizeof(copy))
                return -EINVAL;
        memcpy(copy, text, size);
        copy[size] = 0;
        s = realloc(r->sizes, (r->n_sizes + 1) * sizeof(*s));
        if (!s)
                return -ENOMEM;
        r->sizes = s;
        s += r->n_sizes;
        if (sscanf(copy, "%u %u", &s->rows, &s->columns) != 2)
                return -EINVAL;
        s->offset = r->size;
        r->n_sizes++;
        return 0;
}

/* Moves the output together at the beginning of data. */
static int split(Recording *r, size_t size) {
        size_t at = 0;

        while (at < size) {
                const uint8_t *p = r->data + at;
                size_t length;

                if (size - at < HEADER_SIZE)
                        return -EINVAL;
                length = p[1] | (size_t) p[2] << 8 | (size_t) p[3] << 16 | (size_t) p[4] << 24;
                if (length > size - at - HEADER_SIZE)
                        return -EINVAL;
                at += HEADER_SIZE + length;
                if (p[0] == 'r') {
                        int k = add_size(r, p + HEADER_SIZE, length);

                        if (k < 0)
                                return k;
                } else {
                        memmove(r->data + r->size, p + HEADER_SIZE, length);
                        r->size += length;
                }
        }
        return r->n_sizes > 0 && r->sizes[0].offset == 0 ? 0 : -EINVAL;
}

/* A sequence ESC [ ? digits and semicolons h or l at p: its length, else 0. */
static size_t modes_length(const uint8_t *p, size_t size) {
        size_t n = 3;

        if (size < 5 || memcmp(p, "\x1b[?", 3) != 0)
                return 0;
        while (n < size && ((p[n] >= '0' && p[n] <= '9') || p[n] == ';'))
                n++;
        return n < size && (p[n] == 'h' || p[n] == 'l') ? n + 1 : 0;
}

static int take_apart(Recording *r) {
        uint8_t *data = malloc(r->size * 4 + 1);
        size_t size = 0, next_size = 0;

        if (!data)
                return -ENOMEM;
        for (size_t i = 0; i < r->size;) {
                size_t n = modes_length(r->data + i, r->size - i);

                for (; next_size < r->n_sizes && r->sizes[next_size].offset <= i; next_size++)
                        r->sizes[next_size].offset = size;
                data[size++] = r->data[i++];
                for (size_t k = 1; k < n; k++, i++) {
                        if (r->data[i] != ';') {
                                data[size++] = r->data[i];
                                continue;
                        }
                        data[size++] = r->data[i + n - 1 - k];
                        memcpy(data + size, "\x1b[?", 3);
                        size += 3;
                }
        }
        for (; next_size < r->n_sizes; next_size++)
                r->sizes[next_size].offset = size;
        free(r->data);
        r->data = data;
        r->size = size;
        return 0;
}

/* Where the first of the texts ends. */
static size_t find_first(const Recording *r, const char *const *texts) {
        size_t first = SIZE_MAX;

        for (; *texts; texts++) {
                const uint8_t *p = memmem(r->data, r->size, *texts, strlen(*texts));

                if (p)
                        first = MIN(first, (size_t) (p - r->data) + strlen(*texts));
        }
        return first;
}

static int find_erased(Recording *r) {
        static const char erase[] = "\x1b[3J";
        const uint8_t *p = r->data;

        while ((p = memmem(p, (size_t) (r->data + r->size - p), erase, strlen(erase)))) {
                RecordingSize *s;
                size_t i;

                p += strlen(erase);
                s = realloc(r->sizes, (r->n_sizes + 1) * sizeof(*s));
                if (!s)
                        return -ENOMEM;
                r->sizes = s;
                for (i = r->n_sizes; i > 0 && s[i - 1].offset > (size_t) (p - r->data); i--)
                        s[i] = s[i - 1];
                s[i] = (RecordingSize){ .offset = (size_t) (p - r->data) };
                r->n_sizes++;
        }
        return 0;
}

/* Where the cursor is first saved between entering the alternate screen and leaving it. */
static size_t find_saves(const Recording *r) {
        static const char enter[] = "\x1b[?1049h", leave[] = "\x1b[?1049l",
                          save[] = "\x1b"
                                   "7";
        bool alternate = false;

        for (size_t i = 0; i + 1 < r->size; i++) {
                const uint8_t *p = r->data + i;
                size_t left = r->size - i;

                if (left >= strlen(enter) && memcmp(p, enter, strlen(enter)) == 0)
                        alternate = true;
                else if (left >= strlen(leave) && memcmp(p, leave, strlen(leave)) == 0)
                        alternate = false;
                else if (alternate && memcmp(p, save, strlen(save)) == 0)
                        return i + strlen(save);
        }
        return SIZE_MAX;
}

static int examine(Recording *r) {
        static const char *const restores[] = { "\x1b"
                                                "8",
                "\x1b[?1049l", "\x1b[?1048l", "\x1b[u", NULL };
        static const char *const titles[] = { "\x1b[23;", "\x1b[23t", NULL };
        static const char *const doubles[] = { "\x1b#3", "\x1b#4", "\x1b#6", NULL };
        static const char *const allows[] = { "\x1b[?40h", NULL };

        r->restores = find_first(r, restores);
        r->saves = find_saves(r);
        r->titles = find_first(r, titles);
        r->doubles = find_first(r, doubles);
        r->widths = find_first(r, allows);
        return find_erased(r);
}

int recording_load(const char *path, Recording *ret) {
        Recording r = { 0 };
        size_t size;
        FILE *f;
        int k = -EIO;

        f = fopen(path, "re");
        if (!f)
                return -errno;
        (void) fseek(f, 0, SEEK_END);
        size = (size_t) ftell(f);
        rewind(f);
        r.data = malloc(size + 1);
        if (r.data && fread(r.data, 1, size, f) == size)
                k = split(&r, size);
        if (k >= 0)
                k = take_apart(&r);
        if (k >= 0)
                k = examine(&r);
        (void) fclose(f);
        if (k < 0) {
                recording_done(&r);
                return k;
        }
        *ret = r;
        return 0;
}

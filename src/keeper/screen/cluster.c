/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Combined characters. A cluster never changes, since several cells may show it. */

#include "keeper/screen/cluster.h"

void cluster_table_done(ClusterTable *t) {
        free(t->clusters);
        *t = (ClusterTable){ 0 };
}

unsigned cluster_codes(const ClusterTable *t, uint32_t glyph, uint32_t *ret) {
        const Cluster *c;
        unsigned n = 0;

        if (!(glyph & GLYPH_CLUSTER)) {
                ret[0] = glyph & GLYPH_VALUE;
                return 1;
        }
        c = t->clusters + (glyph & GLYPH_VALUE);
        while (n < CLUSTER_CODES_MAX && c->codes[n] != 0) {
                ret[n] = c->codes[n];
                n++;
        }
        return n;
}

/* Calls visit for each cell that shows a cluster. */
static void each_use(
        Grid *grids, size_t n_grids, void (*visit)(uint32_t *glyph, uint32_t *numbers), uint32_t *numbers) {
        for (size_t g = 0; g < n_grids; g++)
                for (uint32_t row = 0; row < grids[g].n_rows; row++) {
                        Line *line = grids[g].rows[row];

                        for (uint32_t i = 0; line && i < line->used; i++)
                                if (line->cells[i].glyph & GLYPH_CLUSTER)
                                        visit(&line->cells[i].glyph, numbers);
                }
}

static void mark(uint32_t *glyph, uint32_t *numbers) {
        numbers[*glyph & GLYPH_VALUE] = 1;
}

static void renumber(uint32_t *glyph, uint32_t *numbers) {
        *glyph = (*glyph & ~GLYPH_VALUE) | numbers[*glyph & GLYPH_VALUE];
}

static int collect(ClusterTable *t, Grid *grids, size_t n_grids) {
        _cleanup_free_ uint32_t *numbers = NULL;
        uint32_t n = 0;

        numbers = calloc(MAX(t->n, 1U), sizeof(*numbers));
        if (!numbers)
                return -ENOMEM;
        each_use(grids, n_grids, mark, numbers);
        for (uint32_t i = 0; i < t->n; i++)
                if (numbers[i] != 0) {
                        t->clusters[n] = t->clusters[i];
                        numbers[i] = n++;
                }
        each_use(grids, n_grids, renumber, numbers);
        t->n = n;
        return 0;
}

/* Makes room for one more. Growing doubles what is in use, so that the walk over all cells is rare. */
static bool make_room(ClusterTable *t, Grid *grids, size_t n_grids) {
        Cluster *clusters;
        uint32_t allocated;

        if (t->n < t->allocated)
                return true;
        if (t->refusals > 0) {
                t->refusals--;
                return false;
        }
        if (collect(t, grids, n_grids) < 0)
                return false;
        allocated = MAX(t->n * 2, 32U);
        allocated = MIN(allocated, CLUSTERS_MAX);
        if (allocated > t->allocated) {
                clusters = realloc(t->clusters, allocated * sizeof(*clusters));
                if (clusters) {
                        t->clusters = clusters;
                        t->allocated = allocated;
                }
        }
        if (t->allocated - t->n < t->allocated / 8)
                t->refusals = CLUSTERS_MAX;
        return t->n < t->allocated;
}

void cluster_add(ClusterTable *t, Grid *grids, size_t n_grids, uint32_t *glyph, uint32_t code) {
        Cluster c = { 0 };
        unsigned n;

        n = cluster_codes(t, *glyph, c.codes);
        if (n >= CLUSTER_CODES_MAX || !make_room(t, grids, n_grids))
                return;
        c.codes[n] = code;
        t->clusters[t->n] = c;
        *glyph = (*glyph & ~GLYPH_VALUE) | GLYPH_CLUSTER | t->n++;
}

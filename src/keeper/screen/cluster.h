/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Characters with others combined onto them: the cells that show one have its number. They are collected,
 * not counted: when there are many, those that no cell has any more are forgotten. */

#include "keeper/screen/grid.h"

#define CLUSTER_CODES_MAX 8U /* further ones are dropped */
#define CLUSTERS_MAX      32768U

typedef struct Cluster {
        uint32_t codes[CLUSTER_CODES_MAX]; /* 0 = no more */
} Cluster;

typedef struct ClusterTable {
        Cluster *clusters;
        uint32_t n;
        uint32_t allocated;
        uint32_t refusals; /* so many more before it is worth looking for room again */
} ClusterTable;

void cluster_table_done(ClusterTable *t);

/* Combines code onto the glyph of a cell of one of the grids; drops it if there is no room. */
void cluster_add(ClusterTable *t, Grid *grids, size_t n_grids, uint32_t *glyph, uint32_t code);

/* What glyph shows, as at most CLUSTER_CODES_MAX code points; returns how many. */
unsigned cluster_codes(const ClusterTable *t, uint32_t glyph, uint32_t *ret);

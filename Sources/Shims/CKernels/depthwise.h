// What the three directions of the depthwise convolution share: where a block's weights lie, and how the work is divided.
#ifndef ALIQUOT_DEPTHWISE_INNER_H
#define ALIQUOT_DEPTHWISE_INNER_H

#include "vectors.h"
#include <stddef.h>

enum { LARGEST_KERNEL = 11 };

INLINE int block_kernel(const aliquot_depthwise_shape *s, int block) { return s->kernels ? s->kernels[block] : s->kernel; }

// What a row of block `block` costs, in about equal units: its multiplications for a pixel, and the reading and writing.
INLINE int64_t row_cost(const aliquot_depthwise_shape *s, int block) {
    const int k = block_kernel(s, block);
    return k * k + 4;
}
INLINE int64_t picture_cost(const aliquot_depthwise_shape *s, int rows) {
    int64_t sum = 0;
    for (int b = 0; b < s->blocks; b++) sum += row_cost(s, b);
    return sum * rows;
}

// Walks over the rows of (picture, block) planes that belong to this thread: planes in order, cut between rows where the costs are even.
typedef struct {
    int64_t at, to;        // in units of cost, from the start of the batch
    int64_t weights;       // offset of the block's weights, in floats
    int64_t plane_start;   // cost before the plane
    int picture, block, first_row, end_row;
} row_walk;

INLINE row_walk row_walk_start(const aliquot_depthwise_shape *s, int rows) {
    const int64_t each = picture_cost(s, rows);
    SHARE(each * s->batch, from, to);
    row_walk w = {.at = from, .to = to};
    w.picture = (int)(from / each);
    w.plane_start = w.picture * each;
    while (w.picture < s->batch && w.plane_start + row_cost(s, w.block) * rows <= from) {
        w.plane_start += row_cost(s, w.block) * rows;
        w.weights += (int64_t)block_kernel(s, w.block) * block_kernel(s, w.block) * s->width;
        w.block++;
    }
    w.block--;  // next() steps onto it
    w.plane_start -= w.block < 0 ? 0 : row_cost(s, w.block) * rows;
    w.weights -= w.block < 0 ? 0 : (int64_t)block_kernel(s, w.block) * block_kernel(s, w.block) * s->width;
    return w;
}

// Steps to the next plane; 0 at the end. Rows belong to the thread in whose share they begin.
INLINE int row_walk_next(row_walk *w, const aliquot_depthwise_shape *s, int rows) {
    if (w->block >= 0) {
        w->plane_start += row_cost(s, w->block) * rows;
        w->weights += (int64_t)block_kernel(s, w->block) * block_kernel(s, w->block) * s->width;
    }
    if (++w->block == s->blocks) {
        w->block = 0;
        w->weights = 0;
        w->picture++;
    }
    if (w->plane_start >= w->to || w->picture >= s->batch) return 0;
    const int64_t cost = row_cost(s, w->block);
    const int64_t before = w->at - w->plane_start, end = w->to - w->plane_start;
    w->first_row = before <= 0 ? 0 : (int)((before + cost - 1) / cost);
    w->end_row = end >= cost * rows ? rows : (int)((end + cost - 1) / cost);
    return 1;
}


#endif

// Depthwise convolution: the backward pass by weights.
//
// Every thread takes its share of the rows of all planes and sums into weights of its own (the first into the result); then these are added in the order
// of the threads.
#include "depthwise.h"
#include <string.h>

typedef struct {
    const float *x, *dy;
    float *dw;  // [kernel][kernel][width], added to
    int in_height, in_width, out_width, from, to;  // rows from ..< to of dy
    int kernel, stride, top, left;
} correlation;

enum { BAND_FLOATS = 6144 };  // 24 KiB of x and dy

#define W 16
#include "depthwise_gradients.h"
#undef W
#define W 8
#include "depthwise_gradients.h"
#undef W

int64_t aliquot_depthwise_partials(const aliquot_depthwise_shape *s) { return aliquot_depthwise_weight_floats(s) * (s->threads > 1 ? s->threads - 1 : 0); }

static void backward_weights(void *data) {
    const aliquot_depthwise_backward_weights *a = data;
    const aliquot_depthwise_shape *s = &a->shape;
    const int64_t in_plane = (int64_t)s->in_height * s->in_width * s->width, out_plane = (int64_t)s->out_height * s->out_width * s->width;
    const int64_t floats = aliquot_depthwise_weight_floats(s);
    const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
    float *dweights = thread == 0 ? a->dweights : a->partials + (thread - 1) * floats;
    memset(dweights, 0, sizeof(float) * (size_t)floats);
    row_walk walk = row_walk_start(s, s->out_height);
    while (row_walk_next(&walk, s, s->out_height)) {
        const int64_t plane = (int64_t)walk.picture * s->blocks + walk.block;
        const int k = block_kernel(s, walk.block), less = (s->kernel - k) / 2;
        const correlation p = {
            .x = a->x + plane * in_plane, .dy = a->dy + plane * out_plane, .dw = dweights + walk.weights, .in_height = s->in_height,
            .in_width = s->in_width, .out_width = s->out_width, .from = walk.first_row, .to = walk.end_row, .kernel = k, .stride = s->stride,
            .top = s->pad_top - less, .left = s->pad_left - less,
        };
        if (s->width == 16) find_gradients_16(&p);
        else find_gradients_8(&p);
    }
    if (threads == 1) return;
    GOMP_barrier();
    SHARE(floats, from, to);
    for (int t = 1; t < threads; t++) {
        const float *part = a->partials + (t - 1) * floats;
        for (int64_t i = from; i < to; i++) a->dweights[i] += part[i];
    }
}
void aliquot_depthwise_backward_weights_run(const aliquot_depthwise_backward_weights *a) { parallel(backward_weights, a, a->shape.threads); }

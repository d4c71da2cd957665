// Depthwise convolution: the forward pass and the backward pass by data.
//
// Both slide a window over rows. The gradient of an input pixel sees those kernel elements whose distance from it is a multiple of the stride: for each of
// the stride² classes of pixels that is a convolution of dy with a part of the kernel, turned round, at stride 1 (a transposed convolution without its zeros).
#include "depthwise.h"
#include <float.h>
#include <string.h>

typedef struct {
    const float *x, *taps, *bias, *residual;  // taps: [tap_rows][tap_columns][width]; residual is laid out like y
    float *y;
    int in_height, in_width;
    int out_width, from, to;         // results: all columns of the rows from ..< to
    int tap_rows, tap_columns, stride, top, left;
    int y_step;                      // vectors between two results of a row
    int64_t y_row;                   // floats between two rows of results
    int is_streaming, is_clamped;
    float low, high;
} window;

#define W 16
#include "depthwise_rows.h"
#undef W
#define W 8
#include "depthwise_rows.h"
#undef W

// Rows whose results stay in the first-level cache until the next step over them: 16 KiB.
INLINE int band_rows(int64_t floats_in_a_row) { return floats_in_a_row >= 4096 ? 1 : (int)(4096 / floats_in_a_row); }

static void forward(void *data) {
    const aliquot_depthwise_forward *a = data;
    const aliquot_depthwise_shape *s = &a->shape;
    const int64_t in_plane = (int64_t)s->in_height * s->in_width * s->width, row = (int64_t)s->out_width * s->width;
    const int is_smooth = a->activation >= ALIQUOT_HARD_SWISH, band = is_smooth ? band_rows(row) : s->out_height;
    const int64_t planes = (int64_t)s->batch * s->blocks;
    const int is_streaming = !is_smooth && a->y != a->residual && is_worth_streaming(a->y, planes * (in_plane + row * s->out_height));
    row_walk walk = row_walk_start(s, s->out_height);
    while (row_walk_next(&walk, s, s->out_height)) {
        const int64_t plane = (int64_t)walk.picture * s->blocks + walk.block, at = plane * s->out_height * row;
        const int k = block_kernel(s, walk.block), less = (s->kernel - k) / 2;
        window p = {
            .x = a->x + plane * in_plane, .taps = a->weights + walk.weights, .bias = a->bias ? a->bias + walk.block * s->width : NULL,
            .residual = a->residual ? a->residual + at : NULL, .y = a->y + at, .in_height = s->in_height, .in_width = s->in_width,
            .out_width = s->out_width, .tap_rows = k, .tap_columns = k, .stride = s->stride, .top = s->pad_top - less, .left = s->pad_left - less,
            .y_step = 1, .y_row = row, .is_streaming = is_streaming, .is_clamped = a->activation == ALIQUOT_RELU || a->activation == ALIQUOT_RELU6, .low = 0,
            .high = a->activation == ALIQUOT_RELU6 ? 6 : FLT_MAX,
        };
        for (int r = walk.first_row; r < walk.end_row; r += band) {
            p.from = r;
            p.to = band < walk.end_row - r ? r + band : walk.end_row;
            if (s->width == 16) slide_16(&p);
            else slide_8(&p);
            if (!is_smooth) continue;
            if (s->width == 16) finish_16(p.y + p.from * row, (int64_t)(p.to - p.from) * s->out_width, a->activation);
            else finish_8(p.y + p.from * row, (int64_t)(p.to - p.from) * s->out_width, a->activation);
        }
    }
    if (is_streaming) end_of_streaming();
}
void aliquot_depthwise_forward_run(const aliquot_depthwise_forward *a) { parallel(forward, a, a->shape.threads); }

INLINE int modulo(int a, int b) { return (a % b + b) % b; }

// The elements of a kernel side that meet pixels of class `class` (pixel ≡ class − padding modulo stride), and how a window at stride 1 lies over dy.
typedef struct {
    int taps, first_pixel, padding, pixels;
} gradient_side;
INLINE gradient_side gradient_side_of(int class, int kernel, int stride, int padding, int pixels) {
    gradient_side g = {.taps = kernel > class ? (kernel - class + stride - 1) / stride : 0, .first_pixel = modulo(class - padding, stride)};
    g.padding = g.taps - 1 - (g.first_pixel + padding - class) / stride;
    g.pixels = pixels > g.first_pixel ? (pixels - g.first_pixel + stride - 1) / stride : 0;
    return g;
}

static void backward_data(void *data) {
    const aliquot_depthwise_backward_data *a = data;
    const aliquot_depthwise_shape *s = &a->shape;
    const int W = s->width, S = s->stride;
    const int64_t row = (int64_t)s->in_width * W, out_plane = (int64_t)s->out_height * s->out_width * W;
    const int band_height = band_rows(S * row) * S;
    // A vector 8 wide is half a line of the cache, and at stride 2 its other half comes much later.
    const int is_streaming = !a->accumulate && (S == 1 || W == 16)
        && is_worth_streaming(a->dx, (int64_t)s->batch * s->blocks * (s->in_height * row + out_plane));
    float turned[LARGEST_KERNEL * LARGEST_KERNEL * 16];  // the classes' parts one behind the other, each turned round
    row_walk walk = row_walk_start(s, s->in_height);
    while (row_walk_next(&walk, s, s->in_height)) {
        const int64_t plane = (int64_t)walk.picture * s->blocks + walk.block;
        const int k = block_kernel(s, walk.block), less = (s->kernel - k) / 2, top = s->pad_top - less, left = s->pad_left - less;
        const float *weights = a->weights + walk.weights;
        float *dx = a->dx + plane * s->in_height * row, *next = turned;
        for (int cy = 0; cy < S && cy < k; cy++)
            for (int cx = 0; cx < S && cx < k; cx++) {
                const int rows = (k - cy + S - 1) / S, columns = (k - cx + S - 1) / S;
                for (int i = rows - 1; i >= 0; i--)
                    for (int j = columns - 1; j >= 0; j--, next += W)
                        memcpy(next, weights + ((int64_t)(cy + i * S) * k + cx + j * S) * W, sizeof(float) * (size_t)W);
            }
        for (int band = walk.first_row; band < walk.end_row; band += band_height) {
            const int end = band_height < walk.end_row - band ? band + band_height : walk.end_row;
            next = turned;
            for (int cy = 0; cy < S; cy++) {
                const gradient_side y = gradient_side_of(cy, k, S, top, s->in_height);
                for (int cx = 0; cx < S; cx++) {
                    const gradient_side x = gradient_side_of(cx, k, S, left, s->in_width);
                    float *to = dx + (int64_t)y.first_pixel * row + (int64_t)x.first_pixel * W;
                    const window p = {
                        .x = a->dy + plane * out_plane, .taps = next, .residual = a->accumulate ? to : NULL, .y = to, .in_height = s->out_height,
                        .in_width = s->out_width, .out_width = x.pixels,
                        .from = band <= y.first_pixel ? 0 : (band - y.first_pixel + S - 1) / S,
                        .to = end <= y.first_pixel ? 0 : (end - y.first_pixel + S - 1) / S, .tap_rows = x.taps ? y.taps : 0,
                        .tap_columns = x.taps, .stride = 1, .top = y.padding, .left = x.padding, .y_step = S, .y_row = S * row,
                        .is_streaming = is_streaming,
                    };
                    next += (int64_t)y.taps * x.taps * W;
                    if (x.pixels == 0) continue;
                    if (W == 16) slide_16(&p);
                    else slide_8(&p);
                }
            }
        }
    }
    if (is_streaming) end_of_streaming();
}
void aliquot_depthwise_backward_data_run(const aliquot_depthwise_backward_data *a) { parallel(backward_data, a, a->shape.threads); }

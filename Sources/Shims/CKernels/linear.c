// Linear layers on plain features.
#include "vectors.h"
#include <stddef.h>

typedef struct {
    int64_t n, inputs, outputs;
    const float *x, *w, *b;
    float *y;
} linear_job;

// out[r, i] = sum over k of coefficients[r * row_step + k * depth_step] * matrix[k, i]: both backward passes.
typedef struct {
    int64_t rows, columns, depth, row_step, depth_step;
    const float *coefficients, *matrix;  // matrix: [depth, columns]
    float *out;                          // [rows, columns]
} outer_job;

// Weights that are read once come from memory. So many floats ahead, in whole tiles, they are asked for in the second-level cache: 960 → 1280 with one row
// takes 0.18 ms instead of 0.31 (27 GB/s), 240 → 960 takes 0.041 instead of 0.073.
enum { AHEAD = 2048 };

typedef float vector4 __attribute__((vector_size(16), aligned(4)));

#define W 16
#include "linear_tiles.h"
#undef W
#define W 8
#include "linear_tiles.h"
#undef W

// Below this many multiplications the start of a second thread costs more than it saves.
enum { SMALL = 32768 };
static int useful_threads(int64_t multiplications, int threads) { return multiplications < SMALL ? 1 : threads; }

void aliquot_linear_forward(int n, int inputs, int outputs, const float *x, const float *w, const float *b, float *y, int threads) {
    const linear_job j = {n, inputs, outputs, x, w, b, y};
    parallel(HAS_16 && inputs >= 16 ? linear_forward_16 : linear_forward_8, &j, useful_threads((int64_t)n * inputs * outputs, threads));
}
void aliquot_linear_forward_activated(
    int n, int inputs, int outputs, const float *x, const float *w, const float *b, float *y, aliquot_activation activation, int threads) {
    aliquot_linear_forward(n, inputs, outputs, x, w, b, y, threads);
    if (activation != ALIQUOT_LINEAR) aliquot_activation_forward(y, NULL, y, (int64_t)n * outputs, activation, 1);
}
void aliquot_linear_backward_data(int n, int inputs, int outputs, const float *dy, const float *w, float *dx, int threads) {
    const outer_job j = {
        .rows = n, .columns = inputs, .depth = outputs, .row_step = outputs, .depth_step = 1, .coefficients = dy, .matrix = w, .out = dx};
    parallel(HAS_16 ? outer_product_16 : outer_product_8, &j, useful_threads((int64_t)n * inputs * outputs, threads));
}
void aliquot_linear_backward_weights(int n, int inputs, int outputs, const float *x, const float *dy, float *dw, float *db, int threads) {
    const outer_job j = {
        .rows = outputs, .columns = inputs, .depth = n, .row_step = 1, .depth_step = outputs, .coefficients = dy, .matrix = x, .out = dw};
    parallel(HAS_16 ? outer_product_16 : outer_product_8, &j, useful_threads((int64_t)n * inputs * outputs, threads));
    if (!db) return;
    for (int o = 0; o < outputs; o++) db[o] = 0;
    for (int64_t i = 0; i < n; i++)
        for (int o = 0; o < outputs; o++) db[o] += dy[i * outputs + o];
}

// The end of a network: global mean and linear layer, float and 8-bit.
#include "parallel.h"
#include <math.h>
#include <string.h>

typedef struct {
    aliquot_blocked_shape shape;
    int channels;
    const float *in;
    float *out;
} mean_job;

HOT static void mean_forward(void *data) {
    const mean_job *j = data;
    const aliquot_blocked_shape s = j->shape;
    const int W = s.width;
    SHARE((int64_t)s.batch * s.blocks, from, to);
    for (int64_t i = from; i < to; i++) {
        const int64_t n = i / s.blocks, cb = i % s.blocks;
        float sum[16] = {0};
        const float *x = j->in + i * s.pixels * W;
        for (int p = 0; p < s.pixels; p++)
            for (int c = 0; c < W; c++) sum[c] += x[p * W + c];
        for (int c = 0; c < W && cb * W + c < j->channels; c++) j->out[n * j->channels + cb * W + c] = sum[c] / (float)s.pixels;
    }
}

HOT static void mean_backward(void *data) {
    const mean_job *j = data;
    const aliquot_blocked_shape s = j->shape;
    const int W = s.width;
    SHARE((int64_t)s.batch * s.blocks, from, to);
    for (int64_t i = from; i < to; i++) {
        const int64_t n = i / s.blocks, cb = i % s.blocks;
        float value[16] = {0};
        for (int c = 0; c < W && cb * W + c < j->channels; c++) value[c] = j->in[n * j->channels + cb * W + c] / (float)s.pixels;
        float *x = j->out + i * s.pixels * W;
        for (int p = 0; p < s.pixels; p++)
            for (int c = 0; c < W; c++) x[p * W + c] = value[c];
    }
}

void aliquot_global_mean_forward(aliquot_blocked_shape shape, int channels, const float *x, float *y) {
    const mean_job j = {shape, channels, x, y};
    parallel(mean_forward, &j, shape.threads);
}
void aliquot_global_mean_backward(aliquot_blocked_shape shape, int channels, const float *dy, float *dx) {
    const mean_job j = {shape, channels, dy, dx};
    parallel(mean_backward, &j, shape.threads);
}

typedef struct {
    int n, inputs, outputs;
    const float *x, *w, *b;
    float *y, *y2;
} linear_job;

INLINE float dot(const float *restrict a, const float *restrict b, int count) {
    float lanes[32] = {0};
    int i = 0;
    for (; i + 32 <= count; i += 32)
        for (int l = 0; l < 32; l++) lanes[l] += a[i + l] * b[i + l];
    float sum = 0;
    for (; i < count; i++) sum += a[i] * b[i];
    for (int l = 0; l < 16; l++) lanes[l] += lanes[l + 16];
    for (int l = 0; l < 8; l++) lanes[l] += lanes[l + 8];
    for (int l = 0; l < 4; l++) lanes[l] += lanes[l + 4];
    return sum + ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]));
}

HOT static void linear_forward(void *data) {
    const linear_job *j = data;
    SHARE(j->outputs, from, to);
    for (int64_t o = from; o < to; o++)
        for (int64_t n = 0; n < j->n; n++) j->y[n * j->outputs + o] = dot(j->x + n * j->inputs, j->w + o * j->inputs, j->inputs) + j->b[o];
}
HOT static void linear_backward_data(void *data) {
    const linear_job *j = data;
    SHARE(j->n, from, to);
    for (int64_t n = from; n < to; n++) {
        float *restrict dx = j->y + n * j->inputs;
        memset(dx, 0, sizeof(float) * (size_t)j->inputs);
        for (int64_t o = 0; o < j->outputs; o++) {
            const float *restrict w = j->w + o * j->inputs;
            const float dy = j->x[n * j->outputs + o];
            for (int i = 0; i < j->inputs; i++) dx[i] += dy * w[i];
        }
    }
}
HOT static void linear_backward_weights(void *data) {
    const linear_job *j = data;  // x: inputs of the layer, w: dy, y: dw, y2: db
    SHARE(j->outputs, from, to);
    for (int64_t o = from; o < to; o++) {
        float *restrict dw = j->y + o * j->inputs;
        memset(dw, 0, sizeof(float) * (size_t)j->inputs);
        float bias = 0;
        for (int64_t n = 0; n < j->n; n++) {
            const float dy = j->w[n * j->outputs + o];
            const float *restrict x = j->x + n * j->inputs;
            bias += dy;
            for (int i = 0; i < j->inputs; i++) dw[i] += dy * x[i];
        }
        j->y2[o] = bias;
    }
}

void aliquot_linear_forward(int n, int inputs, int outputs, const float *x, const float *w, const float *b, float *y, int threads) {
    const linear_job j = {n, inputs, outputs, x, w, b, y, 0};
    parallel(linear_forward, &j, threads);
}
void aliquot_linear_backward_data(int n, int inputs, int outputs, const float *dy, const float *w, float *dx, int threads) {
    const linear_job j = {n, inputs, outputs, dy, w, 0, dx, 0};
    parallel(linear_backward_data, &j, threads);
}
void aliquot_linear_backward_weights(int n, int inputs, int outputs, const float *x, const float *dy, float *dw, float *db, int threads) {
    const linear_job j = {n, inputs, outputs, x, dy, 0, dw, db};
    parallel(linear_backward_weights, &j, threads);
}

// Linear layers on plain features.
#include "vectors.h"
#include <stddef.h>
#include <string.h>

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
        for (int64_t n = 0; n < j->n; n++) j->y[n * j->outputs + o] = dot(j->x + n * j->inputs, j->w + o * j->inputs, j->inputs) + (j->b ? j->b[o] : 0);
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
        if (j->y2) j->y2[o] = bias;
    }
}

void aliquot_linear_forward(int n, int inputs, int outputs, const float *x, const float *w, const float *b, float *y, int threads) {
    const linear_job j = {n, inputs, outputs, x, w, b, y, 0};
    parallel(linear_forward, &j, threads);
}
void aliquot_linear_forward_activated(
    int n, int inputs, int outputs, const float *x, const float *w, const float *b, float *y, aliquot_activation activation, int threads) {
    aliquot_linear_forward(n, inputs, outputs, x, w, b, y, threads);
    if (activation != ALIQUOT_LINEAR) aliquot_activation_forward(y, NULL, y, (int64_t)n * outputs, activation, threads);
}
void aliquot_linear_backward_data(int n, int inputs, int outputs, const float *dy, const float *w, float *dx, int threads) {
    const linear_job j = {n, inputs, outputs, dy, w, 0, dx, 0};
    parallel(linear_backward_data, &j, threads);
}
void aliquot_linear_backward_weights(int n, int inputs, int outputs, const float *x, const float *dy, float *dw, float *db, int threads) {
    const linear_job j = {n, inputs, outputs, x, dy, 0, dw, db};
    parallel(linear_backward_weights, &j, threads);
}

// Activations, additions, dropout: any layout, element by element.
#include "parallel.h"
#include <stddef.h>

void aliquot_set_threads(int threads) { omp_set_num_threads(threads < 1 ? 1 : threads); }

typedef struct {
    const float *a, *b, *y;
    float *out;
    int64_t count;
    aliquot_activation activation;
} elements;

HOT static void forward(void *data) {
    const elements *e = data;
    SHARE(e->count, from, to);
    const float top = e->activation == ALIQUOT_RELU6 ? 6.f : 3.402823466e38f, bottom = e->activation == ALIQUOT_LINEAR ? -3.402823466e38f : 0.f;
    for (int64_t i = from; i < to; i++) {
        float v = e->b ? e->a[i] + e->b[i] : e->a[i];
        v = v > bottom ? v : bottom;
        e->out[i] = v < top ? v : top;
    }
}

HOT static void backward(void *data) {
    const elements *e = data;
    SHARE(e->count, from, to);
    for (int64_t i = from; i < to; i++) {
        const float v = e->b ? e->a[i] + e->b[i] : e->a[i];
        const int passes = e->activation == ALIQUOT_LINEAR || (e->y[i] > 0 && (e->activation == ALIQUOT_RELU || e->y[i] < 6));
        e->out[i] = passes ? v : 0;
    }
}

void aliquot_activation_forward(const float *x, const float *residual, float *y, int64_t count, aliquot_activation activation, int threads) {
    const elements e = {x, residual, NULL, y, count, activation};
    parallel(forward, &e, threads);
}

void aliquot_activation_backward(
    const float *dy, const float *dy2, const float *y, float *dx, int64_t count, aliquot_activation activation, int threads) {
    const elements e = {dy, dy2, y, dx, count, activation};
    parallel(backward, &e, threads);
}

void aliquot_dropout(const float *x, float *y, int64_t count, float probability, uint64_t seed) {
    const float keep = 1 / (1 - probability);
    for (int64_t i = 0; i < count; i++) {
        uint64_t z = seed + (uint64_t)(i + 1) * 0x9E3779B97F4A7C15ull;  // SplitMix64
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        z ^= z >> 31;
        y[i] = (float)(z >> 40) * 0x1p-24f < probability ? 0 : x[i] * keep;
    }
}

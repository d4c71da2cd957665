// Activations, additions, dropout: any layout, element by element.
#include "vectors.h"
#include <stddef.h>

void aliquot_set_threads(int threads) { omp_set_num_threads(threads < 1 ? 1 : threads); }

int aliquot_thread_limit(void) { return omp_get_thread_limit(); }

typedef struct {
    const float *a, *b, *y;
    float *out;
    int64_t count;
    aliquot_activation activation;
} elements;

// Calls `one(a, b, y)` for whole vectors, and for the last elements through a vector that is filled up with zeros.
#define EACH_VECTOR(e, from, to, expression)                                                                                 \
    int64_t i = from;                                                                                                        \
    for (; i + 16 <= to; i += 16) {                                                                                          \
        vector16 a = *(const vector16 *)(e->a + i);                                                                          \
        if (e->b) a += *(const vector16 *)(e->b + i);                                                                        \
        const vector16 y = e->y ? *(const vector16 *)(e->y + i) : (vector16){0};                                             \
        (void)y;                                                                                                             \
        *(vector16 *)(e->out + i) = expression;                                                                              \
    }                                                                                                                        \
    if (i < to) {                                                                                                            \
        vector16 a = {0}, y = {0};                                                                                           \
        for (int64_t l = 0; l < to - i; l++) {                                                                               \
            a[l] = e->b ? e->a[i + l] + e->b[i + l] : e->a[i + l];                                                           \
            if (e->y) y[l] = e->y[i + l];                                                                                    \
        }                                                                                                                    \
        const vector16 result = expression;                                                                                  \
        for (int64_t l = 0; l < to - i; l++) e->out[i + l] = result[l];                                                      \
    }

INLINE void forward_all(const elements *e, int64_t from, int64_t to, const aliquot_activation activation) {
    EACH_VECTOR(e, from, to, activate_16(a, activation))
}
INLINE void backward_all(const elements *e, int64_t from, int64_t to, const aliquot_activation activation) {
    EACH_VECTOR(e, from, to, derive_from_result_16(a, y, activation))
}

HOT static void forward(void *data) {
    const elements *e = data;
    SHARE(e->count, from, to);
#define CALL(activation) forward_all(e, from, to, activation)
    EACH_ACTIVATION(e->activation, CALL)
#undef CALL
}

HOT static void backward(void *data) {
    const elements *e = data;
    SHARE(e->count, from, to);
#define CALL(activation) backward_all(e, from, to, activation)
    EACH_ACTIVATION(e->activation, CALL)
#undef CALL
}

typedef struct {
    const float *x;
    uint16_t *y;
    int64_t count;
} rounding;

INLINE void round_inner(const rounding *r) {
    SHARE(r->count, from, to);
    int64_t i = from;
    for (; i + 16 <= to; i += 16) round_16(*(const vector16 *)(r->x + i), r->y + i);
    if (i == to) return;
    vector16 last = {0};
    uint16_t rounded[16];
    for (int64_t l = 0; l < to - i; l++) last[l] = r->x[i + l];
    round_16(last, rounded);
    for (int64_t l = 0; l < to - i; l++) r->y[i + l] = rounded[l];
}
HOT static void round_all(void *data) { round_inner(data); }

void aliquot_round_to_bfloat16(const float *x, uint16_t *y, int64_t count, int threads) {
    const rounding r = {x, y, count};
    parallel(round_all, &r, threads);
}

typedef struct {
    const float *dy, *x;
    float *out;
    int64_t count;
    float scale, low, high;
} grid;

// The level nearest to x, ties to even, held to `margin` levels outside of the grid: the sum with 1.5 · 2²³ leaves no bits behind the point.
INLINE vector16 level_16(const grid *g, vector16 x, float margin) {
    return (minimum_16(maximum_16(x * (1.f / g->scale), g->low - margin), g->high + margin) + 12582912.f) - 12582912.f;
}
INLINE vector16 on_grid_16(const grid *g, vector16 dy, vector16 x) {
    if (!g->dy) return level_16(g, x, 0) * g->scale;
    const vector16 level = level_16(g, x, 1);
    return (vector16)((mask16)dy & (mask16)(level >= g->low) & (mask16)(level <= g->high));
}
INLINE void on_grid_inner(const grid *g) {
    SHARE(g->count, from, to);
    int64_t i = from;
    for (; i + 16 <= to; i += 16)
        *(vector16 *)(g->out + i) = on_grid_16(g, g->dy ? *(const vector16 *)(g->dy + i) : (vector16){0}, *(const vector16 *)(g->x + i));
    if (i == to) return;
    vector16 x = {0}, dy = {0};
    for (int64_t l = 0; l < to - i; l++) {
        x[l] = g->x[i + l];
        if (g->dy) dy[l] = g->dy[i + l];
    }
    const vector16 result = on_grid_16(g, dy, x);
    for (int64_t l = 0; l < to - i; l++) g->out[i + l] = result[l];
}
HOT static void on_grid(void *data) { on_grid_inner(data); }

void aliquot_fake_quantise_forward(const float *x, float *y, int64_t count, float scale, float low, float high, int threads) {
    const grid g = {NULL, x, y, count, scale, low, high};
    parallel(on_grid, &g, threads);
}
void aliquot_fake_quantise_backward(
    const float *dy, const float *x, float *dx, int64_t count, float scale, float low, float high, int threads) {
    const grid g = {dy, x, dx, count, scale, low, high};
    parallel(on_grid, &g, threads);
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

typedef struct {
    const float *const *parts;
    int part_count;
    float *out;
    int64_t count;
} sum_job;

// Blocks of 1024 stay in the first-level cache while part after part is added.
HOT static void sum(void *data) {
    const sum_job *j = data;
    SHARE(j->count, from, to);
    float kept[1024];
    for (int64_t at = from; at < to; at += 1024) {
        const int length = to - at < 1024 ? (int)(to - at) : 1024;
        for (int i = 0; i < length; i++) kept[i] = j->parts[0][at + i];
        for (int p = 1; p < j->part_count; p++) {
            const float *part = j->parts[p] + at;
            for (int i = 0; i < length; i++) kept[i] += part[i];
        }
        for (int i = 0; i < length; i++) j->out[at + i] = kept[i];
    }
}
void aliquot_sum(const float *const *parts, int part_count, float *out, int64_t count, int threads) {
    const sum_job j = {parts, part_count, out, count};
    parallel(sum, &j, threads);
}

typedef struct {
    int batch;
    int64_t per_picture;
    const float *x, *factors, *residual;
    float *y;
} scale_job;

HOT static void scale(void *data) {
    const scale_job *j = data;
    SHARE(j->batch * j->per_picture, from, to);
    for (int64_t at = from; at < to;) {
        const int64_t n = at / j->per_picture, next = (n + 1) * j->per_picture, end = next < to ? next : to;
        const float factor = j->factors[n];
        if (j->residual)
            for (int64_t i = at; i < end; i++) j->y[i] = factor * j->x[i] + j->residual[i];
        else
            for (int64_t i = at; i < end; i++) j->y[i] = factor * j->x[i];
        at = end;
    }
}
void aliquot_scale(float *x, int64_t count, float factor, int threads) {
    const scale_job j = {1, count, x, &factor, NULL, x};
    parallel(scale, &j, threads);
}
void aliquot_picture_scale(
    int batch, int64_t per_picture, const float *x, const float *factors, const float *residual, float *y, int threads) {
    const scale_job j = {batch, per_picture, x, factors, residual, y};
    parallel(scale, &j, threads);
}

typedef struct {
    const float *x;
    float *y;
    int64_t count;
    float probability;
    uint64_t seed;
} dropout_job;

HOT static void dropout(void *data) {
    const dropout_job *j = data;
    SHARE(j->count, from, to);
    const float keep = 1 / (1 - j->probability), probability = j->probability, *x = j->x;
    const uint64_t seed = j->seed;
    float *y = j->y;
    for (int64_t i = from; i < to; i++) {
        uint64_t z = seed + (uint64_t)(i + 1) * 0x9E3779B97F4A7C15ull;  // SplitMix64
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        z ^= z >> 31;
        const float v = x[i] * keep;
        y[i] = (float)(int32_t)(z >> 40) * 0x1p-24f < probability ? 0 : v;
    }
}
void aliquot_dropout_threads(const float *x, float *y, int64_t count, float probability, uint64_t seed, int threads) {
    const dropout_job j = {x, y, count, probability, seed};
    parallel(dropout, &j, threads);
}
void aliquot_dropout(const float *x, float *y, int64_t count, float probability, uint64_t seed) {
    aliquot_dropout_threads(x, y, count, probability, seed, 1);
}

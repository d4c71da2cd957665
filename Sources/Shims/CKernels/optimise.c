// The optimisers over flat parameter memory.
#include "vectors.h"
#include <math.h>
#include <string.h>

typedef struct {
    float *w;
    const float *g;
    float *m, *v;
    int64_t count;
    float rate, a, b, epsilon, decay, correction1, correction2;
    int nesterov;
} step;

HOT static void sgd(void *data) {
    const step *s = data;
    SHARE(s->count, from, to);
    float *restrict w = s->w, *restrict v = s->v;
    const float *restrict g = s->g;
    const float look = s->nesterov ? s->a : 0, direct = s->nesterov ? 1 : 0, pace = s->nesterov ? look : 1;
    for (int64_t i = from; i < to; i++) {
        const float gradient = g[i] + s->decay * w[i];
        const float velocity = s->a * v[i] + gradient;
        v[i] = velocity;
        w[i] -= s->rate * (direct * gradient + pace * velocity);
    }
}

// sqrtf may set errno, which keeps compilers from making vectors of it.
INLINE vector16 square_root(vector16 v) {
#if defined(__clang__)
    return __builtin_elementwise_sqrt(v);
#else
    for (int l = 0; l < 16; l++) v[l] = sqrtf(v[l]);
    return v;
#endif
}
// How AdamW moves 16 parameters.
INLINE void move(const step *s, float *w, const float *g, float *m, float *v, float keep, float pace, float root) {
    const vector16 gradient = *(const vector16 *)g;
    const vector16 first = s->a * *(vector16 *)m + (1 - s->a) * gradient;
    const vector16 second = s->b * *(vector16 *)v + (1 - s->b) * gradient * gradient;
    *(vector16 *)m = first;
    *(vector16 *)v = second;
    *(vector16 *)w = *(vector16 *)w * keep - pace * first / (square_root(second) * root + s->epsilon);
}
HOT static void adamw(void *data) {
    const step *s = data;
    SHARE(s->count, from, to);
    const float keep = 1 - s->rate * s->decay, pace = s->rate / s->correction1, root = 1 / sqrtf(s->correction2);
    int64_t i = from;
    for (; i + 16 <= to; i += 16) move(s, s->w + i, s->g + i, s->m + i, s->v + i, keep, pace, root);
    if (i == to) return;
    // The last ones through memory that is filled up with zeros.
    float w[16] = {0}, g[16] = {0}, m[16] = {0}, v[16] = {0};
    const size_t bytes = sizeof(float) * (size_t)(to - i);
    memcpy(w, s->w + i, bytes), memcpy(g, s->g + i, bytes), memcpy(m, s->m + i, bytes), memcpy(v, s->v + i, bytes);
    move(s, w, g, m, v, keep, pace, root);
    memcpy(s->w + i, w, bytes), memcpy(s->m + i, m, bytes), memcpy(s->v + i, v, bytes);
}

void aliquot_sgd(float *w, const float *g, float *v, int64_t count, float rate, float momentum, int nesterov, float decay, int threads) {
    const step s = {.w = w, .g = g, .v = v, .count = count, .rate = rate, .a = momentum, .decay = decay, .nesterov = nesterov};
    parallel(sgd, &s, threads);
}

void aliquot_adamw(
    float *w, const float *g, float *m, float *v, int64_t count, float rate, float beta1, float beta2, float epsilon, float decay, float correction1,
    float correction2, int threads) {
    const step s = {w, g, m, v, count, rate, beta1, beta2, epsilon, decay, correction1, correction2, 0};
    parallel(adamw, &s, threads);
}

HOT static void ema(void *data) {
    const step *s = data;
    SHARE(s->count, from, to);
    float *restrict average = s->m;
    const float *restrict w = s->w;
    for (int64_t i = from; i < to; i++) average[i] = s->a * average[i] + s->b * w[i];
}
void aliquot_ema(float *average, const float *w, int64_t count, float decay, int threads) {
    const step s = {.w = (float *)w, .m = average, .count = count, .a = decay, .b = (float)(1 - (double)decay)};
    parallel(ema, &s, threads);
}

enum { PART = 4096, MOST_THREADS = 1024 };
typedef struct {
    const float *g;
    int64_t count;
    double *sums;  // one for each thread
} norm;

HOT static void square_sum(void *data) {
    const norm *j = data;
    SHARE((j->count + PART - 1) / PART, from, to);
    double sum = 0;
    for (int64_t part = from; part < to; part++) {
        const int64_t at = part * PART, length = j->count - at < PART ? j->count - at : PART;
        double lanes[16] = {0};
        int64_t i = 0;
        for (; i + 16 <= length; i += 16)
            for (int l = 0; l < 16; l++) lanes[l] += (double)j->g[at + i + l] * (double)j->g[at + i + l];
        for (; i < length; i++) lanes[0] += (double)j->g[at + i] * (double)j->g[at + i];
        for (int half = 8; half; half /= 2)
            for (int l = 0; l < half; l++) lanes[l] += lanes[l + half];
        sum += lanes[0];
    }
    j->sums[share_thread] = sum;
}
double aliquot_square_sum(const float *g, int64_t count, int threads) {
    double sums[MOST_THREADS] = {0}, sum = 0;
    const int used = threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : threads;
    const norm j = {g, count, sums};
    parallel(square_sum, &j, used);
    for (int t = 0; t < used; t++) sum += sums[t];
    return sum;
}

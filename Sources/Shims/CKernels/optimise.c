// The optimisers over flat parameter memory.
#include "parallel.h"
#include <math.h>

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

HOT static void adamw(void *data) {
    const step *s = data;
    SHARE(s->count, from, to);
    float *restrict w = s->w, *restrict m = s->m, *restrict v = s->v;
    const float *restrict g = s->g;
    const float keep = 1 - s->rate * s->decay, pace = s->rate / s->correction1, root = 1 / sqrtf(s->correction2);
    for (int64_t i = from; i < to; i++) {
        m[i] = s->a * m[i] + (1 - s->a) * g[i];
        v[i] = s->b * v[i] + (1 - s->b) * g[i] * g[i];
        w[i] = w[i] * keep - pace * m[i] / (sqrtf(v[i]) * root + s->epsilon);
    }
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

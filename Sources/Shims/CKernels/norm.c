// Batch norm with activation, residual, stochastic depth and squeeze-and-excite fused: one reading pass for the statistics, one for the result, forward
// and backward.
#include "vectors.h"
#include <math.h>
#include <stddef.h>

enum { CHUNK = 192 };  // pixels whose mean and squared deviations are taken while they lie in the first-level cache

typedef struct {
    const aliquot_norm_forward *a;
    aliquot_norm_extras extras;
    int is_only_application;  // the statistics are there already
    int is_streaming;
} norm_forward_job;

typedef struct {
    const aliquot_norm_backward *a;
    aliquot_norm_extras extras;
    float *dgate;
} norm_backward_job;

// partials: per (n, cb): 2 * width floats of sums, then per cb: 4 * width of coefficients.
int64_t aliquot_norm_partials(aliquot_blocked_shape s) { return (int64_t)s.batch * s.blocks * 2 * s.width + (int64_t)s.blocks * 4 * s.width; }

// A channel block of all pictures is normalised as soon as its statistics are known, while it still lies in a cache: as many blocks a turn as fit the
// threads' second-level caches (1 MiB each on common CPUs, a quarter left for others), one at least.
INLINE int blocks_of_a_group(const aliquot_blocked_shape *s, int tensors) {
    const int64_t bytes = (int64_t)s->batch * s->pixels * s->width * (int64_t)sizeof(float) * tensors;
    const int64_t fitting = ((int64_t)(s->threads < 1 ? 1 : s->threads) * 3 << 18) / bytes;
    return fitting < 1 ? 1 : fitting > s->blocks ? s->blocks : (int)fitting;
}

// From every plane's statistics to the channel's, in the order of the pictures.
INLINE void combine_statistics(const aliquot_norm_forward *a, const int W, int first, int count_of_blocks) {
    const aliquot_blocked_shape s = a->shape;
    SHARE(count_of_blocks, from, to);
    for (int64_t cb = first + from; cb < first + to; cb++)
        for (int c = 0; c < W; c++) {
            const int64_t channel = cb * W + c;
            double mean = 0, deviations = 0;
            for (int n = 0; n < s.batch; n++) mean += a->partials[((int64_t)n * s.blocks + cb) * 2 * W + c];
            mean /= s.batch;
            for (int n = 0; n < s.batch; n++) {
                const float *part = a->partials + ((int64_t)n * s.blocks + cb) * 2 * W;
                const double difference = part[c] - mean;
                deviations += part[W + c] + difference * difference * s.pixels;
            }
            const double count = (double)s.batch * s.pixels;
            const double inverse = 1 / sqrt(deviations / count + a->epsilon);
            a->mean[channel] = (float)mean;
            a->inverse_deviation[channel] = (float)inverse;
            a->running_mean[channel] = (float)((1 - (double)a->momentum) * a->running_mean[channel] + a->momentum * mean);
            const double unbiased = deviations / (count > 1 ? count - 1 : 1);
            a->running_variance[channel] = (float)((1 - (double)a->momentum) * a->running_variance[channel] + a->momentum * unbiased);
        }
}

// From every plane's sums to the channel's gradients and to the coefficients of dx.
INLINE void combine_gradients(const aliquot_norm_backward *a, const int W, float *coefficients, int first, int count_of_blocks) {
    const aliquot_blocked_shape s = a->shape;
    SHARE(count_of_blocks, from, to);
    for (int64_t cb = first + from; cb < first + to; cb++)
        for (int c = 0; c < W; c++) {
            const int64_t channel = cb * W + c;
            double sum = 0, product = 0;
            for (int n = 0; n < s.batch; n++) {
                const float *part = a->partials + ((int64_t)n * s.blocks + cb) * 2 * W;
                sum += part[c];
                product += part[W + c];
            }
            const double inverse = a->inverse_deviation[channel], count = (double)s.batch * s.pixels;
            a->dshift[channel] = (float)sum;
            a->dscale[channel] = (float)(product * inverse);
            // dx = scale·inverse · (g − Σg/M − x̂·Σ(g·x̂)/M)
            const double A = a->scale[channel] * inverse;
            coefficients[cb * 4 * W + c] = (float)A;
            coefficients[cb * 4 * W + W + c] = (float)(-A * inverse * inverse * product / count);
            coefficients[cb * 4 * W + 2 * W + c] = (float)(-A * sum / count);
        }
}

#define W 16
#include "norm_planes.h"
#undef W
#define W 8
#include "norm_planes.h"
#undef W

static void run_forward(const aliquot_norm_forward *a, const aliquot_norm_extras *extras, int is_only_application) {
    const aliquot_blocked_shape s = a->shape;
    const int64_t floats = (int64_t)s.batch * s.blocks * s.pixels * s.width;
    const int is_streaming = a->y && a->y != a->residual && a->y != a->x && is_worth_streaming(a->y, 2 * floats);
    const norm_forward_job j = {a, extras ? *extras : (aliquot_norm_extras){0}, is_only_application, is_streaming};
    parallel(a->shape.width == 16 ? forward_16 : forward_8, &j, a->shape.threads);
}
void aliquot_norm_forward_run(const aliquot_norm_forward *a) { run_forward(a, NULL, 0); }
void aliquot_norm_forward_run_with(const aliquot_norm_forward *a, const aliquot_norm_extras *extras) { run_forward(a, extras, 0); }
void aliquot_norm_apply_run(const aliquot_norm_forward *a, const aliquot_norm_extras *extras) { run_forward(a, extras, 1); }
void aliquot_norm_forward_run_factors(const aliquot_norm_forward *a, const float *factors) {
    run_forward(a, &(aliquot_norm_extras){.factors = factors}, 0);
}

void aliquot_norm_backward_run_with(const aliquot_norm_backward *a, const aliquot_norm_extras *extras) {
    const norm_backward_job j = {a, extras ? *extras : (aliquot_norm_extras){0}, NULL};
    parallel(a->shape.width == 16 ? backward_16 : backward_8, &j, a->shape.threads);
}
void aliquot_norm_backward_run(const aliquot_norm_backward *a) { aliquot_norm_backward_run_with(a, NULL); }
void aliquot_norm_backward_run_factors(const aliquot_norm_backward *a, const float *factors) {
    aliquot_norm_backward_run_with(a, &(aliquot_norm_extras){.factors = factors});
}
void aliquot_norm_gate_gradient(const aliquot_norm_backward *a, const aliquot_norm_extras *extras, float *dgate) {
    const norm_backward_job j = {a, *extras, dgate};
    parallel(a->shape.width == 16 ? gate_gradient_16 : gate_gradient_8, &j, a->shape.threads);
}

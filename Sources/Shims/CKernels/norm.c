// Batch norm with activation and residual fused: one reading pass for the statistics, one for the result, forward and backward.
#include "parallel.h"
#include <math.h>
#include <stddef.h>

// Vectors are passed between functions that are always inlined: no calling convention is involved.
#pragma clang diagnostic ignored "-Wpsabi"

enum { CHUNK = 192 };  // pixels whose mean and squared deviations are taken while they lie in the first-level cache

// partials: per (n, cb): 2 * width floats of sums, then per cb: 2 * width of coefficients.
int64_t aliquot_norm_partials(aliquot_blocked_shape s) { return (int64_t)s.batch * s.blocks * 2 * s.width + (int64_t)s.blocks * 4 * s.width; }

// y = (x − mean) · slope + shift. The mean goes off first: near an activation's threshold that loses the least, and forward and backward, which take the
// same numbers, agree on the mask to the bit.
INLINE void slopes(const float *scale, const float *inverse, float *slope, const int W) {
    for (int c = 0; c < W; c++) slope[c] = (float)((double)scale[c] * inverse[c]);
}

typedef float vector16 __attribute__((vector_size(64), aligned(4)));
typedef float vector8 __attribute__((vector_size(32), aligned(4)));

// Mean and sum of squared deviations of one (n, cb) plane, chunk by chunk (Chan, Golub, LeVeque 1983).
#define PLANE_STATISTICS(W)                                                                                                                \
    INLINE void plane_statistics_##W(const float *x, int pixels, float *mean_out, float *deviations_out) {                                 \
        vector##W mean = {0}, deviations = {0};                                                                                            \
        for (int from = 0; from < pixels; from += CHUNK) {                                                                                 \
            const int count = pixels - from < CHUNK ? pixels - from : CHUNK;                                                               \
            const vector##W *xs = (const vector##W *)(x + (int64_t)from * W);                                                              \
            vector##W s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};                                                                              \
            int p = 0;                                                                                                                     \
            for (; p + 4 <= count; p += 4) {                                                                                               \
                s0 += xs[p];                                                                                                               \
                s1 += xs[p + 1];                                                                                                           \
                s2 += xs[p + 2];                                                                                                           \
                s3 += xs[p + 3];                                                                                                           \
            }                                                                                                                              \
            for (; p < count; p++) s0 += xs[p];                                                                                            \
            const vector##W m = ((s0 + s1) + (s2 + s3)) / (float)count;                                                                    \
            s0 = s1 = s2 = s3 = (vector##W){0};                                                                                            \
            for (p = 0; p + 4 <= count; p += 4) {                                                                                          \
                const vector##W d0 = xs[p] - m, d1 = xs[p + 1] - m, d2 = xs[p + 2] - m, d3 = xs[p + 3] - m;                                \
                s0 += d0 * d0;                                                                                                             \
                s1 += d1 * d1;                                                                                                             \
                s2 += d2 * d2;                                                                                                             \
                s3 += d3 * d3;                                                                                                             \
            }                                                                                                                              \
            for (; p < count; p++) s0 += (xs[p] - m) * (xs[p] - m);                                                                        \
            const float share = (float)count / (float)(from + count), weight = (float)from * share;                                        \
            const vector##W difference = m - mean;                                                                                         \
            mean += difference * share;                                                                                                    \
            deviations += ((s0 + s1) + (s2 + s3)) + difference * difference * weight;                                                      \
        }                                                                                                                                  \
        *(vector##W *)mean_out = mean;                                                                                                     \
        *(vector##W *)deviations_out = deviations;                                                                                         \
    }
PLANE_STATISTICS(16)
PLANE_STATISTICS(8)


// From every plane's statistics to the channel's, in the order of the pictures.
INLINE void combine_statistics(const aliquot_norm_forward *a, const int W) {
    const aliquot_blocked_shape s = a->shape;
    SHARE(s.blocks, from, to);
    for (int64_t cb = from; cb < to; cb++)
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

// In vectors of one channel block: y = act((x − mean) · slope + shift + r).
#define APPLY(W)                                                                                                                           \
    INLINE vector##W activate_##W(vector##W v, aliquot_activation activation) {                                                            \
        if (activation == ALIQUOT_LINEAR) return v;                                                                                        \
        v = __builtin_elementwise_max(v, (vector##W){0});                                                                                  \
        return activation == ALIQUOT_RELU6 ? __builtin_elementwise_min(v, (vector##W){0} + 6.f) : v;                                       \
    }                                                                                                                                      \
    INLINE void apply_##W(const aliquot_norm_forward *a, int64_t at, int cb, const aliquot_activation activation) {                        \
        const int pixels = a->shape.pixels;                                                                                                \
        const vector##W *x = (const vector##W *)(a->x + at), *r = a->residual ? (const vector##W *)(a->residual + at) : NULL;              \
        vector##W *y = (vector##W *)(a->y + at);                                                                                           \
        float c[W];                                                                                                                        \
        slopes(a->scale + cb * W, a->inverse_deviation + cb * W, c, W);                                                                    \
        const vector##W slope = *(const vector##W *)c, mean = *(const vector##W *)(a->mean + cb * W), shift = *(const vector##W *)(a->shift + cb * W); \
        if (r)                                                                                                                             \
            for (int p = 0; p < pixels; p++) y[p] = activate_##W((x[p] - mean) * slope + shift + r[p], activation);                              \
        else                                                                                                                               \
            for (int p = 0; p < pixels; p++) y[p] = activate_##W((x[p] - mean) * slope + shift, activation);                                     \
    }
APPLY(16)
APPLY(8)

#define FORWARD(W)                                                                                                                         \
    HOT static void forward_##W(void *data) {                                                                                              \
        const aliquot_norm_forward *a = data;                                                                                              \
        const aliquot_blocked_shape s = a->shape;                                                                                          \
        const int64_t planes = (int64_t)s.batch * s.blocks;                                                                                \
        SHARE(planes, from, to);                                                                                                           \
        for (int64_t i = from; i < to; i++)                                                                                                \
            plane_statistics_##W(a->x + i * s.pixels * W, s.pixels, a->partials + i * 2 * W, a->partials + i * 2 * W + W);                 \
        GOMP_barrier();                                                                                                                    \
        combine_statistics(a, W);                                                                                                          \
        GOMP_barrier();                                                                                                                    \
        for (int64_t i = from; i < to; i++) {                                                                                              \
            const int64_t at = i * s.pixels * W;                                                                                           \
            const int cb = (int)(i % s.blocks);                                                                                            \
            if (a->activation == ALIQUOT_LINEAR) apply_##W(a, at, cb, ALIQUOT_LINEAR);                                                     \
            else if (a->activation == ALIQUOT_RELU) apply_##W(a, at, cb, ALIQUOT_RELU);                                                    \
            else apply_##W(a, at, cb, ALIQUOT_RELU6);                                                                                      \
        }                                                                                                                                  \
    }
FORWARD(16)
FORWARD(8)
void aliquot_norm_forward_run(const aliquot_norm_forward *a) { parallel(a->shape.width == 16 ? forward_16 : forward_8, a, a->shape.threads); }

// In vectors: the gradient behind the activation (g), its sums, and dx = A·g + B·(x − mean) + C.
#define GRADIENT(W)                                                                                                                        \
    typedef int32_t mask##W __attribute__((vector_size(W * 4), aligned(4)));                                                               \
    INLINE vector##W masked_##W(vector##W g, vector##W v, const aliquot_activation activation) {                                           \
        if (activation == ALIQUOT_LINEAR) return g;                                                                                        \
        mask##W mask = (mask##W)(v > 0.f);                                                                                                 \
        if (activation == ALIQUOT_RELU6) mask &= (mask##W)(v < 6.f);                                                                       \
        return (vector##W)((mask##W)g & mask);                                                                                             \
    }                                                                                                                                      \
    INLINE void gradient_sums_##W(const aliquot_norm_backward *a, int64_t at, int cb, float *partials, const aliquot_activation activation) { \
        const int pixels = a->shape.pixels;                                                                                                \
        const vector##W *x = (const vector##W *)(a->x + at), *dy = (const vector##W *)(a->dy + at);                                        \
        const vector##W *dy2 = a->dy2 ? (const vector##W *)(a->dy2 + at) : NULL;                                                           \
        const vector##W *y = a->has_residual && activation != ALIQUOT_LINEAR ? (const vector##W *)(a->y + at) : NULL;                      \
        vector##W *g = a->g ? (vector##W *)(a->g + at) : NULL;                                                                             \
        float c[W];                                                                                                                        \
        slopes(a->scale + cb * W, a->inverse_deviation + cb * W, c, W);                                                                    \
        const vector##W slope = *(const vector##W *)c, mean = *(const vector##W *)(a->mean + cb * W), shift = *(const vector##W *)(a->shift + cb * W); \
        vector##W sums = {0}, products = {0};                                                                                              \
        for (int from = 0; from < pixels; from += CHUNK) {                                                                                 \
            const int to = pixels - from < CHUNK ? pixels : from + CHUNK;                                                                  \
            vector##W sum = {0}, product = {0};                                                                                            \
            for (int p = from; p < to; p++) {                                                                                              \
                const vector##W xv = x[p];                                                                                                 \
                vector##W gv = dy[p];                                                                                                      \
                if (dy2) gv += dy2[p];                                                                                                     \
                gv = masked_##W(gv, y ? y[p] : (xv - mean) * slope + shift, activation);                                                         \
                if (g) g[p] = gv;                                                                                                          \
                sum += gv;                                                                                                                 \
                product += gv * (xv - mean);                                                                                               \
            }                                                                                                                              \
            sums += sum;                                                                                                                   \
            products += product;                                                                                                           \
        }                                                                                                                                  \
        *(vector##W *)partials = sums;                                                                                                     \
        *(vector##W *)(partials + W) = products;                                                                                           \
    }                                                                                                                                      \
    INLINE void gradient_result_##W(const aliquot_norm_backward *a, int64_t at, int cb, const float *coefficients, const aliquot_activation activation) { \
        const int pixels = a->shape.pixels;                                                                                                \
        const vector##W *x = (const vector##W *)(a->x + at), *g = (const vector##W *)((a->g ? a->g : a->dy) + at);                         \
        vector##W *dx = (vector##W *)(a->dx + at);                                                                                         \
        const int is_masked = a->g != NULL;                                                                                                \
        float c[W];                                                                                                                        \
        slopes(a->scale + cb * W, a->inverse_deviation + cb * W, c, W);                                                                    \
        const vector##W slope = *(const vector##W *)c, mean = *(const vector##W *)(a->mean + cb * W), shift = *(const vector##W *)(a->shift + cb * W); \
        const vector##W A = *(const vector##W *)coefficients, B = *(const vector##W *)(coefficients + W), C = *(const vector##W *)(coefficients + 2 * W); \
        if (is_masked)                                                                                                                     \
            for (int p = 0; p < pixels; p++) dx[p] = A * g[p] + (B * (x[p] - mean) + C);                                                   \
        else                                                                                                                               \
            for (int p = 0; p < pixels; p++) dx[p] = A * masked_##W(g[p], (x[p] - mean) * slope + shift, activation) + (B * (x[p] - mean) + C);    \
    }
GRADIENT(16)
GRADIENT(8)

// From every plane's sums to the channel's gradients and to the coefficients of dx.
INLINE void combine_gradients(const aliquot_norm_backward *a, const int W, float *coefficients) {
    const aliquot_blocked_shape s = a->shape;
    SHARE(s.blocks, from, to);
    for (int64_t cb = from; cb < to; cb++)
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

#define BACKWARD(W)                                                                                                                        \
    HOT static void backward_##W(void *data) {                                                                                             \
        const aliquot_norm_backward *a = data;                                                                                             \
        const aliquot_blocked_shape s = a->shape;                                                                                          \
        const int64_t planes = (int64_t)s.batch * s.blocks;                                                                                \
        float *coefficients = a->partials + planes * 2 * W;                                                                                \
        SHARE(planes, from, to);                                                                                                           \
        for (int64_t i = from; i < to; i++) {                                                                                              \
            const int cb = (int)(i % s.blocks);                                                                                            \
            float *partials = a->partials + i * 2 * W;                                                                                     \
            if (a->activation == ALIQUOT_LINEAR) gradient_sums_##W(a, i * s.pixels * W, cb, partials, ALIQUOT_LINEAR);                     \
            else if (a->activation == ALIQUOT_RELU) gradient_sums_##W(a, i * s.pixels * W, cb, partials, ALIQUOT_RELU);                    \
            else gradient_sums_##W(a, i * s.pixels * W, cb, partials, ALIQUOT_RELU6);                                                      \
        }                                                                                                                                  \
        GOMP_barrier();                                                                                                                    \
        combine_gradients(a, W, coefficients);                                                                                             \
        GOMP_barrier();                                                                                                                    \
        for (int64_t i = from; i < to; i++) {                                                                                              \
            const int cb = (int)(i % s.blocks);                                                                                            \
            const float *c = coefficients + (int64_t)cb * 4 * W;                                                                           \
            if (a->activation == ALIQUOT_LINEAR) gradient_result_##W(a, i * s.pixels * W, cb, c, ALIQUOT_LINEAR);                          \
            else if (a->activation == ALIQUOT_RELU) gradient_result_##W(a, i * s.pixels * W, cb, c, ALIQUOT_RELU);                         \
            else gradient_result_##W(a, i * s.pixels * W, cb, c, ALIQUOT_RELU6);                                                           \
        }                                                                                                                                  \
    }
BACKWARD(16)
BACKWARD(8)
void aliquot_norm_backward_run(const aliquot_norm_backward *a) { parallel(a->shape.width == 16 ? backward_16 : backward_8, a, a->shape.threads); }

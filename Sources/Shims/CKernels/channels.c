// One number for each picture and channel: squeeze-and-excite's scaling and its gradient, and the global mean; the sum of each channel.
#include "vectors.h"
#include <stddef.h>

typedef struct {
    aliquot_blocked_shape shape;
    int channels, accumulate;
    const float *x, *dy, *s;
    float *y, *out;
} job;

// The `width` plain features of block `cb` of picture `n`, zeros behind the last channel.
INLINE void load_features(const float *plain, int channels, int width, int64_t n, int64_t cb, float *value) {
    for (int c = 0; c < width; c++) value[c] = cb * width + c < channels ? plain[n * channels + cb * width + c] : 0;
}
INLINE void store_features(float *plain, int channels, int width, int64_t n, int64_t cb, const float *value) {
    for (int c = 0; c < width && cb * width + c < channels; c++) plain[n * channels + cb * width + c] = value[c];
}

#define EACH_PLANE(j, W)                                                                                                     \
    const int64_t pixels = j->shape.pixels;                                                                                  \
    SHARE((int64_t)j->shape.batch * j->shape.blocks, from, to);                                                              \
    for (int64_t i = from, n = i / j->shape.blocks, cb = i % j->shape.blocks, at = i * pixels * W; i < to;                   \
         i++, n = i / j->shape.blocks, cb = i % j->shape.blocks, at = i * pixels * W)

#define CHANNELS(W)                                                                                                          \
    INLINE void scale_forward_inner_##W(const job *j) {                                                                      \
        EACH_PLANE(j, W) {                                                                                                   \
            float value[W];                                                                                                  \
            load_features(j->s, j->channels, W, n, cb, value);                                                               \
            const vector##W s = nought_##W() + *(const vector##W *)value, *x = (const vector##W *)(j->x + at);               \
            vector##W *y = (vector##W *)(j->y + at);                                                                         \
            for (int64_t p = 0; p < pixels; p++) y[p] = x[p] * s;                                                            \
        }                                                                                                                    \
    }                                                                                                                        \
    INLINE void scale_backward_inner_##W(const job *j) {                                                                     \
        EACH_PLANE(j, W) {                                                                                                   \
            float value[W];                                                                                                  \
            load_features(j->s, j->channels, W, n, cb, value);                                                               \
            const vector##W s = *(const vector##W *)value, *x = (const vector##W *)(j->x + at), *dy = (const vector##W *)(j->dy + at); \
            vector##W *dx = (vector##W *)(j->y + at), sums[4];                                      \
            UNROLL for (int k = 0; k < 4; k++) sums[k] = nought_##W();                                                       \
            int64_t p = 0;                                                                                                   \
            for (; p + 4 <= pixels; p += 4)                                                                                  \
                UNROLL for (int k = 0; k < 4; k++) {                                                                         \
                    const vector##W g = dy[p + k];                                                                           \
                    sums[k] += g * x[p + k];                                                                                 \
                    dx[p + k] = j->accumulate ? dx[p + k] + g * s : g * s;                                                   \
                }                                                                                                            \
            for (; p < pixels; p++) {                                                                                        \
                const vector##W g = dy[p];                                                                                   \
                sums[0] += g * x[p];                                                                                         \
                dx[p] = j->accumulate ? dx[p] + g * s : g * s;                                                               \
            }                                                                                                                \
            *(vector##W *)value = (sums[0] + sums[1]) + (sums[2] + sums[3]);                                                 \
            store_features(j->out, j->channels, W, n, cb, value);                                                            \
        }                                                                                                                    \
    }                                                                                                                        \
    INLINE void mean_forward_inner_##W(const job *j) {                                                                       \
        EACH_PLANE(j, W) {                                                                                                   \
            const vector##W *x = (const vector##W *)(j->x + at);                                                             \
            vector##W sums[8]; UNROLL for (int k = 0; k < 8; k++) sums[k] = nought_##W();                                                    \
            int64_t p = 0;                                                                                                   \
            for (; p + 8 <= pixels; p += 8) UNROLL for (int k = 0; k < 8; k++) sums[k] += x[p + k];                          \
            for (; p < pixels; p++) sums[0] += x[p];                                                                         \
            UNROLL for (int k = 0; k < 4; k++) sums[k] += sums[k + 4];                                                       \
            float value[W];                                                                                                  \
            *(vector##W *)value = ((sums[0] + sums[1]) + (sums[2] + sums[3])) / (float)pixels;                               \
            store_features(j->y, j->channels, W, n, cb, value);                                                              \
        }                                                                                                                    \
    }                                                                                                                        \
    INLINE void mean_backward_inner_##W(const job *j) {                                                                      \
        EACH_PLANE(j, W) {                                                                                                   \
            float value[W];                                                                                                  \
            load_features(j->dy, j->channels, W, n, cb, value);                                                              \
            const vector##W g = nought_##W() + *(const vector##W *)value / (float)pixels;                                                   \
            vector##W *dx = (vector##W *)(j->y + at);                                                                        \
            if (j->accumulate)                                                                                               \
                for (int64_t p = 0; p < pixels; p++) dx[p] += g;                                                             \
            else                                                                                                             \
                for (int64_t p = 0; p < pixels; p++) dx[p] = g;                                                              \
        }                                                                                                                    \
    }                                                                                                                        \
    /* Each thread has channel blocks of its own: the order of the sum does not depend on their number. */                       \
    INLINE void sums_inner_##W(const job *j) {                                                                               \
        const int64_t pixels = j->shape.pixels;                                                                              \
        SHARE(j->shape.blocks, from, to);                                                                                    \
        for (int64_t cb = from; cb < to; cb++) {                                                                             \
            vector##W whole = nought_##W();                                                                                  \
            for (int64_t n = 0; n < j->shape.batch; n++) {                                                                   \
                const vector##W *x = (const vector##W *)(j->x + (n * j->shape.blocks + cb) * pixels * W);                    \
                vector##W sums[8]; UNROLL for (int k = 0; k < 8; k++) sums[k] = nought_##W();                                \
                int64_t p = 0;                                                                                               \
                for (; p + 8 <= pixels; p += 8) UNROLL for (int k = 0; k < 8; k++) sums[k] += x[p + k];                      \
                for (; p < pixels; p++) sums[0] += x[p];                                                                     \
                UNROLL for (int k = 0; k < 4; k++) sums[k] += sums[k + 4];                                                   \
                whole += (sums[0] + sums[1]) + (sums[2] + sums[3]);                                                          \
            }                                                                                                                \
            float value[W];                                                                                                  \
            *(vector##W *)value = whole;                                                                                     \
            store_features(j->y, j->channels, W, 0, cb, value);                                                              \
        }                                                                                                                    \
    }                                                                                                                        \
    HOT_##W static void sums_##W(void *data) { sums_inner_##W(data); }                                                           \
    HOT_##W static void scale_forward_##W(void *data) { scale_forward_inner_##W(data); }                                         \
    HOT_##W static void scale_backward_##W(void *data) { scale_backward_inner_##W(data); }                                       \
    HOT_##W static void mean_forward_##W(void *data) { mean_forward_inner_##W(data); }                                           \
    HOT_##W static void mean_backward_##W(void *data) { mean_backward_inner_##W(data); }
CHANNELS(16)
CHANNELS(8)

void aliquot_channel_scale_forward(aliquot_blocked_shape shape, int channels, const float *x, const float *s, float *y) {
    const job j = {.shape = shape, .channels = channels, .x = x, .s = s, .y = y};
    parallel(shape.width == 16 ? scale_forward_16 : scale_forward_8, &j, shape.threads);
}
void aliquot_channel_scale_backward(
    aliquot_blocked_shape shape, int channels, const float *dy, const float *x, const float *s, float *dx, float *ds, int accumulate) {
    const job j = {.shape = shape, .channels = channels, .accumulate = accumulate, .x = x, .dy = dy, .s = s, .y = dx, .out = ds};
    parallel(shape.width == 16 ? scale_backward_16 : scale_backward_8, &j, shape.threads);
}
void aliquot_global_mean_forward(aliquot_blocked_shape shape, int channels, const float *x, float *y) {
    const job j = {.shape = shape, .channels = channels, .x = x, .y = y};
    parallel(shape.width == 16 ? mean_forward_16 : mean_forward_8, &j, shape.threads);
}
void aliquot_global_mean_backward(aliquot_blocked_shape shape, int channels, const float *dy, float *dx) {
    const job j = {.shape = shape, .channels = channels, .dy = dy, .y = dx};
    parallel(shape.width == 16 ? mean_backward_16 : mean_backward_8, &j, shape.threads);
}
void aliquot_global_mean_backward_add(aliquot_blocked_shape shape, int channels, const float *dy, float *dx) {
    const job j = {.shape = shape, .channels = channels, .accumulate = 1, .dy = dy, .y = dx};
    parallel(shape.width == 16 ? mean_backward_16 : mean_backward_8, &j, shape.threads);
}
void aliquot_channel_sums(aliquot_blocked_shape shape, int channels, const float *x, float *sums) {
    const job j = {.shape = shape, .channels = channels, .x = x, .y = sums};
    parallel(shape.width == 16 ? sums_16 : sums_8, &j, shape.threads);
}

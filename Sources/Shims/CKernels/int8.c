// The ends of an int8 plan, and the additions that no convolution takes in.
#include "parallel.h"
#include <math.h>
#include <stddef.h>

typedef struct {
    int n, channels, pixels, outputs, a_signed, b_signed, y_signed;
    int64_t count;
    const void *a, *b;
    void *y;
    float factor_a, factor_b;
    const float *scales, *bias;
} job;

INLINE int clamp_round(float v, int is_signed) {
    const float low = is_signed ? -128 : 0, high = is_signed ? 127 : 255;
    v = v > low ? v : low;
    v = v < high ? v : high;
    return (int)nearbyintf(v);
}
INLINE int value(const void *p, int64_t i, int is_signed) { return is_signed ? ((const int8_t *)p)[i] : ((const uint8_t *)p)[i]; }
INLINE void store(void *p, int64_t i, int q, int is_signed) {
    if (is_signed) ((int8_t *)p)[i] = (int8_t)q;
    else ((uint8_t *)p)[i] = (uint8_t)q;
}

HOT static void quantise(void *data) {
    const job *j = data;
    SHARE((int64_t)j->n * j->pixels, from, to);
    const float *x = j->a;
    int8_t *q = j->y;
    for (int64_t i = from; i < to; i++) {
        const int64_t n = i / j->pixels, p = i % j->pixels;
        for (int c = 0; c < j->channels; c++) {
            float v = x[(n * j->channels + c) * j->pixels + p] * j->factor_a;
            v = v > -127 ? v : -127;
            v = v < 127 ? v : 127;
            q[i * j->channels + c] = (int8_t)nearbyintf(v);
        }
    }
}
void aliquot_quantise_pictures(int n, int channels, int pixels, const float *x, float inverse_scale, int8_t *q, int threads) {
    const job j = {.n = n, .channels = channels, .pixels = pixels, .a = x, .y = q, .factor_a = inverse_scale};
    parallel(quantise, &j, threads);
}

HOT static void mean(void *data) {
    const job *j = data;
    SHARE((int64_t)j->n * j->channels, from, to);
    enum { GROUP = 64 };
    for (int64_t at = from; at < to;) {
        const int64_t n = at / j->channels, c = at % j->channels;
        int64_t width = j->channels - c < GROUP ? j->channels - c : GROUP;
        if (width > to - at) width = to - at;
        int sums[GROUP] = {0};
        const int64_t base = n * j->pixels * (int64_t)j->channels + c;
        if (j->a_signed) {
            const int8_t *x = (const int8_t *)j->a + base;
            for (int p = 0; p < j->pixels; p++)
                for (int64_t k = 0; k < width; k++) sums[k] += x[(int64_t)p * j->channels + k];
        } else {
            const uint8_t *x = (const uint8_t *)j->a + base;
            for (int p = 0; p < j->pixels; p++)
                for (int64_t k = 0; k < width; k++) sums[k] += x[(int64_t)p * j->channels + k];
        }
        for (int64_t k = 0; k < width; k++) store(j->y, at + k, clamp_round((float)sums[k] * j->factor_a, j->y_signed), j->y_signed);
        at += width;
    }
}
void aliquot_global_mean_int8(int n, int channels, int pixels, const void *x, int x_signed, float factor, void *y, int y_signed, int threads) {
    const job j = {.n = n, .channels = channels, .pixels = pixels, .a = x, .a_signed = x_signed, .factor_a = factor, .y = y, .y_signed = y_signed};
    parallel(mean, &j, threads);
}

HOT static void linear(void *data) {
    const job *j = data;
    SHARE(j->outputs, from, to);
    for (int64_t o = from; o < to; o++) {
        const int8_t *restrict w = (const int8_t *)j->b + o * j->channels;
        for (int64_t n = 0; n < j->n; n++) {
            int sum = 0;
            if (j->a_signed) {
                const int8_t *restrict x = (const int8_t *)j->a + n * j->channels;
                for (int i = 0; i < j->channels; i++) sum += x[i] * w[i];
            } else {
                const uint8_t *restrict x = (const uint8_t *)j->a + n * j->channels;
                for (int i = 0; i < j->channels; i++) sum += x[i] * w[i];
            }
            ((float *)j->y)[n * j->outputs + o] = (float)sum * j->scales[o] + j->bias[o];
        }
    }
}
void aliquot_linear_int8(
    int n, int inputs, int outputs, const void *x, int x_signed, const int8_t *w, const float *scales, const float *b, float *y, int threads) {
    const job j = {.n = n, .channels = inputs, .outputs = outputs, .a = x, .a_signed = x_signed, .b = w, .scales = scales, .bias = b, .y = y};
    parallel(linear, &j, threads);
}

HOT static void add(void *data) {
    const job *j = data;
    SHARE(j->count, from, to);
    for (int64_t i = from; i < to; i++) {
        float v = (float)value(j->a, i, j->a_signed) * j->factor_a;
        if (j->b) v += (float)value(j->b, i, j->b_signed) * j->factor_b;
        store(j->y, i, clamp_round(v, j->y_signed), j->y_signed);
    }
}
void aliquot_add_int8(
    int64_t count, const void *a, int a_signed, float factor_a, const void *b, int b_signed, float factor_b, void *y, int y_signed, int threads) {
    const job j = {.count = count, .a = a, .a_signed = a_signed, .factor_a = factor_a, .b = b, .b_signed = b_signed, .factor_b = factor_b, .y = y,
        .y_signed = y_signed};
    parallel(add, &j, threads);
}

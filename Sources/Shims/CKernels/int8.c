// The ends of an int8 plan, and the additions that no convolution takes in.
#include "parallel.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

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

// Rounds half to even: adding 1.5 * 2^23 leaves the whole number in the low bits. |v| < 2^22.
INLINE int8_t rounded(float v) {
    v = v > -127 ? v : -127;
    v = v < 127 ? v : 127;
    const float shifted = v + 12582912.f;
    int32_t bits;
    memcpy(&bits, &shifted, 4);
    return (int8_t)(bits - 0x4B400000);
}

enum { PIECE = 256 };

INLINE void quantise_plane(const float *restrict x, float factor, int8_t *restrict q, int count) {
    for (int i = 0; i < count; i++) q[i] = rounded(x[i] * factor);
}

// Plane by plane in pieces that stay in the cache, then woven together.
HOT static void quantise(void *data) {
    const job *j = data;
    const int channels = j->channels, pieces = (j->pixels + PIECE - 1) / PIECE;
    SHARE((int64_t)j->n * pieces, from, to);
    int8_t planes[3][PIECE];
    for (int64_t i = from; i < to; i++) {
        const int64_t n = i / pieces;
        const int first = (int)(i % pieces) * PIECE, count = j->pixels - first < PIECE ? j->pixels - first : PIECE;
        const float *x = (const float *)j->a + n * channels * j->pixels + first;
        int8_t *restrict q = (int8_t *)j->y + (n * j->pixels + first) * channels;
        if (channels == 3 && count == PIECE) {
            for (int c = 0; c < 3; c++) quantise_plane(x + (int64_t)c * j->pixels, j->factor_a, planes[c], PIECE);
            for (int p = 0; p < PIECE; p++) {
                q[3 * p] = planes[0][p];
                q[3 * p + 1] = planes[1][p];
                q[3 * p + 2] = planes[2][p];
            }
        } else {
            for (int c = 0; c < channels; c++)
                for (int p = 0; p < count; p++) q[p * channels + c] = rounded(x[(int64_t)c * j->pixels + p] * j->factor_a);
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

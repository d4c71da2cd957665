// The pictures that enter an int8 plan, and what is computed element by element.
#include "vectors.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

typedef struct {
    int n, channels, pixels;
    const float *x;
    float factor;
    int8_t *y;
} picture_job;

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
    const picture_job *j = data;
    const int channels = j->channels, pieces = (j->pixels + PIECE - 1) / PIECE;
    SHARE((int64_t)j->n * pieces, from, to);
    int8_t planes[3][PIECE];
    for (int64_t i = from; i < to; i++) {
        const int64_t n = i / pieces;
        const int first = (int)(i % pieces) * PIECE, count = j->pixels - first < PIECE ? j->pixels - first : PIECE;
        const float *x = j->x + n * channels * j->pixels + first;
        int8_t *restrict q = j->y + (n * j->pixels + first) * channels;
        if (channels == 3 && count == PIECE) {
            for (int c = 0; c < 3; c++) quantise_plane(x + (int64_t)c * j->pixels, j->factor, planes[c], PIECE);
            for (int p = 0; p < PIECE; p++) {
                q[3 * p] = planes[0][p];
                q[3 * p + 1] = planes[1][p];
                q[3 * p + 2] = planes[2][p];
            }
        } else {
            for (int c = 0; c < channels; c++)
                for (int p = 0; p < count; p++) q[p * channels + c] = rounded(x[(int64_t)c * j->pixels + p] * j->factor);
        }
    }
}
void aliquot_quantise_pictures(int n, int channels, int pixels, const float *x, float inverse_scale, int8_t *q, int threads) {
    const picture_job j = {.n = n, .channels = channels, .pixels = pixels, .x = x, .y = q, .factor = inverse_scale};
    parallel(quantise, &j, threads);
}

// Clamped and rounded half to even, as the low 8 bits.
INLINE uint8_t level(float v, const int is_signed) {
    const float low = is_signed ? -128 : 0, high = is_signed ? 127 : 255;
    v = v > low ? v : low;
    v = v < high ? v : high;
    const float shifted = v + 12582912.f;
    int32_t bits;
    memcpy(&bits, &shifted, 4);
    return (uint8_t)(bits - 0x4B400000);
}
INLINE float number(const void *p, int64_t i, const int is_signed) { return is_signed ? (float)((const int8_t *)p)[i] : (float)((const uint8_t *)p)[i]; }

INLINE float activated(float v, aliquot_activation activation) {
    const float gate = v + 3 < 0 ? 0 : v + 3 > 6 ? 1 : (v + 3) * (1.f / 6);
    switch (activation) {
    case ALIQUOT_LINEAR: return v;
    case ALIQUOT_RELU: return v > 0 ? v : 0;
    case ALIQUOT_RELU6: return v < 0 ? 0 : v > 6 ? 6 : v;
    case ALIQUOT_HARD_SWISH: return v * gate;
    case ALIQUOT_SILU: return v / (1 + expf(-v));
    case ALIQUOT_SIGMOID: return 1 / (1 + expf(-v));
    case ALIQUOT_HARD_SIGMOID: return gate;
    }
    return v;
}

INLINE void sums(
    const uint8_t *restrict a, const uint8_t *restrict b, uint8_t *restrict y, int64_t from, int64_t to, float fa, float fb, const int a_signed,
    const int b_signed, const int y_signed) {
    for (int64_t i = from; i < to; i++) y[i] = level(number(a, i, a_signed) * fa + number(b, i, b_signed) * fb, y_signed);
}
// One sign each, so that the loop without an activation becomes vectors.
INLINE void add_piece(const aliquot_int8_add *j, int64_t from, int64_t to, const int a_signed, const int b_signed, const int y_signed) {
    if (j->activation == ALIQUOT_LINEAR) {
        sums(j->a, j->b, j->y, from, to, j->factor_a, j->factor_b, a_signed, b_signed, y_signed);
        return;
    }
    for (int64_t i = from; i < to; i++) {
        const float v = number(j->a, i, a_signed) * j->factor_a + number(j->b, i, b_signed) * j->factor_b;
        ((uint8_t *)j->y)[i] = level(activated(v, j->activation) * j->factor_y, y_signed);
    }
}
HOT static void add(void *data) {
    const aliquot_int8_add *j = data;
    SHARE(j->count, from, to);
    switch (j->a_signed * 4 + j->b_signed * 2 + j->y_signed) {
    case 0: add_piece(j, from, to, 0, 0, 0); break;
    case 1: add_piece(j, from, to, 0, 0, 1); break;
    case 2: add_piece(j, from, to, 0, 1, 0); break;
    case 3: add_piece(j, from, to, 0, 1, 1); break;
    case 4: add_piece(j, from, to, 1, 0, 0); break;
    case 5: add_piece(j, from, to, 1, 0, 1); break;
    case 6: add_piece(j, from, to, 1, 1, 0); break;
    default: add_piece(j, from, to, 1, 1, 1); break;
    }
}
void aliquot_int8_add_run(const aliquot_int8_add *a) { parallel(add, a, a->threads); }

typedef struct {
    int64_t count;
    const uint8_t *x, *table;
    uint8_t *y;
} lookup_job;
static void lookup(void *data) {
    const lookup_job *j = data;
    SHARE(j->count, from, to);
    for (int64_t i = from; i < to; i++) j->y[i] = j->table[j->x[i]];
}
void aliquot_int8_lookup(int64_t count, const uint8_t *x, const uint8_t table[256], uint8_t *y, int threads) {
    const lookup_job j = {.count = count, .x = x, .table = table, .y = y};
    parallel(lookup, &j, threads);
}

typedef struct {
    int n, channels, pixels, x_signed, y_signed;
    const void *x;
    const float *factors;
    uint8_t *y;
} scale_job;
INLINE void scale_row(const uint8_t *restrict x, const float *restrict f, uint8_t *restrict y, int channels, const int x_signed, const int y_signed) {
    for (int c = 0; c < channels; c++) y[c] = level(number(x, c, x_signed) * f[c], y_signed);
}
INLINE void scale_rows(const scale_job *j, int64_t from, int64_t to, const int x_signed, const int y_signed) {
    const int64_t channels = j->channels;
    for (int64_t p = from; p < to; p++)
        scale_row((const uint8_t *)j->x + p * channels, j->factors + p / j->pixels * channels, j->y + p * channels, j->channels, x_signed, y_signed);
}
HOT static void channel_scale(void *data) {
    const scale_job *j = data;
    SHARE((int64_t)j->n * j->pixels, from, to);
    switch (j->x_signed * 2 + j->y_signed) {
    case 0: scale_rows(j, from, to, 0, 0); break;
    case 1: scale_rows(j, from, to, 0, 1); break;
    case 2: scale_rows(j, from, to, 1, 0); break;
    default: scale_rows(j, from, to, 1, 1); break;
    }
}
void aliquot_channel_scale_int8(
    int n, int channels, int pixels, const void *x, int x_signed, const float *s, float factor, float *factors, void *y, int y_signed, int threads) {
    for (int64_t i = 0; i < (int64_t)n * channels; i++) factors[i] = s[i] * factor;
    const scale_job j = {.n = n, .channels = channels, .pixels = pixels, .x = x, .x_signed = x_signed, .factors = factors, .y = y, .y_signed = y_signed};
    parallel(channel_scale, &j, threads);
}

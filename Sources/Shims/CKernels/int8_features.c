// From 8-bit pictures to float features, and the linear layers on them, whose weights are 8-bit.
#include "vectors.h"
#include <stddef.h>

typedef struct {
    int n, channels, pixels, x_signed;
    const void *x;
    float factor, *y;
} mean_job;

// Sums of up to 255 rows fit 16 bits.
enum { GROUP = 64, PIECE = 255 };
#define ADD_ROWS(NAME, TYPE, SUM)                                                                                              \
    INLINE void NAME(const TYPE *x, int64_t step, int rows, int width, int *restrict sums) {                                   \
        SUM part[GROUP] = {0};                                                                                                 \
        if (width == GROUP)                                                                                                    \
            for (int p = 0; p < rows; p++, x += step)                                                                          \
                for (int k = 0; k < GROUP; k++) part[k] = (SUM)(part[k] + x[k]);                                               \
        else                                                                                                                   \
            for (int p = 0; p < rows; p++, x += step)                                                                          \
                for (int k = 0; k < width; k++) part[k] = (SUM)(part[k] + x[k]);                                               \
        for (int k = 0; k < width; k++) sums[k] += part[k];                                                                    \
    }
ADD_ROWS(add_signed_rows, int8_t, int16_t)
ADD_ROWS(add_unsigned_rows, uint8_t, uint16_t)

HOT static void mean(void *data) {
    const mean_job *j = data;
    const int64_t groups = (j->channels + GROUP - 1) / GROUP;
    SHARE(j->n * groups, from, to);
    for (int64_t at = from; at < to; at++) {
        const int64_t n = at / groups, c = at % groups * GROUP;
        const int width = j->channels - c < GROUP ? (int)(j->channels - c) : GROUP;
        int sums[GROUP] = {0};
        for (int p = 0; p < j->pixels; p += PIECE) {
            const int rows = j->pixels - p < PIECE ? j->pixels - p : PIECE;
            const int64_t place = (n * j->pixels + p) * j->channels + c;
            if (j->x_signed) add_signed_rows((const int8_t *)j->x + place, j->channels, rows, width, sums);
            else add_unsigned_rows((const uint8_t *)j->x + place, j->channels, rows, width, sums);
        }
        for (int k = 0; k < width; k++) j->y[n * j->channels + c + k] = (float)sums[k] * j->factor;
    }
}
void aliquot_global_mean_int8(int n, int channels, int pixels, const void *x, int x_signed, float factor, float *y, int threads) {
    const mean_job j = {.n = n, .channels = channels, .pixels = pixels, .x = x, .x_signed = x_signed, .factor = factor, .y = y};
    parallel(mean, &j, threads);
}

typedef struct {
    int64_t n, inputs, outputs;
    const float *x, *scales, *bias;
    const int8_t *w;
    float *y;
} linear_job;

typedef int8_t bytes16 __attribute__((vector_size(16), aligned(1)));
typedef int8_t bytes8 __attribute__((vector_size(8), aligned(1)));

// Four rows of weights at a time, so that the features are read once for them.
#define LINEAR(W)                                                                                                              \
    INLINE void dots_##W(const linear_job *j, int64_t n, int64_t o, const int rows) {                                          \
        const int64_t inputs = j->inputs;                                                                                      \
        const float *x = j->x + n * inputs;                                                                                    \
        const int8_t *w = j->w + o * inputs;                                                                                   \
        vector##W sums[4] = {nought_##W(), nought_##W(), nought_##W(), nought_##W()};                                          \
        int64_t i = 0;                                                                                                         \
        for (; i + W <= inputs; i += W) {                                                                                      \
            const vector##W a = *(const vector##W *)(x + i);                                                                   \
            UNROLL for (int r = 0; r < rows; r++)                                                                              \
                sums[r] += a * __builtin_convertvector(*(const bytes##W *)(w + r * inputs + i), vector##W);                    \
        }                                                                                                                      \
        for (int r = 0; r < rows; r++) {                                                                                       \
            float sum = 0;                                                                                                     \
            for (int l = 0; l < W; l++) sum += sums[r][l];                                                                     \
            for (int64_t k = i; k < inputs; k++) sum += x[k] * (float)w[r * inputs + k];                                       \
            j->y[n * j->outputs + o + r] = sum * j->scales[o + r] + j->bias[o + r];                                            \
        }                                                                                                                      \
    }                                                                                                                          \
    HOT_##W static void linear_##W(void *data) {                                                                               \
        const linear_job *j = data;                                                                                            \
        SHARE((j->outputs + 3) / 4, from, to);                                                                                 \
        for (int64_t t = from; t < to; t++)                                                                                    \
            for (int64_t n = 0; n < j->n; n++) {                                                                               \
                if (t * 4 + 4 <= j->outputs) dots_##W(j, n, t * 4, 4);                                                         \
                else                                                                                                           \
                    for (int64_t o = t * 4; o < j->outputs; o++) dots_##W(j, n, o, 1);                                         \
            }                                                                                                                  \
    }
LINEAR(16)
LINEAR(8)

// Below this many multiplications the start of a second thread costs more than it saves.
enum { SMALL = 65536 };

void aliquot_linear_int8(
    int n, int inputs, int outputs, const float *x, const int8_t *w, const float *scales, const float *b, float *y, aliquot_activation activation,
    int threads) {
    const linear_job j = {.n = n, .inputs = inputs, .outputs = outputs, .x = x, .w = w, .scales = scales, .bias = b, .y = y};
    const int useful = (int64_t)n * inputs * outputs < SMALL ? 1 : threads;
    parallel(HAS_16 && inputs >= 16 ? linear_16 : linear_8, &j, useful);
    if (activation != ALIQUOT_LINEAR) aliquot_activation_forward(y, NULL, y, (int64_t)n * outputs, activation, 1);
}

// 8-bit depthwise convolution for AVX2 without VNNI: the pixels of two rows, as 16-bit numbers side by side, are multiplied and summed at a time.
//
// Rows are woven by twos, (0, 1), (2, 3), ..., with zeros around them, and two rows of results are made from what was woven: with stride 1 the second one's weights
// begin a row later, with stride 2 it begins with the next pair. (Floats, of which two products are made in a cycle rather than one, were a tenth slower.)
#include "int8_avx2.h"
#include "int8_depthwise.h"

enum { LARGEST = 11, CHANNELS = 16, ROWS = 2, TILE = 4, MOST_COLUMNS = 256, MOST_RESULTS = 64 };

// Pairs of rows that a row of results sees.
INLINE int pairs_of(int kernel) { return (kernel + 1) / 2; }

int64_t aliquot_int8_depthwise_bytes_avx2(int kernel) { return (int64_t)ROWS * pairs_of(kernel) * kernel * CHANNELS * 2 * (int64_t)sizeof(int16_t); }

// [beginning with a pair's first row, with its second][pair of rows][column][channel][row of the pair]
void aliquot_int8_depthwise_pack_avx2(const aliquot_int8_chunk *chunk, const int8_t *plain, int8_t *packed) {
    const int k = chunk->kernel;
    int16_t *w = (int16_t *)packed;
    for (int late = 0; late < 2; late++)
        for (int p = 0; p < pairs_of(k); p++)
            for (int j = 0; j < k; j++)
                for (int c = 0; c < CHANNELS; c++)
                    for (int r = 0; r < 2; r++) {
                        const int i = 2 * p + r - late;
                        *w++ = c < chunk->count && i >= 0 && i < k ? plain[(c * k + i) * k + j] : 0;
                    }
}

#if defined(__x86_64__)
typedef __m256i sixteen[2];

// 16 channels of `count` columns of two rows; a row that is none has a step of 0.
ONLY_8 INLINE void weave(const uint8_t *above, int64_t above_step, const uint8_t *below, int64_t below_step, int count, const int is_signed, sixteen *to) {
    for (int j = 0; j < count; j++, above += above_step, below += below_step) {
        const __m128i a = _mm_loadu_si128((const __m128i *)above), b = _mm_loadu_si128((const __m128i *)below);
        const __m128i low = _mm_unpacklo_epi8(a, b), high = _mm_unpackhi_epi8(a, b);
        to[j][0] = is_signed ? _mm256_cvtepi8_epi16(low) : _mm256_cvtepu8_epi16(low);
        to[j][1] = is_signed ? _mm256_cvtepi8_epi16(high) : _mm256_cvtepu8_epi16(high);
    }
}

// Neighbouring results of a row, and the pairs of rows they are made from: `columns` from pair to pair.
typedef struct {
    const sixteen *weights, *x;
    int count, columns, kernel, stride;
    sixteen *sums;
} segment;

ONLY_8 INLINE void sum(const segment *s, const int at, const int T, const int K, const int S) {
    sixteen sums[TILE];
    UNROLL for (int i = 0; i < T; i++) sums[i][0] = sums[i][1] = _mm256_setzero_si256();
    const sixteen *w = s->weights, *pair = s->x + at * S;
    for (int p = 0; p < pairs_of(K); p++, pair += s->columns) {
        const sixteen *x = pair;
        for (int j = 0; j < K; j++, w++, x++) {
            __asm__("" : "+r"(x));  // what neighbours share is read again: held in registers it would push the sums out of them
            const __m256i low = (*w)[0], high = (*w)[1];
            UNROLL for (int i = 0; i < T; i++) {
                sums[i][0] = _mm256_add_epi32(sums[i][0], _mm256_madd_epi16(low, x[i * S][0]));
                sums[i][1] = _mm256_add_epi32(sums[i][1], _mm256_madd_epi16(high, x[i * S][1]));
            }
        }
    }
    UNROLL for (int i = 0; i < T; i++) {
        s->sums[at + i][0] = sums[i][0];
        s->sums[at + i][1] = sums[i][1];
    }
}
ONLY_8 INLINE void sum_all(const segment *s, const int K, const int S) {
    int at = 0;
    for (; s->count - at >= TILE; at += TILE) sum(s, at, TILE, K, S);
    switch (s->count - at) {
    case 3: sum(s, at, 3, K, S); break;
    case 2: sum(s, at, 2, K, S); break;
    case 1: sum(s, at, 1, K, S); break;
    default: break;
    }
}
#define SUMS(K, S) ONLY_8 static void sums_##K##_##S(const segment *s) { sum_all(s, K, S); }
SUMS(3, 1) SUMS(5, 1) SUMS(3, 2) SUMS(5, 2)
#undef SUMS
ONLY_8 static void sums_of_any(const segment *s) { sum_all(s, s->kernel, s->stride); }

static void sums_of(const segment *s) {
    if (s->kernel == 3 && s->stride == 1) sums_3_1(s);
    else if (s->kernel == 5 && s->stride == 1) sums_5_1(s);
    else if (s->kernel == 3 && s->stride == 2) sums_3_2(s);
    else if (s->kernel == 5 && s->stride == 2) sums_5_2(s);
    else sums_of_any(s);
}

// Their 8-bit numbers, of the channels of a chunk.
ONLY_8 INLINE void finish(
    const aliquot_int8_depthwise *a, const int index, const segment *s, uint8_t *y, const uint8_t *residual, const int is_whole,
    const aliquot_activation activation) {
    const float *scales = a->finish.scales + index * CHANNELS, *biases = a->finish.bias + index * CHANNELS;
    const __m256 scale[2] = {_mm256_loadu_ps(scales), _mm256_loadu_ps(scales + 8)}, bias[2] = {_mm256_loadu_ps(biases), _mm256_loadu_ps(biases + 8)};
    const aliquot_int8_finish f = a->finish;
    const int64_t step = a->channels;
    const int count = a->chunks[index].count;
    for (int i = 0; i < s->count; i++) {
        const __m256 sums[2] = {_mm256_cvtepi32_ps(s->sums[i][0]), _mm256_cvtepi32_ps(s->sums[i][1])};
        finish_16(&f, sums, scale, bias, y + i * step, residual ? residual + i * step : NULL, is_whole, count, activation);
    }
}
#define FINISH(ACTIVATION)                                                                                                     \
    ONLY_8 static void finish_##ACTIVATION(const aliquot_int8_depthwise *a, int index, const segment *s, uint8_t *y, const uint8_t *residual) { \
        if (a->chunks[index].count < CHANNELS) finish(a, index, s, y, residual, 0, ACTIVATION);                                \
        else if (residual) finish(a, index, s, y, residual, 1, ACTIVATION);                                                    \
        else finish(a, index, s, y, NULL, 1, ACTIVATION);                                                                      \
    }
FINISH(ALIQUOT_LINEAR) FINISH(ALIQUOT_RELU) FINISH(ALIQUOT_RELU6) FINISH(ALIQUOT_HARD_SWISH) FINISH(ALIQUOT_SILU) FINISH(ALIQUOT_SIGMOID) FINISH(ALIQUOT_HARD_SIGMOID)
#undef FINISH

// Rows y and y + 1 of the results of one chunk.
ONLY_8 static void rows_of(const aliquot_int8_depthwise *a, const int64_t n, const int y, const int index) {
    static const uint8_t zeros[64];
    const aliquot_int8_chunk *chunk = a->chunks + index;
    const int k = chunk->kernel, less = (a->kernel - k) / 2, S = a->stride, rows = a->out_height - y < ROWS ? a->out_height - y : ROWS;
    const int top = y * S - a->pad_top + less, pairs = pairs_of(k) + (rows == 2 && S == 2);
    const int64_t C = a->channels, line = a->in_width * C;
    const uint8_t *picture = (const uint8_t *)a->x + n * a->in_height * line + chunk->channel;
    sixteen x[MOST_COLUMNS], sums[MOST_RESULTS];
    int size = a->out_width;
    if (size > MOST_RESULTS || ((size - 1) * S + k) * pairs > MOST_COLUMNS) {
        // Segments that are as long as one another.
        int most = (MOST_COLUMNS / pairs - k) / S + 1;
        if (most > MOST_RESULTS) most = MOST_RESULTS;
        const int segments = (size + most - 1) / most;
        size = (size + segments - 1) / segments;
    }
    for (int first = 0; first < a->out_width; first += size) {
        const int count = a->out_width - first < size ? a->out_width - first : size, columns = (count - 1) * S + k;
        const int left = first * S - a->pad_left + less, before = left < 0 ? -left : 0;
        const int inside = left + columns > a->in_width ? a->in_width - left - before : columns - before;
        for (int p = 0; p < pairs; p++) {
            const uint8_t *at[2];
            int64_t step[2];
            for (int r = 0; r < 2; r++) {
                const int i = top + 2 * p + r, is_there = i >= 0 && i < a->in_height;
                at[r] = is_there ? picture + i * line + (left + before) * C : zeros;
                step[r] = is_there ? C : 0;
            }
            sixteen *to = x + p * columns;
            memset(to, 0, sizeof(sixteen) * (size_t)before);
            if (a->x_signed) weave(at[0], step[0], at[1], step[1], inside, 1, to + before);
            else weave(at[0], step[0], at[1], step[1], inside, 0, to + before);
            memset(to + before + inside, 0, sizeof(sixteen) * (size_t)(columns - before - inside));
        }
        for (int i = 0; i < rows; i++) {
            const segment s = {
                .weights = (const sixteen *)(a->weights + chunk->weights + (i == 1 && S == 1 ? aliquot_int8_depthwise_bytes_avx2(k) / 2 : 0)),
                .x = (const sixteen *)(x + (i == 1 && S == 2 ? columns : 0)), .count = count, .columns = columns, .kernel = k, .stride = S, .sums = sums};
            sums_of(&s);
            const int64_t place = ((n * a->out_height + y + i) * a->out_width + first) * C + chunk->channel;
            const uint8_t *residual = a->finish.residual ? (const uint8_t *)a->finish.residual + place : NULL;
#define CALL(ACTIVATION) finish_##ACTIVATION(a, index, &s, (uint8_t *)a->y + place, residual)
            EACH_ACTIVATION(a->finish.activation, CALL)
#undef CALL
        }
    }
}

void aliquot_int8_depthwise_avx2(void *data) {
    const aliquot_int8_depthwise *a = data;
    const int64_t in_picture = (a->out_height + ROWS - 1) / ROWS;
    SHARE(a->batch * in_picture * a->chunk_count, from, to);
    // All channels of two rows before the next two: what they read stays in the cache.
    int chunk = (int)(from % a->chunk_count);
    const int64_t place = from / a->chunk_count;
    int64_t n = place / in_picture;
    int y = (int)(place % in_picture) * ROWS;
    for (int64_t item = from; item < to; item++) {
        rows_of(a, n, y, chunk);
        if (++chunk < a->chunk_count) continue;
        chunk = 0;
        y += ROWS;
        if (y < a->out_height) continue;
        y = 0;
        n++;
    }
}
#endif

// 8-bit depthwise convolution for AVX2 without VNNI: the pixels of two rows, side by side, are multiplied at a time and summed in 16 bits.
//
// Rows are woven by twos, (0, 1), (2, 3), ..., and four rows of results are made from what was woven: with stride 1 every second one's weights begin a row later,
// with stride 2 each begins with the next pair. A product of two pixels with their weights fits 16 bits, and so do the sums of several whose weights come to 257 at most
// (int8_pairs.c): products are grouped into runs that do, all of one length, and two runs are widened together. A signed number x goes in as x + 128, which the bias
// takes back: so pixels outside are 128 as well.
#include "int8_avx2.h"
#include "int8_depthwise.h"
#include <stdlib.h>

enum {
    LARGEST = 11, CHANNELS = 16, ROWS = 4, VECTOR_BYTES = 32, LONGEST = 6, MOST = 255, MOST_PRODUCTS = LARGEST * (LARGEST + 1) / 2,
    LEAST_RESULTS = 8, MOST_RESULTS = 64, COLUMNS = (MOST_RESULTS - 1) * 2 + LARGEST, CACHE_BYTES = 20 << 10
};

// Pairs of rows that a row of results sees.
INLINE int pairs_of(int kernel) { return (kernel + 1) / 2; }

// How a row of results is made: `twos` times two runs of `length` products. `at` says where their pixels lie, from the first one's pair and column on. Behind it,
// what takes the starting numbers of all runs away again (channels 0 to 3, 8 to 11, 4 to 7, 12 to 15), and for each two runs what they start at and the weights:
// [which][16 channels of 16 bits], [which][product][channel][row of the pair].
typedef struct {
    int16_t length, twos;
    int16_t at[];
} recipe;

INLINE int64_t recipe_bytes(int products) {
    return ((int64_t)sizeof(recipe) + 2 * (products + 1) * (int64_t)sizeof(int16_t) + VECTOR_BYTES - 1) / VECTOR_BYTES * VECTOR_BYTES + 2 * VECTOR_BYTES;
}
INLINE int64_t half_bytes(int kernel) {
    const int products = pairs_of(kernel) * kernel;
    return recipe_bytes(products) + (int64_t)2 * (products + 1) * VECTOR_BYTES;
}
int64_t aliquot_int8_depthwise_bytes_avx2(int kernel) { return 2 * half_bytes(kernel); }

typedef struct {
    int count, products[LONGEST];
    int size[CHANNELS];  // of its weights
} run;

// Products into `count` runs of `length`, the largest first and each into the first run that has room for it; returns whether they fit.
static int group(run *runs, const int count, const int length, const int products, int8_t (*const w)[CHANNELS][2]) {
    int order[MOST_PRODUCTS], largest[MOST_PRODUCTS];
    for (int i = 0; i < products; i++) {
        largest[i] = 0;
        for (int c = 0; c < CHANNELS; c++) {
            const int size = abs(w[i][c][0]) + abs(w[i][c][1]);
            if (size > largest[i]) largest[i] = size;
        }
        int place = i;
        for (; place > 0 && largest[order[place - 1]] < largest[i]; place--) order[place] = order[place - 1];
        order[place] = i;
    }
    memset(runs, 0, sizeof(run) * (size_t)count);
    for (int i = 0; i < products; i++) {
        int is_placed = 0;
        for (int r = 0; r < count && !is_placed; r++) {
            int is_over = runs[r].count == length;
            for (int c = 0; c < CHANNELS; c++) is_over |= (runs[r].size[c] + abs(w[order[i]][c][0]) + abs(w[order[i]][c][1])) * MOST > UINT16_MAX;
            if (is_over) continue;
            for (int c = 0; c < CHANNELS; c++) runs[r].size[c] += abs(w[order[i]][c][0]) + abs(w[order[i]][c][1]);
            runs[r].products[runs[r].count++] = order[i];
            is_placed = 1;
        }
        if (!is_placed) return 0;
    }
    return 1;
}

// The recipe with the fewest multiplications; of length 1 there always is one, and it has the most blocks. `late` is how many rows behind the pair's first one the
// kernel begins.
static void pack_half(const aliquot_int8_chunk *chunk, const int8_t *plain, const int late, int8_t *packed) {
    const int k = chunk->kernel, products = pairs_of(k) * k;
    int8_t w[MOST_PRODUCTS][CHANNELS][2];
    memset(w, 0, sizeof w);
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++)
            for (int c = 0; c < chunk->count; c++) w[(i + late) / 2 * k + j][c][(i + late) % 2] = plain[(c * k + i) * k + j];
    run runs[MOST_PRODUCTS + 1], tried[MOST_PRODUCTS + 1];
    int best = 0, twos = 0;
    for (int length = 1; length <= LONGEST; length++) {
        const int fewest = (products + 2 * length - 1) / (2 * length);
        for (int count = fewest; count <= fewest + 1; count++) {
            if (best && count * (length + 1) >= twos * (best + 1)) break;
            if (!group(tried, 2 * count, length, products, w)) continue;
            memcpy(runs, tried, sizeof runs);
            best = length;
            twos = count;
            break;
        }
    }
    recipe *r = (recipe *)packed;
    r->length = (int16_t)best;
    r->twos = (int16_t)twos;
    int8_t *to = packed + recipe_bytes(products);
    int16_t *at = r->at;
    int32_t starts[CHANNELS] = {0};
    for (int two = 0; two < twos; two++) {
        for (int which = 0; which < 2; which++)
            for (int c = 0; c < CHANNELS; c++, to += sizeof(int16_t)) {
                int balance = 0;
                const run *one = runs + 2 * two + which;
                for (int i = 0; i < one->count; i++) balance += w[one->products[i]][c][0] + w[one->products[i]][c][1];
                // In the middle of its range, half a step below where there is none.
                const int16_t first = (int16_t)((-MOST * balance - 1) >> 1);
                memcpy(to, &first, sizeof first);
                starts[c] -= first;
            }
        for (int which = 0; which < 2; which++)
            for (int i = 0; i < best; i++, at++, to += VECTOR_BYTES) {
                const run *one = runs + 2 * two + which;
                // One that is none has no weights.
                const int product = i < one->count ? one->products[i] : 0;
                *at = (int16_t)(product / k * COLUMNS + product % k);
                if (i < one->count) memcpy(to, w[product], VECTOR_BYTES);
                else memset(to, 0, VECTOR_BYTES);
            }
    }
    const int fours[] = {0, 8, 4, 12};
    for (int i = 0; i < 4; i++) memcpy(packed + recipe_bytes(products) - 2 * VECTOR_BYTES + i * 16, starts + fours[i], 16);
}

void aliquot_int8_depthwise_pack_avx2(const aliquot_int8_chunk *chunk, const int8_t *plain, int8_t *packed, int32_t sums[16]) {
    const int area = chunk->kernel * chunk->kernel;
    memset(sums, 0, sizeof(int32_t) * CHANNELS);
    for (int c = 0; c < chunk->count; c++)
        for (int i = 0; i < area; i++) sums[c] += plain[c * area + i];
    for (int late = 0; late < 2; late++) pack_half(chunk, plain, late, packed + late * half_bytes(chunk->kernel));
}

#if defined(__x86_64__)
// 16 channels of `count` columns of two rows; a row that is none has a step of 0.
ONLY_8 INLINE void weave(
    const uint8_t *above, int64_t above_step, const uint8_t *below, int64_t below_step, const int count, const __m128i flip, __m256i *to) {
    for (int j = 0; j < count; j++, above += above_step, below += below_step) {
        const __m128i a = _mm_xor_si128(_mm_loadu_si128((const __m128i *)above), flip), b = _mm_xor_si128(_mm_loadu_si128((const __m128i *)below), flip);
        _mm_store_si128((__m128i *)(to + j), _mm_unpacklo_epi8(a, b));
        _mm_store_si128((__m128i *)(to + j) + 1, _mm_unpackhi_epi8(a, b));
    }
}

// Neighbouring results of a row, and the first pair of rows and column that the first of them sees.
typedef struct {
    const int8_t *packed;
    const __m256i *x;
    int count, kernel, stride;
    __m256i (*sums)[2];
} segment;

// The sums, of runs of L products. (Finished in a loop of their own: there are too few registers for both.)
ONLY_8 INLINE void sum(const segment *s, const int L, const int S) {
    const recipe *r = (const recipe *)s->packed;
    const __m256i *blocks = (const __m256i *)(s->packed + recipe_bytes(pairs_of(s->kernel) * s->kernel)), *before = blocks - 2;
    const __m256i ones = _mm256_set1_epi16(1);
    const int16_t *places = r->at;
    const int64_t count = s->count;
    // The first two runs begin with the same numbers everywhere, those behind them with what is there.
    for (int64_t two = 0, step = 0; two < r->twos; two++, blocks += 2 + 2 * L, places += 2 * L, before = s->sums[0], step = 2) {
        __m256i first[2], w[2 * LONGEST], *to = s->sums[0];
        const __m256i *x[2 * LONGEST], *from = before;
        UNROLL for (int i = 0; i < 2; i++) first[i] = blocks[i];
        UNROLL for (int i = 0; i < 2 * L; i++) {
            w[i] = blocks[2 + i];
            x[i] = s->x + places[i];
        }
        for (int64_t i = 0; i < count; i++, from += step) {
            __m256i runs[2] = {first[0], first[1]};
            UNROLL for (int which = 0; which < 2; which++)
                UNROLL for (int l = 0; l < L; l++)
                    runs[which] = _mm256_add_epi16(runs[which], _mm256_maddubs_epi16(x[which * L + l][i * S], w[which * L + l]));
            to[2 * i] = _mm256_add_epi32(_mm256_madd_epi16(_mm256_unpacklo_epi16(runs[0], runs[1]), ones), from[0]);
            to[2 * i + 1] = _mm256_add_epi32(_mm256_madd_epi16(_mm256_unpackhi_epi16(runs[0], runs[1]), ones), from[1]);
        }
    }
}
#define SUMS(L)                                                                                                                \
    ONLY_8 static void sums_##L(const segment *s) {                                                                            \
        if (s->stride == 1) sum(s, L, 1);                                                                                      \
        else sum(s, L, 2);                                                                                                     \
    }
SUMS(1) SUMS(2) SUMS(3) SUMS(4) SUMS(5) SUMS(6)
#undef SUMS

static void sums_of(const segment *s) {
    switch (((const recipe *)s->packed)->length) {
    case 1: sums_1(s); break;
    case 2: sums_2(s); break;
    case 3: sums_3(s); break;
    case 4: sums_4(s); break;
    case 5: sums_5(s); break;
    default: sums_6(s); break;
    }
}

// Their 8-bit numbers, of the channels of a chunk.
ONLY_8 INLINE void finish(
    const aliquot_int8_depthwise *a, const int index, const segment *s, uint8_t *y, const uint8_t *residual, const int is_signed, const int count,
    const aliquot_activation activation) {
    const float *scales = a->finish.scales + index * CHANNELS, *biases = a->finish.bias + index * CHANNELS;
    const __m256 scale[2] = {fours_of(scales), fours_of(scales + 4)}, bias[2] = {fours_of(biases), fours_of(biases + 4)};
    const aliquot_int8_finish f = a->finish;
    const int64_t step = a->channels;
    for (int i = 0; i < s->count; i++) {
        const __m256 sums[2] = {_mm256_cvtepi32_ps(s->sums[i][0]), _mm256_cvtepi32_ps(s->sums[i][1])};
        finish_16(&f, sums, scale, bias, y + i * step, residual ? residual + i * step : NULL, is_signed, 1, count, activation);
    }
}
#define FINISH(ACTIVATION)                                                                                                     \
    ONLY_8 static void finish_##ACTIVATION(const aliquot_int8_depthwise *a, int index, const segment *s, uint8_t *y, const uint8_t *residual) { \
        if (a->chunks[index].count < CHANNELS) finish(a, index, s, y, residual, a->finish.y_signed, a->chunks[index].count, ACTIVATION); \
        else if (a->finish.y_signed) finish(a, index, s, y, residual, 1, CHANNELS, ACTIVATION);                                \
        else if (residual) finish(a, index, s, y, residual, 0, CHANNELS, ACTIVATION);                                          \
        else finish(a, index, s, y, NULL, 0, CHANNELS, ACTIVATION);                                                            \
    }
FOR_ACTIVATIONS(FINISH)
#undef FINISH

// Results `first` to first + count - 1 of rows y to y + ROWS - 1 of one chunk.
ONLY_8 static void results(const aliquot_int8_depthwise *a, const int64_t n, const int y, const int first, const int count, const int index) {
    static const uint8_t zeros[16];
    const aliquot_int8_chunk *chunk = a->chunks + index;
    const int k = chunk->kernel, less = (a->kernel - k) / 2, S = a->stride, rows = a->out_height - y < ROWS ? a->out_height - y : ROWS;
    const int top = y * S - a->pad_top + less, pairs = pairs_of(k) + (S == 1 ? (rows - 1) / 2 : rows - 1), columns = (count - 1) * S + k;
    // Columns before, in and (what is left of them) behind the picture; with a padding larger than the kernel all may lie outside.
    const int left = first * S - a->pad_left + less, end = left + columns < a->in_width ? left + columns : a->in_width;
    const int before = left >= 0 ? 0 : -left < columns ? -left : columns, inside = end > left + before ? end - left - before : 0;
    const int64_t C = a->channels, line = a->in_width * C;
    const uint8_t *picture = (const uint8_t *)a->x + n * a->in_height * line + chunk->channel;
    const __m128i flip = _mm_set1_epi8(a->x_signed ? (char)0x80 : 0);
    const __m256i outside = _mm256_set_m128i(flip, flip);
    __m256i x[(LARGEST + 1) / 2 + ROWS - 1][COLUMNS], sums[MOST_RESULTS][2];
    for (int p = 0; p < pairs; p++) {
        const uint8_t *at[2];
        int64_t step[2];
        for (int r = 0; r < 2; r++) {
            const int i = top + 2 * p + r, is_there = i >= 0 && i < a->in_height;
            at[r] = is_there ? picture + i * line + (left + before) * C : zeros;
            step[r] = is_there ? C : 0;
        }
        for (int j = 0; j < before; j++) x[p][j] = outside;
        weave(at[0], step[0], at[1], step[1], inside, flip, x[p] + before);
        for (int j = before + inside; j < columns; j++) x[p][j] = outside;
    }
    for (int i = 0; i < rows; i++) {
        const segment s = {
            .packed = a->weights + chunk->weights + (i % 2 == 1 && S == 1 ? half_bytes(k) : 0), .x = x[S == 1 ? i / 2 : i], .count = count, .kernel = k,
            .stride = S, .sums = sums};
        sums_of(&s);
        const int64_t place = ((n * a->out_height + y + i) * a->out_width + first) * C + chunk->channel;
        const uint8_t *residual = a->finish.residual ? (const uint8_t *)a->finish.residual + place : NULL;
#define CALL(ACTIVATION) finish_##ACTIVATION(a, index, &s, (uint8_t *)a->y + place, residual)
        EACH_ACTIVATION(a->finish.activation, CALL)
#undef CALL
    }
}

// Where a share ends that ends at `item`: the last chunks of a part overlap, and one thread writes them.
static int64_t apart(const aliquot_int8_depthwise *a, int64_t item) {
    const int64_t i = item % a->chunk_count;
    return i > 0 && a->chunks[i].channel < a->chunks[i - 1].channel + a->chunks[i - 1].count ? item + 1 : item;
}

void aliquot_int8_depthwise_avx2(void *data) {
    const aliquot_int8_depthwise *a = data;
    // Rows are cut into segments that are as long as one another; with a stride of 2 so short that what the chunks read stays in the cache until the last has read it.
    int64_t most = a->stride == 1 ? MOST_RESULTS : CACHE_BYTES / ((int64_t)(a->kernel + a->stride) * a->stride * a->channels);
    if (most < LEAST_RESULTS) most = LEAST_RESULTS;
    if (most > MOST_RESULTS) most = MOST_RESULTS;
    const int64_t down = (a->out_height + ROWS - 1) / ROWS, across = (a->out_width + most - 1) / most;
    const int size = (int)((a->out_width + across - 1) / across);
    SHARE(a->batch * down * across * a->chunk_count, share_from, share_to);
    const int64_t from = apart(a, share_from), to = apart(a, share_to);
    int chunk = (int)(from % a->chunk_count);
    int64_t left = from / a->chunk_count;
    int first = (int)(left % across) * size;
    left /= across;
    int y = (int)(left % down) * ROWS;
    int64_t n = left / down;
    for (int64_t item = from; item < to; item++) {
        const int count = a->out_width - first < size ? a->out_width - first : size;
        results(a, n, y, first, count, chunk);
        if (++chunk < a->chunk_count) continue;
        chunk = 0;
        first += size;
        if (first < (int)across * size) continue;
        first = 0;
        y += ROWS;
        if (y < a->out_height) continue;
        y = 0;
        n++;
    }
}
#endif

// Channels taken from several blocked pictures.
//
// A block of the result reads some vectors (blocks of sources). A whole aligned block is copied; else every vector that it reads is put in order by a
// permutation of its lanes, the lanes that it does not give staying zero, and the vectors are added.
#include "vectors.h"
#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// One vector that a block reads: where it lies in its source, and which of its lanes goes to each lane of the result (-1: none).
typedef struct {
    int source, block;
    int32_t lanes[16];
} reading;

// The readings of block `cb`; returns how many (at most `width`).
static int readings(const aliquot_route *a, int64_t cb, reading *list) {
    const int W = a->shape.width;
    int count = 0;
    for (int l = 0; l < W && cb * W + l < a->channels; l++) {
        const aliquot_route_channel from = a->table[cb * W + l];
        if (from.source < 0) continue;
        int i = 0;
        while (i < count && (list[i].source != from.source || list[i].block != from.channel / W)) i++;
        if (i == count) {
            list[count].source = from.source;
            list[count].block = from.channel / W;
            for (int k = 0; k < 16; k++) list[count].lanes[k] = -1;
            count++;
        }
        list[i].lanes[l] = from.channel % W;
    }
    return count;
}

static int is_whole(const reading *r, int width) {
    for (int l = 0; l < width; l++)
        if (r->lanes[l] != l) return 0;
    return 1;
}

// y[p] (+)= the vector's lanes in their new order; `is_first` writes all lanes, else adds.
static void permute_plainly(const float *x, float *y, int64_t pixels, int width, const int32_t *lanes, int is_first) {
    for (int64_t p = 0; p < pixels; p++)
        for (int l = 0; l < width; l++) {
            const float v = lanes[l] >= 0 ? x[p * width + lanes[l]] : 0;
            y[p * width + l] = is_first ? v : y[p * width + l] + v;
        }
}

#if defined(__x86_64__)
ONLY_16 static void permute_16(const float *x, float *y, int64_t pixels, const int32_t *lanes, int is_first) {
    const __m512i order = _mm512_loadu_si512(lanes);
    const __mmask16 taken = _mm512_cmpge_epi32_mask(order, _mm512_setzero_si512());
    if (is_first)
        for (int64_t p = 0; p < pixels; p++)
            _mm512_storeu_ps(y + p * 16, _mm512_maskz_permutexvar_ps(taken, order, _mm512_loadu_ps(x + p * 16)));
    else
        for (int64_t p = 0; p < pixels; p++)
            _mm512_storeu_ps(
                y + p * 16,
                _mm512_add_ps(_mm512_loadu_ps(y + p * 16), _mm512_maskz_permutexvar_ps(taken, order, _mm512_loadu_ps(x + p * 16))));
}
// Two vectors at once, as every shuffle of two halves has them.
ONLY_16 static void permute_two_16(
    const float *x, const float *x2, float *y, int64_t pixels, const int32_t *lanes, const int32_t *lanes2, int is_first) {
    const __m512i order = _mm512_loadu_si512(lanes), order2 = _mm512_loadu_si512(lanes2);
    const __mmask16 taken = _mm512_cmpge_epi32_mask(order, _mm512_setzero_si512());
    const __mmask16 taken2 = _mm512_cmpge_epi32_mask(order2, _mm512_setzero_si512());
    for (int64_t p = 0; p < pixels; p++) {
        __m512 v = _mm512_maskz_permutexvar_ps(taken, order, _mm512_loadu_ps(x + p * 16));
        v = _mm512_mask_permutexvar_ps(v, taken2, order2, _mm512_loadu_ps(x2 + p * 16));
        if (!is_first) v = _mm512_add_ps(v, _mm512_loadu_ps(y + p * 16));
        _mm512_storeu_ps(y + p * 16, v);
    }
}
ONLY_8 static void permute_8(const float *x, float *y, int64_t pixels, const int32_t *lanes, int is_first) {
    const __m256i order = _mm256_loadu_si256((const __m256i *)lanes);
    const __m256 taken = _mm256_castsi256_ps(_mm256_cmpgt_epi32(order, _mm256_set1_epi32(-1)));
    for (int64_t p = 0; p < pixels; p++) {
        __m256 v = _mm256_and_ps(taken, _mm256_permutevar8x32_ps(_mm256_loadu_ps(x + p * 8), order));
        if (!is_first) v = _mm256_add_ps(v, _mm256_loadu_ps(y + p * 8));
        _mm256_storeu_ps(y + p * 8, v);
    }
}
ONLY_8 static void permute_two_8(
    const float *x, const float *x2, float *y, int64_t pixels, const int32_t *lanes, const int32_t *lanes2, int is_first) {
    const __m256i order = _mm256_loadu_si256((const __m256i *)lanes), order2 = _mm256_loadu_si256((const __m256i *)lanes2);
    const __m256 taken = _mm256_castsi256_ps(_mm256_cmpgt_epi32(order, _mm256_set1_epi32(-1)));
    const __m256 taken2 = _mm256_castsi256_ps(_mm256_cmpgt_epi32(order2, _mm256_set1_epi32(-1)));
    for (int64_t p = 0; p < pixels; p++) {
        __m256 v = _mm256_and_ps(taken, _mm256_permutevar8x32_ps(_mm256_loadu_ps(x + p * 8), order));
        v = _mm256_or_ps(v, _mm256_and_ps(taken2, _mm256_permutevar8x32_ps(_mm256_loadu_ps(x2 + p * 8), order2)));
        if (!is_first) v = _mm256_add_ps(v, _mm256_loadu_ps(y + p * 8));
        _mm256_storeu_ps(y + p * 8, v);
    }
}
#endif

// Pieces of a plane that stay in the first-level cache while reading after reading is added.
enum { PIECE = 128 };

static void gather(const aliquot_route *a, const reading *list, int count, int64_t n, float *y, int64_t pixels_from, int64_t pixels) {
    const int W = a->shape.width;
    const float *x[16];
    for (int i = 0; i < count; i++)
        x[i] = a->sources[list[i].source]
            + ((n * a->source_blocks[list[i].source] + list[i].block) * (int64_t)a->shape.pixels + pixels_from) * W;
    int is_first = !a->accumulate, i = 0;
#if defined(__x86_64__)
    const int fast = W == 16 ? HAS_16 != 0 : HAS_8 != 0;
    for (; fast && i + 2 <= count; i += 2, is_first = 0) {
        if (W == 16) permute_two_16(x[i], x[i + 1], y, pixels, list[i].lanes, list[i + 1].lanes, is_first);
        else permute_two_8(x[i], x[i + 1], y, pixels, list[i].lanes, list[i + 1].lanes, is_first);
    }
    if (fast && i < count) {
        if (W == 16) permute_16(x[i], y, pixels, list[i].lanes, is_first);
        else permute_8(x[i], y, pixels, list[i].lanes, is_first);
        i++;
    }
#endif
    for (; i < count; i++, is_first = 0) permute_plainly(x[i], y, pixels, W, list[i].lanes, is_first);
}

static void route(void *data) {
    const aliquot_route *a = data;
    const int W = a->shape.width;
    const int64_t pixels = a->shape.pixels;
    SHARE((int64_t)a->shape.batch * a->shape.blocks, from, to);
    reading list[16];
    for (int64_t i = from; i < to; i++) {
        const int64_t n = i / a->shape.blocks;
        float *y = a->y + i * pixels * W;
        const int count = readings(a, i % a->shape.blocks, list);
        if (count == 0) {
            if (!a->accumulate) memset(y, 0, sizeof(float) * (size_t)(pixels * W));
        } else if (count == 1 && !a->accumulate && is_whole(list, W)) {
            memcpy(
                y, a->sources[list[0].source] + (n * a->source_blocks[list[0].source] + list[0].block) * pixels * W,
                sizeof(float) * (size_t)(pixels * W));
        } else {
            for (int64_t p = 0; p < pixels; p += PIECE) gather(a, list, count, n, y + p * W, p, pixels - p < PIECE ? pixels - p : PIECE);
        }
    }
}
void aliquot_route_run(const aliquot_route *a) { parallel(route, a, a->shape.threads); }

int aliquot_route_invert(
    const aliquot_route_channel *table, int channels, int source, int source_channels, int reader, aliquot_route_channel *inverse) {
    int found = 0;
    for (int c = 0; c < source_channels; c++) {
        inverse[c] = (aliquot_route_channel){-1, 0};
        int before = 0;
        for (int o = 0; o < channels; o++) {
            if (table[o].source != source || table[o].channel != c || before++ != reader) continue;
            inverse[c] = (aliquot_route_channel){0, o};
            found++;
            break;
        }
    }
    return found;
}

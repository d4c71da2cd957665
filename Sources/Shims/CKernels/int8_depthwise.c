// 8-bit depthwise convolution. With VNNI a product of four numbers at a time, which are the pixels of four rows; else int8_depthwise_avx2.c has it.
//
// For each column of the picture the bytes of 16 channels of four rows are woven into one vector; it is multiplied into all results of the row that see the
// column. A signed number x goes in as x + 128, which the bias takes back (the sum of the weights times 128): so pixels outside are 128 as well.
#include "int8_depthwise.h"
#include "int8_vnni.h"

enum { ROWS = 4 };

int aliquot_has_int8_convolutions(void) { return HAS_VNNI; }

INLINE int quads(int kernel) { return (kernel + ROWS - 1) / ROWS; }

int aliquot_int8_depthwise_chunks(int parts, const int *channels, const int *kernels, aliquot_int8_chunk *chunks, int64_t *weight_bytes) {
    int count = 0, first = 0;
    int64_t bytes = 0;
    for (int i = 0; i < parts; first += channels[i++])
        for (int c = 0; c < channels[i]; c += 16, count++) {
            const int left = channels[i] - c;
            if (chunks)
                chunks[count] = (aliquot_int8_chunk){
                    .channel = first + (left < 16 && channels[i] >= 16 ? channels[i] - 16 : c), .count = channels[i] < 16 ? channels[i] : 16,
                    .kernel = kernels[i], .weights = bytes};
            bytes += HAS_VNNI ? (int64_t)kernels[i] * quads(kernels[i]) * 64 : aliquot_int8_depthwise_bytes_avx2(kernels[i]);
        }
    *weight_bytes = bytes;
    return count;
}

// [quad of rows][column][channel][row of the quad]
void aliquot_int8_depthwise_pack(const aliquot_int8_chunk *chunk, const int8_t *plain, int8_t *packed, int32_t sums[16]) {
    if (!HAS_VNNI) {
        aliquot_int8_depthwise_pack_avx2(chunk, plain, packed, sums);
        return;
    }
    const int k = chunk->kernel;
    memset(packed, 0, (size_t)(k * quads(k) * 64));
    for (int c = 0; c < 16; c++) {
        sums[c] = 0;
        for (int i = 0; c < chunk->count && i < k; i++)
            for (int j = 0; j < k; j++) {
                const int8_t w = plain[(c * k + i) * k + j];
                packed[((i / ROWS * k + j) * 16 + c) * ROWS + i % ROWS] = w;
                sums[c] += w;
            }
    }
}

#if defined(__x86_64__)
typedef struct {
    const aliquot_int8_depthwise *a;
    const aliquot_int8_chunk *chunk;
    const int8_t *weights;
    const uint8_t *rows[12];  // of the picture, at this chunk's channels; zeros where there is none
    int64_t steps[12];        // from column to column
    int left;
    __m512 scale, bias;
    uint8_t *y;
    const uint8_t *residual;
} row_job;

VNNI INLINE __m512i column(const row_job *r, const int q, int64_t j, const __m512i order) {
    const uint8_t *const *rows = r->rows + q * ROWS;
    const int64_t *steps = r->steps + q * ROWS;
    __m512i v = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(rows[0] + j * steps[0])));
    v = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(rows[1] + j * steps[1])), 1);
    v = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(rows[2] + j * steps[2])), 2);
    v = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(rows[3] + j * steps[3])), 3);
    return _mm512_permutexvar_epi8(order, v);
}

// Results at ..< at + count of the row, from their sums.
VNNI static void finish(const row_job *r, int at, int count, const int32_t *sums) {
    const int64_t channels = r->a->channels;
    const __mmask16 mask = (__mmask16)((1 << r->chunk->count) - 1);
#define FINISH(ACTIVATION)                                                                                                     \
    for (int t = 0; t < count; t++) {                                                                                          \
        const int64_t place = (at + t) * channels;                                                                             \
        __m128i residual;                                                                                                      \
        if (r->residual) residual = _mm_maskz_loadu_epi8(mask, r->residual + place);                                           \
        const __m128i q = finished(                                                                                            \
            &r->a->finish, _mm512_loadu_si512(sums + t * 16), r->scale, r->bias, r->residual ? &residual : NULL, ACTIVATION);  \
        if (mask == 0xffff) _mm_storeu_si128((__m128i *)(r->y + place), q);                                                    \
        else _mm_mask_storeu_epi8(r->y + place, mask, q);                                                                      \
    }
    EACH_ACTIVATION(r->a->finish.activation, FINISH)
#undef FINISH
}

VNNI INLINE void tile(const row_job *r, const int at, const int T, const int K, const int S, const __m512i order, const __m512i flip) {
    __m512i sums[8];
    UNROLL for (int t = 0; t < T; t++) sums[t] = _mm512_setzero_si512();
    const int base = at * S - r->left, columns = (T - 1) * S + K, width = r->a->in_width;
    const __m512i *w = (const __m512i *)r->weights;
    const int is_inside = K < 7 && base >= 0 && base + columns <= width;  // with larger kernels the questions cost nothing
    for (int q = 0; q < (K + ROWS - 1) / ROWS; q++, w += K) {
        if (is_inside) {
            UNROLL for (int j = 0; j < columns; j++) {
                const __m512i v = _mm512_xor_si512(column(r, q, base + j, order), flip);
                UNROLL for (int t = 0; t < T; t++)
                    if (j >= t * S && j - t * S < K) sums[t] = _mm512_dpbusd_epi32(sums[t], v, _mm512_loadu_si512(w + j - t * S));
            }
        } else {
            UNROLL for (int j = 0; j < columns; j++) {
                __m512i v = flip;
                if (base + j >= 0 && base + j < width) v = _mm512_xor_si512(column(r, q, base + j, order), flip);
                UNROLL for (int t = 0; t < T; t++)
                    if (j >= t * S && j - t * S < K) sums[t] = _mm512_dpbusd_epi32(sums[t], v, _mm512_loadu_si512(w + j - t * S));
            }
        }
    }
    int32_t kept[8 * 16];
    UNROLL for (int t = 0; t < T; t++) _mm512_storeu_si512(kept + t * 16, sums[t]);
    finish(r, at, T, kept);
}

VNNI INLINE void row_of(const row_job *r, const int K, const int S) {
    __m512i order;
    {
        int8_t bytes[64];
        for (int c = 0; c < 16; c++)
            for (int i = 0; i < ROWS; i++) bytes[c * ROWS + i] = (int8_t)(i * 16 + c);
        order = _mm512_loadu_si512(bytes);
    }
    const __m512i flip = _mm512_set1_epi8(r->a->x_signed ? (char)0x80 : 0);
    const int width = r->a->out_width, tiles = (width + 7) / 8, base = width / tiles, longer = width % tiles;
    for (int i = 0, at = 0; i < tiles; i++) {
        const int size = base + (i < longer);
        switch (size) {
        case 8: tile(r, at, 8, K, S, order, flip); break;
        case 7: tile(r, at, 7, K, S, order, flip); break;
        case 6: tile(r, at, 6, K, S, order, flip); break;
        case 5: tile(r, at, 5, K, S, order, flip); break;
        case 4: tile(r, at, 4, K, S, order, flip); break;
        default:
            for (int t = 0; t < size; t++) tile(r, at + t, 1, K, S, order, flip);
        }
        at += size;
    }
}

// Any kernel and stride.
VNNI static void row_slowly(const row_job *r) {
    const aliquot_int8_depthwise *a = r->a;
    const int K = r->chunk->kernel, flip = a->x_signed ? 0x80 : 0;
    for (int x = 0; x < a->out_width; x++) {
        int32_t sums[16] = {0};
        for (int i = 0; i < K; i++)
            for (int j = 0; j < K; j++) {
                const int at = x * a->stride - r->left + j;
                const int is_inside = at >= 0 && at < a->in_width;
                const int8_t *w = r->weights + (i / ROWS * K + j) * 64 + i % ROWS;
                for (int c = 0; c < r->chunk->count; c++)
                    sums[c] += ((is_inside ? r->rows[i][at * r->steps[i] + c] : 0) ^ flip) * w[c * ROWS];
            }
        finish(r, x, 1, sums);
    }
}

#define ROW(K, S) VNNI static void row_##K##_##S(const row_job *r) { row_of(r, K, S); }
ROW(3, 1) ROW(5, 1) ROW(7, 1) ROW(9, 1) ROW(11, 1)
ROW(3, 2) ROW(5, 2) ROW(7, 2) ROW(9, 2) ROW(11, 2)
#undef ROW

#define CASE(K, S) case (K) * 2 + (S): row_##K##_##S(r); return
static void row(const row_job *r) {
    if (r->a->stride <= 2) {
        switch (r->chunk->kernel * 2 + r->a->stride) {
        CASE(3, 1); CASE(5, 1); CASE(7, 1); CASE(9, 1); CASE(11, 1);
        CASE(3, 2); CASE(5, 2); CASE(7, 2); CASE(9, 2); CASE(11, 2);
        default: break;
        }
    }
    row_slowly(r);
}
#undef CASE

VNNI static void depthwise(void *data) {
    static const uint8_t zeros[64];
    const aliquot_int8_depthwise *a = data;
    SHARE((int64_t)a->batch * a->out_height, from, to);
    const int64_t C = a->channels;
    for (int64_t item = from; item < to; item++) {
        const int64_t n = item / a->out_height, y = item % a->out_height;
        const uint8_t *picture = (const uint8_t *)a->x + n * a->in_height * a->in_width * C;
        // All channels of a row before the next row: what it reads stays in the cache.
        for (int i = 0; i < a->chunk_count; i++) {
            const aliquot_int8_chunk *chunk = a->chunks + i;
            const int k = chunk->kernel, less = (a->kernel - k) / 2;
            const int64_t top = y * a->stride - a->pad_top + less;
            row_job r = {
                .a = a, .chunk = chunk, .weights = a->weights + chunk->weights, .left = a->pad_left - less,
                .scale = _mm512_loadu_ps(a->finish.scales + i * 16), .bias = _mm512_loadu_ps(a->finish.bias + i * 16),
                .y = (uint8_t *)a->y + item * a->out_width * C + chunk->channel,
                .residual = a->finish.residual ? (const uint8_t *)a->finish.residual + item * a->out_width * C + chunk->channel : NULL};
            for (int t = 0; t < quads(k) * ROWS; t++) {
                const int is_there = t < k && top + t >= 0 && top + t < a->in_height;
                r.rows[t] = is_there ? picture + (top + t) * a->in_width * C + chunk->channel : zeros;
                r.steps[t] = is_there ? C : 0;
            }
            row(&r);
        }
    }
}
void aliquot_int8_depthwise_run(const aliquot_int8_depthwise *a) { parallel(HAS_VNNI ? depthwise : aliquot_int8_depthwise_avx2, a, a->threads); }
#else
void aliquot_int8_depthwise_run(const aliquot_int8_depthwise *a) { (void)a; }
#endif

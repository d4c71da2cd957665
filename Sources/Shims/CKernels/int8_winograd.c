// 8-bit 3x3 convolution of stride 1 for AVX2 without VNNI by Winograd's minimal filtering, F(4x4, 3x3) of Lavin and Gray ("Fast Algorithms for Convolutional Neural
// Networks", section 4): 36 products for 16 results instead of 144.
//
// A tile of 6x6 inputs becomes 36 16-bit numbers, exactly; the weights become 36 numbers each, which are rounded to as many of 16 bits as keep every sum of theirs within
// 32 bits whatever the picture is. So the sums are exact; what is lost lies in the rounding of weights that have some ten times the levels of those they were made from, and
// in the floats of the way back.
#include "int8_avx2.h"
#include <math.h>

enum { PLACES = 36, OUTPUTS = 16, SLICE = 32, LOADED = 16, EXACT_CHANNELS = 128, TILES = 6, SIDE = 4, SCRATCH_BYTES = 256 << 10, PREFETCH_BYTES = 2 << 10 };

INLINE int padded(int channels) { return (channels + LOADED - 1) / LOADED * LOADED; }
INLINE int slices(int outputs) { return (outputs + SLICE - 1) / SLICE; }

int64_t aliquot_int8_winograd_weight_count(int channels, int outputs) { return (int64_t)PLACES * padded(channels) * slices(outputs) * SLICE; }
int64_t aliquot_int8_winograd_unit_count(int outputs) { return (int64_t)PLACES * slices(outputs) * SLICE; }

// Bᵀ and G.
static const int inputs_of[6][6] = {{4, 0, -5, 0, 1, 0}, {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0}, {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
static const double weights_of[6][3] = {{1. / 4, 0, 0}, {-1. / 6, -1. / 6, -1. / 6}, {-1. / 6, 1. / 6, -1. / 6}, {1. / 24, 1. / 12, 1. / 6}, {1. / 24, -1. / 12, 1. / 6}, {0, 0, 1}};

// The largest magnitude an input can have at a place, from numbers of 0 to 255 or of -128 to 127.
static double largest(int place) {
    int positive = 0, negative = 0;
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++) {
            const int c = inputs_of[place / 6][i] * inputs_of[place % 6][j];
            if (c > 0) positive += c;
            else negative -= c;
        }
    return fmax(255. * (positive > negative ? positive : negative), 128. * (positive + negative));
}

// G g Gᵀ of 3x3 weights.
static void transform_weights(const int8_t *g, double *u) {
    double half[6][3];
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 3; j++) half[i][j] = weights_of[i][0] * g[j] + weights_of[i][1] * g[3 + j] + weights_of[i][2] * g[6 + j];
    for (int place = 0; place < PLACES; place++) {
        const double *row = half[place / 6], *column = weights_of[place % 6];
        u[place] = row[0] * column[0] + row[1] * column[1] + row[2] * column[2];
    }
}

void aliquot_int8_winograd_pack(int channels, int outputs, const int8_t *plain, double *transformed, int16_t *packed, float *units) {
    const int depth = padded(channels), in_block = channels < EXACT_CHANNELS ? channels : EXACT_CHANNELS;
    memset(packed, 0, sizeof(int16_t) * (size_t)aliquot_int8_winograd_weight_count(channels, outputs));
    memset(units, 0, sizeof(float) * (size_t)aliquot_int8_winograd_unit_count(outputs));
    for (int o = 0; o < outputs; o++) {
        for (int c = 0; c < channels; c++) transform_weights(plain + ((int64_t)o * channels + c) * 9, transformed + c * PLACES);
        for (int place = 0; place < PLACES; place++) {
            // The largest weight, and the largest sum of those that are multiplied before 32 bits end.
            double peak = 0, most = 0, sum = 0;
            for (int c = 0; c < channels; c++) {
                const double size = fabs(transformed[c * PLACES + place]);
                sum = c % EXACT_CHANNELS == 0 ? size : sum + size;
                most = fmax(most, sum);
                peak = fmax(peak, size);
            }
            // Rounding adds at most a half to each.
            const double unit = fmax(peak / 32767, most / (2147483647 / largest(place) - .5 * in_block));
            if (unit == 0) continue;
            // [slice][place][set of 16 outputs][pair of channels][output][channel of the pair]
            const int64_t slice_place = (int64_t)(o / SLICE) * PLACES + place, set = slice_place * (SLICE / OUTPUTS) + o % SLICE / OUTPUTS;
            int16_t *w = packed + set * depth * OUTPUTS + o % OUTPUTS * 2;
            for (int c = 0; c < channels; c++) w[c / 2 * OUTPUTS * 2 + c % 2] = (int16_t)lrint(transformed[c * PLACES + place] / unit);
            units[slice_place * SLICE + o % SLICE] = (float)unit;
        }
    }
}

INLINE int64_t tiles_of(const aliquot_int8_winograd *a) {
    return (int64_t)a->batch * ((a->out_height + SIDE - 1) / SIDE) * ((a->out_width + SIDE - 1) / SIDE);
}

// What the inputs of a tile and its sums for a slice take.
INLINE int64_t tile_bytes(const aliquot_int8_winograd *a) {
    return PLACES * (padded(a->channels) * (int64_t)sizeof(int16_t) + SLICE * (int64_t)sizeof(float));
}

// Tiles that are worked on at a time: as many as leave their numbers in the cache, and each thread its share.
static int64_t block_of(const aliquot_int8_winograd *a) {
    const int64_t tiles = tiles_of(a);
    int64_t block = SCRATCH_BYTES / tile_bytes(a) / TILES * TILES;
    const int64_t share = (tiles + a->threads - 1) / a->threads;
    if (block < TILES) block = TILES;
    if (block > share) block = share;
    const int64_t blocks = (tiles + block - 1) / block;
    return (tiles + blocks - 1) / blocks;
}

// The first result of a tile.
typedef struct {
    int64_t picture;
    int row, column;
} corner;

INLINE corner corner_of(const aliquot_int8_winograd *a, int64_t tile) {
    const int64_t across = (a->out_width + SIDE - 1) / SIDE, down = (a->out_height + SIDE - 1) / SIDE;
    return (corner){tile / across / down, (int)(tile / across % down) * SIDE, (int)(tile % across) * SIDE};
}

INLINE int64_t scratch_of(const aliquot_int8_winograd *a) { return (block_of(a) * tile_bytes(a) + 63) / 64 * 64; }
int64_t aliquot_int8_winograd_scratch(const aliquot_int8_winograd *a) { return a->threads * scratch_of(a); }

#if defined(__x86_64__)
#define EACH_6(i) UNROLL for (int i = 0; i < 6; i++)

ONLY_8 INLINE void transform_six(const __m256i d[6], __m256i r[6]) {
    const __m256i t0 = _mm256_sub_epi16(d[4], _mm256_slli_epi16(d[2], 2)), t1 = _mm256_sub_epi16(d[3], _mm256_slli_epi16(d[1], 2));
    const __m256i t2 = _mm256_sub_epi16(d[4], d[2]), t3 = _mm256_slli_epi16(_mm256_sub_epi16(d[3], d[1]), 1);
    r[0] = _mm256_add_epi16(_mm256_slli_epi16(_mm256_sub_epi16(d[0], d[2]), 2), t2);
    r[1] = _mm256_add_epi16(t0, t1);
    r[2] = _mm256_sub_epi16(t0, t1);
    r[3] = _mm256_add_epi16(t2, t3);
    r[4] = _mm256_sub_epi16(t2, t3);
    r[5] = _mm256_add_epi16(_mm256_slli_epi16(_mm256_sub_epi16(d[1], d[3]), 2), _mm256_sub_epi16(d[5], d[3]));
}

// A tile whose first input lies in row `top` and column `left`, to [place][tile of the block][channel].
ONLY_8 INLINE void transform_inputs(
    const aliquot_int8_winograd *a, const uint8_t *picture, const int top, const int left, int16_t *to, const int64_t place_step, const int is_signed) {
    static const uint8_t zeros[64];
    const int C = a->channels;
    for (int c = 0; c < C; c += 16) {
        __m256i half[6][6];
        EACH_6(j) {
            __m256i d[6], r[6];
            const int is_column = left + j >= 0 && left + j < a->in_width;
            EACH_6(i) {
                const int is_there = is_column && top + i >= 0 && top + i < a->in_height;
                const uint8_t *x = is_there ? picture + ((int64_t)(top + i) * a->in_width + left + j) * C + c : zeros;
                const __m128i bytes = _mm_loadu_si128((const __m128i *)x);
                d[i] = is_signed ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes);
            }
            transform_six(d, r);
            EACH_6(i) half[i][j] = r[i];
        }
        EACH_6(i) {
            __m256i r[6];
            transform_six(half[i], r);
            EACH_6(j) _mm256_storeu_si256((__m256i *)(to + (i * 6 + j) * place_step + c), r[j]);
        }
    }
}

// P tiles by 16 outputs.
ONLY_8 INLINE void multiply(const int16_t *v, const int depth, const int16_t *w, float *m, const int P) {
    for (int first = 0; first < depth; first += EXACT_CHANNELS) {
        const int end = first + EXACT_CHANNELS < depth ? first + EXACT_CHANNELS : depth;
        __m256i sums[TILES][2];
        UNROLL for (int i = 0; i < P; i++) sums[i][0] = sums[i][1] = _mm256_setzero_si256();
        for (int c = first; c < end; c += 2, w += 2 * OUTPUTS) {
            _mm_prefetch((const char *)w + PREFETCH_BYTES, _MM_HINT_T0);
            const __m256i low = _mm256_load_si256((const __m256i *)w), high = _mm256_load_si256((const __m256i *)(w + OUTPUTS));
            UNROLL for (int i = 0; i < P; i++) {
                int32_t two;
                memcpy(&two, v + (int64_t)i * depth + c, sizeof two);
                const __m256i q = _mm256_set1_epi32(two);
                sums[i][0] = _mm256_add_epi32(sums[i][0], _mm256_madd_epi16(q, low));
                sums[i][1] = _mm256_add_epi32(sums[i][1], _mm256_madd_epi16(q, high));
            }
        }
        UNROLL for (int i = 0; i < P; i++)
            UNROLL for (int h = 0; h < 2; h++) {
                float *to = m + (int64_t)i * SLICE + h * 8;
                const __m256 numbers = _mm256_cvtepi32_ps(sums[i][h]);
                _mm256_storeu_ps(to, first == 0 ? numbers : _mm256_add_ps(numbers, _mm256_loadu_ps(to)));
            }
    }
}
ONLY_8 static void multiply_all(const int16_t *v, int64_t tiles, int depth, const int16_t *w, float *m) {
    const int64_t parts = (tiles + TILES - 1) / TILES, size = tiles / parts, longer = tiles % parts;
    for (int64_t i = 0; i < parts; i++) {
        const int64_t P = size + (i < longer);
        switch (P) {
        case 6: multiply(v, depth, w, m, 6); break;
        case 5: multiply(v, depth, w, m, 5); break;
        case 4: multiply(v, depth, w, m, 4); break;
        case 3: multiply(v, depth, w, m, 3); break;
        case 2: multiply(v, depth, w, m, 2); break;
        default: multiply(v, depth, w, m, 1); break;
        }
        v += P * depth;
        m += P * SLICE;
    }
}

ONLY_8 INLINE void results_of_six(const __m256 m[6], __m256 y[4]) {
    const __m256 a = _mm256_add_ps(m[1], m[2]), b = _mm256_sub_ps(m[1], m[2]), c = _mm256_add_ps(m[3], m[4]), d = _mm256_sub_ps(m[3], m[4]);
    y[0] = _mm256_add_ps(_mm256_add_ps(m[0], a), c);
    y[1] = _mm256_fmadd_ps(d, _mm256_set1_ps(2), b);
    y[2] = _mm256_fmadd_ps(c, _mm256_set1_ps(4), a);
    y[3] = _mm256_add_ps(_mm256_fmadd_ps(d, _mm256_set1_ps(8), b), m[5]);
}

// 16 outputs of a tile's pixels.
ONLY_8 INLINE void transform_results(
    const aliquot_int8_winograd *a, const float *m, const int64_t place_step, const float *scales, const int first_output, const int64_t pixel, const int rows,
    const int columns, const aliquot_activation activation) {
    __m256 y[SIDE * SIDE][2];
    for (int h = 0; h < 2; h++) {
        __m256 half[4][6];
        EACH_6(j) {
            __m256 column[6], r[4];
            EACH_6(i) {
                const int place = i * 6 + j;
                column[i] = _mm256_mul_ps(_mm256_loadu_ps(m + place * place_step + h * 8), _mm256_loadu_ps(scales + place * SLICE + h * 8));
            }
            results_of_six(column, r);
            UNROLL for (int i = 0; i < 4; i++) half[i][j] = r[i];
        }
        UNROLL for (int i = 0; i < 4; i++) {
            __m256 r[4];
            results_of_six(half[i], r);
            UNROLL for (int j = 0; j < 4; j++) y[i * SIDE + j][h] = r[j];
        }
    }
    const aliquot_int8_finish *f = &a->finish;
    const __m256 scale[2] = {_mm256_set1_ps(1), _mm256_set1_ps(1)};
    const __m256 bias[2] = {_mm256_loadu_ps(f->bias + first_output), _mm256_loadu_ps(f->bias + first_output + 8)};
    const int count = a->outputs - first_output;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            const int64_t at = (pixel + (int64_t)i * a->out_width + j) * a->outputs + first_output;
            const uint8_t *residual = f->residual ? (const uint8_t *)f->residual + at : NULL;
            if (count >= OUTPUTS) finish_16(f, y[i * SIDE + j], scale, bias, (uint8_t *)a->y + at, residual, f->y_signed, 0, OUTPUTS, activation);
            else finish_16(f, y[i * SIDE + j], scale, bias, (uint8_t *)a->y + at, residual, f->y_signed, 0, count, activation);
        }
}

ONLY_8 INLINE void blocks(const aliquot_int8_winograd *a, const aliquot_activation activation) {
    const int64_t tiles = tiles_of(a), block = block_of(a);
    const int depth = padded(a->channels);
    const int64_t picture_bytes = (int64_t)a->in_height * a->in_width * a->channels;
    SHARE((tiles + block - 1) / block, from, to);
    int16_t *v = (int16_t *)((char *)a->scratch + share_thread * scratch_of(a));
    float *m = (float *)(v + block * PLACES * depth);
    for (int64_t b = from; b < to; b++) {
        const int64_t first = b * block, count = first + block < tiles ? block : tiles - first;
        for (int64_t t = 0; t < count; t++) {
            const corner at = corner_of(a, first + t);
            const uint8_t *picture = (const uint8_t *)a->x + at.picture * picture_bytes;
            if (a->x_signed) transform_inputs(a, picture, at.row - a->pad_top, at.column - a->pad_left, v + t * depth, count * depth, 1);
            else transform_inputs(a, picture, at.row - a->pad_top, at.column - a->pad_left, v + t * depth, count * depth, 0);
        }
        for (int s = 0; s < slices(a->outputs); s++) {
            const int sets = a->outputs - s * SLICE > OUTPUTS ? 2 : 1;
            const int16_t *w = a->weights + (int64_t)s * PLACES * SLICE * depth;
            for (int place = 0; place < PLACES; place++)
                for (int set = 0; set < sets; set++)
                    multiply_all(
                        v + place * count * depth, count, depth, w + ((int64_t)place * (SLICE / OUTPUTS) + set) * depth * OUTPUTS,
                        m + place * count * SLICE + set * OUTPUTS);
            for (int64_t t = 0; t < count; t++) {
                const corner at = corner_of(a, first + t);
                const int rows = a->out_height - at.row < SIDE ? a->out_height - at.row : SIDE;
                const int columns = a->out_width - at.column < SIDE ? a->out_width - at.column : SIDE;
                const int64_t pixel = (at.picture * a->out_height + at.row) * a->out_width + at.column;
                for (int set = 0; set < sets; set++)
                    transform_results(
                        a, m + t * SLICE + set * OUTPUTS, count * SLICE, a->finish.scales + (int64_t)s * PLACES * SLICE + set * OUTPUTS, s * SLICE + set * OUTPUTS, pixel,
                        rows, columns, activation);
            }
        }
    }
}
#define BLOCKS(ACTIVATION) ONLY_8 static void blocks_##ACTIVATION(const aliquot_int8_winograd *a) { blocks(a, ACTIVATION); }
FOR_ACTIVATIONS(BLOCKS)
#undef BLOCKS

static void winograd(void *data) {
    const aliquot_int8_winograd *a = data;
#define CALL(ACTIVATION) blocks_##ACTIVATION(a)
    EACH_ACTIVATION(a->finish.activation, CALL)
#undef CALL
}
void aliquot_int8_winograd_run(const aliquot_int8_winograd *a) { parallel(winograd, a, a->threads); }
#else
void aliquot_int8_winograd_run(const aliquot_int8_winograd *a) { (void)a; }
#endif

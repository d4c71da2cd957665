// 8-bit dense convolution for AVX2 without VNNI, as a matrix product in tiles of 6 pixels by 16 or 8 outputs.
//
// Four inputs of a pixel are multiplied at a time into 8 outputs (vpmaddubsw): two 16-bit sums of two for each. Widening those to 32 bits (vpmaddwd) takes the same
// port as the product. An input is at most 255 and all weights are known: where the weights that meet in a 16-bit sum come to 257 at most (without their signs), the sum stays within a
// range as wide as 16 bits, whatever the inputs are, and starting it at the right number puts that range where 16 bits hold it. So steps are grouped into runs that
// do, and each run is widened once; the 32-bit sums begin at what takes all the starting numbers away again.
#include "int8_avx2.h"
#include <stdlib.h>

enum { CACHE_BYTES = 96 << 10, STEP = 4, OUTPUTS = 16, LONGEST = 6, TILE = 6, OPEN = 32, MOST = 255, BLOCK_BYTES = 64, PREFETCH_BYTES = 2 << 10 };

#if defined(__x86_64__)
int aliquot_has_int8_pairs(void) { return HAS_8 ? 1 : 0; }
#else
int aliquot_has_int8_pairs(void) { return 0; }
#endif

// A kernel above 1 sees all channels: those of neighbouring pixels of a row lie behind one another.
INLINE int row_bytes(int kernel, int channels, int inputs) { return kernel == 1 ? inputs : kernel * channels; }

int64_t aliquot_int8_pairs_steps(int kernel, int channels, int inputs) {
    return (int64_t)kernel * ((row_bytes(kernel, channels, inputs) + STEP - 1) / STEP);
}

// What the weights of a run come to, for each output and pair.
typedef struct {
    int16_t positive[OUTPUTS * 2], negative[OUTPUTS * 2];
    int64_t steps[LONGEST];
    int count;
} run_sums;

static int fits(const run_sums *run, const run_sums *step) {
    int is_over = 0;
    for (int i = 0; i < OUTPUTS * 2; i++) is_over |= (run->positive[i] + run->negative[i] + step->positive[i] + step->negative[i]) * MOST > UINT16_MAX;
    return !is_over;
}

// Whether the products of one step fit 16 bits as they are.
static int fits_alone(const run_sums *step) {
    int is_over = 0;
    for (int i = 0; i < OUTPUTS * 2; i++) is_over |= (step->positive[i] * MOST > INT16_MAX) | (step->negative[i] * MOST > INT16_MAX);
    return !is_over;
}

static void add(run_sums *run, const run_sums *step) {
    for (int i = 0; i < OUTPUTS * 2; i++) {
        run->positive[i] = (int16_t)(run->positive[i] + step->positive[i]);
        run->negative[i] = (int16_t)(run->negative[i] + step->negative[i]);
    }
    run->steps[run->count++] = step->steps[0];
}

typedef struct {
    int kernel, channels, inputs;
    const int8_t *plain;
    const aliquot_int8_pairs_set *set;
} layer_shape;

// The weight of output `o` for byte `j` of kernel row `y`; 0 beyond the row.
INLINE int weight_at(const layer_shape *s, int o, int y, int j) {
    if (o >= s->set->outputs || j >= row_bytes(s->kernel, s->channels, s->inputs)) return 0;
    const int x = s->kernel == 1 ? 0 : j / s->channels, c = s->kernel == 1 ? j : j % s->channels;
    return s->plain[((o * (int64_t)s->inputs + c) * s->kernel + y) * s->kernel + x];
}

int64_t aliquot_int8_pairs_most_blocks(int64_t steps) { return steps + steps / 2; }

int64_t aliquot_int8_pairs_pack(
    int kernel, int channels, int padded_width, int first_input, int inputs, const int8_t *plain, aliquot_int8_pairs_set *set, int32_t *offsets,
    int8_t *blocks, int32_t starts[16], int32_t sums[16]) {
    const layer_shape shape = {kernel, channels, inputs, plain, set};
    const int64_t steps = aliquot_int8_pairs_steps(kernel, channels, inputs), in_row = steps / kernel;
    run_sums *runs = malloc(sizeof(run_sums) * (size_t)(steps + 1));
    if (!runs) return 0;
    int64_t count = 0, oldest = 0;
    int is_possible = 1;
    memset(sums, 0, sizeof(int32_t) * OUTPUTS);
    memset(starts, 0, sizeof(int32_t) * OUTPUTS);
    for (int64_t t = 0; t < steps; t++) {
        run_sums step = {.steps = {t}};
        for (int o = 0; o < OUTPUTS; o++)
            for (int j = 0; j < STEP; j++) {
                const int w = weight_at(&shape, o, (int)(t / in_row), (int)(t % in_row) * STEP + j);
                sums[o] += w;
                if (w > 0) step.positive[o * 2 + j / 2] = (int16_t)(step.positive[o * 2 + j / 2] + w);
                else step.negative[o * 2 + j / 2] = (int16_t)(step.negative[o * 2 + j / 2] - w);
            }
        if (!fits_alone(&step)) is_possible = 0;
        // The first of the last runs that has room for it, else one of its own.
        if (count - oldest > OPEN) oldest = count - OPEN;
        int64_t place = oldest;
        while (place < count && (runs[place].count == LONGEST || !fits(runs + place, &step))) place++;
        if (place == count) memset(runs + count++, 0, sizeof *runs);
        add(runs + place, &step);
    }
    // The longest first, so that the kernel knows how long the next one is.
    int64_t at = 0;
    int8_t *to = blocks;
    for (int length = LONGEST; length > 0; length--) {
        set->runs[length - 1] = 0;
        for (int64_t i = 0; i < count; i++) {
            if (runs[i].count != length) continue;
            set->runs[length - 1]++;
            if (length > 1) {
                int16_t *first = (int16_t *)to;
                for (int lane = 0; lane < OUTPUTS * 2; lane++) {
                    // In the middle of its range, half a step below where there is none.
                    first[lane] = (int16_t)((MOST * (runs[i].negative[lane] - runs[i].positive[lane]) - 1) >> 1);
                    starts[lane / 2] -= first[lane];
                }
                to += BLOCK_BYTES;
            }
            for (int r = 0; r < length; r++, at++, to += BLOCK_BYTES) {
                const int64_t t = runs[i].steps[r], y = t / in_row, x = t % in_row * STEP;
                offsets[at] = (int32_t)(y * padded_width * channels + first_input + x);
                for (int o = 0; o < OUTPUTS; o++)
                    for (int j = 0; j < STEP; j++) to[o * STEP + j] = (int8_t)weight_at(&shape, o, (int)y, (int)x + j);
            }
        }
    }
    free(runs);
    return is_possible ? (to - blocks) / BLOCK_BYTES : 0;
}

#if defined(__x86_64__)
// One run: R steps into the sums of P pixels, V vectors of 8 outputs each.
ONLY_8 INLINE void run_of(__m256i *sums, const uint8_t *const *x, const int32_t *offsets, const int8_t *blocks, const int P, const int V, const int R) {
    if (R > 3) // fewer where there are few weights
        UNROLL for (int r = 0; r < R; r++) _mm_prefetch((const char *)blocks + PREFETCH_BYTES + r * BLOCK_BYTES, _MM_HINT_T0);
    UNROLL for (int i = 0; i < P; i++) {
        __m256i run[2];
        if (V == 2) __asm__("" : "+r"(blocks));  // each pixel reads the weights anew: held in registers they would push the sums out of them
        const __m256i *first = (const __m256i *)blocks;
        const int8_t *w = blocks + (R > 1 ? BLOCK_BYTES : 0);
        UNROLL for (int r = 0; r < R; r++) {
            int32_t four;
            memcpy(&four, x[i] + offsets[r], sizeof four);
            const __m256i q = _mm256_set1_epi32(four);
            UNROLL for (int v = 0; v < V; v++) {
                const __m256i products = _mm256_maddubs_epi16(q, _mm256_load_si256((const __m256i *)(w + r * BLOCK_BYTES) + v));
                run[v] = r > 0 ? _mm256_add_epi16(run[v], products) : R > 1 ? _mm256_add_epi16(products, _mm256_load_si256(first + v)) : products;
            }
        }
        UNROLL for (int v = 0; v < V; v++) sums[i * V + v] = _mm256_add_epi32(sums[i * V + v], _mm256_madd_epi16(run[v], _mm256_set1_epi16(1)));
    }
}

ONLY_8 INLINE void finish_tile(
    const aliquot_int8_pairs *a, const __m256i *sums, const __m256 *scale, const __m256 *bias, uint8_t *y, const uint8_t *residual, const int P,
    const int V, const int is_signed, const int count, const aliquot_activation activation) {
    const int64_t step = a->outputs;
    UNROLL for (int i = 0; i < P; i++) {
        const __m256 of_pixel[2] = {_mm256_cvtepi32_ps(sums[i * V]), V == 1 ? _mm256_setzero_ps() : _mm256_cvtepi32_ps(sums[i * V + 1])};
        finish_16(&a->finish, of_pixel, scale, bias, y + i * step, residual ? residual + i * step : NULL, is_signed, 0, count, activation);
    }
}

// P pixels of up to 8 * V outputs; `at` is where their inputs begin, `y` and `residual` where the first one's results do.
ONLY_8 INLINE void tile(
    const aliquot_int8_pairs *a, const int set, const uint8_t *const *at, uint8_t *y, const uint8_t *residual, const int P, const int V,
    const aliquot_activation activation) {
    const aliquot_int8_pairs_set *s = a->sets + set;
    __m256i sums[TILE * 2];
    const uint8_t *x[TILE];
    UNROLL for (int i = 0; i < P; i++) x[i] = at[i];
    UNROLL for (int i = 0; i < P * V; i++) sums[i] = _mm256_loadu_si256((const __m256i *)(a->starts + set * OUTPUTS) + i % V);
    const int32_t *offsets = a->offsets + s->steps;
    const int8_t *blocks = a->blocks + s->blocks * BLOCK_BYTES;
#define RUNS(R)                                                                                                                \
    for (int n = s->runs[R - 1]; n > 0; n--, offsets += R, blocks += (R + (R > 1)) * BLOCK_BYTES) run_of(sums, x, offsets, blocks, P, V, R)
    RUNS(6);
    RUNS(5);
    RUNS(4);
    RUNS(3);
    RUNS(2);
    RUNS(1);
#undef RUNS
    const aliquot_int8_finish *f = &a->finish;
    const float *scales = f->scales + set * OUTPUTS, *biases = f->bias + set * OUTPUTS;
    const __m256 scale[2] = {_mm256_loadu_ps(scales), _mm256_loadu_ps(scales + 8)}, bias[2] = {_mm256_loadu_ps(biases), _mm256_loadu_ps(biases + 8)};
    // With constants, that the pixels follow one another without a branch between them.
    if (V == 1 && s->outputs == 8) finish_tile(a, sums, scale, bias, y, residual, P, V, f->y_signed, 8, activation);
    else if (V == 1 || s->outputs < OUTPUTS) finish_tile(a, sums, scale, bias, y, residual, P, V, f->y_signed, s->outputs, activation);
    else if (f->y_signed) finish_tile(a, sums, scale, bias, y, residual, P, V, 1, OUTPUTS, activation);
    else finish_tile(a, sums, scale, bias, y, residual, P, V, 0, OUTPUTS, activation);
}

// What is read: pictures whose rows have `width` results, `step`, `row_step` and `picture_step` bytes from one to the next.
typedef struct {
    const uint8_t *x;
    int64_t width, height, step, row_step, picture_step;
} source;

// A result, and where its inputs begin.
typedef struct {
    int64_t column, row;
    const uint8_t *x;
} position;

static position position_of(const source *s, int64_t pixel) {
    const int64_t column = pixel % s->width, row = pixel / s->width % s->height, picture = pixel / s->width / s->height;
    return (position){column, row, s->x + picture * s->picture_step + row * s->row_step + column * s->step};
}

// The next `count` results, across the ends of rows and pictures. (On its own, that what it needs is not kept in registers where it is not needed.)
__attribute__((noinline)) static void walk(const source *s, position *p, int count, const uint8_t **at) {
    for (int i = 0; i < count; i++) {
        at[i] = p->x;
        p->x += s->step;
        if (++p->column < s->width) continue;
        p->column = 0;
        p->x += s->row_step - s->width * s->step;
        if (++p->row < s->height) continue;
        p->row = 0;
        p->x += s->picture_step - s->height * s->row_step;
    }
}

// Results first ..< end of a set.
ONLY_8 INLINE void results(
    const aliquot_int8_pairs *a, const source *s, const int set, const int64_t first, const int64_t end, const aliquot_activation activation) {
    const int is_narrow = a->sets[set].outputs <= 8;
    position next = position_of(s, first);
    for (int64_t pixel = first; pixel < end;) {
        int count = TILE;
        if (end - pixel < TILE) {
            // The last tile begins earlier rather than being a short one, but for a pixel or two.
            if (end - first < TILE || end - pixel <= 2) count = 1;
            else next = position_of(s, pixel = end - TILE);
        }
        const uint8_t *at[TILE];
        if (count == TILE && next.column + TILE < s->width) {
            for (int i = 0; i < TILE; i++) at[i] = next.x + i * s->step;
            next.x += TILE * s->step;
            next.column += TILE;
        } else walk(s, &next, count, at);
        const int64_t result = pixel * a->outputs + a->sets[set].first_output;
        uint8_t *y = (uint8_t *)a->y + result;
        const uint8_t *residual = a->finish.residual ? (const uint8_t *)a->finish.residual + result : NULL;
        if (count < TILE) tile(a, set, at, y, residual, 1, 2, activation);
        else if (is_narrow) tile(a, set, at, y, residual, TILE, 1, activation);
        else if (residual) tile(a, set, at, y, residual, TILE, 2, activation);
        else tile(a, set, at, y, NULL, TILE, 2, activation);
        pixel += count;
    }
}
#define RESULTS(ACTIVATION)                                                                                                    \
    ONLY_8 static void results_##ACTIVATION(const aliquot_int8_pairs *a, const source *s, int set, int64_t first, int64_t end) { \
        results(a, s, set, first, end, ACTIVATION);                                                                            \
    }
FOR_ACTIVATIONS(RESULTS)
#undef RESULTS

// Pictures with zeros around them; a signed number x goes in as x + 128, which the bias takes back.
ONLY_8 static void pad(const aliquot_int8_pairs *a) {
    const int64_t rows = (int64_t)a->batch * a->padded_height, row = (int64_t)a->padded_width * a->channels, inner = (int64_t)a->in_width * a->channels;
    const int64_t padding = (int64_t)a->pad_left * a->channels, left = padding < row ? padding : row;
    const int64_t seen = inner < row - left ? inner : row - left;  // a stride may leave the last column unseen
    const uint8_t nought = a->x_signed ? 0x80 : 0;
    SHARE(rows, from, to);
    for (int64_t i = from; i < to; i++) {
        uint8_t *to_row = (uint8_t *)a->padded + i * row;
        const int64_t n = i / a->padded_height, y = i % a->padded_height - a->pad_top;
        if (y < 0 || y >= a->in_height) {
            memset(to_row, nought, (size_t)row);
            continue;
        }
        memset(to_row, nought, (size_t)left);
        const uint8_t *from_row = (const uint8_t *)a->x + (n * a->in_height + y) * inner;
        if (a->x_signed)
            for (int64_t j = 0; j < seen; j++) to_row[left + j] = from_row[j] ^ 0x80;
        else memcpy(to_row + left, from_row, (size_t)seen);
        memset(to_row + left + seen, nought, (size_t)(row - left - seen));
    }
    GOMP_barrier();
}

static void pairs(void *data) {
    const aliquot_int8_pairs *a = data;
    const uint8_t *x = a->x;
    int64_t height = a->in_height, width = a->in_width;
    if (a->padded) {
        pad(a);
        x = a->padded;
        height = a->padded_height;
        width = a->padded_width;
    }
    const int64_t pixels = (int64_t)a->batch * a->out_height * a->out_width, tiles = (pixels + TILE - 1) / TILE;
    source from_picture = {
        .x = x, .width = a->out_width, .height = a->out_height, .step = (int64_t)a->stride * a->channels, .row_step = a->stride * width * a->channels,
        .picture_step = height * width * a->channels};
    // One long row where nothing lies between the rows.
    if (a->kernel == 1 && from_picture.picture_step == pixels / a->batch * from_picture.step) from_picture.width = pixels;
    // Blocks of pixels whose inputs and results stay in the cache while all sets walk over them; smaller where that leaves threads without work.
    const int64_t most = (tiles * a->set_count + 4 * a->threads - 1) / (4 * a->threads);
    int64_t block = CACHE_BYTES / (TILE * ((int64_t)a->stride * a->stride * a->channels + a->outputs));
    if (block > most) block = most;
    if (block > tiles) block = tiles;
    if (block < 2) block = 2;
    // All alike, or the thread with the last one has little to do.
    const int64_t blocks = (tiles + block - 1) / block;
    block = (tiles + blocks - 1) / blocks;
    SHARE((tiles + block - 1) / block * a->set_count, from, to);
    for (int64_t item = from; item < to; item++) {
        const int set = (int)(item % a->set_count);
        const int64_t first = item / a->set_count * block * TILE, end = first + block * TILE < pixels ? first + block * TILE : pixels;
#define CALL(ACTIVATION) results_##ACTIVATION(a, &from_picture, set, first, end)
        EACH_ACTIVATION(a->finish.activation, CALL)
#undef CALL
    }
}
void aliquot_int8_pairs_run(const aliquot_int8_pairs *a) { parallel(pairs, a, a->threads); }
#else
void aliquot_int8_pairs_run(const aliquot_int8_pairs *a) { (void)a; }
#endif

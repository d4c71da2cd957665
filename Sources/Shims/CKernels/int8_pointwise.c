// 8-bit 1x1 convolution: a matrix product whose tiles of 6 pixels by 64 outputs lie in registers.
//
// Four inputs of a pixel are multiplied at a time into 16 outputs. A signed number x goes in as x + 128, which the bias takes back.
#include "int8_vnni.h"

enum { GROUP = 4, LANES = 16, PIXELS = 6, VECTORS = 4 };

INLINE int64_t groups(int inputs) { return (inputs + GROUP - 1) / GROUP; }

int64_t aliquot_int8_pointwise_bytes(int inputs, int outputs) { return groups(inputs) * ((outputs + LANES - 1) / LANES) * LANES * GROUP; }

// [vector of outputs][group of inputs][output][input of the group]
void aliquot_int8_pointwise_pack(int inputs, int outputs, const int8_t *plain, int8_t *packed, int32_t *sums) {
    memset(packed, 0, (size_t)aliquot_int8_pointwise_bytes(inputs, outputs));
    for (int o = 0; o < outputs; o++) {
        sums[o] = 0;
        for (int i = 0; i < inputs; i++) {
            const int8_t w = plain[(int64_t)o * inputs + i];
            packed[((o / LANES * groups(inputs) + i / GROUP) * LANES + o % LANES) * GROUP + i % GROUP] = w;
            sums[o] += w;
        }
    }
}

#if defined(__x86_64__)
VNNI INLINE __m512i four(const uint8_t *x, const int count) {
    int32_t v = 0;
    memcpy(&v, x, (size_t)count);
    return _mm512_set1_epi32(v);
}

VNNI INLINE void block(
    const aliquot_int8_pointwise *a, const aliquot_int8_pointwise_part *p, int64_t pixel, int vector, const int P, const int V, const __m512i flip,
    const aliquot_activation activation) {
    __m512i sums[PIXELS * VECTORS];
    UNROLL for (int i = 0; i < P * V; i++) sums[i] = _mm512_setzero_si512();
    const int64_t steps = groups(p->inputs), whole = p->inputs / GROUP, row = a->inputs;
    const uint8_t *x = (const uint8_t *)a->x + pixel * row + p->first_input;
    const int8_t *w = a->weights + p->weights + vector * steps * 64;
    for (int64_t k = 0; k < whole; k++, x += GROUP, w += 64) {
        __m512i b[VECTORS];
        UNROLL for (int v = 0; v < V; v++) b[v] = _mm512_loadu_si512(w + v * steps * 64);
        UNROLL for (int i = 0; i < P; i++) {
            const __m512i q = _mm512_xor_si512(four(x + i * row, GROUP), flip);
            UNROLL for (int v = 0; v < V; v++) sums[i * V + v] = _mm512_dpbusd_epi32(sums[i * V + v], q, b[v]);
        }
    }
    if (whole < steps) {
        const int rest = p->inputs % GROUP;
        UNROLL for (int i = 0; i < P; i++) {
            int32_t value = 0;
            memcpy(&value, x + i * row, (size_t)rest);
            const __m512i q = _mm512_xor_si512(_mm512_set1_epi32(value), flip);
            UNROLL for (int v = 0; v < V; v++) sums[i * V + v] = _mm512_dpbusd_epi32(sums[i * V + v], q, _mm512_loadu_si512(w + v * steps * 64));
        }
    }
    const aliquot_int8_finish *f = &a->finish;
    UNROLL for (int v = 0; v < V; v++) {
        const int first = (vector + v) * LANES, count = p->outputs - first < LANES ? p->outputs - first : LANES;
        const __mmask16 mask = (__mmask16)((1u << count) - 1);
        const int64_t lanes = (p->vectors + vector + v) * LANES;
        const __m512 scale = _mm512_loadu_ps(f->scales + lanes), bias = _mm512_loadu_ps(f->bias + lanes);
        UNROLL for (int i = 0; i < P; i++) {
            const int64_t at = (pixel + i) * a->outputs + p->first_output + first;
            __m128i residual;
            if (f->residual) residual = _mm_maskz_loadu_epi8(mask, (const uint8_t *)f->residual + at);
            const __m128i q = finished(f, sums[i * V + v], scale, bias, f->residual ? &residual : NULL, activation);
            if (count == LANES) _mm_storeu_si128((__m128i *)((uint8_t *)a->y + at), q);
            else _mm_mask_storeu_epi8((uint8_t *)a->y + at, mask, q);
        }
    }
}

VNNI INLINE void pixels_of(
    const aliquot_int8_pointwise *a, const aliquot_int8_pointwise_part *p, int64_t pixel, int64_t count, int vector, const int V, const __m512i flip,
    const aliquot_activation activation) {
    if (count == PIXELS) block(a, p, pixel, vector, PIXELS, V, flip, activation);
    else
        for (int64_t i = 0; i < count; i++) block(a, p, pixel + i, vector, 1, V, flip, activation);
}

// Tiles of pixels times groups of vectors, pixels first: the weights of a group stay in the cache.
VNNI INLINE void walk(const aliquot_int8_pointwise *a, const aliquot_activation activation) {
    const __m512i flip = _mm512_set1_epi8(a->x_signed ? (char)0x80 : 0);
    const int64_t tiles = (a->pixels + PIXELS - 1) / PIXELS;
    for (int i = 0; i < a->part_count; i++) {
        const aliquot_int8_pointwise_part *p = a->parts + i;
        const int vectors = (p->outputs + LANES - 1) / LANES, sets = (vectors + VECTORS - 1) / VECTORS;
        SHARE(tiles * sets, from, to);
        for (int64_t t = from; t < to; t++) {
            const int64_t pixel = t % tiles * PIXELS, count = a->pixels - pixel < PIXELS ? a->pixels - pixel : PIXELS;
            const int vector = (int)(t / tiles) * VECTORS;
            switch (vectors - vector) {
            case 1: pixels_of(a, p, pixel, count, vector, 1, flip, activation); break;
            case 2: pixels_of(a, p, pixel, count, vector, 2, flip, activation); break;
            case 3: pixels_of(a, p, pixel, count, vector, 3, flip, activation); break;
            default: pixels_of(a, p, pixel, count, vector, 4, flip, activation); break;
            }
        }
    }
}
#define WALK(ACTIVATION) VNNI static void walk_##ACTIVATION(const aliquot_int8_pointwise *a) { walk(a, ACTIVATION); }
FOR_ACTIVATIONS(WALK)
#undef WALK

static void pointwise(void *data) {
    const aliquot_int8_pointwise *a = data;
#define CALL(ACTIVATION) walk_##ACTIVATION(a)
    EACH_ACTIVATION(a->finish.activation, CALL)
#undef CALL
}
void aliquot_int8_pointwise_run(const aliquot_int8_pointwise *a) { parallel(pointwise, a, a->threads); }
#else
void aliquot_int8_pointwise_run(const aliquot_int8_pointwise *a) { (void)a; }
#endif

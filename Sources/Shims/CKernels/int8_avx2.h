// What the 8-bit convolutions for AVX2 without VNNI have in common: the way from sums to 8 bits.
#ifndef ALIQUOT_INT8_AVX2_H
#define ALIQUOT_INT8_AVX2_H

#include "int8_activations.h"
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

// 1 / (1 + e^-x) within 2e-6.
ONLY_8 INLINE __m256 sigmoid_8(__m256 x) {
    const __m256 one = _mm256_set1_ps(1), most = _mm256_set1_ps(64);
    const __m256 t = _mm256_max_ps(_mm256_min_ps(_mm256_mul_ps(x, _mm256_set1_ps(-1.44269504f)), most), _mm256_sub_ps(_mm256_setzero_ps(), most));
    const __m256 whole = _mm256_floor_ps(t), p = POWER_OF_TWO(_mm256_fmadd_ps, _mm256_set1_ps, _mm256_sub_ps(t, whole));
    const __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(whole), 23);
    const __m256 below = _mm256_add_ps(_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), exponent)), one), r = _mm256_rcp_ps(below);
    // The CPU's reciprocal is within 3.7e-4; a step of Newton's makes it exact enough.
    return _mm256_fmadd_ps(r, _mm256_fnmadd_ps(below, r, one), r);
}
INT8_ACTIVATIONS(ONLY_8, 256, 8)

ONLY_8 INLINE __m256 numbers_8(const uint8_t *q, const int is_signed) {
    const __m128i bytes = _mm_loadl_epi64((const __m128i *)q);
    return _mm256_cvtepi32_ps(is_signed ? _mm256_cvtepi8_epi32(bytes) : _mm256_cvtepu8_epi32(bytes));
}

// Whole numbers of 8 outputs, of less than 2^31; packing cuts them off.
ONLY_8 INLINE __m256i levels_8(
    const aliquot_int8_finish *f, __m256 sum, __m256 scale, __m256 bias, const uint8_t *residual, const aliquot_activation activation) {
    __m256 v = _mm256_fmadd_ps(sum, scale, bias);
    if (residual) v = _mm256_fmadd_ps(numbers_8(residual, f->residual_signed), _mm256_set1_ps(f->residual_scale), v);
    if (activation != ALIQUOT_LINEAR) v = _mm256_mul_ps(activate_8(v, activation), _mm256_set1_ps(f->factor));
    return _mm256_cvtps_epi32(v);
}

// Numbers 0 to 3 and 8 to 11.
ONLY_8 INLINE __m256 fours_of(const float *x) { return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(x)), _mm_loadu_ps(x + 8), 1); }

// `count` results from the sums of 16: of 0 to 7 and 8 to 15, or split, of 0 to 3, 8 to 11 and 4 to 7, 12 to 15. With a constant
// count nothing is asked.
ONLY_8 INLINE void finish_16(
    const aliquot_int8_finish *f, const __m256 sums[2], const __m256 scale[2], const __m256 bias[2], uint8_t *y, const uint8_t *residual, const int is_signed,
    const int is_split, const int count, const aliquot_activation activation) {
    uint8_t copy[16];
    if (residual && count < 16) residual = memcpy(copy, residual, (size_t)count);
    if (residual && is_split) {
        const __m128i r = _mm_loadu_si128((const __m128i *)residual);
        _mm_storeu_si128((__m128i *)copy, _mm_shuffle_epi32(r, _MM_SHUFFLE(3, 1, 2, 0)));
        residual = copy;
    }
    const __m256i low = levels_8(f, sums[0], scale[0], bias[0], residual, activation);
    const __m256i high = levels_8(f, sums[1], scale[1], bias[1], residual ? residual + 8 : NULL, activation);
    // Results 0 to 3 and 8 to 11 beside 4 to 7 and 12 to 15; split, 0 to 7 beside 8 to 15.
    const __m256i words = _mm256_packs_epi32(low, high);
    const __m128i first = _mm256_castsi256_si128(words), second = _mm256_extracti128_si256(words, 1);
    __m128i q = is_signed ? _mm_packs_epi16(first, second) : _mm_packus_epi16(first, second);
    if (!is_split) q = _mm_shuffle_epi32(q, _MM_SHUFFLE(3, 1, 2, 0));
    if (count == 16) _mm_storeu_si128((__m128i *)y, q);
    else {
        _mm_storeu_si128((__m128i *)copy, q);
        memcpy(y, copy, (size_t)count);
    }
}
#endif

#endif

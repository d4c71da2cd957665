// What the 8-bit convolutions for AVX-512 VNNI (with VBMI) have in common: which CPUs have it, and the way from 32-bit sums to 8 bits.
#ifndef ALIQUOT_INT8_VNNI_H
#define ALIQUOT_INT8_VNNI_H

#include "int8_activations.h"
#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(ALIQUOT_LEVEL)
#define HAS_VNNI 0
#else
#define HAS_VNNI (HAS_16 && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vbmi"))
#endif
#define VNNI WIDE __attribute__((target("arch=x86-64-v4,avx512vnni,avx512vbmi")))

// 2^x.
VNNI INLINE __m512 power_of_two(__m512 x) {
    const __m512 fraction = _mm512_reduce_ps(x, 0x01);  // x - floor(x)
    return _mm512_scalef_ps(POWER_OF_TWO(_mm512_fmadd_ps, _mm512_set1_ps, fraction), x);
}
// 1 / (1 + e^-x) within 7e-5: far below half of 1/255.
VNNI INLINE __m512 sigmoid_16(__m512 x) {
    const __m512 e = power_of_two(_mm512_mul_ps(x, _mm512_set1_ps(-1.44269504f)));
    return _mm512_rcp14_ps(_mm512_add_ps(e, _mm512_set1_ps(1)));
}
INT8_ACTIVATIONS(VNNI, 512, 16)

// Rounded half to even and clamped. Beyond 2^31 a float becomes the least integer: it is cut off before.
VNNI INLINE __m128i levels_16(__m512 v, const int is_signed) {
    if (is_signed) {
        v = _mm512_max_ps(_mm512_min_ps(v, _mm512_set1_ps(127)), _mm512_set1_ps(-128));
        return _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(v));
    }
    v = _mm512_max_ps(_mm512_min_ps(v, _mm512_set1_ps(255)), _mm512_setzero_ps());
    return _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(v));
}
VNNI INLINE __m512 numbers_16(__m128i q, const int is_signed) {
    return _mm512_cvtepi32_ps(is_signed ? _mm512_cvtepi8_epi32(q) : _mm512_cvtepu8_epi32(q));
}

// act(sum * scale + bias + residual * residual_scale) * factor, as 8-bit numbers.
VNNI INLINE __m128i finished(const aliquot_int8_finish *f, __m512i sum, __m512 scale, __m512 bias, const __m128i *residual, const aliquot_activation activation) {
    __m512 v = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), scale, bias);
    if (residual) v = _mm512_fmadd_ps(numbers_16(*residual, f->residual_signed), _mm512_set1_ps(f->residual_scale), v);
    if (activation != ALIQUOT_LINEAR) v = _mm512_mul_ps(activate_16(v, activation), _mm512_set1_ps(f->factor));
    return levels_16(v, f->y_signed);
}
#else
#define HAS_VNNI 0
#endif

#endif

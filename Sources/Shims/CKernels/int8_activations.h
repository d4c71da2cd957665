// Activations as 8 bits need them, for vectors of either width.
#ifndef ALIQUOT_INT8_ACTIVATIONS_H
#define ALIQUOT_INT8_ACTIVATIONS_H

#include "each_activation.h"
#include "parallel.h"

// 2^x for x from 0 to 1 within a relative 2.6e-6, as a polynomial: Remez's for the least relative error. `fmadd` and `set1` are the instructions of a vector's width.
#define POWER_OF_TWO(fmadd, set1, x)                                                                                           \
    fmadd(fmadd(fmadd(fmadd(set1(0.01353416792f), x, set1(0.05201146061f)), x, set1(0.24144275689f)), x, set1(0.69300383447f)), \
          x, set1(1.00000259337f))

// gate_LANES and activate_LANES of `bits` wide vectors for functions of a `target`; sigmoid_LANES is there already.
#define INT8_ACTIVATIONS(target, bits, lanes)                                                                                  \
    target INLINE __m##bits gate_##lanes(__m##bits x) {                                                                        \
        const __m##bits v = _mm##bits##_fmadd_ps(x, _mm##bits##_set1_ps(1.f / 6), _mm##bits##_set1_ps(.5f));                   \
        return _mm##bits##_min_ps(_mm##bits##_max_ps(v, _mm##bits##_setzero_ps()), _mm##bits##_set1_ps(1));                    \
    }                                                                                                                          \
    target INLINE __m##bits activate_##lanes(__m##bits x, const aliquot_activation activation) {                               \
        switch (activation) {                                                                                                  \
        case ALIQUOT_LINEAR: return x;                                                                                         \
        case ALIQUOT_RELU: return _mm##bits##_max_ps(x, _mm##bits##_setzero_ps());                                             \
        case ALIQUOT_RELU6: return _mm##bits##_min_ps(_mm##bits##_max_ps(x, _mm##bits##_setzero_ps()), _mm##bits##_set1_ps(6)); \
        case ALIQUOT_HARD_SWISH: return _mm##bits##_mul_ps(x, gate_##lanes(x));                                                \
        case ALIQUOT_SILU: return _mm##bits##_mul_ps(x, sigmoid_##lanes(x));                                                   \
        case ALIQUOT_SIGMOID: return sigmoid_##lanes(x);                                                                       \
        case ALIQUOT_HARD_SIGMOID: return gate_##lanes(x);                                                                     \
        }                                                                                                                      \
        return x;                                                                                                              \
    }

#endif

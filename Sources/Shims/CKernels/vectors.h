// Vectors of one channel block and the activations on them.
#ifndef ALIQUOT_VECTORS_H
#define ALIQUOT_VECTORS_H

#include "each_activation.h"
#include "parallel.h"

// Vectors are passed between functions that are always inlined: no calling convention is involved.
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpsabi"
#else
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

typedef float vector16 __attribute__((vector_size(64), aligned(4)));
typedef float vector8 __attribute__((vector_size(32), aligned(4)));
typedef int32_t mask16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t mask8 __attribute__((vector_size(32), aligned(4)));
typedef uint32_t bits16 __attribute__((vector_size(64), aligned(4)));
typedef uint32_t bits8 __attribute__((vector_size(32), aligned(4)));
typedef uint16_t half16 __attribute__((vector_size(32), aligned(2)));
typedef uint16_t half8 __attribute__((vector_size(16), aligned(2)));

// Storing past the caches: a result that would be evicted before anybody reads it need not be fetched from memory to be overwritten. Worth it where
// what is read and written together exceeds the last cache. The address must be a multiple of the vector's size.
typedef float stream16 __attribute__((vector_size(64), aligned(64)));
typedef float stream8 __attribute__((vector_size(32), aligned(32)));
#if defined(__clang__)
#define STREAM(W, to, vector) __builtin_nontemporal_store((stream##W)(vector), (stream##W *)(to))
#else
#define STREAM(W, to, vector) (*(to) = (vector))
#endif
#define STREAM_16(to, vector) STREAM(16, to, vector)
#define STREAM_8(to, vector) STREAM(8, to, vector)
int is_worth_streaming(const void *to, int64_t floats);  // floats: read and written
INLINE void end_of_streaming(void) {
#if defined(__x86_64__)
    __builtin_ia32_sfence();  // others read it behind the next barrier
#endif
}

// e^x by Cody and Waite's reduction and the polynomial of Cephes' expf (relative error below 2e-7); x is held to ±87.3, where e^x is a normal number.
#define VECTOR_MATHEMATICS(W)                                                                                                  \
    INLINE vector##W nought_##W(void) { return (vector##W){0}; }                                                               \
    INLINE vector##W select_##W(mask##W mask, vector##W yes, vector##W no) {                                                   \
        return (vector##W)(((mask##W)yes & mask) | ((mask##W)no & ~mask));                                                     \
    }                                                                                                                          \
    INLINE vector##W maximum_##W(vector##W a, float b) { return select_##W((mask##W)(a < b), (vector##W){0} + b, a); }         \
    INLINE vector##W minimum_##W(vector##W a, float b) { return select_##W((mask##W)(a > b), (vector##W){0} + b, a); }         \
    /* IEEE 754's "to nearest, ties to even" on the upper half of the bits. A NaN whose payload lies in the lower half would become infinite: it gets a bit. */ \
    INLINE void round_##W(vector##W x, uint16_t *to) {                                                                         \
        const bits##W b = (bits##W)x, none = (bits##W)((b & 0x7fffffff) > 0x7f800000);                                         \
        const bits##W r = (((b + 0x7fff + ((b >> 16) & 1)) >> 16) & ~none) | ((b >> 16 | 0x40) & none);                        \
        *(half##W *)to = __builtin_convertvector(r, half##W);                                                                  \
    }                                                                                                                          \
    INLINE vector##W exponential_##W(vector##W x) {                                                                            \
        x = minimum_##W(maximum_##W(x, -87.3f), 87.3f);                                                                        \
        const vector##W shifted = x * 1.44269504088896341f + 12582912.f; /* 1.5 · 2²³: rounds to a whole number */             \
        const vector##W n = shifted - 12582912.f;                                                                              \
        const vector##W r = (x - n * 0.693359375f) + n * 2.12194440e-4f;                                                       \
        vector##W p = r * 1.9875691500e-4f + 1.3981999507e-3f;                                                                 \
        p = p * r + 8.3334519073e-3f;                                                                                          \
        p = p * r + 4.1665795894e-2f;                                                                                          \
        p = p * r + 1.6666665459e-1f;                                                                                          \
        p = p * r + 5.0000001201e-1f;                                                                                          \
        p = (p * r) * r + r + 1.f;                                                                                             \
        return (vector##W)((mask##W)p + ((mask##W)shifted << 23));                                                             \
    }                                                                                                                          \
    INLINE vector##W sigmoid_##W(vector##W x) { return 1.f / (1.f + exponential_##W(-x)); }                                    \
    INLINE vector##W gate_##W(vector##W x) { return minimum_##W(maximum_##W(x + 3.f, 0.f), 6.f) * (1.f / 6.f); }               \
    INLINE vector##W activate_##W(vector##W x, const aliquot_activation activation) {                                          \
        switch (activation) {                                                                                                  \
        case ALIQUOT_LINEAR: return x;                                                                                         \
        case ALIQUOT_RELU: return maximum_##W(x, 0.f);                                                                         \
        case ALIQUOT_RELU6: return minimum_##W(maximum_##W(x, 0.f), 6.f);                                                      \
        case ALIQUOT_HARD_SWISH: return x * gate_##W(x);                                                                       \
        case ALIQUOT_SILU: return x * sigmoid_##W(x);                                                                          \
        case ALIQUOT_SIGMOID: return sigmoid_##W(x);                                                                           \
        case ALIQUOT_HARD_SIGMOID: return gate_##W(x);                                                                         \
        }                                                                                                                      \
        return x;                                                                                                              \
    }                                                                                                                          \
    /* g times the derivative of the activation, from its argument. */                                                         \
    INLINE vector##W derive_##W(vector##W g, vector##W x, const aliquot_activation activation) {                               \
        switch (activation) {                                                                                                  \
        case ALIQUOT_LINEAR: return g;                                                                                         \
        case ALIQUOT_RELU: return (vector##W)((mask##W)g & (mask##W)(x > 0.f));                                                \
        case ALIQUOT_RELU6: return (vector##W)((mask##W)g & (mask##W)(x > 0.f) & (mask##W)(x < 6.f));                          \
        case ALIQUOT_HARD_SWISH: {                                                                                             \
            const vector##W inner = select_##W((mask##W)(x > -3.f), x * (1.f / 3) + .5f, (vector##W){0});                      \
            return g * select_##W((mask##W)(x < 3.f), inner, (vector##W){0} + 1.f);                                            \
        }                                                                                                                      \
        case ALIQUOT_SILU: {                                                                                                   \
            const vector##W s = sigmoid_##W(x);                                                                                \
            return g * (s + x * s * (1.f - s));                                                                                \
        }                                                                                                                      \
        case ALIQUOT_SIGMOID: {                                                                                                \
            const vector##W s = sigmoid_##W(x);                                                                                \
            return g * (s * (1.f - s));                                                                                        \
        }                                                                                                                      \
        case ALIQUOT_HARD_SIGMOID:                                                                                             \
            return (vector##W)((mask##W)(g * (1.f / 6)) & (mask##W)(x > -3.f) & (mask##W)(x < 3.f));                           \
        }                                                                                                                      \
        return g;                                                                                                              \
    }                                                                                                                          \
    /* The same from the result y; hard-swish and SiLU, which cannot be inverted, take their argument. */                      \
    INLINE vector##W derive_from_result_##W(vector##W g, vector##W y, const aliquot_activation activation) {                   \
        if (activation == ALIQUOT_SIGMOID) return g * (y * (1.f - y));                                                         \
        if (activation == ALIQUOT_HARD_SIGMOID)                                                                                \
            return (vector##W)((mask##W)(g * (1.f / 6)) & (mask##W)(y > 0.f) & (mask##W)(y < 1.f));                            \
        return derive_##W(g, y, activation);                                                                                   \
    }
// The names of what is made once for each width.
#define JOIN_INNER(a, b) a##b
#define JOIN(a, b) JOIN_INNER(a, b)

VECTOR_MATHEMATICS(16)
VECTOR_MATHEMATICS(8)

#endif

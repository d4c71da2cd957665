// What all kernels share: the blocked layout, the activations, the threads.
#ifndef ALIQUOT_COMMON_H
#define ALIQUOT_COMMON_H

#include <stdint.h>

// Sets the number of threads of the calling thread's parallel regions, oneDNN's and ours.
void aliquot_set_threads(int threads);

// The most threads that this process may use (OMP_THREAD_LIMIT); parallel regions that ask for more get fewer.
int aliquot_thread_limit(void);

typedef enum {
    ALIQUOT_LINEAR = 0,        // x
    ALIQUOT_RELU = 1,          // max(0, x)
    ALIQUOT_RELU6 = 2,         // min(max(0, x), 6)
    ALIQUOT_HARD_SWISH = 3,    // x · relu6(x + 3) / 6
    ALIQUOT_SILU = 4,          // x / (1 + e⁻ˣ)
    ALIQUOT_SIGMOID = 5,       // 1 / (1 + e⁻ˣ)
    ALIQUOT_HARD_SIGMOID = 6,  // relu6(x + 3) / 6
} aliquot_activation;

// Blocked pictures [batch, blocks, pixels, width]; width is 8 or 16.
typedef struct {
    int batch, blocks, pixels, width;
    int threads;
} aliquot_blocked_shape;

#endif

// Parallel regions on libgomp's threads and the clones of every hot function.
#ifndef ALIQUOT_PARALLEL_H
#define ALIQUOT_PARALLEL_H

#include "include/CKernels.h"

extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern void GOMP_barrier(void);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern void omp_set_num_threads(int);

#if defined(__x86_64__)
#define HOT __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HOT
#endif
#define INLINE static inline __attribute__((always_inline))

// The share of `count` pieces that belongs to this thread.
#define SHARE(count, from, to)                                                  \
    const int64_t share_thread = omp_get_thread_num();                          \
    const int64_t share_threads = omp_get_num_threads();                        \
    const int64_t from = (int64_t)(count) * share_thread / share_threads;       \
    const int64_t to = (int64_t)(count) * (share_thread + 1) / share_threads

static inline void parallel(void (*body)(void *), const void *data, int threads) {
    GOMP_parallel(body, (void *)data, (unsigned)(threads < 1 ? 1 : threads), 0);
}

#endif

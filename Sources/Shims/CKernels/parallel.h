// Parallel regions on libgomp's threads and the clones of every hot function.
#ifndef ALIQUOT_PARALLEL_H
#define ALIQUOT_PARALLEL_H

#include "include/CKernels.h"

extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern void GOMP_barrier(void);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern void omp_set_num_threads(int);
extern int omp_get_thread_limit(void);

// Clang splits 512-bit vectors in two where no function takes or returns one, but for this. (It cannot stand beside target_clones: there a function that is
// inlined, like nought_16, has to return one.)
#if defined(__clang__)
#define WIDE __attribute__((min_vector_width(512)))
#else
#define WIDE
#endif

// One clone for each kind of CPU, chosen when the program starts: HOT for all, HOT_16 and HOT_8 for what handles blocks of one width (16 wide ones are made for
// AVX-512, 8 wide ones for AVX2). ONLY_16 and ONLY_8 are for kernels so large that more than one clone would be a burden: the caller asks first whether the
// CPU has it (HAS_16, HAS_8), and has a slow way where it has not.
//
// ALIQUOT_LEVEL (-DALIQUOT_LEVEL=1, 3 or 4) builds what a CPU of that x86-64 level runs, and nothing else: to test and to measure it on a newer one.
#if defined(ALIQUOT_LEVEL)
#if ALIQUOT_LEVEL == 4
#define HOT __attribute__((target("arch=x86-64-v4")))
#elif ALIQUOT_LEVEL == 3
#define HOT __attribute__((target("arch=x86-64-v3")))
#else
#define HOT
#endif
#define HOT_16 HOT
#define HOT_8 HOT
#define HAS_16 (ALIQUOT_LEVEL >= 4)
#define HAS_8 (ALIQUOT_LEVEL >= 3)
#elif defined(__x86_64__)
#define HOT __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define HOT_16 __attribute__((target_clones("arch=x86-64-v4", "default")))
#define HOT_8 __attribute__((target_clones("arch=x86-64-v3", "default")))
#define HAS_16 __builtin_cpu_supports("x86-64-v4")
#define HAS_8 __builtin_cpu_supports("x86-64-v3")
#else
#define HOT
#define HOT_16
#define HOT_8
#define HAS_16 1
#define HAS_8 1
#endif
#if defined(__x86_64__)
#define ONLY_16 WIDE __attribute__((target("arch=x86-64-v4")))
#define ONLY_8 __attribute__((target("arch=x86-64-v3")))
#else
#define ONLY_16
#define ONLY_8
#endif
#define INLINE static inline __attribute__((always_inline))

// Before a loop of a constant number of turns whose arrays are to live in registers.
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 64")
#endif

// The share of `count` pieces that belongs to this thread.
#define SHARE(count, from, to)                                                  \
    const int64_t share_thread = omp_get_thread_num();                          \
    const int64_t share_threads = omp_get_num_threads();                        \
    const int64_t from = (int64_t)(count) * share_thread / share_threads;       \
    const int64_t to = (int64_t)(count) * (share_thread + 1) / share_threads

// One thread is no region: libgomp keeps the team of its last region only, and would allocate a new one whenever their size changes. (Outside of a region
// there is one thread, number 0, and a barrier does nothing.)
static inline void parallel(void (*body)(void *), const void *data, int threads) {
    if (threads <= 1) body((void *)data);
    else GOMP_parallel(body, (void *)data, (unsigned)threads, 0);
}

#endif

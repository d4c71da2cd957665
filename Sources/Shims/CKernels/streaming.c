// Whether a result is so large that it is stored past the caches.
#include "vectors.h"

// A last cache of common size. What the system reports is no help: virtual machines give the sum over the whole host (320 MiB where a core reaches 32).
enum { LAST_CACHE_BYTES = 32 << 20 };

int is_worth_streaming(const void *to, int64_t floats) {
    return floats * (int64_t)sizeof(float) > LAST_CACHE_BYTES && (uintptr_t)to % 64 == 0;
}

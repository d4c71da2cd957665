// Channels taken from several blocked pictures: concatenation, slice, shuffle and whatever they make together; and the gradient of the same.
#ifndef ALIQUOT_ROUTES_H
#define ALIQUOT_ROUTES_H

#include "Common.h"

// Where one channel comes from; source -1 is a channel of zeros.
typedef struct {
    int source, channel;
} aliquot_route_channel;

// y's channel c = channel table[c].channel of sources[table[c].source]; all sources have y's batch, pixels and width. Lanes behind the last channel
// become zero (stay as they are where `accumulate` is not 0).
typedef struct {
    aliquot_blocked_shape shape;         // of y
    int channels;                        // of y: (shape.blocks - 1) * width < channels ≤ shape.blocks * width
    const float *const *sources;
    const int *source_blocks;            // blocks of every source
    const aliquot_route_channel *table;  // [channels]
    float *y;
    int accumulate;  // 0: y is written, else added to
} aliquot_route;
void aliquot_route_run(const aliquot_route *a);

// The table of the gradient of one source: a route from dy (its only source, number 0) to the source's gradient. A channel of the source may have several
// readers: `reader` 0 gives the first reader of each channel, 1 the second, and so on; channels without such a reader get source -1. Returns how many
// channels have this reader; 0 means that the gradient is complete. (Run reader 0 always: it also writes the zeros of the channels that nobody reads; the
// later ones with `accumulate`.)
int aliquot_route_invert(
    const aliquot_route_channel *table, int channels, int source, int source_channels, int reader, aliquot_route_channel *inverse);

#endif

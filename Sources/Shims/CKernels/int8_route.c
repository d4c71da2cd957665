// Channels of 8-bit pictures in another order: concatenation, slice, shuffle and whatever they make together.
//
// With VBMI 64 channels of the result are a few permutations of what lies in the sources, put together; else they are copied run by run.
#include "int8_vnni.h"

int aliquot_int8_route_readings(const aliquot_route_channel *table, int channels, aliquot_int8_reading *readings) {
    int count = 0;
    for (int to = 0; to < channels; to += 64) {
        const int width = channels - to < 64 ? channels - to : 64;
        uint64_t open = width == 64 ? ~0ull : (1ull << width) - 1;
        while (open) {
            // The least channel that is still to come from the source of the first one, and what lies within 64 from there.
            const int source = table[to + __builtin_ctzll(open)].source;
            aliquot_int8_reading r = {.source = source, .first = -1, .to = to};
            for (int i = 0; i < width; i++)
                if (open >> i & 1 && table[to + i].source == source && (r.first < 0 || table[to + i].channel < r.first)) r.first = table[to + i].channel;
            for (int i = 0; i < width; i++) {
                const int channel = table[to + i].channel;
                if (!(open >> i & 1) || table[to + i].source != source || channel - r.first >= 64) continue;
                r.mask |= 1ull << i;
                r.order[i] = (uint8_t)(channel - r.first);
            }
            open &= ~r.mask;
            if (readings) readings[count] = r;
            count++;
        }
    }
    return count;
}

// Whether channel c of the result lies behind channel c - 1 in its source too.
INLINE int continues(const aliquot_route_channel *table, int c) {
    return table[c].source == table[c - 1].source && table[c].channel == table[c - 1].channel + 1;
}
static void by_runs(void *data) {
    const aliquot_int8_route *a = data;
    SHARE(a->pixels, from, to);
    const aliquot_route_channel *table = a->table;
    for (int64_t start = from; start < to; start += 64) {
        const int64_t end = start + 64 < to ? start + 64 : to;
        for (int c = 0, next; c < a->channels; c = next) {
            next = c + 1;
            while (next < a->channels && continues(table, next)) next++;
            const int width = next - c;
            const int64_t step = a->source_channels[table[c].source];
            const uint8_t *x = a->sources[table[c].source] + start * step + table[c].channel, *lookup = a->lookups[table[c].source];
            uint8_t *y = a->y + start * a->channels + c;
            for (int64_t p = start; p < end; p++, x += step, y += a->channels) {
                if (lookup)
                    for (int i = 0; i < width; i++) y[i] = lookup[x[i]];
                else if (width == 1) *y = *x;
                else memcpy(y, x, (size_t)width);
            }
        }
    }
}

#if defined(__x86_64__)
// The readings of one vector of the result, for a piece of the pixels at a time: what they read and write stays in the cache.
VNNI static void by_permutations(void *data) {
    const aliquot_int8_route *a = data;
    SHARE(a->pixels, from, to);
    for (int64_t start = from; start < to; start += 64) {
        const int64_t end = start + 64 < to ? start + 64 : to;
        for (int i = 0, next; i < a->reading_count; i = next) {
            const aliquot_int8_reading *r = a->readings + i;
            for (next = i + 1; next < a->reading_count && a->readings[next].to == r->to;) next++;
            const int width = a->channels - r->to < 64 ? a->channels - r->to : 64;
            const __mmask64 written = width == 64 ? ~0ull : (1ull << width) - 1;
            for (int64_t p = start; p < end; p++) {
                __m512i v = _mm512_setzero_si512();
                for (int k = 0; k < next - i; k++) {
                    const uint8_t *x = a->sources[r[k].source] + p * a->source_channels[r[k].source] + r[k].first;
                    v = _mm512_mask_permutexvar_epi8(v, r[k].mask, _mm512_loadu_si512(r[k].order), _mm512_loadu_si512(x));
                }
                uint8_t *y = a->y + p * a->channels + r->to;
                if (width == 64) _mm512_storeu_si512(y, v);
                else _mm512_mask_storeu_epi8(y, written, v);
            }
        }
    }
}
#else
static void by_permutations(void *data) { by_runs(data); }
#endif

void aliquot_int8_route_run(const aliquot_int8_route *a) {
    int is_plain = 1, runs = 1;
    for (int i = 0; i < a->source_count; i++) is_plain &= a->lookups[i] == NULL;
    for (int c = 1; c < a->channels; c++) runs += !continues(a->table, c);
    const int is_woven = a->channels / runs < 32;
    parallel(HAS_VNNI && is_plain && is_woven ? by_permutations : by_runs, a, a->threads);
}

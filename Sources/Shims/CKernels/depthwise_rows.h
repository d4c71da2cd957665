// Included once for each width: the sliding windows over rows that the forward pass and the backward pass by data are made of. W is the width.
//
// A tile of T results lies in T registers. Every input vector of a kernel row is loaded once and multiplied into all results that see it; at the picture's
// edge the input vectors outside are left out.
#define VECTOR JOIN(vector, W)
#define NAMED(name) JOIN(name##_, W)
#define STREAM_W(to, vector) JOIN(STREAM_, W)(to, vector)

INLINE void NAMED(tile)(
    const window *p, const float *x, const float *taps, const int tap_rows, const int at, float *y, const float *residual, const int T, const int K, const int S) {
    VECTOR sums[8];
    const VECTOR start = p->bias ? *(const VECTOR *)p->bias : (VECTOR){0};
    UNROLL for (int t = 0; t < T; t++) sums[t] = start;
    const int base = at * S - p->left, columns = (T - 1) * S + K;
    const VECTOR *row = (const VECTOR *)x + base;
    if (K < 7 && base >= 0 && base + columns <= p->in_width) {  // with larger kernels the questions cost nothing
        for (int k = 0; k < tap_rows; k++, row += p->in_width, taps += K * W) {
            VECTOR w[LARGEST_KERNEL];
            UNROLL for (int i = 0; i < K; i++) w[i] = ((const VECTOR *)taps)[i];
            UNROLL for (int j = 0; j < columns; j++) {
                const VECTOR v = row[j];
                UNROLL for (int t = 0; t < T; t++)
                    if (j >= t * S && j - t * S < K) sums[t] += v * w[j - t * S];
            }
        }
    } else {
        const int first = -base, end = p->in_width - base;
        for (int k = 0; k < tap_rows; k++, row += p->in_width, taps += K * W) {
            VECTOR w[LARGEST_KERNEL];
            UNROLL for (int i = 0; i < K; i++) w[i] = ((const VECTOR *)taps)[i];
            UNROLL for (int j = 0; j < columns; j++) {
                if (j < first || j >= end) continue;
                const VECTOR v = row[j];
                UNROLL for (int t = 0; t < T; t++)
                    if (j >= t * S && j - t * S < K) sums[t] += v * w[j - t * S];
            }
        }
    }
    const int step = p->y_step;
    VECTOR *to = (VECTOR *)y + (int64_t)at * step;
    if (residual) {
        const VECTOR *r = (const VECTOR *)residual + (int64_t)at * step;
        UNROLL for (int t = 0; t < T; t++) sums[t] += r[t * step];
    }
    if (p->is_clamped) {
        const float low = p->low, high = p->high;
        UNROLL for (int t = 0; t < T; t++) sums[t] = NAMED(minimum)(NAMED(maximum)(sums[t], low), high);
    }
    if (p->is_streaming) {
        UNROLL for (int t = 0; t < T; t++) STREAM_W(to + t * step, sums[t]);
    } else {
        UNROLL for (int t = 0; t < T; t++) to[t * step] = sums[t];
    }
}

INLINE void NAMED(rows)(const window *p, const int K, const int S) {
    const int tiles = (p->out_width + 7) / 8, base = p->out_width / tiles, longer = p->out_width % tiles;
    for (int r = p->from; r < p->to; r++) {
        const int above = r * S - p->top;
        const int first = above < 0 ? -above : 0, end = p->in_height - above < p->tap_rows ? p->in_height - above : p->tap_rows;
        const float *x = p->x + (int64_t)(above + first) * p->in_width * W, *taps = p->taps + (int64_t)first * K * W;
        float *y = p->y + r * p->y_row;
        const float *residual = p->residual ? p->residual + r * p->y_row : NULL;
        int at = 0;
        for (int i = 0; i < tiles; i++) {
            const int size = base + (i < longer);
            switch (size) {
            case 8: NAMED(tile)(p, x, taps, end - first, at, y, residual, 8, K, S); break;
            case 7: NAMED(tile)(p, x, taps, end - first, at, y, residual, 7, K, S); break;
            case 6: NAMED(tile)(p, x, taps, end - first, at, y, residual, 6, K, S); break;
            case 5: NAMED(tile)(p, x, taps, end - first, at, y, residual, 5, K, S); break;
            case 4: NAMED(tile)(p, x, taps, end - first, at, y, residual, 4, K, S); break;
            default:
                for (int t = 0; t < size; t++) NAMED(tile)(p, x, taps, end - first, at + t, y, residual, 1, K, S);
            }
            at += size;
        }
    }
}

#define ROWS(K, S) JOIN(ONLY_, W) static void JOIN(rows_##K##_##S##_, W)(const window *p) { NAMED(rows)(p, K, S); }
ROWS(1, 1) ROWS(2, 1) ROWS(3, 1) ROWS(4, 1) ROWS(5, 1) ROWS(6, 1) ROWS(7, 1) ROWS(9, 1) ROWS(11, 1)
ROWS(3, 2) ROWS(5, 2) ROWS(7, 2) ROWS(9, 2) ROWS(11, 2)
#undef ROWS

// Any kernel and stride, one result after the other.
INLINE void NAMED(slowly)(const window *p) {
    for (int r = p->from; r < p->to; r++) {
        const int above = r * p->stride - p->top;
        for (int c = 0; c < p->out_width; c++) {
            const int before = c * p->stride - p->left;
            VECTOR sum = p->bias ? *(const VECTOR *)p->bias : (VECTOR){0};
            for (int i = 0; i < p->tap_rows; i++) {
                if (above + i < 0 || above + i >= p->in_height) continue;
                const VECTOR *x = (const VECTOR *)(p->x + (int64_t)(above + i) * p->in_width * W);
                const VECTOR *taps = (const VECTOR *)p->taps + i * p->tap_columns;
                for (int j = 0; j < p->tap_columns; j++)
                    if (before + j >= 0 && before + j < p->in_width) sum += x[before + j] * taps[j];
            }
            const int64_t at = r * p->y_row + (int64_t)c * p->y_step * W;
            if (p->residual) sum += *(const VECTOR *)(p->residual + at);
            if (p->is_clamped) sum = NAMED(minimum)(NAMED(maximum)(sum, p->low), p->high);
            *(VECTOR *)(p->y + at) = sum;
        }
    }
}

JOIN(HOT_, W) static void NAMED(rows_any)(const window *p) { NAMED(slowly)(p); }

#define CASE(K, S) case (K) * 2 + (S): JOIN(rows_##K##_##S##_, W)(p); return
static void NAMED(slide)(const window *p) {
    if (p->stride <= 2 && JOIN(HAS_, W)) {
        switch (p->tap_columns * 2 + p->stride) {
        CASE(1, 1); CASE(2, 1); CASE(3, 1); CASE(4, 1); CASE(5, 1); CASE(6, 1); CASE(7, 1); CASE(9, 1); CASE(11, 1);
        CASE(3, 2); CASE(5, 2); CASE(7, 2); CASE(9, 2); CASE(11, 2);
        default: break;
        }
    }
    NAMED(rows_any)(p);
}
#undef CASE

// The activations that are no clamp, over what a window has just written.
INLINE void NAMED(activate_all)(VECTOR *y, int64_t vectors, const aliquot_activation activation) {
    for (int64_t i = 0; i < vectors; i++) y[i] = NAMED(activate)(y[i], activation);
}
JOIN(HOT_, W) static void NAMED(finish)(float *y, int64_t vectors, aliquot_activation activation) {
    switch (activation) {
    case ALIQUOT_HARD_SWISH: NAMED(activate_all)((VECTOR *)y, vectors, ALIQUOT_HARD_SWISH); break;
    case ALIQUOT_SILU: NAMED(activate_all)((VECTOR *)y, vectors, ALIQUOT_SILU); break;
    case ALIQUOT_SIGMOID: NAMED(activate_all)((VECTOR *)y, vectors, ALIQUOT_SIGMOID); break;
    case ALIQUOT_HARD_SIGMOID: NAMED(activate_all)((VECTOR *)y, vectors, ALIQUOT_HARD_SIGMOID); break;
    default: break;
    }
}

#undef VECTOR
#undef NAMED
#undef STREAM_W

// Included once for each width: the gradient of the weights, a correlation of x with dy. W is the width.
//
// The K sums of one kernel row (of all three rows of a 3 × 3 kernel) lie in registers over a band of rows that stays in the first-level cache; every vector
// of x is loaded once for each kernel row and multiplied with all the dy that see it. Where K sums are too few to hide the latency of an addition there are
// several sets of them.
#define VECTOR JOIN(vector, W)
#define NAMED(name) JOIN(name##_, W)

// x: the row that the first of ROWS kernel rows meets; first_row ..< end_row: those whose input row lies in the picture.
INLINE void NAMED(correlate)(
    const correlation *p, const VECTOR *x, const VECTOR *dy, const int at, VECTOR *sums, const int first_row, const int end_row, const int T, const int K,
    const int S, const int ROWS, const int SETS) {
    VECTOR g[8];
    UNROLL for (int t = 0; t < T; t++) g[t] = dy[at + t];
    const int base = at * S - p->left, columns = (T - 1) * S + K;
    const VECTOR *row = x + base;
    const int first = -base, end = p->in_width - base;
    const int is_inside = K < 7 && base >= 0 && base + columns <= p->in_width;
    UNROLL for (int i = 0; i < ROWS; i++, row += p->in_width) {
        if (ROWS > 1 && (i < first_row || i >= end_row)) continue;
        if (is_inside) {
            UNROLL for (int j = 0; j < columns; j++) {
                const VECTOR v = row[j];
                UNROLL for (int t = 0; t < T; t++)
                    if (j >= t * S && j - t * S < K) sums[(i * SETS + t % SETS) * K + j - t * S] += v * g[t];
            }
        } else {
            UNROLL for (int j = 0; j < columns; j++) {
                if (j < first || j >= end) continue;
                const VECTOR v = row[j];
                UNROLL for (int t = 0; t < T; t++)
                    if (j >= t * S && j - t * S < K) sums[(i * SETS + t % SETS) * K + j - t * S] += v * g[t];
            }
        }
    }
}

INLINE void NAMED(gradients)(const correlation *p, const int K, const int S) {
    const int ROWS = K == 3 ? 3 : 1;
    const int SETS = K == 1 ? (W == 16 ? 4 : 8) : K == 3 && W == 16 ? 2 : K == 5 && W == 8 ? 2 : 1;
    // The sums, one input vector and the tile's dy fit 32 registers of AVX-512 or 16 of AVX2.
    const int LONGEST = W == 16 ? 8 : 4;
    const int tiles = (p->out_width + LONGEST - 1) / LONGEST, tile = p->out_width / tiles, longer = p->out_width % tiles;
    const int fitting = BAND_FLOATS / ((p->in_width * S + p->out_width) * W), band = fitting < 1 ? 1 : fitting;
    for (int from = p->from; from < p->to; from += band) {
        const int to = from + band < p->to ? from + band : p->to;
        for (int k = 0; k < K; k += ROWS) {
            VECTOR sums[18];
            UNROLL for (int i = 0; i < ROWS * SETS * K; i++) sums[i] = (VECTOR){0};
            for (int r = from; r < to; r++) {
                const int in = r * S - p->top + k;
                const int first_row = in < 0 ? -in : 0, end_row = p->in_height - in < ROWS ? p->in_height - in : ROWS;
                if (first_row >= end_row) continue;
                const VECTOR *x = (const VECTOR *)p->x + (int64_t)in * p->in_width, *dy = (const VECTOR *)p->dy + (int64_t)r * p->out_width;
                int at = 0;
                for (int i = 0; i < tiles; i++) {
                    const int size = tile + (i < longer);
                    if (LONGEST == 8)
                        switch (size) {
                        case 8: NAMED(correlate)(p, x, dy, at, sums, first_row, end_row, 8, K, S, ROWS, SETS); break;
                        case 7: NAMED(correlate)(p, x, dy, at, sums, first_row, end_row, 7, K, S, ROWS, SETS); break;
                        case 6: NAMED(correlate)(p, x, dy, at, sums, first_row, end_row, 6, K, S, ROWS, SETS); break;
                        case 5: NAMED(correlate)(p, x, dy, at, sums, first_row, end_row, 5, K, S, ROWS, SETS); break;
                        case 4: NAMED(correlate)(p, x, dy, at, sums, first_row, end_row, 4, K, S, ROWS, SETS); break;
                        default:
                            for (int t = 0; t < size; t++) NAMED(correlate)(p, x, dy, at + t, sums, first_row, end_row, 1, K, S, ROWS, SETS);
                        }
                    else
                        switch (size) {
                        case 4: NAMED(correlate)(p, x, dy, at, sums, first_row, end_row, 4, K, S, ROWS, SETS); break;
                        case 3: NAMED(correlate)(p, x, dy, at, sums, first_row, end_row, 3, K, S, ROWS, SETS); break;
                        case 2: NAMED(correlate)(p, x, dy, at, sums, first_row, end_row, 2, K, S, ROWS, SETS); break;
                        default: NAMED(correlate)(p, x, dy, at, sums, first_row, end_row, 1, K, S, ROWS, SETS);
                        }
                    at += size;
                }
            }
            VECTOR *dw = (VECTOR *)p->dw + k * K;
            UNROLL for (int row = 0; row < ROWS; row++)
                UNROLL for (int i = 0; i < K; i++) {
                    VECTOR sum = sums[row * SETS * K + i];
                    UNROLL for (int set = 1; set < SETS; set++) sum += sums[(row * SETS + set) * K + i];
                    dw[row * K + i] += sum;
                }
        }
    }
}

#define GRADIENTS(K, S) JOIN(ONLY_, W) static void JOIN(gradients_##K##_##S##_, W)(const correlation *p) { NAMED(gradients)(p, K, S); }
GRADIENTS(1, 1) GRADIENTS(3, 1) GRADIENTS(5, 1) GRADIENTS(7, 1) GRADIENTS(9, 1) GRADIENTS(11, 1)
GRADIENTS(3, 2) GRADIENTS(5, 2) GRADIENTS(7, 2) GRADIENTS(9, 2) GRADIENTS(11, 2)
#undef GRADIENTS

// Any kernel and stride, one weight after the other.
INLINE void NAMED(gradients_slowly)(const correlation *p) {
    const int K = p->kernel, S = p->stride;
    for (int k = 0; k < K; k++)
        for (int l = 0; l < K; l++) {
            VECTOR sum = NAMED(nought)();
            for (int r = p->from; r < p->to; r++) {
                const int in = r * S - p->top + k;
                if (in < 0 || in >= p->in_height) continue;
                const VECTOR *x = (const VECTOR *)p->x + (int64_t)in * p->in_width, *dy = (const VECTOR *)p->dy + (int64_t)r * p->out_width;
                for (int c = 0; c < p->out_width; c++) {
                    const int column = c * S - p->left + l;
                    if (column >= 0 && column < p->in_width) sum += x[column] * dy[c];
                }
            }
            ((VECTOR *)p->dw)[k * K + l] += sum;
        }
}
JOIN(HOT_, W) static void NAMED(gradients_any)(const correlation *p) { NAMED(gradients_slowly)(p); }

#define CASE(K, S) case (K) * 2 + (S): JOIN(gradients_##K##_##S##_, W)(p); return
static void NAMED(find_gradients)(const correlation *p) {
    if (p->stride <= 2 && JOIN(HAS_, W)) {
        switch (p->kernel * 2 + p->stride) {
        CASE(1, 1); CASE(3, 1); CASE(5, 1); CASE(7, 1); CASE(9, 1); CASE(11, 1);
        CASE(3, 2); CASE(5, 2); CASE(7, 2); CASE(9, 2); CASE(11, 2);
        default: break;
        }
    }
    NAMED(gradients_any)(p);
}
#undef CASE
#undef VECTOR
#undef NAMED

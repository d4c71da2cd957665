#!/usr/bin/env python3
"""Prints the numbers of Tests/QuantizationTests/MagnitudeCountsSpecs.swift: where mean squared error and Kullback-Leibler divergence clip a histogram, by trying every edge in numpy."""
import numpy as np

BINS, LEVELS = 512, 128


def histogram(kind):
    i = np.arange(BINS)
    if kind == 'exponential': counts = np.floor(1e6 * np.exp(-i / 40)) + 1
    elif kind == 'outliers': counts = np.where(i < 200, 1000 + (i * 37) % 101, 0) + np.where(i >= 509, 3, 0)
    elif kind == 'sparse': counts = np.where(i % 7 == 0, 5000 - 9 * i, 0) + np.where(i == 511, 40, 0)
    return counts.astype(np.float64)


def least_squared_error(counts, zeros, width, largest, levels):
    centres = (np.arange(BINS) + .5) * width
    inside = counts.copy()
    inside[0] -= zeros
    errors = []
    for i in range(BINS):
        edge = min((i + 1) * width, largest)
        errors.append(inside[:i + 1].sum() * (edge / levels) ** 2 / 12 + (counts[i + 1:] * (centres[i + 1:] - edge) ** 2).sum())
    return min((np.argmin(errors) + 1) * width, largest)


def least_divergence(counts, zeros, width, largest):
    counts = counts.copy()
    counts[0] -= zeros
    found = {}
    for end in range(LEVELS, BINS + 1, BINS // LEVELS):
        p = counts[:end].copy()
        p[-1] += counts[end:].sum()
        q = np.zeros(end)
        edges = [level * end // LEVELS for level in range(LEVELS + 1)]
        for first, last in zip(edges, edges[1:]):
            filled = p[first:last] > 0
            if filled.any(): q[first:last][filled] = counts[first:last].sum() / filled.sum()
        with np.errstate(divide='ignore'):
            some = p > 0
            found[end] = (p[some] / p.sum() * np.log(p[some] / p.sum() / (q[some] / q.sum()))).sum()
    # Of equal divergences the wider range, up to rounding.
    return min(min(found, key=lambda end: (round(found[end], 15), -end)) * width, largest)


for kind in ('exponential', 'outliers', 'sparse'):
    counts, width, largest = histogram(kind), 2.0 ** -7, 3.999
    zeros = counts[0] // 2
    print(kind, [least_squared_error(counts, zeros, width, largest, levels) for levels in (127, 255)], least_divergence(counts, zeros, width, largest))

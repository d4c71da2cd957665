#!/usr/bin/env python3
"""Writes Tests/References/statistics.json: small cases for the statistics of studies, computed by SciPy and statsmodels.

  pip install scipy==1.17.1 statsmodels==0.15.0 && make_statistics.py

The exact signed-rank p with ties is counted here over all signs, because SciPy's exact method leaves ties out of account.
"""
import itertools, json, pathlib
import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(2006)
round3 = lambda x: [float(v) for v in np.round(x, 3)]


def signed_rank(a, b):
    d = np.subtract(a, b)
    d = d[d != 0]
    ranks = stats.rankdata(abs(d))
    w = min(ranks[d > 0].sum(), ranks[d < 0].sum())
    sums = np.array([np.dot(s, ranks) for s in itertools.product((0, 1), repeat=len(ranks))])
    return {'a': a, 'b': b, 'W': float(w), 'p': float(min(1, 2 * np.mean(sums <= w + 1e-9))), 'pairs': len(ranks)}


out = {'reference': f'scipy, statsmodels; {pathlib.Path(__file__).name}'}
out['shapiro_wilk'] = []
for n in (3, 4, 5, 6, 11, 12, 20, 50):
    x = round3(rng.normal(size=n) if n % 2 else rng.exponential(size=n))
    r = stats.shapiro(x)
    out['shapiro_wilk'].append({'x': x, 'W': float(r.statistic), 'p': float(r.pvalue)})
groups = [round3(rng.normal(scale=s, size=n)) for s, n in ((1, 5), (3, 8), (1, 6))]
r = stats.levene(*groups)
out['levene'] = {'groups': groups, 'W': float(r.statistic), 'p': float(r.pvalue)}
tied = [[3, 3, 1], [2, 5, 5], [4, 4, 4], [1, 2, 3], [6, 2, 2]]
r = stats.friedmanchisquare(*map(list, zip(*tied)))
out['friedman_ties'] = {'rows': tied, 'chi_square': float(r.statistic), 'p': float(r.pvalue)}
out['wilcoxon_exact'] = []
for n, digits in ((6, 2), (9, 0), (12, 1)):
    a, b = ([float(v) for v in np.round(rng.normal(loc=m, scale=2, size=n), digits)] for m in (1, 0))
    out['wilcoxon_exact'].append(signed_rank(a, b))
a, b = round3(rng.normal(0.4, size=14)), round3(rng.normal(size=14))
r = stats.wilcoxon(a, b, method='exact')
out['wilcoxon_exact'].append({'a': a, 'b': b, 'W': float(r.statistic), 'p': float(r.pvalue), 'pairs': 14})
a, b = [float(v) for v in np.round(rng.normal(0.4, size=40), 1)], [float(v) for v in np.round(rng.normal(size=40), 1)]
r = stats.wilcoxon(a, b, method='asymptotic', correction=False)
out['wilcoxon_normal'] = {'a': a, 'b': b, 'W': float(r.statistic), 'p': float(r.pvalue)}
out['normal_quantile'] = [[p, float(stats.norm.ppf(p))] for p in (1e-300, 1e-20, 1e-4, 0.07, 0.3, 0.5, 0.93, 0.9999)]
out['normal_tail'] = [[z, float(stats.norm.sf(z))] for z in (-3.0, 0.0, 1.96, 8.0, 30.0)]
out['f_tail'] = [[x, a, b, float(stats.f.sf(x, a, b))] for x, a, b in ((0.1, 1, 1), (2.5, 3, 12), (40.0, 11, 99), (1.0, 200, 2), (0.99, 7, 5000))]
out['t_two_sided'] = [[t, v, float(2 * stats.t.sf(t, v))] for t, v in ((0.01, 1), (2.0, 3), (12.0, 9), (1.2, 400))]
out['chi_square_tail'] = [[x, v, float(stats.chi2.sf(x, v))] for x, v in ((0.1, 1), (3.0, 2), (70.0, 11), (500.0, 480))]
out['studentized_range'] = [[q, k, float(stats.studentized_range.cdf(q, k, np.inf))] for q, k in ((0.5, 2), (2.77, 2), (3.3, 3), (4.6, 12), (6.0, 40))]
# Demšar 2006, table 5(a): q at 0.05, printed with three decimals.
out['nemenyi_q'] = {'2': 1.960, '3': 2.343, '4': 2.569, '5': 2.728, '6': 2.850, '7': 2.949, '8': 3.031, '9': 3.102, '10': 3.164}
p = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04]
out['adjusted'] = {'p': p} | {m: [float(v) for v in multipletests(p, method=m)[1]] for m in ('holm', 'bonferroni', 'fdr_bh')}
(pathlib.Path(__file__).parent / 'statistics.json').write_text(json.dumps(out, indent=1) + '\n')

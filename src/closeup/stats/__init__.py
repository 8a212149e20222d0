"""Statistics of a benchmark: questions of one page are not independent of each other.

scores.py       what a score is next to chance, and class by class; what to cluster by
spread.py       the variance of a mean over clusters
intervals.py    a mean and its interval
paired.py       two runs on the same questions: their difference, a test of it, Holm's correction
power.py        how many pages a difference takes to be seen
agreement.py    Krippendorff's alpha
"""

from closeup.stats.intervals import Estimate, clustered_mean, wilson
from closeup.stats.scores import Cluster, chance_corrected, cluster_keys, macro_f1

__all__ = [
    "Cluster",
    "Estimate",
    "chance_corrected",
    "cluster_keys",
    "clustered_mean",
    "macro_f1",
    "wilson",
]

"""Classifiers over the rows of `blind_rows`: one for the audit, and a stronger one to check it.

plain    linear over numbers, words and crosses, and shallow trees over the numbers
crossed  linear over the crosses alone: on a small bench the other parts would drown them
deep     linear with a looser rein, deep trees, and a kernel that sees every interaction of numbers

All multiply what their parts say, so that the part that is sure has its way.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from closeup.audit.blind_rows import Rows

Learner = Callable[[Rows, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""(rows, indices to fit on, indices to predict) to the classes in ascending order, and their
probabilities for each predicted row: (rows, classes)."""

_PARTS = 100
"""Landmarks of the kernel."""


def plain(rows: Rows, train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weak enough for small benches, and quick."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    trees = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=8, min_samples_leaf=20, random_state=0
    )
    scaled = _scaled(rows, train)
    parts = [
        (LogisticRegression(C=0.05, max_iter=300), sparse.hstack([scaled, rows.words]).tocsr())
    ]
    if rows.crosses.shape[1]:
        parts.append((LogisticRegression(C=0.25, max_iter=300), rows.crosses))
    return _together([*parts, (trees, rows.numbers)], rows, train, test)


def crossed(rows: Rows, train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For questions that are `crossable`."""
    from sklearn.linear_model import LogisticRegression

    return _together([(LogisticRegression(C=0.25, max_iter=300), rows.crosses)], rows, train, test)


def deep(rows: Rows, train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Another kind of predictor than `plain`, and one that finds more."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.kernel_approximation import Nystroem
    from sklearn.linear_model import LogisticRegression

    trees = HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=31, min_samples_leaf=10, random_state=0
    )
    scaled = _scaled(rows, train)
    kernel: Any = Nystroem(
        gamma=0.5 / scaled.shape[1], n_components=min(_PARTS, len(train)), random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bent = kernel.fit(scaled[train].toarray()).transform(scaled.toarray())
    texts = sparse.hstack([scaled, rows.words, rows.crosses]).tocsr()
    parts = [(LogisticRegression(C=0.5, max_iter=200), texts), (trees, rows.numbers)]
    return _together([*parts, (LogisticRegression(C=3.0, max_iter=200), bent)], rows, train, test)


def _scaled(rows: Rows, train: np.ndarray) -> Any:
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(rows.numbers[train])
    return sparse.csr_matrix(np.clip(scaler.transform(rows.numbers), -5, 5))


def _together(
    parts: Sequence[tuple[Any, Any]], rows: Rows, train: np.ndarray, test: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The geometric mean of what the classifiers say, each fitted on a table of its own."""
    target = rows.target[train]
    classes = np.unique(target)
    if len(classes) == 1:
        return classes, np.ones((len(test), 1))
    total = np.zeros((len(test), len(classes)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that has not quite converged predicts well enough
        for classifier, table in parts:
            classifier.fit(table[train], target)
            # All sort their classes, and so agree on the columns.
            total += np.log(np.maximum(classifier.predict_proba(table[test]), 1e-9))
    weights = np.exp(total / len(parts))
    return classes, weights / weights.sum(1, keepdims=True)

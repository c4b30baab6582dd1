"""The volume under the surface of precision and recall, over thresholds and widths of a buffer about each anomaly.

Paparrizos, Boniol, Palpanas, Tsay, Elmore & Franklin: Volume Under the Surface, PVLDB 15 (2022). An anomaly's label
falls off on both sides of it over half a buffer, sqrt(1 - distance / buffer), so that a score that is a little early or
late counts in part. Recall is that of the soft labels, by the mean of how many there are with the buffer and without,
times the share of anomalies in which anything was found. Each buffer has an area, by trapezoids, and the volume is
their mean. As in the authors' code (PyPI vus 0.0.6), precision begins at 1, and a buffer is a row shorter behind an
anomaly than before it.
"""

import numpy as np

# Widths of the buffer, 0 to that, and thresholds at so many ranks of the score.
LONGEST_BUFFER = 100
THRESHOLDS = 250


def vus_pr(score: np.ndarray, label: np.ndarray, longest_buffer: int = LONGEST_BUFFER) -> float:
    """0 to 1.

    Args:
        score: (n,) larger is stranger, no NaN; label: (n,) bool, at least one of each.
    """
    areas = [range_auc_pr(score, label, buffer) for buffer in range(longest_buffer + 1)]
    return float(np.mean(areas))


def range_auc_pr(score: np.ndarray, label: np.ndarray, buffer: int) -> float:
    """Of one width."""
    soft = soften(label, buffer)
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    threshold = ordered[np.linspace(0, len(score) - 1, THRESHOLDS).astype(int)]
    predicted = np.searchsorted(-ordered, -threshold, side="right")
    found = np.cumsum(soft[order])[predicted - 1]
    highest = np.array([score[a:b].max() for a, b in segments(soft > 0)])
    existence = (highest[:, None] >= threshold).mean(axis=0)
    recall = np.minimum(found / ((label.sum() + soft.sum()) / 2), 1.0) * existence
    precision = found / predicted
    before = np.concatenate([[1.0], precision[:-1]])
    return float((np.diff(recall, prepend=0.0) * (before + precision) / 2).sum())


def soften(label: np.ndarray, buffer: int) -> np.ndarray:
    """(n,) 1 within an anomaly, falling off over half the buffer on both sides; what is near to two has of both."""
    soft = label.astype(float)
    away = np.arange(1, buffer // 2 + 1)
    part = np.sqrt(1 - away / max(buffer, 1))
    for first, end in segments(label):
        before, after = first - away, end - 1 + away[:-1]
        soft[before[before >= 0]] += part[before >= 0]
        soft[after[after < len(label)]] += part[:-1][after < len(label)]
    return np.minimum(soft, 1.0)


def segments(flags: np.ndarray) -> list[tuple[int, int]]:
    """[first, end) of each unbroken stretch."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]

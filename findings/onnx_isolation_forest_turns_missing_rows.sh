#!/usr/bin/env bash
# skl2onnx: an isolation forest that was fitted with missing values judges them otherwise as ONNX.
#
# Expected: scikit-learn's forests take NaN (each split learns, or draws, the side that missing values
#   go to), ONNX has an attribute for that side (nodes_missing_value_tracks_true of
#   TreeEnsembleRegressor), and the converter says nothing; so a converted forest answers as the
#   fitted one does, to the precision of float32, as it does for every row without NaN.
# Seen: the converter does not read the side (missing_go_to_left), and every NaN goes the same way.
#   Extra trees and isolation forests draw the side at random in each split: of the rows with a NaN
#   most have the opposite label, or a prediction off by a third of the target's range. Converting,
#   loading and running give no warning. Reported in July 2026 for trees and random forests.
#   https://github.com/onnx/sklearn-onnx/issues/1253
#   https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html
#   https://scikit-learn.org/stable/modules/tree.html#missing-values-support
# Why it matters: ONNX is how a model leaves the notebook. A check on complete rows passes to the last
#   digit, and in production a sensor that drops out is what an anomaly detector is there for.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check skl2onnx==1.20.0 onnxruntime==1.32.0 onnx==1.23.2 scikit-learn==1.9.1 numpy==2.4.6 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" - <<'PY'
import sys
import warnings
from importlib.metadata import version

import numpy as np
from onnxruntime import InferenceSession
from skl2onnx import to_onnx
from sklearn.ensemble import ExtraTreesRegressor, IsolationForest

print(*(f"{name} {version(name)}" for name in ("skl2onnx", "onnxruntime", "onnx", "scikit-learn", "numpy")))
rng = np.random.default_rng(0)
x = rng.normal(size=(2000, 4)).astype(np.float32)
x[rng.random(x.shape) < 0.2] = np.nan
is_missing = np.isnan(x).any(axis=1)
target = np.where(np.isnan(x[:, 0]), 20, 3 * x[:, 0])


def both(model) -> tuple[np.ndarray, np.ndarray]:
    """What the fitted model and its ONNX file answer for the same rows."""
    model.fit(x, target)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        file = to_onnx(model, x[:1], target_opset={"": 18, "ai.onnx.ml": 3}).SerializeToString()
        session = InferenceSession(file)
        answer = session.run(None, {session.get_inputs()[0].name: x})[0].ravel()
    print(type(model).__name__, "- warnings:", len(said))
    return model.predict(x), answer


here, there = both(IsolationForest(n_estimators=20, random_state=0))
turned = (here != there)[is_missing].mean()
print(f"  rows with a NaN whose label is the opposite: {turned:.0%}; without: {(here != there)[~is_missing].mean():.0%}")
here, there = both(ExtraTreesRegressor(n_estimators=20, max_depth=6, random_state=0))
off = np.abs(here - there)
print(f"  largest difference on rows with a NaN: {off[is_missing].max():.2f}; without: {off[~is_missing].max():.1e}")
print("expected: 0% and about 1e-6 everywhere")
sys.exit(not (turned > 0.3 and off[is_missing].max() > 1 and off[~is_missing].max() < 1e-4))
PY

"""Builds of the product that are measured side by side, each by its own interpreter."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.analytics.data import NoData

_WORKER = Path(__file__).with_name("runtime_worker.py")
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Build:
    """A checkout with its interpreter."""

    name: str
    root: Path
    python: Path


@dataclass(frozen=True)
class Panel:
    """Series side by side: ds (n,) datetime64[ns], y (n, s) float64."""

    ds: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Detected:
    """What a runtime said of one panel; matrices are (n, s). `failed` is why it said nothing."""

    score: np.ndarray
    is_finding: np.ndarray
    is_critical: np.ndarray
    findings: int
    cpu_s: float
    failed: str | None = None


def this_build() -> Build:
    root = Path(__file__).resolve().parents[2]
    return Build("ours", root, Path(sys.executable))


def build_at(path: str, name: str = "before") -> Build:
    """Raises NoData if the folder is no checkout with a `.venv`."""
    root = Path(path).resolve()
    python = root / ".venv" / "bin" / "python"
    if not python.is_file() or not (root / "iop_pipelines").is_dir():
        raise NoData(f"No build: {root} is not a checkout with .venv/bin/python.")
    return Build(name, root, python)


def detect(
    build: Build,
    panels: Sequence[Panel],
    *,
    runtime: str = "seasonal_residual",
    params: Mapping[str, Any] | None = None,
    freq: str | None = None,
    country: str | None = None,
) -> list[Detected]:
    """Each panel as one run, every row scored, in a process of the build on one thread; by the calendar of a
    country, if one is named."""
    with tempfile.TemporaryDirectory() as folder:
        request, answer = Path(folder, "request.npz"), Path(folder, "answer.npz")
        arrays: dict[str, Any] = {}
        for number, panel in enumerate(panels):
            arrays |= {f"ds_{number}": panel.ds, f"y_{number}": panel.y}
        meta = {
            "runtime": runtime,
            "params": dict(params or {}),
            "freq": freq,
            "country": country,
            "panels": len(panels),
        }
        np.savez(request, meta=json.dumps(meta), **arrays)
        environment = os.environ | dict.fromkeys(ONE_THREAD, "1") | {"PYTHONPATH": str(build.root)}
        subprocess.run(
            [build.python, _WORKER, request, answer], check=True, cwd=build.root, env=environment
        )
        read = np.load(answer)
        told = json.loads(str(read["meta"]))
        return [
            Detected(
                read[f"score_{number}"],
                read[f"is_finding_{number}"] > 0,
                read[f"is_critical_{number}"] > 0,
                **each,
            )
            for number, each in enumerate(told)
        ]

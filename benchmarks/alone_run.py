"""One model as one Dagster run in a process of its own with the default executor, as it would be without IOP.

DAGSTER_HOME=FOLDER PANEL=FILE dagster job execute -f benchmarks/alone_run.py -j one_model
"""

import os

import dagster as dg


@dg.op
def run_model() -> int:
    from execution_compute import run_once

    return run_once(os.environ["PANEL"])


@dg.job
def one_model() -> None:
    run_model()

"""CPU seconds of importing the code location, against the libraries that it cannot do without.

Every run, tick worker and code server of Dagster pays for this import. Each sample is a fresh process,
interleaved so that a busy moment of the machine hits both; the medians are compared.

    make bench-import
"""

import statistics
import subprocess
import sys
from pathlib import Path

LIMIT = 1.3
SAMPLES = 7
BASELINE = "import dagster, sqlalchemy"
OURS = "import iop_pipelines.definitions"
ROOT = Path(__file__).parents[1]


def measure(statement: str) -> float:
    """CPU seconds, user and system, of a fresh interpreter that runs `statement`."""
    program = f"import time; {statement}; print(time.process_time())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return float(done.stdout.splitlines()[-1])


def main() -> int:
    for statement in (BASELINE, OURS):
        measure(statement)  # compiles to bytecode and fills the file cache
    pairs = [(measure(BASELINE), measure(OURS)) for _ in range(SAMPLES)]
    baseline, ours = (statistics.median(samples) for samples in zip(*pairs, strict=True))
    ratio = ours / baseline
    print(f"{BASELINE:35} {baseline:6.2f} CPU s")
    print(f"{OURS:35} {ours:6.2f} CPU s")
    print(f"ratio {ratio:.2f}, limit {LIMIT}")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())

"""How often Python's garbage collector looks in a process of ours."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Loads modules of nothing but lists, as a part of the product loads its own, and then makes what it works on.
LOADS = """
import gc, json, sys, types, weakref

def looks():
    return sum(each["collections"] for each in gc.get_stats())

def loaded(name):
    before = looks()
    for number in range(90):
        sys.modules[f"{name}{number}"] = module = types.ModuleType("any")
        module.kept = [[] for _ in range(1_000)]
    return looks() - before

def is_found(count):
    class Node:
        pass
    node = Node()
    node.itself = node
    found = weakref.ref(node)
    del node
    kept = [[] for _ in range(count)]
    return found() is None

own = gc.get_threshold()
seen = {"before": loaded("before")}
import iop_pipelines
seen["after"] = loaded("after")
seen["found at first"] = is_found(41_000)
seen["found later"] = is_found(2 * own[0])
seen["as it was"] = gc.isenabled() and gc.get_threshold() == own
seen["listens"] = len(gc.callbacks)
json.dump(seen, sys.stdout)
"""


def test_a_process_is_looked_through_rarely_while_it_loads_and_as_often_as_ever_when_it_has():
    done = subprocess.run(
        [sys.executable, "-c", LOADS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seen = json.loads(done.stdout)
    assert seen.pop("before") > 90_000 // 1_000
    assert seen.pop("after") <= 90_000 // 20_000 + 1
    assert seen == {"found at first": True, "found later": True, "as it was": True, "listens": 0}
    assert done.stderr == ""

"""Official icechunk and ours at one repository, in whatever order Hypothesis finds: see interop/machine.py.

The gate takes one seed, so that its verdict is about what was changed; a long run takes a new one each time, and
prints it. VDP_TEST_SEED=N takes that one. Hypothesis prints the failing steps, and what makes it run them alone.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import time
from pathlib import Path

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from engine import LONG
from icechunk_driver import Driver
from interop.machine import TwoLibraries

EXAMPLES, STEPS = (1000, 75) if LONG else (100, 40)


def folders_in(folder: Path):
    """Empty folders, each in the place of the one before."""
    for number in itertools.count():
        path = folder / str(number)
        yield path
        shutil.rmtree(path, ignore_errors=True)


def test_both_libraries_see_what_the_model_says(tmp_path: Path, record_property) -> None:
    chosen = int(os.environ.get("VDP_TEST_SEED", random.SystemRandom().randrange(2**32) if LONG else 20261123))
    print(f"seed {chosen}: {EXAMPLES} examples of {STEPS} steps")
    begun = time.monotonic()
    with Driver() as driver:
        machine = seed(chosen)(type("Machine", (TwoLibraries,), {"driver": driver, "folders": folders_in(tmp_path)}))
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=False,
                print_blob=True,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
    counts = TwoLibraries.counts
    seconds = time.monotonic() - begun
    print(f"{seconds:.0f} s; " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    for name, count in counts.items():
        record_property(name, count)
    assert counts["examples"] >= EXAMPLES
    assert counts["commit official"] > 0 and counts["commit ours"] > 0

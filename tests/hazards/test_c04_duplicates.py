"""C4: files that come twice, or out of order. Appended as they come, times go back and repeat.

Shuffled and repeated deliveries are also in test_main_job.py (test_any_order_three_times_over).
"""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from archives.mur import Mur
from archives.naqfc import Naqfc
from archives.values import set_age
from comparison import assert_equals_sources
from documented import assert_documented
from engine import FINDINGS, Engine
from opened import open_as_printed


def test_days_1_3_2_2_on_a_regular_axis(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 0)
    for day in (0, 2, 1, 1):
        archive.deliver(day)
        answer = vdp.run(archive.dataset)
        assert answer.outcomes.get("written", 0) <= 1
    assert answer.outcomes == {"unchanged": 3}
    store = open_as_printed(answer.python)
    assert store["time"].raw.shape == (3,)
    assert_equals_sources(store, archive.files())


def test_days_1_3_2_2_on_a_growing_axis(vdp: Engine, archive_of) -> None:
    """The second day comes too late, and is refused each time."""
    archive = archive_of(Mur(), 0, kind="grow")
    for day in (0, 2):
        archive.deliver(day)
        vdp.run(archive.dataset)
    archive.deliver(1)
    for _ in range(2):
        answer = vdp.run(archive.dataset, expect=FINDINGS)
        assert answer.outcomes == {"unchanged": 2, "rejected": 1}
        assert_documented("C4", answer.reasons[archive.path(1).name])
    archive.present.remove(1)
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_a_growing_axis_sorts_what_comes_together(vdp: Engine, archive_of) -> None:
    """The names do not sort by time, so the values must."""
    archive = archive_of(Mur(), 4, kind="grow")
    archive.redescribe('kind = "grow"', 'kind = "grow"\nfrom = "value"')
    pattern = next(line for line in archive.dataset.read_text().splitlines() if line.startswith("pattern"))
    archive.redescribe(pattern, 'pattern = "{number:d}.nc"')
    files = [archive.data / f"{number}.nc" for number in (3, 1, 4, 2)]
    for index, path in enumerate(files):
        archive.path(index).rename(path)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    assert_equals_sources(open_as_printed(answer.python), files)


@pytest.mark.parametrize("kind", ["grow", "regular"])
def test_the_same_file_under_another_name(vdp: Engine, archive_of, kind: str) -> None:
    """A copy claims the slot of its original: there is one of them in the store."""
    archive = archive_of(Mur(), 3, kind=kind)
    archive.redescribe("%S}-JPL", "%S}{copy:|-again}-JPL")
    vdp.run(archive.dataset)
    copy = archive.path(1).with_name(archive.path(1).name.replace("-JPL", "-again-JPL"))
    shutil.copy(archive.path(1), copy)
    set_age(copy)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"unchanged": 3, "rejected": 1}
    assert_documented("C5", answer.reasons[copy.name])
    assert_equals_sources(open_as_printed(answer.python), archive.files())


@pytest.mark.parametrize("kind", ["grow", "regular"])
def test_a_file_that_repeats_a_time(vdp: Engine, archive_of, kind: str) -> None:
    """Two steps of one file that claim the same time."""
    archive = archive_of(Naqfc(time_chunk=None), 3, kind=kind)
    with archive.altered(2) as file:
        file["time"][5] = file["time"][4]
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 2, "rejected": 1}
    assert_documented("C4", answer.reasons[archive.path(2).name])
    found = open_as_printed(answer.python)["time"].decoded
    assert (np.diff(found) > np.timedelta64(0)).all()
    assert_equals_sources(open_as_printed(answer.python), archive.files()[:2])

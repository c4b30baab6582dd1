from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.ledger.cursors import OVERLAP, SeenIds


def test_a_run_that_ends_between_the_two_reads_is_still_seen():
    """11 was running when it was asked for, and had ended before 12 was handled."""
    position = SeenIds().after([12], open_id=11)

    assert position.unseen([11, 12]) == [11]
    assert position.after([11]).unseen([11, 12]) == []


def test_an_id_that_becomes_visible_late_is_still_seen():
    position = SeenIds().after(range(2, 40))

    assert position.unseen([1, 2]) == [1]


def test_the_memory_stays_bounded_and_is_kept_as_text():
    position = SeenIds()
    for start in range(1, 5000, 100):
        position = SeenIds.parse(str(position.after(range(start, start + 100))))

    assert len(position.seen) <= OVERLAP
    assert position.unseen(range(1, 5000)) == []


@given(
    st.permutations(range(1, 30)),
    st.lists(st.integers(1, 6), min_size=30, max_size=30),
)
def test_whatever_the_order_of_ends_every_id_is_handled_once(order, sizes):
    """Ids end in `order`, some between each two looks; all are open from the start."""
    position, handled, ended = SeenIds(), [], []
    rest = list(order)
    for size in sizes:
        still_open = [each for each in rest if each > position.low]
        ended += [rest.pop(0) for _ in range(min(size, len(rest)))]
        found = position.unseen(sorted(ended))
        handled += found
        position = position.after(found, min(still_open, default=None))

    assert sorted(handled) == list(range(1, 30))

"""Accounts take turns: few of one at work, few more of it waiting, and who asks for much waits for themselves."""

from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.api.readers.turns import Turns


def taken(turns: Turns[str, str]) -> list[str]:
    found = []
    while (turn := turns.take()) is not None:
        found.append(turn[1])
    return found


def test_the_third_of_an_account_waits_until_one_of_it_is_done():
    turns: Turns[str, str] = Turns(at_once=2, waiting=5)
    for item in ("a1", "a2", "a3"):
        assert turns.add("a", item)
    assert taken(turns) == ["a1", "a2"]
    assert turns.of("a") == (1, 2)
    turns.done("a")
    assert taken(turns) == ["a3"]


def test_beyond_its_queue_an_account_is_refused_and_another_is_not():
    turns: Turns[str, str] = Turns(at_once=2, waiting=3)
    assert [turns.add("a", f"a{n}") for n in range(6)] == [True] * 5 + [False]
    assert turns.add("b", "b0")
    assert taken(turns) == ["a0", "b0", "a1"]
    assert turns.add("a", "a6") is False
    turns.done("a")
    assert taken(turns) == ["a2"]
    assert turns.add("a", "a7") is True


def test_accounts_take_turns_whoever_came_first():
    turns: Turns[str, str] = Turns(at_once=9, waiting=9)
    for item in ("a1", "a2", "a3", "b1", "c1", "b2"):
        turns.add(item[0], item)
    assert taken(turns) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_has_nothing_at_work_comes_before_who_has():
    turns: Turns[str, str] = Turns(at_once=2, waiting=9)
    turns.add("a", "a1")
    assert taken(turns) == ["a1"]
    turns.add("a", "a2")
    turns.add("b", "b1")
    assert turns.take() == ("b", "b1")
    assert turns.take() == ("a", "a2")


def test_what_waits_for_two_is_taken_once_in_the_first_turn_of_either():
    turns: Turns[str, str] = Turns(at_once=1, waiting=9)
    for item in ("a1", "a2", "shared"):
        turns.add("a", item)
    turns.add("b", "shared")
    assert len(turns) == 3
    assert taken(turns) == ["a1", "shared"]
    assert (turns.of("a"), turns.of("b"), turns.at_work) == ((1, 1), (0, 1), 2)


def test_what_is_taken_back_waits_for_nobody():
    turns: Turns[str, str] = Turns(at_once=1, waiting=1)
    turns.add("a", "a1")
    turns.add("b", "a1")
    turns.remove("a1")
    assert (taken(turns), len(turns), turns.of("a")) == ([], 0, (0, 0))
    assert turns.add("a", "a2")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60))
def test_all_that_is_taken_in_is_taken_once_and_never_more_than_may_be_at_work(steps):
    turns: Turns[str, int] = Turns(at_once=2, waiting=4)
    added, found, at_work = [], [], []

    def take_one() -> None:
        if (turn := turns.take()) is not None:
            at_work.append(turn[0])
            found.append(turn[1])
        assert all(at_work.count(account) <= 2 for account in "abc")

    for number, (account, ends) in enumerate(steps):
        if turns.add(account, number):
            added.append(number)
        assert turns.of(account)[0] <= 4 + 2
        take_one()
        if ends and at_work:
            turns.done(at_work.pop(0))
    for _ in range(2 * len(steps) + 2):
        while at_work:
            turns.done(at_work.pop())
        take_one()
    assert sorted(found) == added
    assert len(turns) == 0

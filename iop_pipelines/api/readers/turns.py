"""Whose turn it is: the account's with the least at work, each with a bounded queue and few at work at once.

Who came first counts within an account alone: somebody who asks for much waits for themselves.
"""

from collections import Counter, OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Account = TypeVar("Account", bound=Hashable)
Item = TypeVar("Item", bound=Hashable)


class Turns(Generic[Account, Item]):
    """Of one thread at a time.

    at_once: how many of an account may be at work. waiting: how many more of it may wait.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._waiting = waiting
        # By account what waits, oldest first; the account whose turn is next comes first.
        self._queues: OrderedDict[Account, OrderedDict[Item, None]] = OrderedDict()
        self._at_work: Counter[Account] = Counter()

    def add(self, account: Account, item: Item) -> bool:
        """Lets an item wait; False where as many of this account wait as may. One may wait for several accounts."""
        queue = self._queues.setdefault(account, OrderedDict())
        # What is taken at once does not wait.
        free = max(0, self._at_once - self._at_work[account])
        if item not in queue and len(queue) >= self._waiting + free:
            return False
        queue[item] = None
        return True

    def take(self) -> tuple[Account, Item] | None:
        """The next item and whose turn it was; None where nothing may begin. `done` is owed for it.

        Of accounts with as few at work it is the turn of the one that had none for longest.
        """
        ready = [each for each in self._queues if self._at_work[each] < self._at_once]
        account = min(ready, key=self._at_work.__getitem__, default=None)
        if account is None:
            return None
        item = next(iter(self._queues[account]))
        self._queues.move_to_end(account)
        self._at_work[account] += 1
        self.remove(item)
        return account, item

    def done(self, account: Account) -> None:
        self._at_work[account] -= 1
        if self._at_work[account] <= 0:
            del self._at_work[account]

    def remove(self, item: Item) -> None:
        """For nobody does it wait any longer."""
        for account in [each for each, queue in self._queues.items() if item in queue]:
            queue = self._queues[account]
            del queue[item]
            if not queue:
                del self._queues[account]

    def of(self, account: Account) -> tuple[int, int]:
        """(waiting, at work) of an account."""
        return len(self._queues.get(account, ())), self._at_work[account]

    @property
    def at_work(self) -> int:
        return self._at_work.total()

    def __len__(self) -> int:
        """How many items wait, each counted once."""
        return len({item for queue in self._queues.values() for item in queue})

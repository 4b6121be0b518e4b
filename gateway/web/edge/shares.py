"""A bounded amount that callers share: whatever one of them takes, the next still finds something."""


class Share:
    """So many requests, turns or bytes at one time.

    A caller that holds nothing may take all that is free. One that holds something may not come to hold more than
    it leaves free: alone it gets a half, two callers get a third each, and there is always room for the next.
    """

    def __init__(self, whole: int) -> None:
        self.free = whole
        self._held: dict[str, int] = {}

    def take(self, caller: str, amount: int, *, more_of: int = 0) -> bool:
        """Whether it was taken. more_of: what the caller holds already for the thing that grows by `amount`."""
        held = self._held.get(caller, 0)
        only = held == more_of
        if amount > self.free or not (only or held + amount <= self.free - amount):
            return not amount
        self.free -= amount
        self._held[caller] = held + amount
        return True

    def give_back(self, caller: str, amount: int) -> None:
        """amount: no more than the caller holds."""
        left = self._held.pop(caller, 0) - amount
        self.free += amount
        if left:
            self._held[caller] = left

"""Alice's money, in memory."""

from __future__ import annotations

from threading import Lock
from typing import Final, NamedTuple

ACCOUNT: Final = 1000
OWNER: Final = "Alice"
BALANCE: Final = 2500
STANDING_ORDERS: Final = {7: 20}


class Move(NamedTuple):
    """A transfer that was carried out: the balance before and after it."""

    before: int
    after: int


class Ledger:
    """One account, whole euros, safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._balance = BALANCE
        self._orders = dict(STANDING_ORDERS)

    @property
    def balance(self) -> int:
        """What Alice has."""
        with self._lock:
            return self._balance

    def transfer(self, amount: int) -> Move | None:
        """Take *amount* from the account; ``None`` if it is not between 1 and the balance."""
        with self._lock:
            if not 0 < amount <= self._balance:
                return None
            before = self._balance
            self._balance -= amount
            return Move(before, self._balance)

    def change_order(self, number: int, amount: int) -> bool:
        """Set a standing order to *amount*; whether there is such an order."""
        with self._lock:
            if number not in self._orders:
                return False
            self._orders[number] = amount
            return True

    def statement(self) -> dict[str, object]:
        """Return all that the bank knows of Alice."""
        with self._lock:
            orders = [{"order": number, "amount": amount} for number, amount in self._orders.items()]
            return {"account": ACCOUNT, "owner": OWNER, "balance": self._balance, "standing_orders": orders}

    def reset(self) -> None:
        """Put everything back to how it was."""
        with self._lock:
            self._balance = BALANCE
            self._orders = dict(STANDING_ORDERS)

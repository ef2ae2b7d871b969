"""Who may optimise a picture now: one visitor at a time, the others in the order in which they came."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

LOOK = 0.5  # seconds after which who waits is asked whether they still do


class Turns:
    """A queue. Two pictures optimised at once would each take more than twice as long, and twice the memory."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._queue: list[object] = []

    @contextmanager
    def turn(self, on_waiting: Callable[[int], object]) -> Iterator[None]:
        """Waits for one's turn, and tells now and then how many are ahead; who raises leaves the queue."""
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
        try:
            while ahead := self._ahead(ticket):
                on_waiting(ahead)
                with self._changed:
                    self._changed.wait(LOOK)
            yield
        finally:
            with self._changed:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _ahead(self, ticket: object) -> int:
        with self._changed:
            return self._queue.index(ticket)

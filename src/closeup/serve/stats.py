"""What a server has done, as its clients may ask: counts, and how often it was asked twice."""

from collections import Counter


class Stats:
    """Counts since the start or the last reset. Some 150 bytes a request are held until then."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Begin anew; what is in flight stays so."""
        self.requests = 0
        """Chat completions asked for."""
        self.answered = 0
        """Replies of the model that were sent."""
        self.repeats = 0
        """Requests whose very body had been answered before."""
        self.left = 0
        """Requests whose client went away before anything was sent."""
        self.bytes = 0
        """Of the bodies received."""
        self.peak = self.in_flight
        """Most requests in flight at a time."""
        self.status: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._images: set[str] = set()
        self._asked: Counter[bytes] = Counter()
        self._answered: set[bytes] = set()

    def begins(self) -> None:
        """A request came in."""
        self.requests += 1
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)

    def ends(self, status: int | None) -> None:
        """It was answered with this status, or its client has left."""
        self.in_flight -= 1
        if status is None:
            self.left += 1
        else:
            self.status[str(status)] += 1

    def asks(self, body: bytes) -> int:
        """Count a request by the hash of its body; how often it had been asked before."""
        before = self._asked[body]
        self._asked[body] += 1
        self.repeats += body in self._answered
        return before

    def answers(self, body: bytes) -> None:
        """The model's reply to this body goes out."""
        self.answered += 1
        self._answered.add(body)

    def shows(self, page: str) -> None:
        """An image was received, named by its hash."""
        self._images.add(page)

    @property
    def images(self) -> int:
        """Distinct images received."""
        return len(self._images)

    def told(self) -> dict[str, object]:
        """All of it, for JSON."""
        return {
            "requests": self.requests,
            "answered": self.answered,
            "repeats": self.repeats,
            "left": self.left,
            "in_flight": self.in_flight,
            "peak": self.peak,
            "images": self.images,
            "bytes": self.bytes,
            "status": dict(sorted(self.status.items())),
            "faults": dict(sorted(self.faults.items())),
        }

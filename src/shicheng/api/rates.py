"""How often a program may ask: a bucket for each token and each address, in the memory of this process.

An archive that is served by several web processes gives each of them its own buckets.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

_MOST_BUCKETS = 20_000
_WINDOW = 60  # seconds


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after one request; `wait` is the number of seconds until the next is allowed, 0 if now."""

    limit: int
    remaining: int
    reset: int  # seconds until everything is allowed again
    wait: int

    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers, and Retry-After where the limit is used up."""
        fields = {
            "RateLimit-Policy": f'"default";q={self.limit};w={_WINDOW}',
            "RateLimit": f'"default";r={self.remaining};t={self.reset}',
        }
        if self.wait:
            fields["Retry-After"] = str(self.wait)
        return fields


class Buckets:
    """Token buckets: full at first, refilled evenly, `rate` requests a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}  # what is in it, when that was worked out

    def take(self, who: str, rate: int) -> Allowance:
        """Take one request out of a bucket, if there is one in it."""
        now = self._clock()
        with self._lock:
            level, then = self._buckets.pop(who, (float(rate), now))
            level = min(float(rate), level + (now - then) * rate / _WINDOW)
            wait = 0 if level >= 1 else max(1, math.ceil((1 - level) * _WINDOW / rate))
            if not wait:
                level -= 1
            if len(self._buckets) >= _MOST_BUCKETS:
                self._forget(now)
            self._buckets[who] = (level, now)  # at the end: the first ones are those not seen for longest
        return Allowance(rate, int(level), math.ceil((rate - level) * _WINDOW / rate), wait)

    def _forget(self, now: float) -> None:
        for who in list(self._buckets)[: _MOST_BUCKETS // 10]:
            del self._buckets[who]


buckets = Buckets()

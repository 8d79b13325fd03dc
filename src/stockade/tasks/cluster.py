"""Tasks on a Dask cluster: the same work, handed to a scheduler by its address.

Whoever reaches a Dask scheduler can run code on its workers, and its messages are not secret: it belongs on
a network of one's own, or behind ``tls://``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any

try:
    import distributed
    from distributed.comm.core import CommClosedError
    from distributed.scheduler import KilledWorker
except ImportError:  # an extra: most need no cluster
    distributed = None
    LOST = (CancelledError,)
else:
    LOST = (KilledWorker, CommClosedError, CancelledError)

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.tasks.work import one_thread
from stockade.tasks.workers import Workers

ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:\d{1,5}")
SECONDS_TO_ANSWER = 10
SECONDS_WITHOUT_WORKERS = 60


def _alone(function: Callable[..., Any], *arguments: object) -> Any:
    """Calls a function with one thread, on a worker that may have joined or come back just now."""
    one_thread()
    return function(*arguments)


class Cluster(Workers):
    """The workers of a Dask scheduler; tasks of a worker that dies go to another one.

    Args:
        address: Of the scheduler, ``tcp://host:port``.

    Raises:
        StockadeError: ``no-scheduler``; ``no-cluster-extra`` where Dask is not installed.
    """

    def __init__(self, address: str) -> None:
        if distributed is None:
            hint = "Install the extra: pip install 'stockade[cluster]', here and on the workers."
            said = "Dask, which runs clusters, is not installed"
            raise StockadeError(Diagnostic("no-cluster-extra", said, Place(name="scheduler"), address, hint))
        if not ADDRESS.fullmatch(address):
            raise _nobody(address, "this is no address of a scheduler")
        self._address = address
        try:
            self._client = distributed.Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _nobody(address, "no scheduler answers at this address") from error
        # As many as there are threads: what waits at a worker that dies would be suspected with what it did.
        threads = sum(worker["nthreads"] for worker in self._workers().values())
        self.waiting = max(2, threads)
        # The scheduler tries a task several times by itself before it says that its workers died.
        self.deaths = 2
        self._alone_since: float | None = None
        # Not pure in Dask's eyes: nothing is taken from an earlier call but what our own folder keeps.
        self._executor = self._client.get_executor(pure=False)

    def _workers(self) -> dict[str, dict[str, Any]]:
        return self._client.scheduler_info(n_workers=-1)["workers"]

    def submit(self, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        """Hands a call over."""
        if self._client.status != "running":
            self.renew()
        return self._executor.submit(_alone, function, *arguments)

    def lost(self, error: BaseException) -> bool:
        """Returns whether an exception says that a worker was lost."""
        return isinstance(error, LOST)

    def renew(self) -> None:
        """Makes sure that the scheduler is still there; it replaces its workers itself.

        Raises:
            StockadeError: ``scheduler-lost``.
        """
        if self._client.status != "running":
            hint = "Start it again and repeat the command: what was finished is kept."
            said = "the scheduler is gone"
            place = Place(name="scheduler")
            raise StockadeError(Diagnostic("scheduler-lost", said, place, self._address, hint))

    def look(self) -> None:
        """Sees whether there are workers.

        Raises:
            StockadeError: ``no-workers``, ``scheduler-lost``.
        """
        self.renew()
        if self._workers():
            self._alone_since = None
            return
        self._alone_since = self._alone_since or time.monotonic()
        if time.monotonic() - self._alone_since > SECONDS_WITHOUT_WORKERS:
            hint = (
                f"Start some with `dask worker {self._address}` and repeat the command: what is done is kept."
            )
            said = f"the scheduler has had no workers for {SECONDS_WITHOUT_WORKERS} seconds"
            place = Place(name="scheduler")
            raise StockadeError(Diagnostic("no-workers", said, place, self._address, hint))

    def close(self, *, at_once: bool) -> None:
        """Lets the workers go: after what they are doing, or at once."""
        self._executor.shutdown(wait=not at_once)
        self._client.close()


def _nobody(address: str, said: str) -> StockadeError:
    hint = "Start one with `dask scheduler`, workers with `dask worker ADDRESS`, and write tcp://HOST:PORT."
    return StockadeError(Diagnostic("no-scheduler", said, Place(name="scheduler"), address, hint))

"""Run one function on several tasks, each in a process of its own: on this machine or on a Ray cluster."""

import multiprocessing
import os
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from core.errors import MienError
from core.processors import available_cores
from core.settings import settings
from training.devices import find_devices
from training.ray_environment import ray_environment

Task = TypeVar("Task")
Result = TypeVar("Result")

KNOCK_SECONDS = 5

ENDED = (
    "A process was ended from outside, most likely for want of memory: use fewer --workers and call again. "
    "What was finished is kept."
)


class ClusterError(MienError):
    """The Ray cluster cannot be used."""


class EndedError(MienError):
    """A process was ended before its task was done."""


def run_all(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> Iterator[tuple[int, Result]]:
    """Yield (number of the task, its result) as they end; on Ray where `MIEN_RAY_ADDRESS` is set.

    Args:
        function: of a module, since it is called in other processes.
        workers: processes at a time on this machine; a cluster decides for itself.

    Raises:
        ClusterError: the cluster does not answer, or Ray is not installed.
        EndedError: one of the processes was killed.
    """
    address = settings().ray_address
    yield from _on_ray(function, tasks, address) if address else _on_this_machine(function, tasks, workers)


def default_workers() -> int:
    """One process for four processors: two trainings that share two are slower than one after the other.

    On a GPU one after the other: each takes the card's memory for itself.
    """
    return 1 if find_devices()[0].is_gpu else max(1, available_cores() // 4)


def _on_this_machine(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> Iterator[tuple[int, Result]]:
    # Never fork: a process forked after TensorFlow has loaded hangs.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _share_processors, (workers,), max_tasks_per_child=1)
    todo = deque(enumerate(tasks))
    futures: dict[Future[Result], int] = {}

    def submit_next() -> None:
        if todo:
            number, task = todo.popleft()
            futures[pool.submit(function, task)] = number

    try:
        for _ in range(workers):  # no more: what was submitted cannot be taken back where one is refused
            submit_next()
        while futures:
            done, _ = wait(futures, return_when=FIRST_COMPLETED)
            for future in done:
                result, number = future.result(), futures.pop(future)
                submit_next()
                yield number, result
    except BrokenProcessPool:
        raise EndedError(ENDED) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _share_processors(workers: int) -> None:
    """Called in each process before it loads Keras."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threads = str(max(1, available_cores() // workers))
    for variable in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ.setdefault(variable, threads)


def _end_with_parent() -> None:
    """Train on for nobody: an orphan would hold its memory and its fold for good."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _on_ray(
    function: Callable[[Task], Result], tasks: Sequence[Task], address: str
) -> Iterator[tuple[int, Result]]:
    ray = _connect(address)
    try:
        gpus = 1 if ray.cluster_resources().get("GPU") else 0
        remote = ray.remote(num_gpus=gpus, max_calls=1)(function)
        waiting = {remote.remote(task): number for number, task in enumerate(tasks)}
        while waiting:
            (done, *_), _ = ray.wait(list(waiting), num_returns=1)
            try:
                result = ray.get(done)
            except ray.exceptions.RayTaskError as error:
                raise error.cause from None  # as if it had failed here
            except ray.exceptions.RayError:  # its machine is gone, or its memory was too small
                raise EndedError(ENDED) from None
            yield waiting.pop(done), result
    finally:
        ray.shutdown()


def _connect(address: str) -> Any:  # noqa: ANN401 - the module, which is not always installed
    try:
        import ray
    except ImportError:
        raise ClusterError("MIEN_RAY_ADDRESS is set but Ray is missing: install the ray extra.") from None
    try:
        knock(address)
        ray.init(
            address,
            runtime_env=ray_environment(),
            log_to_driver=False,
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise ClusterError(
            f"The Ray cluster at {address} does not answer: start it, or unset MIEN_RAY_ADDRESS."
        ) from error
    return ray


def knock(address: str) -> None:
    """Raise OSError at once where nobody listens: Ray itself would go on asking for minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), KNOCK_SECONDS).close()

"""Room background, registry: which functions carry which jobs, and which of them run by the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., None])
JOBS: dict[str, Callable[..., None]] = {}
# Name of a job without arguments → cron line, in Beijing time; six fields begin with the second.
SCHEDULES: dict[str, str] = {}


def job(name: str) -> Callable[[Function], Function]:
    """Declare the function that does the job `name`; it opens its own transactions and may run twice."""

    def register(function: Function) -> Function:
        JOBS[name] = function
        return function

    return register


def schedule(name: str, cron: str) -> Callable[[Function], Function]:
    """Declare a job that is done by the clock: once at each instant of `cron`, whatever workers there are."""

    def register(function: Function) -> Function:
        SCHEDULES[name] = cron
        return job(name)(function)

    return register


def run(name: str, args: list[Any]) -> None:
    """Do the job. Raises LookupError for a name that this version does not know."""
    if name not in JOBS:
        raise LookupError(f"没有名为“{name}”的后台任务，可能是由其他版本的程序登记的。")
    JOBS[name](*args)

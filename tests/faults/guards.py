"""Gateways that lack one of their guards: what looks for faults must find them out."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from gateway.exchange.facts import fact_of, lease_expired
from gateway.model import Fact


def _lease_says_not_sent(**known: Any) -> Fact:
    return lease_expired(**known)._replace(kind="not_sent")


def _silence_says_not_sent(reply: Any, **known: Any) -> Fact:
    fact = fact_of(reply, **known)
    return fact._replace(kind="not_sent") if fact.kind == "unknown" else fact


GUARDS: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "a lease that is over is unknown": ("gateway.exchange.due", "lease_expired", _lease_says_not_sent),
    "silence is unknown": ("gateway.exchange.story", "fact_of", _silence_says_not_sent),
    "doubt is sticky": ("gateway.exchange.judge", "unresolved", lambda history, policy: None),
}


def remove(guard: str) -> None:
    """In this process, for the rest of its life."""
    put(*GUARDS[guard])


def put(module: str, name: str, value: object) -> None:
    """Into a module that has this name already; one that has moved is no reason to do nothing."""
    there = import_module(module)
    if not hasattr(there, name):
        raise AttributeError(f"{module} has no {name}")
    setattr(there, name, value)

"""Structured logs: one JSON object a line on stderr, from a closed list of events, never a value of a document."""

import logging
import sys
from typing import Any, BinaryIO

import orjson
import structlog

EVENTS = frozenset(
    {
        "gateway.started", "gateway.stopping", "gateway.stopped",
        "process.started", "process.not_started", "process.ended", "process.overdue",
        "renewal.done", "renewal.failed",
        "release.activated", "release.withheld", "catalogue.imported",
        "exchange.admitted", "exchange.sending", "exchange.delivered", "exchange.refused", "exchange.deferred",
        "exchange.held", "exchange.abandoned", "exchange.withdrawn", "exchange.late_reply", "exchange.read",
        "exchange.hastened",
        "calendar.unknown",
        "inward.taken", "inward.repeated", "inward.refused", "inward.later", "inward.barred", "inward.closed",
        "circuit.opened", "circuit.closed", "session.refreshed", "certificate.ends",
        "worker.failed", "request.failed", "console.not_elsewhere", "checkpoint.signed",
        "library.spoke", "storage.full", "storage.free",
        "reconcile.done", "log.epoch", "values.shown", "upload.whole", "materials.swept", "desk.recorded",
        "print.made", "content.erased",
        "webhook.away", "webhook.reached",
        "cosignature.given", "cosignature.refused", "cosignature.silent", "witness.refused",
        "checkpoint.unpublished", "certificate.made", "certificate.failed",
    }
)  # fmt: skip


def _known_event(logger: Any, name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if event["event"] not in EVENTS:
        raise KeyError(f"no log event {event['event']!r}: add it to gateway.logs.EVENTS")
    return event


def _dumps(event: Any, **options: Any) -> bytes:
    return orjson.dumps(event, default=str)


def _failure(logger: Any, name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An exception as its type and place; its text could hold anything, so it is left out."""
    error = event.pop("failure", None)
    if isinstance(error, BaseException):
        last = error.__traceback__
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        where = f"{last.tb_frame.f_globals.get('__name__')}:{last.tb_lineno}" if last else ""
        event["error"], event["where"] = type(error).__name__, where
    return event


class _Foreign(logging.Handler):
    """What libraries log, as who spoke and from where: their texts hold requests, addresses, values."""

    def emit(self, record: logging.LogRecord) -> None:
        failure = record.exc_info[1] if record.exc_info else None
        get("library").warning(
            "library.spoke", library=record.name, line=f"{record.module}:{record.lineno}", failure=failure
        )


def configure(level: int = logging.INFO, stream: BinaryIO | None = None, *, pid: int | None = None) -> None:
    """pid: stands in every line, where several processes write to one place."""

    def says_who(logger: Any, name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return event if pid is None else {**event, "pid": pid}

    logging.basicConfig(level=logging.WARNING, handlers=[_Foreign()], force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _known_event,
            _failure,
            says_who,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(file=stream or sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


def get(name: str) -> Any:
    return structlog.get_logger(part=name)

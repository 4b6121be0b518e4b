"""Errors of the adapters; the type says what to do next, attributes what was seen, never a value."""

from collections.abc import Sequence

from adapters.problems import Problem


class AdapterError(Exception):
    """Base of everything that an adapter raises by intention."""


class Unencodable(AdapterError):
    """The document cannot be carried to this platform; all problems together."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{problem.path}: {problem.code}" for problem in problems))
        self.problems = tuple(problems)


class Garbled(AdapterError):
    """The answer cannot be read as what the platform declares; `what` is a stable word."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class NotSent(AdapterError):
    """Surely no byte of this message left us; the same message may be sent again."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Unknown(AdapterError):
    """A byte may have left and no whole answer came: the platform may or may not have the message."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class LeaseOver(AdapterError):
    """Raised by the caller's `go`: the claim on this exchange has run out, nothing may leave."""


class MaterialMissing(AdapterError):
    """Raised by the caller's `materials`: a file that the message names cannot be read now."""


class SessionFailed(AdapterError):
    """The platform gave no session secret; nothing of the message was sent."""


class SessionBarred(AdapterError):
    """The platform refuses our credential when asked for a session secret; `code` is theirs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unbuildable(AdapterError):
    """The declaration and its contract do not fit together; `path` leads into platform.yaml."""

    def __init__(self, path: Sequence[str], what: str, write: str) -> None:
        super().__init__(f"{'.'.join(path)}: {what}: {write}")
        self.path = tuple(path)
        self.what = what
        self.write = write

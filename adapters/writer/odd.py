"""What the writer says no with: to a type when it is compiled, to a document when it is written."""


class Unclaimed(Exception):
    """A type that the writer does not write; `reason` is shown to whoever asks why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Odd(Exception):
    """A document or value that zeep must look at itself; it may still be refused there, or written."""


class Unsaid(Exception):
    """A demand of a schema that only libxml2 can judge; `reason` is shown to whoever asks why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

"""The lines of a drafted file, with its reasons and its numbered questions as comments."""

import json
import re
from dataclasses import dataclass, field

_PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w.\u4e00-\u9fff-]*")
_COMMENTS_AT = 62


@dataclass(slots=True)
class Questions:
    """Numbers what is left to decide, through all files of a draft."""

    asked: list[str] = field(default_factory=list)

    def ask(self, text: str) -> str:
        self.asked.append(text)
        return f"?{len(self.asked)} {text}"


@dataclass(slots=True)
class Lines:
    """Text that grows; depth counts steps of two spaces."""

    text: list[str] = field(default_factory=list)

    def add(self, depth: int, key: str, value: str, comment: str = "") -> None:
        self._put(f"{'  ' * depth}{quoted(key)}: {value}".rstrip(), comment)

    def element(self, depth: int, value: str, comment: str = "") -> None:
        self._put(f"{'  ' * depth}- {value}", comment)

    def remark(self, depth: int, text: str) -> None:
        self.text.append(f"{'  ' * depth}# {text}")

    def has_fields(self) -> bool:
        """Whether anything stands there but remarks."""
        return any(not line.lstrip().startswith("#") for line in self.text)

    def _put(self, line: str, comment: str) -> None:
        self.text.append(f"{line.ljust(_COMMENTS_AT)} # {comment}" if comment else line)

    def __str__(self) -> str:
        return "\n".join(self.text) + "\n"


def quoted(text: str) -> str:
    """A YAML key or plain text, in quotes where YAML would read something else."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)

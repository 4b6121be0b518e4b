"""The files of a contract as they stand on a disk: the one that is named, and what lies beside and below it."""

import re
from pathlib import Path

from mappings.problems import Finding, Unreadable

_KINDS = frozenset({".wsdl", ".xsd", ".xml", ".yaml", ".yml", ".json"})
_DECLARED = re.compile(r"""(\A\s*<\?xml[^>]*encoding=["'])[^"']*(["'])""")
_MOST = 500  # a folder of downloads is no contract


def gathered(contract: Path | None, samples: tuple[Path, Path] | None) -> tuple[str, dict[str, str]]:
    """(path of the contract, texts by path), all below `contract/` as a platform's folder has them.

    Raises Unreadable for what is no text, or too much.
    """
    if samples is not None and contract is None:
        request, answer = samples
        return f"contract/sample.request{request.suffix}", {
            f"contract/sample.request{request.suffix}": text_of(request),
            f"contract/sample.response{request.suffix}": text_of(answer),
        }
    if contract is None or samples is not None:
        one = "write --wsdl FILE, --openapi FILE, or --sample REQUEST ANSWER"
        raise Unreadable([Finding("-", 1, 1, "one contract, or one pair of samples is needed", one)])
    return f"contract/{contract.name}", {f"contract/{path}": text for path, text in _needed(contract).items()}


def _needed(contract: Path) -> dict[str, str]:
    """The contract, and what is named in it or in what it needs, as far as that lies beside or below it."""
    folder = contract.parent
    beside = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _KINDS and path.is_file()
    }
    found: dict[str, str] = {}
    wanted = [contract.name]
    while wanted and len(found) < _MOST:
        name = wanted.pop()
        found[name] = text = text_of(beside.get(name, contract))
        wanted += [
            each
            for each, path in beside.items()
            if each not in found and each not in wanted and path.name in text
        ]
    return found


def text_of(path: Path) -> str:
    """Raises Unreadable."""
    raw = path.read_bytes()
    for charset in ("utf-8-sig", "gb18030"):
        try:
            return _DECLARED.sub(r"\1UTF-8\2", raw.decode(charset), count=1)  # it is kept as UTF-8
        except UnicodeDecodeError:
            continue
    raise Unreadable([Finding(str(path), 1, 1, "neither UTF-8 nor GB18030", "save it as UTF-8")])

"""The checkout as the shape tests read it: files, syntax trees, and the words that they define."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
INSTALLED = ("gateway", "adapters", "mappings", "audit")


def production() -> list[Path]:
    """Every Python file that is installed."""
    return [path for package in INSTALLED for path in sorted((CHECKOUT / package).rglob("*.py"))]


def suite() -> list[Path]:
    """Every Python file of the tests."""
    return sorted((CHECKOUT / "tests").rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of its tree; of what is installed, which is looked through again and again."""
    return tuple(ast.walk(tree(path)))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in nodes(path) if isinstance(node, ast.Call))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return (node for node in nodes(path) if isinstance(node, kinds))


def defined(path: Path) -> Iterator[str]:
    """Names that a file gives: its own, its classes, functions, parameters, variables."""
    yield path.stem
    for node in nodes(path):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.id


def words(identifier: str) -> list[str]:
    """`pooledConnection_of` -> pooled, connection, of."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier)
    return [word.lower() for word in spaced.split("_") if word]

"""The words of mapping files, one module per theme. Importing this package registers them all."""

from mappings.words import (
    any_times,
    charset,
    codes,
    digests,
    divisions,
    encodings,
    identity,
    lists,
    materials,
    names,
    numbers,
    text,
    times,
    trees,
)
from mappings.words.manual import entry, reference
from mappings.words.registry import REGISTER, BadArgument, Example, Word

__all__ = [
    "REGISTER",
    "BadArgument",
    "Example",
    "Word",
    "any_times",
    "charset",
    "codes",
    "digests",
    "divisions",
    "encodings",
    "entry",
    "identity",
    "lists",
    "materials",
    "names",
    "numbers",
    "reference",
    "text",
    "times",
    "trees",
]

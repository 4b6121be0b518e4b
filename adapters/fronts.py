"""What platform.yaml says of a front: tables of a front database (前置库), folders of a file drop (网闸)."""

from typing import Annotated, Literal

from pydantic import Field

from adapters.notation import Charset, Declared, Texts

Name = Annotated[str, Field(pattern=r"^\w+$", max_length=128)]
Folder_ = Annotated[str, Field(pattern=r"^[^/\s.][^/\s]*(/[^/\s.][^/\s]*)*$")]
Suffix = Annotated[str, Field(pattern=r"^\.[A-Za-z0-9]+$")]
FileName = Annotated[str, Field(pattern=r"^[^/\s.][^/\s]*$")]
Kind = Literal["text", "char", "integer", "decimal", "date", "timestamp", "blob"]


class Column(Declared):
    """One column (字段).

    type:     `char` is padded with blanks over there; `blob` takes a material's bytes, `text` its base64.
    length:   most characters.    bytes: most bytes in the database's charset.
    required: it may not be empty (NOT NULL without a default).
    by:       who writes it: `us`; `them` (we only read it); `both`: we first, they afterwards, like a status.
    values:   the codes that it may hold; any, where left out.
    """

    type: Kind = "text"
    length: int | None = Field(default=None, ge=1)
    bytes: int | None = Field(default=None, ge=1)
    required: bool = False
    by: Literal["us", "them", "both"] = "us"
    values: Texts | None = None


class Table(Declared):
    """One table (表). key: the column with our number.    order: the column by which rows of one case are read.

    day: the column by which the rows of one day are listed.
    """

    key: Name
    columns: dict[Name, Column] = Field(min_length=1)
    order: Name | None = None
    day: Name | None = None


class Database(Declared):
    """Their front database: nothing is written but to these columns of these tables.

    charset: of the database, or of what reads it.    schema: where the tables are; else the account's own.
    """

    charset: Charset = "utf-8"
    schema_: Name | None = Field(default=None, alias="schema")
    tables: dict[Name, Table] = Field(min_length=1)


class Digest(Declared):
    """A file beside each file, with its digest in hex: `NAME.xml` + suffix."""

    algorithm: Literal["md5", "sha1", "sha256", "sm3"] = "sha256"
    suffix: Suffix


class Folder(Declared):
    """Their folders, below the address of this installation.

    drop:    where we put files.    answers: where theirs come.
    taken:   where they keep what they took from us; without it nothing shows that they took it.
    format, root, charset: of the documents in both directions.
    beside:  name rule of materials as files of their own, `{n}` counting from 1; else they are base64 inside.
    marker:  suffix of the empty file that is put last and says that a file is whole; also of theirs, where
             `answers_marked`.
    """

    drop: Folder_
    answers: Folder_ | None = None
    taken: Folder_ | None = None
    format: Literal["json", "xml"]
    root: Name | None = None
    charset: Charset = "utf-8"
    beside: FileName | None = None
    marker: Suffix | None = None
    digest: Digest | None = None
    answers_marked: bool = False

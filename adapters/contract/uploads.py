"""Files in a form of parts (multipart/form-data), as a mapping writes them: content, name, media type."""

from dataclasses import replace

from adapters.contract.model import Part

MULTIPART = "multipart/form-data"
_INSIDE = (
    Part("@filename", "text", required=True, title="文件名"),
    Part("@type", "text", title="媒体类型", pattern="^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$"),
    Part("#text", "binary", required=True, title="文件内容"),
)


def is_upload(media: str) -> bool:
    return media.partition(";")[0].strip().lower() == MULTIPART


def uploaded(part: Part, media: str) -> Part:
    """A member of the form: one that is binary is a file; `byte` says that it is base64 in a text."""
    if not is_upload(media) or part.kind != "binary" or part.form == "byte":
        return part
    return replace(part, kind="object", form="", open=False).holding(_INSIDE)

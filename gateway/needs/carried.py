"""Whether a message can say that something stands for a material. What it cannot say must not get lost in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.needs.problems import Lack
from gateway.releases.routes import Route
from mappings.problems import Unmappable

WHOLE, KIND = "materials.instead", "materials.instead.kind"  # passed on as it is, or by a code of theirs


def uncarried(route: Route, document: Mapping[str, Any]) -> Iterator[Lack]:
    """A problem for each material that something stands for, where the mapping has no word for it.

    Else a material that is owed would leave as one that is there, or not at all.
    """
    try:
        mapping = route.mapping_for(dict(document))
    except Unmappable:
        return  # several overlays fit, which is told by itself
    if mapping.sources & {WHOLE, KIND}:
        return
    for place, material in enumerate(document.get("materials", ())):
        if instead := material.get("instead"):
            facts = {"found": instead["kind"]}
            yield Lack(f"/materials/{place}/instead/kind", "material_instead_not_carried", facts)

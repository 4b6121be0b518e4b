"""What stands for a required material (材料对应): a file of ours, a licence, data, a pledge, nothing."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import sqlalchemy as sa

from gateway.guides.store import codes_of
from gateway.items.item import covers, places, short_division
from gateway.needs.tables import stands
from gateway.store.connection import Connection

Means = Literal["file", "licence", "data", "pledge", "exempt", "owed"]
MEANS = ("file", "licence", "data", "pledge", "exempt", "owed")


class Stands(NamedTuple):
    """材料对应: what is at hand here takes the place of what is required there, in a period, on whose word.

    means: file 文件, licence 电子证照, data 数据核验, pledge 告知承诺, exempt 免交, owed 容缺后补
    here_code: of the material here, the type of licence, the name of the data; "" for any
    there_item: normalised code; "" for every item there. here_division: "" for every place
    """

    id: str
    there_division: str
    there_item: str
    there_code: str
    here_division: str
    means: str
    here_code: str
    valid_from: str
    valid_to: str
    source: str

    def holds(self, here: str, day: str) -> bool:
        """Whether it speaks for this place on this ISO day."""
        around = not self.here_division or self.here_division in places(short_division(here))
        return around and covers(self.valid_from, self.valid_to, day)


def _bind(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


COLUMNS = [stands.c[name] for name in Stands._fields]
OF_ITEM = (
    sa.select(*COLUMNS)
    .where(stands.c.there_division == _bind("division"), stands.c.there_item == _bind("item"))
    .order_by(stands.c.id)
)
BY_ID = sa.select(*COLUMNS).where(stands.c.id == _bind("id"))
REMOVE = sa.delete(stands).where(stands.c.id == _bind("id"))
ADD = sa.insert(stands)


def stands_for(connection: Connection, division: str, item: str) -> Sequence[Stands]:
    """Every row, in any period, for the materials of an item: of its codes or all items, up the divisions."""
    return [
        Stands._make(row)
        for place in places(short_division(division))
        for code in (*codes_of(item), "")
        for row in connection.rows(OF_ITEM, {"division": place, "item": code})
    ]

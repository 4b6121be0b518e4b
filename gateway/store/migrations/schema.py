"""All tables of the program: the trunk's with the catalogue, guides and aligned materials, and the log's own."""

from audit.tables import metadata as LOG
from gateway.guides import tables as _guides  # noqa: F401 - its tables join the metadata
from gateway.items import tables as _items  # noqa: F401 - its tables join the metadata
from gateway.items.likeness import tables as _likeness  # noqa: F401 - likewise
from gateway.needs import tables as _needs  # noqa: F401 - its tables join the metadata
from gateway.store import accounts as _accounts  # noqa: F401 - likewise
from gateway.store import desk as _desk  # noqa: F401 - likewise
from gateway.store import followed as _followed  # noqa: F401 - likewise
from gateway.store import holds as _holds  # noqa: F401 - likewise
from gateway.store import joints as _joints  # noqa: F401 - likewise
from gateway.store import letters as _letters  # noqa: F401 - likewise
from gateway.store import parcels as _parcels  # noqa: F401 - likewise
from gateway.store import results as _results  # noqa: F401 - likewise
from gateway.store import saved as _saved  # noqa: F401 - likewise
from gateway.store import unmaskings as _unmaskings  # noqa: F401 - likewise
from gateway.store import uploads as _uploads  # noqa: F401 - likewise
from gateway.store import visits as _visits  # noqa: F401 - likewise
from gateway.store import watched as _watched  # noqa: F401 - likewise
from gateway.store import witnessed as _witnessed  # noqa: F401 - likewise
from gateway.store.tables import metadata

METADATA = [metadata, LOG]
TABLES = [*metadata.sorted_tables, *LOG.sorted_tables]

"""Warning lists: hosts, networks and hashes that are well known and usually harmless (MISP warninglists, CC0, vendored).

`python -m secdigest_pipeline.indicators.warninglists update PATH` takes newer lists from a MISP lists folder.
"""

from secdigest_pipeline.indicators.warninglists.catalog import PLATFORM_NAMES
from secdigest_pipeline.indicators.warninglists.local import NO_LOCAL, LocalList, LocalListError, load_local
from secdigest_pipeline.indicators.warninglists.lookup import (
    RESOLVERS,
    WELL_KNOWN_HOSTS,
    Hit,
    WarningLists,
    is_customer_name,
    is_known_service,
    names_a_thing,
    services,
    vendored,
)

__all__ = [
    "NO_LOCAL",
    "PLATFORM_NAMES",
    "RESOLVERS",
    "WELL_KNOWN_HOSTS",
    "Hit",
    "LocalList",
    "LocalListError",
    "WarningLists",
    "is_customer_name",
    "is_known_service",
    "load_local",
    "names_a_thing",
    "services",
    "vendored",
]

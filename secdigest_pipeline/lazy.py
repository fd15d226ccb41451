"""Names of a package that are imported when they are asked for.

Every process of Dagster loads the code location and every worker process its parser; neither should pay for pandas,
Arrow, an HTTP client or thousands of compiled patterns that it does not use.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy(package: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """`__getattr__` (PEP 562) of `package`: each name of `homes[module]` is taken from that module of the package.

    A name that is also the name of a module cannot be among them: once imported, the module stands in its place.
    """
    home_of = {name: module for module, names in homes.items() for name in names}

    def get(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{home_of[name]}"), name)

    return get

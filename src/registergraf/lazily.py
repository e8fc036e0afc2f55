"""Packages whose modules are imported when something of them is used, so that who needs little starts fast and small.

What serves reads a release and needs neither the reasoner nor pySHACL, which the packages beside it are made with.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["importing"]


def importing(package: str, modules: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package (PEP 562) that has names from its modules; keys are modules, values names."""
    where = {name: module for module, names in modules.items() for name in names}

    def get(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = importlib.import_module(f"{package}.{where[name]}")
        # All of them, since the import has bound the module's own name, which may be that of a function in it.
        vars(sys.modules[package]).update({one: getattr(module, one) for one in modules[where[name]]})
        return getattr(module, name)

    return get

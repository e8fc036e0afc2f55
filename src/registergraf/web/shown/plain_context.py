"""How templates call what they are given: at once, since nothing of it but macros asks for anything of Jinja's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2.runtime import Context, Macro

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PlainContext"]


class PlainContext(Context):
    """A context that does not look for `pass_context` and its kin at each of the thousand calls of a page."""

    def call(self, called: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call it; Jinja's own arguments, which tell of loops and blocks, are for those who ask for the context."""
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        if isinstance(called, Macro):
            return called(self.eval_ctx, *args, **kwargs)
        return called(*args, **kwargs)

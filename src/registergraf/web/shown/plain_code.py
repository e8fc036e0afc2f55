"""What templates are compiled to: calls and values as Python has them, without what others' templates may need.

A page calls and writes some thousand times, and Jinja asks at each of them what it is that is called or written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2.compiler import CodeGenerator
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.compiler import Frame

__all__ = ["PlainCode", "written"]


class PlainCode(CodeGenerator):
    """Jinja's compiler, but for calls and for what is written."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        """Have `written` at hand."""
        self.writeline(f"from {__name__} import written")
        super().visit_Template(node, frame)

    def visit_Call(  # noqa: N802 - Jinja's name
        self,
        node: nodes.Call,
        frame: Frame,
        forward_caller: bool = False,  # noqa: FBT001, FBT002 - Jinja's signature
    ) -> None:
        """Call it, and do not ask first whether it wants to know the context: nothing that is called here does."""
        if node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("written(")
        else:
            super()._output_child_pre(node, frame, finalize)


def written(value: object) -> str:
    """A value as HTML; what is markup, as most of a page is, is not made again."""
    return value if type(value) is Markup else escape(value)

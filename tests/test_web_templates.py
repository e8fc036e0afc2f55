"""How templates are compiled: to the same HTML that Jinja's own compiler gives."""

from __future__ import annotations

import jinja2
import pytest
from markupsafe import Markup

from registergraf.web.shown.plain_code import PlainCode

TEMPLATES = {
    "a value": "{{ text }}",
    "markup": "{{ markup }} {{ markup ~ text }}",
    "a number and nothing": "{{ 3 }} {{ none }} {{ text if false }}",
    "a call": "{{ told(text, last=markup) }}",
    "a call with what is unpacked": "{{ told(*several, **named) }}",
    "a call in a loop": "{% for one in several %}{{ told(one) }}{{ loop.index }}{% endfor %}",
    "a macro": "{% macro m(a, b='<b>') %}{{ a }}{{ b }}{% endmacro %}{{ m(text) }}{{ m(text, markup) }}{{ m(b=text, a=1) }}",
    "a macro that calls back": "{% macro m(a) %}<p>{{ caller(a) }}</p>{% endmacro %}{% call(a) m(text) %}{{ a }}!{% endcall %}",
    "no escaping": "{% autoescape false %}{{ text }}{{ told(text) }}{% endautoescape %}",
}
GIVEN = {
    "text": "<i>&'\"",
    "markup": Markup("<em>so</em>"),
    "several": ["<1>", "<2>"],
    "named": {"last": "<3>"},
    "told": lambda first, second="", last="": f"{first}{second}{last}",
}


class Plain(jinja2.Environment):
    """An environment whose templates are compiled as ours are."""

    code_generator_class = PlainCode


@pytest.mark.parametrize("what", TEMPLATES)
def test_templates_are_compiled_to_the_same_html(what: str) -> None:
    """What is no markup is escaped, whoever calls whom."""
    ours, theirs = (
        kind(autoescape=True).from_string(TEMPLATES[what]).render(GIVEN) for kind in (Plain, jinja2.Environment)
    )
    assert ours == theirs
    assert ours

"""Liquid with limits: what is wrong is named, what is hostile ends soon, values are only data."""

import pytest

from domain.errors import ContentFault
from domain.mail import Recipient
from providers.templates import problems_of, render_body
from tests.unit.providers.test_mime import draft


@pytest.mark.parametrize(
    "text",
    ["{% if %}", "{{ x", "{% endfor %}", "{% include 'secret' %}", "{{ company }}"],
)
def test_a_template_that_cannot_work_is_refused_when_it_is_written(text: str) -> None:
    assert problems_of(text)


@pytest.mark.parametrize(
    "text",
    ["Hello {{ candidate.first_name }}", "{{ candidate.fields.role | default: 'role' }}", "plain"],
)
def test_a_template_that_works_is_not(text: str) -> None:
    assert problems_of(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}",
        "{% assign s = 'xxxxxxxxxx' %}{% for a in (1..60) %}{% assign s = s | append: s %}"
        "{% endfor %}{{ s }}",
    ],
)
def test_a_hostile_template_ends_with_a_fault(text: str) -> None:
    with pytest.raises(ContentFault):
        render_body(text, draft())


def test_a_value_is_escaped_and_never_a_template() -> None:
    person = Recipient(first_name="<b>{{ candidate.email }}</b>", email="jo@x.example")

    html = render_body("<p>{{ candidate.first_name }}</p>", draft(recipient=person))

    assert html == "<p>&lt;b&gt;{{ candidate.email }}&lt;/b&gt;</p>"

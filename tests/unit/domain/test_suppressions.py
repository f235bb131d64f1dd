"""Suppressions: what a value names, whom an entry covers, and which one decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.addresses import chosen_address
from domain.breadth import Breadth, breadth_of
from domain.suppressions import (
    ENDS_AS,
    Entry,
    Origin,
    SuppressionKind,
    SuppressionReason,
    Unfit,
    forbids,
    keys_of,
    normal,
    strongest,
)

K, R = SuppressionKind, SuppressionReason

labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
domains = st.lists(labels, min_size=2, max_size=5).map(".".join).filter(lambda d: "xn--" not in d)
locals_ = st.from_regex(r"[a-z0-9._+'-]{1,12}", fullmatch=True)


def entry(reason: R, value: str = "jo@acme.example", id_: str = "sup_1") -> Entry:
    return Entry(id=id_, kind=K.ADDRESS, value=value, reason=reason, origin=Origin.API)


@given(local=locals_, domain=domains)
def test_an_address_is_the_same_in_any_case_and_written_once(local: str, domain: str) -> None:
    written = f"{local}@{domain}"

    found = normal(K.ADDRESS, f"  {written.upper()} ")

    assert found.value == written
    assert normal(K.ADDRESS, found.value) == found


@given(local=locals_, domain=domains, data=st.data())
def test_a_domain_covers_itself_and_below_and_nothing_beside(
    local: str, domain: str, data: st.DataObject
) -> None:
    parts = domain.split(".")
    at = data.draw(st.integers(0, len(parts) - 1))
    above = normal(K.DOMAIN, ".".join(parts[at:])).value
    keys = keys_of("cand_1", [f"{local}@{domain}"], None)

    assert f"domain:{above}" in keys
    assert f"domain:x{above}" not in keys
    assert f"domain:sub.{domain}" not in keys
    assert f"address:{local}@{domain}" in keys


@given(st.text(max_size=40))
def test_whatever_is_given_is_normal_or_refused(value: str) -> None:
    for kind in K:
        try:
            found = normal(kind, value)
        except Unfit:
            continue
        assert normal(kind, found.value) == found
        assert found.value.isprintable()
        if kind in (K.ADDRESS, K.DOMAIN):
            assert " " not in found.value
            assert found.value.isascii() or kind is K.ADDRESS


@given(st.lists(st.sampled_from("aB C\t"), min_size=1).map("".join).filter(str.strip))
def test_a_company_is_compared_without_case_and_spaces(name: str) -> None:
    bare = "".join(name.split()).lower()

    assert f"company:{bare}" in keys_of("cand_1", [], f"x{name}"[1:])
    assert "".join(normal(K.COMPANY, name).value.split()).lower() == bare


@pytest.mark.parametrize(
    ("reason", "writes_to", "is_forbidden"),
    [
        (R.BOUNCED, "JO@acme.example ", True),
        (R.BOUNCED, "jo@home.example", False),
        (R.BOUNCED, None, False),
        (R.UNSUBSCRIBED, "jo@home.example", True),
        (R.COMPLAINED, None, True),
        (R.BLOCKED, "jo@home.example", True),
    ],
)
def test_a_bounce_is_about_an_address_and_the_rest_about_a_person(
    reason: R, writes_to: str | None, is_forbidden: bool
) -> None:
    assert forbids(entry(reason), writes_to) is is_forbidden


@given(st.permutations([entry(reason, id_=f"sup_{n}") for n, reason in enumerate(R)]))
def test_an_opt_out_decides_before_a_block_before_a_bounce(listed: list[Entry]) -> None:
    order = [R.UNSUBSCRIBED, R.COMPLAINED, R.BLOCKED, R.BOUNCED]
    while listed:
        first = strongest(listed, "jo@acme.example")
        assert first is not None
        assert first.reason is order.pop(0)
        listed = [one for one in listed if one is not first]


def test_every_reason_ends_with_a_code() -> None:
    assert set(ENDS_AS) == set(R)


@pytest.mark.parametrize(
    ("domain", "breadth"),
    [
        ("com", Breadth.PUBLIC_SUFFIX),
        ("co.uk", Breadth.PUBLIC_SUFFIX),
        ("com.br", Breadth.PUBLIC_SUFFIX),
        ("gmail.com", Breadth.FREE_MAIL),
        ("mail.gmail.com", None),
        ("acme.com", None),
        ("acme.co.uk", None),
        ("com.example", None),
    ],
)
def test_a_domain_of_strangers_is_told(domain: str, breadth: Breadth | None) -> None:
    assert breadth_of(domain) is breadth


def test_the_address_is_the_chosen_one_else_the_most_fitting() -> None:
    emails = [
        {"id": "1", "address": "o@x.example", "type": "other"},
        {"id": "2", "address": "p@x.example", "type": "personal"},
        {"id": "3", "address": "w@x.example", "type": "work"},
    ]

    assert chosen_address(emails, "1") == "o@x.example"
    assert chosen_address(emails, None) == "w@x.example"
    assert chosen_address(emails, "gone") == "w@x.example"
    assert chosen_address([], None) is None
    assert chosen_address([{"id": "1", "address": "  "}], None) is None

"""Opt-out tokens: found in any text, made by nobody else, good for one enrollment only."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import CHANCE_BITS, Prefix, encode
from domain.optouts import claimed_by, make_token, token_of

chances = st.integers(0, 2**CHANCE_BITS - 1)
workspaces = chances.map(lambda n: encode(Prefix.WORKSPACE, at_ms=1, chance=n))
enrollments = chances.map(lambda n: encode(Prefix.ENROLLMENT, at_ms=1, chance=n))
seals = st.binary(min_size=32, max_size=32)


@given(seals, workspaces, enrollments, seals)
def test_a_token_names_its_enrollment_and_only_its_key_made_it(
    seal: bytes, workspace: str, enrollment: str, other: bytes
) -> None:
    token = make_token(seal, workspace, enrollment)
    claimed = claimed_by(token)

    assert claimed is not None
    assert (claimed.workspace_id, claimed.enrollment_id) == (workspace, enrollment)
    assert claimed.is_sealed(seal)
    assert claimed.is_sealed(other) is (other == seal)
    assert re.fullmatch("[0-9a-z]{66}", token)


@given(seals, workspaces, enrollments, st.integers(0, 65), st.sampled_from("0123456789abcdefghjk"))
def test_a_changed_token_is_worth_nothing(
    seal: bytes, workspace: str, enrollment: str, at: int, letter: str
) -> None:
    token = make_token(seal, workspace, enrollment)
    changed = token[:at] + letter + token[at + 1 :]
    claimed = claimed_by(changed)

    assert claimed is None or claimed.is_sealed(seal) is (changed == token)


@given(st.text(max_size=80))
def test_whatever_is_shown_is_read_without_a_fault(text: str) -> None:
    found = token_of(text)

    assert found is None or claimed_by(found) is not None
    assert claimed_by(text) is None or token_of(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "unsubscribe {}",
        "Re: Unsubscribe {}",
        "https://reprise.example/unsubscribe/{}?utm=1",
        "mia+{}@sender.example",
        "<{}>",
    ],
)
def test_a_token_is_found_in_what_carries_it(text: str) -> None:
    token = make_token(bytes(32), f"wsp_{'1' * 20}", f"enr_{'2' * 20}")

    assert token_of(text.format(token)) == token
    assert token_of(text.format(token.upper())) == token
    assert token_of(text.format(token + "0")) is None
    assert token_of(text.format("")) is None

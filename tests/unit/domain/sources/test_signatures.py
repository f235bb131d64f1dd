"""Whose webhook is believed: a case per way to be wrong, for every kind of source."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sources.kinds import SPECS, SourceKind
from domain.sources.reading import MOST_BYTES, understand
from domain.sources.signatures import Refusal, Refused
from tests.unit.domain.sources.signers import KEY, SIGN, WHSEC, Signed, encoded, secret_of

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = '{"event": "é", "n": 1.50}'.encode()
KINDS = list(SourceKind)
TIMED = [kind for kind in KINDS if SPECS[kind].tolerance is not None]
OTHER = "whsec_" + "B" * 43 + "="


def read(kind: SourceKind, signed: Signed, *secrets: str, at: datetime = NOW) -> object:
    headers, body = signed
    return understand(kind, secrets or [secret_of(kind)], headers=headers, body=body, at=at)


def why(kind: SourceKind, signed: Signed, *secrets: str, at: datetime = NOW) -> Refusal:
    with pytest.raises(Refused) as refused:
        read(kind, signed, *secrets, at=at)
    return refused.value.why


@pytest.mark.parametrize("kind", KINDS)
class TestOfEachKind:
    def test_its_own_signature_is_believed(self, kind: SourceKind) -> None:
        assert read(kind, SIGN[kind](secret_of(kind), BODY, AT))

    def test_each_of_several_valid_secrets_counts(self, kind: SourceKind) -> None:
        signed = SIGN[kind](secret_of(kind), BODY, AT)

        assert read(kind, signed, OTHER, secret_of(kind))
        assert read(kind, signed, secret_of(kind), OTHER)

    def test_another_secret_is_forged(self, kind: SourceKind) -> None:
        assert why(kind, SIGN[kind](secret_of(kind), BODY, AT), OTHER) is Refusal.FORGED

    def test_without_a_valid_secret_nothing_is_believed(self, kind: SourceKind) -> None:
        headers, body = SIGN[kind](secret_of(kind), BODY, AT)

        with pytest.raises(Refused):
            understand(kind, [], headers=headers, body=body, at=NOW)

    def test_without_a_signature_it_is_unsigned(self, kind: SourceKind) -> None:
        assert why(kind, ({}, BODY)) is Refusal.UNSIGNED

    def test_one_changed_byte_is_forged(self, kind: SourceKind) -> None:
        headers, body = SIGN[kind](secret_of(kind), BODY, AT)
        changed = body.replace(b"tok-1", b"tok-2") if kind is SourceKind.LEVER else body + b" "

        assert why(kind, (headers, changed)) is Refusal.FORGED

    def test_the_same_json_in_other_bytes_is_forged(self, kind: SourceKind) -> None:
        if kind is SourceKind.LEVER:
            pytest.skip("Its signature covers no body: what it tells is asked for.")
        headers, body = SIGN[kind](secret_of(kind), BODY, AT)

        assert why(kind, (headers, body.replace(b"1.50", b"1.5"))) is Refusal.FORGED

    @pytest.mark.parametrize(
        "body", [b"", b"nothing", b"[1]", b"\xff\xfe", b'"text"', b"[" * 100_000, b'{"a":' * 5000]
    )
    def test_a_body_that_is_no_object_is_malformed(self, kind: SourceKind, body: bytes) -> None:
        if kind is SourceKind.LEVER:
            signed: Signed = ({}, body)
        else:
            signed = SIGN[kind](secret_of(kind), body, AT)

        assert why(kind, signed) is Refusal.MALFORMED

    def test_a_body_over_the_bound_is_too_large(self, kind: SourceKind) -> None:
        body = encoded({"pad": "x" * MOST_BYTES})

        assert why(kind, SIGN[kind](secret_of(kind), body, AT)) is Refusal.TOO_LARGE

    @pytest.mark.parametrize(
        "value",
        ["", "é", "v1=", "t=,v1=", "t=1", "sha256", "sha256 zz", "v1,%%%", "\0", "f" * 64, "v1,é"],
    )
    def test_hostile_headers_are_refused(self, kind: SourceKind, value: str) -> None:
        names = [*SIGN[kind](secret_of(kind), BODY, AT)[0], "webhook-id"]

        refusal = why(kind, (dict.fromkeys(names, value), BODY))

        assert refusal in (Refusal.UNSIGNED, Refusal.FORGED, Refusal.LATE)


@pytest.mark.parametrize("kind", TIMED)
class TestWithATime:
    def test_within_the_tolerance_it_is_believed(self, kind: SourceKind) -> None:
        tolerance = SPECS[kind].tolerance
        assert tolerance

        assert read(kind, SIGN[kind](secret_of(kind), BODY, AT), at=NOW + tolerance)

    def test_past_it_it_is_late(self, kind: SourceKind) -> None:
        tolerance = SPECS[kind].tolerance
        assert tolerance
        signed = SIGN[kind](secret_of(kind), BODY, AT)

        assert why(kind, signed, at=NOW + tolerance + timedelta(seconds=1)) is Refusal.LATE

    def test_from_the_future_it_is_late_too(self, kind: SourceKind) -> None:
        signed = SIGN[kind](secret_of(kind), BODY, AT)

        assert why(kind, signed, at=NOW - timedelta(minutes=6)) is Refusal.LATE


def test_a_signature_in_capitals_is_the_same() -> None:
    headers, body = SIGN[SourceKind.CALCOM](KEY, BODY, AT)
    value = headers["x-cal-signature-256"].upper()

    assert read(SourceKind.CALCOM, ({"x-cal-signature-256": value}, body))


@pytest.mark.parametrize(
    "stamp", [None, True, 1.5, "x", -1, 10**30, "9" * 40, float("inf"), [], {}]
)
def test_lever_with_a_strange_time_is_refused(stamp: object) -> None:
    body = encoded({"token": "t", "triggeredAt": stamp, "signature": "0" * 64})

    assert why(SourceKind.LEVER, ({}, body)) in (Refusal.UNSIGNED, Refusal.FORGED)


def test_a_standard_secret_is_read_with_and_without_its_prefix() -> None:
    signed = SIGN[SourceKind.CUSTOM](WHSEC, BODY, AT)

    assert read(SourceKind.CUSTOM, signed, WHSEC.removeprefix("whsec_"))


@given(
    kind=st.sampled_from(KINDS),
    body=st.binary(max_size=300),
    header=st.text(max_size=100),
    stamp=st.text(alphabet="0123456789-.te", max_size=14),
)
def test_whatever_comes_is_refused_and_nothing_else(
    kind: SourceKind, body: bytes, header: str, stamp: str
) -> None:
    names = dict.fromkeys(SIGN[kind](secret_of(kind), BODY, AT)[0], header)
    headers = {**names, "webhook-timestamp": stamp}

    with pytest.raises(Refused):
        understand(kind, [secret_of(kind)], headers=headers, body=body, at=NOW)

"""Signatures by the specification, bodies without content, waits that grow to the third day."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.webhooks import (
    GIVE_UP_AFTER,
    SECRET_BYTES,
    Told,
    body_of,
    headers_of,
    next_wait,
    read_secret,
    show_secret,
    sign,
)

# The example that the specification's own libraries are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

NOW = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)


def test_the_published_example_signs_as_published() -> None:
    assert sign([read_secret(SECRET)], message_id=MESSAGE_ID, at=AT, body=BODY) == SIGNATURE


def test_a_receiver_that_knows_only_hmac_verifies_it() -> None:
    secret = bytes(range(SECRET_BYTES))

    headers = headers_of([secret], message_id="evt_1", at=AT, body=BODY)

    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + BODY
    expected = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_during_a_rotation_both_secrets_sign_the_newest_first() -> None:
    old, new = b"o" * SECRET_BYTES, b"n" * SECRET_BYTES

    both = sign([new, old], message_id="evt_1", at=AT, body=BODY).split(" ")

    assert both == [sign([one], message_id="evt_1", at=AT, body=BODY) for one in (new, old)]


def test_a_secret_reads_back_as_it_was_shown() -> None:
    secret = hashlib.sha256(b"x").digest()

    shown = show_secret(secret)

    assert shown.startswith("whsec_")
    assert read_secret(shown) == secret
    with pytest.raises(ValueError, match="not a secret"):
        read_secret("whsec_?")


def test_a_body_holds_ids_code_status_and_number() -> None:
    told = Told(
        event_id="evt_1",
        event="enrollment.replied",
        at=NOW,
        code="replied",
        status="replied",
        number=7,
        enrollment_id="enr_1",
        sequence_id="seq_1",
        candidate_id="cand_1",
    )

    assert body_of(told) == body_of(told)
    assert json.loads(body_of(told)) == {
        "type": "enrollment.replied",
        "timestamp": "2026-03-02T12:00:00.250Z",
        "data": {
            "code": "replied",
            "status": "replied",
            "number": 7,
            "enrollment_id": "enr_1",
            "sequence_id": "seq_1",
            "candidate_id": "cand_1",
            "mailbox_id": None,
            "step_id": None,
        },
    }


def walk(chance: float) -> list[timedelta]:
    """Give the ages of all tries, every one of which fails at once."""
    ages = [timedelta()]
    while (wait := next_wait(len(ages), age=ages[-1], chance=chance)) is not None:
        ages.append(ages[-1] + wait)
    return ages


@given(chance=st.floats(0, 1))
def test_tries_go_on_for_three_days_and_come_ever_later(chance: float) -> None:
    ages = walk(chance)
    waits = [b - a for a, b in zip(ages, ages[1:], strict=False)]

    assert GIVE_UP_AFTER - timedelta(minutes=1) < ages[-1] <= GIVE_UP_AFTER
    assert ages[1] <= timedelta(seconds=6)
    assert all(a < b for a, b in zip(waits[:8], waits[1:8], strict=False))
    assert 14 <= len(ages) <= 20


def test_chance_spreads_what_failed_together() -> None:
    low, high = (next_wait(4, age=timedelta(), chance=chance) for chance in (0.0, 1.0))

    assert (low, high) == (timedelta(seconds=480), timedelta(seconds=720))


@pytest.mark.parametrize(
    ("asked", "age", "wait"),
    [
        (timedelta(hours=1), timedelta(), timedelta(hours=1)),
        (timedelta(seconds=1), timedelta(), timedelta(seconds=5)),  # Ours is longer.
        (timedelta(days=9), timedelta(days=2), timedelta(days=1)),  # Not past the last try.
    ],
)
def test_retry_after_is_honoured(asked: timedelta, age: timedelta, wait: timedelta) -> None:
    assert next_wait(1, age=age, chance=0.5, retry_after=asked) == wait


def test_after_the_third_day_nothing_is_tried() -> None:
    assert next_wait(3, age=GIVE_UP_AFTER, chance=0.5) is None


def test_the_documents_example_verifies_what_we_send() -> None:
    page = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(compile(code, "docs/webhooks.md", "exec"), names)
    old, new, body = b"o" * SECRET_BYTES, b"n" * SECRET_BYTES, b'{"type":"x"}'
    now = int(names["time"].time())
    headers = dict(headers_of([new, old], message_id="evt_1", at=now, body=body))
    late = dict(headers_of([new], message_id="evt_1", at=now - 301, body=body))

    assert names["verify"](show_secret(new), headers, body)
    assert names["verify"](show_secret(old), headers, body)
    assert not names["verify"](show_secret(b"x" * SECRET_BYTES), headers, body)
    assert not names["verify"](show_secret(new), headers, body + b" ")
    assert not names["verify"](show_secret(new), late, body)

"""What came back: whatever system wraps a server's answer, its words decide."""

from collections.abc import Callable

import pytest

from domain.inbound.classify import classify
from domain.inbound.verdict import MailKind
from tests.unit.domain.inbound.sayings import HARD, SENDER, SOFT
from tests.unit.domain.inbound.systems import OURS, SYSTEMS

Wrap = Callable[[str], bytes]


KINDS = (
    (MailKind.HARD_BOUNCE, HARD),
    (MailKind.SOFT_BOUNCE, SOFT),
    (MailKind.SENDER_BLOCKED, SENDER),
)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.__name__)
@pytest.mark.parametrize(("kind", "sayings"), KINDS, ids=[kind.value for kind, _ in KINDS])
def test_the_words_decide(system: Wrap, kind: MailKind, sayings: tuple[str, ...]) -> None:
    verdicts = [(said, classify(system(said))) for said in sayings]

    assert [(said, one) for said, one in verdicts if one.kind is not kind] == []
    assert {one.recipient for _, one in verdicts} == {"jo@gone.example"}
    assert {one.message_id for _, one in verdicts} <= {OURS, None}

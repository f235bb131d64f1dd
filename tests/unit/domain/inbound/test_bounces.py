"""What came back: whatever system wraps a server's answer, its words decide."""

from collections.abc import Callable

import pytest

from domain.inbound.classify import classify
from domain.inbound.verdict import MailKind
from tests.unit.domain.inbound.sayings import HARD, SENDER, SOFT
from tests.unit.domain.inbound.systems import OURS, SYSTEMS

Wrap = Callable[[str], bytes]


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.__name__)
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        *((said, MailKind.HARD_BOUNCE) for said in HARD),
        *((said, MailKind.SOFT_BOUNCE) for said in SOFT),
        *((said, MailKind.SENDER_BLOCKED) for said in SENDER),
    ],
)
def test_the_words_decide(system: Wrap, said: str, kind: MailKind) -> None:
    verdict = classify(system(said))

    assert verdict.kind is kind, verdict
    assert verdict.recipient == "jo@gone.example"
    assert verdict.message_id in (OURS, None)

"""Closes what the tests of the sandbox opened."""

from collections.abc import Iterator

import pytest

from tests.unit.sandbox import factories


@pytest.fixture(autouse=True)
def _closed_journals() -> Iterator[None]:
    yield
    while factories.opened:
        factories.opened.pop().close()

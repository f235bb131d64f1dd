"""A server that hangs takes a few threads, never all of them."""

from contextlib import ExitStack

from activities.turnstile import Turnstile


def enter(stack: ExitStack, turnstile: Turnstile, key: str) -> bool:
    return stack.enter_context(turnstile.passing(key, each=2))


def test_one_server_takes_its_share_only() -> None:
    turnstile = Turnstile(all_of_them=5)
    with ExitStack() as stack:
        assert [enter(stack, turnstile, "a") for _ in range(4)] == [True, True, False, False]
        assert enter(stack, turnstile, "b")


def test_all_of_them_take_theirs() -> None:
    turnstile = Turnstile(all_of_them=3)
    with ExitStack() as stack:
        assert [enter(stack, turnstile, key) for key in "abcd"] == [True, True, True, False]


def test_a_place_is_given_back_and_a_refusal_takes_none() -> None:
    turnstile = Turnstile(all_of_them=1)
    for _ in range(3):
        with turnstile.passing("a", each=1) as first, turnstile.passing("a", each=1) as second:
            assert (first, second) == (True, False)

"""The rate limit of a client, on a clock that the test controls."""

from serving.access.rates import Rates


def test_a_client_over_its_limit_waits_for_the_next_window() -> None:
    now = 120.0
    rates = Rates("2/minute", lambda: now)
    assert [rates.seconds_to_wait("A") for _ in range(3)] == [0, 0, 60]
    assert rates.seconds_to_wait("B") == 0
    now = 179.5
    assert rates.seconds_to_wait("A") == 1
    now = 180.0
    assert rates.seconds_to_wait("A") == 0


def test_clients_are_forgotten_when_their_window_ends() -> None:
    now = 0.0
    rates = Rates("1/second", lambda: now)
    for number in range(100):
        rates.seconds_to_wait(f"client {number}")
    now = 1.0
    rates.seconds_to_wait("A")
    assert set(rates._counts) == {"A"}

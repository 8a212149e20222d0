import pytest

from closeup.message import Usage
from closeup.models.prices import PRICES, Price, cost, price

MILLION = Usage(input=1_000_000, output=1_000_000, cached=400_000)


def test_tokens_from_the_cache_are_paid_at_their_own_price():
    dollars = 0.6 * 2.5 + 0.4 * 1.25 + 10.0
    assert cost(MILLION, "openai:gpt-4o") == pytest.approx(dollars)


def test_a_dated_snapshot_costs_what_its_model_does_unless_it_has_a_price_of_its_own():
    assert price("openai:gpt-4o-2024-11-20") == PRICES["openai:gpt-4o"]
    assert price("openai:gpt-4o-2024-05-13") != PRICES["openai:gpt-4o"]


def test_what_is_not_known_is_none_and_not_nothing():
    assert cost(MILLION, "my-model") is None
    assert price("gpt-4o") is None  # on a server of one's own


def test_the_users_price_goes_first():
    assert cost(MILLION, "openai:gpt-4o", Price(1.0, 0.0, 2.0)) == pytest.approx(2.6)


def test_no_price_is_upside_down():
    for rate in PRICES.values():
        assert 0 < rate.cached <= rate.input <= rate.output


def test_more_from_the_cache_than_was_sent_earns_nothing():
    usage = Usage(input=10, cached=10**9)
    assert cost(usage, "openai:gpt-4o") == pytest.approx(10 * 1.25 / 1e6)

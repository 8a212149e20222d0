"""What tokens cost, for the models that the benchmark names; unknown is None, never 0."""

import re
from typing import NamedTuple

from closeup.message import Usage

AS_OF = "2026-06"
"""The month that these prices are of; providers change them."""


class Price(NamedTuple):
    """US dollars per million tokens."""

    input: float
    cached: float
    """Of input that the provider had in its cache."""
    output: float
    """Reasoning included."""


# https://developers.openai.com/api/docs/pricing and https://ai.google.dev/gemini-api/docs/pricing,
# standard tier; Gemini 2.5 Pro for prompts of up to 200,000 tokens.
PRICES: dict[str, Price] = {
    "openai:gpt-4o": Price(2.50, 1.25, 10.00),
    "openai:gpt-4o-2024-05-13": Price(5.00, 5.00, 15.00),
    "openai:gpt-4o-mini": Price(0.15, 0.075, 0.60),
    "gemini:gemini-2.5-pro": Price(1.25, 0.125, 10.00),
    "gemini:gemini-2.5-flash": Price(0.30, 0.03, 2.50),
}
_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


def price(model: str) -> Price | None:
    """The price of a model by its name, or by that of a dated snapshot of it."""
    return PRICES.get(model) or PRICES.get(_DATE.sub("", model))


def cost(usage: Usage, model: str, said: Price | None = None) -> float | None:
    """Dollars for these tokens at the price that the user `said`, or else the one known."""
    rate = said or price(model)
    if rate is None:
        return None
    cached = min(usage.cached, usage.input)
    dollars = (usage.input - cached) * rate.input + cached * rate.cached
    return (dollars + usage.output * rate.output) / 1_000_000

"""The reasons for listing somebody, and the guidance for the manager."""

from typing import Any

import pytest
from list_examples import PAY

from pipeline.language.wording import GUIDE, OPEN_GUIDANCE
from pipeline.lists.risk_list import Reason, guidance, reasons
from pipeline.score_record import Factor


def reasons_of(
    driver: Any, contribution: float, value: str | None, peers: str | None, feature: str = "f", **more: Any
) -> Any:
    return reasons([Factor(feature, driver, value, peers, contribution)], {feature: PAY | more})


def test_a_factor_that_raises_the_risk_is_a_reason() -> None:
    assert reasons_of("pay", 0.4, "-0.2", "0.0") == (Reason("pay", "Pay against the market: lower than for peers"),)


@pytest.mark.parametrize(
    "no_reason",
    [
        pytest.param(reasons_of("context", 0.4, "-0.2", "0"), id="context"),
        pytest.param(reasons_of("pay", 0.4, "-0.2", "0", actionable=False), id="not to be acted on"),
        pytest.param(reasons_of("pay", 0.4, "-0.2", "0", feature="gender"), id="protected"),
        pytest.param(reasons_of("pay", -0.4, "-0.2", "0"), id="lowers the risk"),
        pytest.param(reasons_of("pay", 0.01, "-0.2", "0"), id="too small to say"),
        pytest.param(reasons_of("pay", 0.4, None, "0"), id="unknown"),
        pytest.param(reasons_of("pay", 0.4, "0.2", "0"), id="better off than peers"),
    ],
)
def test_factors_that_are_not_reasons(no_reason: tuple[Reason, ...]) -> None:
    assert no_reason == ()


def test_the_three_weightiest_reasons_are_given() -> None:
    factors = [Factor(f"f{n}", "growth", "1", "2", n / 10) for n in (1, 4, 2, 3)]
    about = {factor.feature: PAY | {"label": factor.feature} for factor in factors}
    assert [reason.text[:2] for reason in reasons(factors, about)] == ["F4", "F3", "F2"]


def test_survey_answers_are_mentioned_once_and_without_their_question() -> None:
    factors = [Factor(f"survey_{item}_last", "conditions", "2", "7", 0.5) for item in ("mood", "load")]
    about = {factor.feature: PAY | {"is_confidential": True} for factor in factors}
    assert reasons(factors, about) == (Reason("conditions", "How the conditions of work are seen"),)


def test_guidance_follows_the_drivers_of_the_reasons_once_each() -> None:
    behind = [Reason("growth", "x"), Reason("pay", "y"), Reason("growth", "z")]
    assert guidance(behind) == (GUIDE["growth"], GUIDE["pay"])
    assert guidance([]) == (OPEN_GUIDANCE,)

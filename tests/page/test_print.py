"""A printed page: the complete content, legible without colour, and nothing that works only on a screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

A4_WIDTH = 680
"""CSS pixels between margins of 15 mm: 180 mm at 96 to the inch."""


@pytest.fixture
def on_paper(page: Page) -> Callable[[], None]:
    def done() -> None:
        page.set_viewport_size({"width": A4_WIDTH, "height": 1000})
        page.emulate_media(media="print", color_scheme="dark")

    return done


def luminance(colour: str) -> float:
    """The luminance of a computed `rgb(…)`, from 0 (black) to 1 (white)."""
    red, green, blue = (int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def assert_prints(page: Page) -> None:
    for each in ("nav", ".aside", "main form", "main button", ".skip"):
        for shown in page.locator(each).all():
            expect(shown).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH
    cut_off = page.evaluate(
        """[...document.querySelectorAll("main *")].filter(each => {
            const box = each.getBoundingClientRect();
            return box.width > 0 && box.height > 1 && box.right > innerWidth + 1 && !each.closest("svg");
        }).map(each => each.tagName + "." + each.className)"""
    )
    assert cut_off == []
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert (luminance(paper), luminance(ink)) == (1, 0)  # of a reader whose screen is dark, too
    assert page.pdf(format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), "15mm")).startswith(b"%PDF")


def test_a_list_prints_with_its_bands_in_words_and_without_buttons(
    page: Page, sign_in: Callable[..., None], on_paper: Callable[[], None]
) -> None:
    sign_in("manager", "M1")
    on_paper()
    assert_prints(page)
    expect(page.locator(".person").first).to_contain_text("Moderate")
    expect(page.get_by_text("Pay against the market: lower than for peers")).to_be_visible()
    expect(page.get_by_text("Your answer")).to_have_count(2)
    for heading in page.get_by_text("Your answer").all():
        expect(heading).to_be_hidden()  # nothing can be tapped on paper
    assert page.locator(".person").first.evaluate("each => getComputedStyle(each).breakInside") == "avoid"


@pytest.mark.parametrize(
    "path", ["/overview", "/groups", "/services", "/people", "/people/A", "/people/A/receipt", "/lists"]
)
def test_an_hr_page_prints_completely(
    page: Page,
    sign_in: Callable[..., None],
    state_purpose: Callable[[], None],
    on_paper: Callable[[], None],
    path: str,
) -> None:
    sign_in("hr", None, "/people")
    state_purpose()
    page.goto(path)
    on_paper()
    assert_prints(page)

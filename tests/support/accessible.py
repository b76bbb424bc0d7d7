"""The accessibility of every page."""

from typing import Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS: Final = (360, 1440)
_AXE: Final = Axe()


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing serious, in either theme, and the page is nowhere wider than the screen.

    On a phone, tables reflow into lines, so that nothing has to be scrolled sideways either.

    A theme changes only colours, so the dark one is checked only for contrast.
    """
    for theme, options in (("light", None), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        output = _AXE.run(page, options=options).response["violations"]
        serious = [
            (each["id"], each["nodes"][0]["html"]) for each in output if each["impact"] in ("serious", "critical")
        ]
        assert not serious, f"{page.url} {theme}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width} px"
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    pushed = "[...document.querySelectorAll('.scroll')].filter(each => each.scrollWidth > each.clientWidth)"
    assert page.evaluate(f"{pushed}.map(each => each.getAttribute('aria-label'))") == [], page.url
    page.emulate_media(color_scheme="light")

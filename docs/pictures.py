"""`python docs/pictures.py`: the pictures of the README, of a simulated company's fictitious people.

Serves what lies under `RETENTION_VAR` (`make demo` puts it there), signs in as the manager of the highest
risk and as HR, and writes `list.png`, `overview.png` and `person.png` under `docs/pictures`. Needs a chromium.
"""

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from pipeline.identity.tokens import issue_token
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

FOLDER: Final = Path(__file__).parent / "pictures"
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
MONITORING_SECONDS: Final = 60
"""How long the overview may take to have what happened in earlier months."""


def main() -> int:
    """Take the pictures; the exit code is 2 where something is missing."""
    found, settings = shutil.which("chromium"), ServerSettings()
    shown = _manager_and_person(settings)
    if found is None or shown is None:
        sys.stderr.write("This needs a chromium, and published scores: run `make demo` first.\n")
        return 2
    FOLDER.mkdir(exist_ok=True)
    manager, person = shown
    with _serving(settings) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        phone = _signed_in(browser, settings, address, "manager", manager, {"width": 390, "height": 780})
        _confirm_briefing(phone)
        phone.screenshot(path=FOLDER / "list.png")
        wide = _signed_in(browser, settings, address, "hr", None, {"width": 1280, "height": 780})
        _wait_for_what_happened(wide)
        wide.screenshot(path=FOLDER / "overview.png")
        wide.goto(f"/people/{person}")
        wide.get_by_label("To prepare a conversation about staying").check()
        wide.get_by_role("button", name="Continue").click()
        wide.screenshot(path=FOLDER / "person.png")
        browser.close()
    return 0


def _manager_and_person(settings: ServerSettings) -> tuple[str, str] | None:
    """The manager of the person with the highest risk of the newest month, where both have names, and that person."""
    with Store(settings.store_url) as store, store.reading() as scores:
        published = scores.current()
        if published is None:
            return None
        highest: dict[str | None, str] = {}  # by manager
        for each in scores.page(published, [], "-risk", None, 200):
            highest.setdefault(each.manager_id, each.employee_id)
        names = scores.directory(published.source).names([*highest, *highest.values()])
        pairs = ((manager, person) for manager, person in highest.items() if manager is not None)
        return next((pair for pair in pairs if set(pair) <= names.keys()), None)


@contextmanager
def _serving(settings: ServerSettings) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _signed_in(
    browser: Browser, settings: ServerSettings, address: str, role: str, person: str | None, size: dict[str, int]
) -> Page:
    page = browser.new_page(base_url=address, viewport=size, locale="en-GB", color_scheme="light")  # type: ignore[arg-type]
    page.goto("/sign-in")
    page.get_by_label("Token").fill(issue_token(settings, role, person))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    return page


def _confirm_briefing(page: Page) -> None:
    """A manager who has not confirmed it yet sees it before the list."""
    read = page.get_by_label("I have read this and will follow it.")
    if read.count():
        read.check()
        page.get_by_role("button", name="Confirm and go to my list").click()
        read.wait_for(state="detached")


def _wait_for_what_happened(page: Page) -> None:
    """The server reads the monitoring beside the first request; without one the picture goes without it."""
    until = time.monotonic() + MONITORING_SECONDS
    while not page.locator(".dot.beside").count() and time.monotonic() < until:
        time.sleep(1)
        page.reload()


if __name__ == "__main__":
    sys.exit(main())

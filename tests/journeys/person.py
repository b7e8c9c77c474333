"""A person before a browser: acts by role and label, and looks for what a careful reader would mind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Response

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


class Person:
    """One signed-in person."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on(
            "console", lambda m: self.faults.append(m.text) if "Content Security Policy" in m.text else None
        )
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def sign_in(self, username: str, password: str) -> None:
        """Through the login page."""
        self.page.goto("/login")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录", exact=True).click()
        self.page.wait_for_url(lambda address: "/login" not in address)

    def goes_to(self, address: str) -> Response | None:
        """Open an address."""
        return self.page.goto(address)

    def sees(self, text: str) -> bool:
        """Whether the text is visible somewhere."""
        self.page.get_by_text(text).locator("visible=true").first.wait_for()
        return True

    def button(self, name: str) -> Locator:
        """The button of that name."""
        return self.page.get_by_role("button", name=name).first

    def presses(self, name: str) -> None:
        """Press a button; answer the question that it may ask."""
        self.button(name).click(no_wait_after=True)
        confirm = self.page.locator("dialog#confirm[open]")
        if confirm.count():
            confirm.get_by_role("button").last.click(no_wait_after=True)

    def submits(self, name: str) -> Response | None:
        """Press a button that sends the form, wait for the page that answers, and return that answer.

        A page that answered a post changes its own address as it is left: that is not yet the page that answers.
        """
        answers: list[Response] = []

        def note(response: Response) -> None:
            if response.request.is_navigation_request() and response.frame == self.page.main_frame:
                answers.append(response)

        self.page.wait_for_load_state()
        self.page.on("response", note)
        with self.page.expect_event("load"):
            self.presses(name)
        self.page.remove_listener("response", note)
        return answers[-1] if answers else None

    def fills(self, answers: Mapping[str, Any], scope: str = "main") -> None:
        """Fill questions by field name as a person would: choose, tick or type, whatever the question is."""
        for name, value in answers.items():
            self._fill(f"{scope} [name='{name}']", value)

    def _fill(self, selector: str, value: Any) -> None:
        field = self.page.locator(selector).first
        kind = field.evaluate("e => e.tagName + ':' + (e.type || '')")
        if kind == "INPUT:radio":
            wanted = {True: "yes", False: "no"}.get(value, value)
            self.page.locator(f"{selector}[value='{wanted}']").check()
        elif kind == "INPUT:checkbox" and isinstance(value, list):
            for item in value:
                self.page.locator(f"{selector}[value='{item}']").check()
        elif kind == "INPUT:checkbox":
            field.set_checked(bool(value))
        elif kind.startswith("SELECT"):
            field.select_option(str(value))
        else:
            field.fill(str(value))

    def axe(self) -> list[str]:
        """What axe finds on the page, one line a finding; empty is good."""
        self.page.evaluate(AXE)
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(r => r.violations)", TAGS
        )
        return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]

"""A security key in the browser's own simulation: added on the page of one's account, then asked for at the door."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from builders.browsing import PASSWORD, Archive, Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(databases=[])]


def test_a_security_key_is_added_and_then_lets_in(desk: Desk, archive: Archive, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n", "utf-8")
    archive.run("add-user", "chen", "--role", "archivist", "--password-file", str(secret))
    # A key belongs to a name, not to a number of an address.
    archive.address = f"http://localhost:{archive.port}"
    page = desk.page
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {
            "protocol": "ctap2", "transport": "usb", "hasUserVerification": False, "automaticPresenceSimulation": True,
        }},
    )  # fmt: skip
    desk.sign_in()
    desk.go("/people/me")
    form = page.locator("form[data-key=add]")
    form.get_by_label("Your password").fill(PASSWORD)
    form.get_by_role("button", name="Add a security key").click()
    page.wait_for_url("**/people/sign-in/codes")
    expect(page.locator("ol.codes li")).to_have_count(10)
    page.get_by_role("link", name="I have them").click()
    expect(page.get_by_role("cell", name="Security key", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    desk.go("/people/sign-in")
    page.get_by_label("Name").fill("chen")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/people/sign-in/factor")
    page.get_by_role("button", name="Use the key").click()
    page.wait_for_url("**/desk/")
    expect(page.locator("main")).to_be_visible()

"""What a reader of a lesson's page does, in the app as in the folder of files."""

from __future__ import annotations

from typing import Any

# which way the first line of each lesson's picture goes from the slider's low end to its high one, as the lesson claims
DIRECTION = {
    "most_things_die": 1, "threshold_at_one": 1, "luck": -1, "hubs_or_bridges": 1, "simple_and_complex": -1,
    "when_seeds_do_not_matter": -1, "friendship_paradox": 1, "paid_against_earned": 1, "when_it_goes_wrong": 1,
    "limited_attention": -1, "chance_findings": -1, "spillover": -1,
}  # fmt: skip


def guess(page: Any, number: float) -> None:
    """Predict, which opens the curves."""
    page.locator(".vl-guess input").fill(str(number))
    page.get_by_role("button", name="this is my guess").click()
    page.wait_for_selector(".vl-distance b")


def move(page: Any, place: str) -> dict[str, float]:
    """Move the slider to its min or max by the keyboard; the lines of its dot there."""
    slider = page.locator(".vl-slider")
    slider.press("Home" if place == "min" else "End")
    page.wait_for_function(
        "end => { const slider = document.querySelector('.vl-slider');"
        " const now = Number(document.querySelector('.vl-value').textContent.replaceAll(',', ''));"
        " return slider.value === slider[end] && Number(slider.closest('[data-shown]')?.dataset.shown) === now"
        " && [...document.querySelectorAll('.vl-dot')].some(one => Number(one.dataset.at) === now) }",
        arg=place,
    )
    value = float(page.locator(".vl-value").inner_text().replace(",", ""))
    dots = [(dot.get_attribute("data-at"), dot.get_attribute("data-name"), dot.get_attribute("data-value"))
            for dot in page.locator(".vl-dot").all()]  # fmt: skip
    return {name: float(found) for at, name, found in dots if float(at) == value}


def picture(page: Any) -> str:
    """What the canvas shows at the end of the try."""
    page.locator(".vs-end").click()
    return str(page.evaluate("() => document.querySelector('.vs-stage canvas').toDataURL()"))

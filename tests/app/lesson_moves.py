"""What a reader of a lesson's page does, in the app as in the folder of files."""

from __future__ import annotations

from typing import Any

# which way the first line of each lesson's picture goes from the slider's low end to its high one, as the lesson claims; of a
# forecast, how wide its range is
DIRECTION = {
    "most_things_die": 1, "threshold_at_one": 1, "luck": -1, "hubs_or_bridges": 1, "simple_and_complex": -1,
    "when_seeds_do_not_matter": -1, "friendship_paradox": 1, "paid_against_earned": 1, "when_it_goes_wrong": 1,
    "limited_attention": -1, "chance_findings": -1, "spillover": -1, "real_cascade": 1, "forecasting": -1,
}  # fmt: skip


def guess(page: Any, number: float) -> None:
    """Predict, which opens the curves."""
    page.locator(".vl-guess input").fill(str(number))
    page.locator(".vl-guess button").click()
    page.wait_for_selector(".vl-distance b")


def guess_range(page: Any, low: float, high: float) -> None:
    """Say a range, by one click."""
    page.locator(".vl-low").fill(str(low))
    page.locator(".vl-high").fill(str(high))
    page.locator(".vl-guess button").click()


def guess_any(page: Any, key: str) -> None:
    """Whatever the lesson asks for."""
    if key == "forecasting":
        guess_range(page, 1, 9999)
    else:
        guess(page, 20)


def move(page: Any, place: str) -> dict[str, float]:
    """Move the slider to its min or max by the keyboard; the lines of its dot there, a forecast's as its range."""
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
    dots = page.evaluate("() => [...document.querySelectorAll('.vl-dot')].map(dot => ({ ...dot.dataset }))")
    return {
        dot.get("name", ""): float(dot["high"]) - float(dot["low"]) if "high" in dot else float(dot["value"])
        for dot in dots
        if float(dot["at"]) == value
    }


def picture(page: Any) -> str:
    """What the canvas shows at the end of the try; of a forecast, its lines."""
    if page.locator(".vl-curve").count():
        return str(page.locator(".vl-curve svg").inner_html())
    page.locator(".vs-end").click()
    return str(page.evaluate("() => document.querySelector('.vs-stage canvas').toDataURL()"))

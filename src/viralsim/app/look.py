"""How the pages look: their style, and the stage on which one world is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files

from viralsim.lessons.texts import marked, noted
from viralsim.report.theme import picture_style

# words of elements that are marked by hand
FIRST = noted("posts first")
STEP = noted("one hour")
LARGER = noted("lost without that person; larger dot: more followers")
STATES = ("none", "reached", "shared", "critic")  # of people on the canvas
PEOPLE, HOUR, SPEED = (
    noted("people of the audience by group; the line below says how many are reached"),
    noted("hour"),
    noted("speed"),
)
STYLE = """
a{color:#0b6e99!important}
body{overflow-wrap:anywhere}.q-loading-bar{display:none}
.body--dark a{color:#7cc7e8!important}.body--dark :is(.q-btn--flat,.q-btn--outline,.q-slider,.q-linear-progress){
--q-primary:#7cc7e8}
.vs-curve{margin:0 0 .5rem;max-width:40rem}.vs-curve svg{width:100%;height:auto}.vs-curve figcaption{font-size:.9rem;color:#374151}
iframe.vs-report{width:100%;height:75vh;border:1px solid #e5e7eb;border-radius:6px;background:#fff}
.vs-wide{width:100%}
.body--dark .vs-curve figcaption{color:#d1d5db}.body--dark .vs-curve svg text{fill:#d1d5db}
.body--dark .text-negative{color:#fca5a5!important}
.nicegui-content{padding:.5rem .6rem}
"""


def front(name: str) -> str:
    """The text of a file that browsers load: a style or a classic script."""
    return files(__package__).joinpath("front", name).read_text(encoding="utf-8")


def dress() -> None:
    """What every page shares: style, colour of buttons, and the language for who has the page read aloud."""
    from nicegui import ui

    ui.add_css(picture_style() + STYLE + front("lesson.css") + front("plan.css"))
    ui.colors(primary="#0b6e99")
    ui.add_head_html("<script>document.documentElement.lang = 'en'</script>")


def accepted() -> str:
    """The languages that the browser of this page accepts, as its request says."""
    from nicegui import ui

    request = ui.context.client.request
    return str(request.headers.get("accept-language", "")) if request is not None else ""


def heading(text: str, style: str) -> None:
    """The one heading of a page; the text is ours, not a user's."""
    from nicegui import ui

    ui.html(text, sanitize=False, tag="h1").classes(style)


def stage_html(
    diamond: str = FIRST,
    larger: str = LARGER,
    states: Sequence[str] = STATES,
    step: str = STEP,
) -> str:
    """The canvas, its legend and its buttons; whoever places it gives the element around it an id.

    diamond: whom it marks. larger: what a ring and a larger dot mean. states: those that occur. step: what one step is.
    """
    named = {
        "none": marked("not reached"), "reached": marked("reached"),
        "shared": marked("shared"), "critic": marked("criticised"),
    }  # fmt: skip
    dots = "".join(f'<span class="is-dot" style="background:var(--st-{name})"></span>{named[name]}' for name in states)
    buttons = "".join(f"{button} " for button in (
        marked("play", "button", 'type="button" class="vs-play"'), marked("again", "button", 'type="button" class="vs-again"'),
        marked(step, "button", 'type="button" class="vs-step"'),
        marked("to the end", "button", 'type="button" class="vs-end"'),
    ))  # fmt: skip
    speeds = "".join((
        marked("slow", "option", 'value="slow"'), marked("normal", "option", 'value="normal" selected'),
        marked("fast", "option", 'value="fast"'),
    ))  # fmt: skip
    tie, lost = marked("brought by"), marked(larger)
    return (
        '<div class="vs-stage"><canvas width="840" height="840" role="img" '
        f'data-text aria-label="{PEOPLE}"></canvas>'
        f'<p class="vs-hour"></p><input class="vs-when" type="range" min="0" value="0" data-text aria-label="{HOUR}">'
        f'<div class="vl-row">{buttons}<select class="vs-speed" data-text aria-label="{SPEED}">{speeds}</select></div>'
        f'<p class="vs-legend">{dots}<span class="is-dot is-tie" style="background:var(--st-shared)"></span>{tie}'
        '<span class="is-dot" style="border:2px solid var(--st-ink);border-radius:0;transform:rotate(45deg)"></span>'
        f"{marked(diamond)}"
        f'<span class="is-dot" style="border:2px solid var(--st-lost)"></span>{lost}'
        "</p></div>"
    )


LINKS = {"/new": "new campaign", "/running": "running campaign"}


def top(*more: Callable[[], object]) -> None:
    """The line at the head of every page: the name, what the page adds, and where one can go."""
    from nicegui import ui

    with ui.row().classes("w-full items-center gap-x-4 gap-y-0"):
        ui.link("viralsim", "/").classes("text-xl font-bold vs-home").props('aria-label="viralsim, start"')
        for add in more:
            add()
        for address, text in LINKS.items():
            ui.link(text, address).classes("text-sm")

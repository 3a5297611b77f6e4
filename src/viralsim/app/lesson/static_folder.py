"""The lessons as a folder that needs no install: plain HTML, CSS and classic scripts, which open from a stick as from a server.

Worlds are recorded over a grid of each slider's values; the pages, the drawing and the prediction are those of the app.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from viralsim.app import stepping
from viralsim.app.lesson.data import at_value, lost, meta, scene_key, tried
from viralsim.app.lesson.real_posts import real_page
from viralsim.app.lesson.small_network import SHY, VISIBILITIES, tables
from viralsim.app.look import STATES, front, stage_html
from viralsim.atomic import write_text
from viralsim.errors import InputError
from viralsim.lessons import Lesson, lessons
from viralsim.lessons.real import real_lessons
from viralsim.lessons.texts import catalogue, languages, marked, noted

MOST_VALUES, TRIES = 8, 4
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline' file:; script-src 'self' 'unsafe-inline' file:; img-src data:"
)
SCRIPTS = (
    *("texts.js", "stage.js", "lesson.js", "recorded.js", "live.js", "puzzles.js", "network.js"),
    *("replay.js", "forecast.js"),
)
BEGIN = "viralsimTexts.begin(viralsimRecorded.names, viralsimRecorded.texts);"
FILL = "viralsimTexts.fill(document);document.querySelectorAll('a').forEach(a => { a.search = location.search; });"
OPEN = "viralsimLesson(document.getElementById('lesson'), viralsimRecorded.lesson, viralsimRecorded.source)"
OPEN_REAL = "{begin}(document.getElementById('lesson'), viralsimRecorded.real)"
OPEN_NETWORK = "viralsimNetwork(document.getElementById('lesson'), viralsimRecorded.network)"


def write(
    folder: str | Path, chosen: Sequence[Lesson] | None = None, values: int = MOST_VALUES, tries: int = TRIES,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Path]:  # fmt: skip
    """Write the folder, each file whole or not at all; returns the files.

    Args:
        folder: is made; files of other names in it stay. InputError where a file is in its place.
        chosen: lessons; None for all. values: at most so many of each slider. tries: recorded at each value.
        progress: called with the lessons done and their number.
    """
    home, taken = Path(folder), tuple(lessons() if chosen is None else chosen)
    try:
        home.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{home}: a file is in the place of the folder: name another one") from None
    written = {name: front(name) for name in (*SCRIPTS, "lesson.css")}
    shipped = {code: dict(catalogue(code)) for code in languages()}
    written["data-texts.js"] = _script("names", languages()) + _script("texts", shipped)
    written["data-network.js"] = _script(
        "network", {f"{value:g}": tables(value) for value in VISIBILITIES} | {"shy": tables(1.0, SHY)}
    )
    written["network.html"] = _page(noted("Your own network"), ["data-network.js"], OPEN_NETWORK)
    written["index.html"] = _index(taken)
    for real in real_lessons():
        begin, shown = real_page(real)
        written[f"data-{real.key}.js"] = _script("real", shown)
        written[f"{real.key}.html"] = _page(real.title, [f"data-{real.key}.js"], OPEN_REAL.replace("{begin}", begin))
    for done, one in enumerate(taken):
        progress(done, len(taken))
        data, scenes = recorded(one, values, tries)
        scripts = [f"scene-{key}.js" for key in scenes]
        written |= {f"scene-{key}.js": _script(f"scenes[{json.dumps(key)}]", scene) for key, scene in scenes.items()}
        written[f"data-{one.key}.js"] = _script("lesson", data.pop("lesson")) + _script("data", data)
        written[f"{one.key}.html"] = _page(one.title, [*scripts, f"data-{one.key}.js"])
    progress(len(taken), len(taken))
    for name, text in written.items():
        write_text(home / name, text)
    return [home / name for name in written]


def grid(one: Lesson, most: int) -> tuple[float, ...]:
    """Values of a slider, evenly spread, with both ends, where it is at first, and where the prediction is asked."""
    every = one.slider.values
    kept = (
        {round(i * (len(every) - 1) / max(1, most - 3)) for i in range(max(2, most - 2))}
        if len(every) > most
        else range(len(every))
    )
    return tuple(sorted({every[i] for i in kept} | {one.predict.at, one.slider.exactly(one.slider.value)}))


def recorded(one: Lesson, most_values: int, tries: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """All that a lesson's page needs, and the networks that it draws by their keys."""
    values, scenes = grid(one, most_values), dict[str, Any]()
    data: dict[str, Any] = {"lesson": meta(one, values, tries), "tried": {}, "worlds": {}, "removed": {}}
    for value in values:
        scenario = at_value(one, value)
        data["tried"][f"{value:g}"] = tried(one, scenario)
        for arm in scenario.arm_names:
            for number in range(tries):
                played = stepping.play(scenario, arm, number)
                key, name = scene_key(played), f"{value:g} {arm} {number}"
                if key not in scenes:
                    scenes[key] = played.scene()
                data["worlds"][name] = {"scene": key, "moves": played.moves()}
                for member in played.removable:
                    data["removed"][f"{name} {member}"] = lost(scenario, arm, number, played, member)
    return data, scenes


def _script(name: str, value: object) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")
    return f"viralsimRecorded.{name}={text};\n"


def _page(title: str, data: Sequence[str], begin: str = OPEN) -> str:
    scripts = _loaded(*SCRIPTS, "data-texts.js", *data)
    place = f'<main id="lesson" data-stage="{escape(stage_html(states=STATES[:3]), quote=True)}"></main>'
    way = '<nav><a href="index.html">' + marked("all lessons") + "</a></nav>"
    return _html(title, f"{way}{place}{scripts}<script>{BEGIN}{FILL}{begin}</script>")


def _loaded(*names: str) -> str:
    return "".join(f'<script src="{name}"></script>' for name in names)


def _index(taken: Sequence[Lesson]) -> str:
    listed = "".join(
        f'<li value="{one.order}"><a href="{one.key}.html">{marked(one.title)}</a>: {marked(one.question)}</li>'
        for one in (*taken, *real_lessons())
    )
    head = marked("How things spread", "h1") + marked("Guess first, then try.", "p")
    own = (
        '<p><a href="network.html">'
        + marked("Draw a network of your own")
        + "</a>: "
        + marked("add people, tie and cut, and watch a post spread.")
    )
    scripts = _loaded("texts.js", "recorded.js", "data-texts.js")
    choice = "document.querySelector('#tongue').append(viralsimTexts.choice());"
    return _html(
        noted("Lessons"),
        f"<main class='vl' style='display:block'><div id='tongue' class='vl-row'></div>{head}<ol>{listed}</ol>{own}</p></main>"
        f"{scripts}<script>{BEGIN}{FILL}{choice}</script>",
    )


def _html(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title data-text>{escape(title)}</title>'
        '<link rel="stylesheet" href="lesson.css"><style>body{background:var(--vl-paper);color:var(--vl-ink);margin:.4rem auto;'
        "padding:0 .6rem;max-width:76rem;font-family:system-ui,sans-serif}a{color:var(--vs-0)}nav{font-size:.9rem}</style></head>"
        f"<body>{body}</body></html>\n"
    )

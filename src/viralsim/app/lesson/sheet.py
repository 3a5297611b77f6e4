"""A pupil's sheet of a lesson, to print."""

from __future__ import annotations

from html import escape

from viralsim.lessons import Lesson
from viralsim.lessons.real import RealLesson
from viralsim.lessons.texts import speaker

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "p.line{border-bottom:1px solid #999;height:2rem}@media print{a{display:none}}"
)


def sheet(one: Lesson | RealLesson, language: str) -> str:
    """The page as HTML: prediction, slider, surprise and words, with lines to write on; it fits on one page."""
    say = speaker(language)
    words = "".join(f"<li><b>{escape(say(word))}</b>: {escape(say(text))}</li>" for word, text in one.glossary.items())
    lines, slider = "<p class='line'></p>" * 3, one.slider
    span = say("From {low} to {high}. What do you see?", low=slider.low, high=slider.high)
    minutes, guess, move = say("{n} minutes", n=one.minutes), say("1. My prediction"), say("2. Move the slider: {name}")
    head = [f"<h1>{escape(say(one.title))}</h1><p>{escape(minutes)}</p><p><b>{escape(say(one.question))}</b></p>"]
    parts = [
        (guess, f"<p>{escape(say(one.prediction))}</p>{lines}"),
        (move.replace("{name}", say(slider.label)), f"<p>{escape(span)}</p>{lines}"),
        (say("3. What surprised me"), lines),
        (say("Words"), f"<ul>{words}</ul>"),
    ]
    head += [f"<h2>{escape(title)}</h2>{body}" for title, body in parts]
    return (
        f"<!doctype html><html lang={language}><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(say(one.title))}</title><style>{STYLE}</style>{''.join(head)}</html>"
    )

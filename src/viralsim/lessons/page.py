"""docs/lessons/index.md from the lessons themselves: ``python -m viralsim.lessons.page``."""

from __future__ import annotations

from viralsim.lessons import Lesson, LessonText, lessons
from viralsim.lessons.real import RealLesson, real_lessons


def page() -> str:
    """All lessons as Markdown, scenarios included."""
    head = [
        "# Lessons",
        "",
        "Made by `make reference`. Each runs in the app (`viralsim app`), as a notebook, and its scenario from the command",
        "line; the last two show posts that really happened and have no scenario.",
        'On the documentation site they are <a href="play/index.html">played at once</a>, without an install.',
        "[What they claim, measured, and on how many other seeds it holds](claims.md).",
    ]
    return "\n".join([*head, *(line for one in lessons() for line in _lesson(one)),
                      *(line for real in real_lessons() for line in (*_said(real), *_words(real)))]) + "\n"  # fmt: skip


def _lesson(one: Lesson) -> list[str]:
    return [
        *_said(one, f"`{one.slider.path}` "),
        *("", f"**Notebook.** [{one.key}.ipynb]({one.key}.ipynb)"),
        *_words(one),
        *("", "```yaml", *one.scenario_text.rstrip().splitlines(), "```"),
    ]


def _said(one: Lesson | RealLesson, path: str = "") -> list[str]:
    s = one.slider
    return [
        "",
        f"## {one.order}. {one.title} ({one.minutes} minutes)",
        *("", f"**Question.** {one.question}"),
        *("", f"**Prediction first.** {one.prediction}"),
        *("", f"**Guess.** {one.predict.ask}"),
        *("", f"**Drawn.** {one.drawn}."),
        *("", f"**Slider.** {s.label}: {path}from {s.low:g} to {s.high:g}."),
        *("", f"**Surprise.** {one.surprise}"),
        *("", f"**For the teacher.** {one.teacher}"),
    ]


def _words(one: LessonText) -> list[str]:
    return ["", "**Words.** " + "; ".join(f"*{word}*: {text}" for word, text in one.glossary.items()) + "."]


if __name__ == "__main__":
    print(page(), end="")

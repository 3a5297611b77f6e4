"""The answer of a validation run: one Markdown page, plain values, and a page of pictures."""

from __future__ import annotations

import html
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from inspect import cleandoc
from typing import Any

import numpy as np

from viralsim.errors import InputError
from viralsim.validation.check import Outcome, Picture

Ran = Mapping[str, Any]  # command, seed, versions, machine, date


def markdown(outcomes: Sequence[Outcome], ran: Ran) -> str:
    """docs/validation.md: a table of verdicts, then every number."""
    counts = Counter(one.verdict for one in outcomes)
    said = ", ".join(f"{n} {verdict}" for verdict, n in counts.items())
    lines = [
        "# Validation",
        "",
        f"Made by `{ran['command']}`: {said}.",
        "",
        f"- version: {', '.join(f'{name} {v}' for name, v in ran['versions'].items())}",
        f"- seed: {ran['seed']}",
        f"- machine: {ran['machine']}",
        f"- date: {ran['date']}",
        "",
        "A mean is judged at 4.5 standard errors, a law by a chi-square test at p = 5e-6, everything else by the room that is",
        "stated: by chance alone a check fails less often than one time in ten thousand. A check whose expectation was not seen",
        "in its source, or is a range or a direction, is shown and fails nothing (\"report\" in the last column).",
        "",
        "The first table has one line for each check. Each check then has its own: one line for each comparison, with what its",
        "source expects, what this run saw (\"±\": a standard error), and how that was judged; \"shown\" judges nothing.",
        "",
        "| check | what | model | source | verdict | seconds | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for one in outcomes:
        kind = "" if one.check.gates else "report"
        verdict = f"**{one.verdict}**" if one.verdict != "reproduces" else one.verdict
        check = one.check
        lines.append(
            f"| {check.name} | {check.title} | {check.model} | {check.source} | {verdict} | {one.seconds:.1f} | {kind} |"
        )
    for one in outcomes:
        about = [cleandoc(one.check.run.__doc__ or "")]
        about += [f"**{one.verdict}**: {one.note}."] if one.note else []
        lines += ["", f"## {one.check.name}: {one.check.title}", "", "  \n".join(about), ""]
        lines += [f"- model: {one.check.model}", f"- parameters: {one.check.parameters}"]
        lines += [f"- source: {one.check.source}", f"- allowed: {one.check.tolerance}"]
        if one.numbers:
            lines += ["", "| what | expected | seen | judged | |", "| --- | --- | --- | --- | --- |"]
            marks = {True: "", False: "**no**", None: "shown"}
            lines += [f"| {n.what} | {n.expected} | {n.seen} | {n.judged} | {marks[n.ok]} |" for n in one.numbers]
    return "\n".join(lines) + "\n"


def as_dict(outcomes: Sequence[Outcome], ran: Ran) -> dict[str, Any]:
    """Plain values of the whole run."""
    checks = [
        {
            "name": one.check.name,
            "title": one.check.title,
            "model": one.check.model,
            "parameters": one.check.parameters,
            "source": one.check.source,
            "tolerance": one.check.tolerance,
            "gates": one.check.gates,
            "verdict": one.verdict,
            "seconds": one.seconds,
            "note": one.note,
            "numbers": [asdict(number) for number in one.numbers],
        }
        for one in outcomes
    ]
    return {**ran, "checks": checks}


def pictures_page(pictures: Sequence[Picture], ran: Ran) -> str:
    """One HTML page with every picture inside; InputError where matplotlib is not installed."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Validation: pictures</title>",
        "<meta name=viewport content='width=device-width'>",
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}"
        "svg{max-width:100%;height:auto}h2{margin-top:2.5rem}</style>",
        f"<h1>Validation: pictures</h1><p>Made by <code>{html.escape(str(ran['command']))}</code>, seed {ran['seed']}.</p>",
    ]
    parts += [f"<h2>{html.escape(picture.title)}</h2>{svg(picture)}" for picture in pictures]
    return "\n".join(parts) + "\n"


def svg(picture: Picture) -> str:
    """One picture as SVG: what was simulated as a line or dots, theory dashed."""
    try:
        import matplotlib
    except ImportError as error:
        raise InputError("pictures need matplotlib: pip install 'viralsim[report]'") from error
    from matplotlib.figure import Figure

    colours = ["#0b6e99", "#c2410c", "#4d7c0f", "#7c3aed"]
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "viralsim", "font.family": "sans-serif"}):
        figure = Figure(figsize=(7.2, 4.4), layout="constrained")
        axes = figure.add_subplot()
        colour_of: dict[str, str] = {}
        for label, x, y, theory in picture.lines:
            about = label.split(",")[-1] if "," in label else label
            colour = colour_of.setdefault(about, colours[len(colour_of) % len(colours)])
            if picture.points and not theory:
                many = len(x) > 3000  # so many are one image in the page, else it is slow to open
                axes.plot(
                    x,
                    y,
                    ".",
                    markersize=7,
                    alpha=0.25 if many else 0.6,
                    markeredgewidth=0,
                    color=colour,
                    label=label,
                    rasterized=many,
                )
            else:
                style = "--" if theory else "-"
                axes.plot(x, y, style, linewidth=1.2 if theory else 2, color="#444" if theory else colour, label=label)
        axes.set(xlabel=picture.x, ylabel=picture.y)
        axes.set_xscale("log" if picture.log_x else "linear")
        axes.set_yscale("log" if picture.log_y else "linear")
        _plain_ticks(axes, picture)
        if picture.log_y and not picture.points:
            least = min(float(y[y > 0].min()) for _, _, y, theory in picture.lines if not theory and (y > 0).any())
            axes.set_ylim(bottom=least / 3)
        axes.grid(alpha=0.25)
        if len(picture.lines) > 1:
            axes.legend(frameon=False, fontsize=9)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    return text[text.index("<svg") :]


def _plain_ticks(axes: Any, picture: Picture) -> None:
    """2, 3, 5 in place of powers of ten where a logarithmic axis spans less than a decade and a half."""
    from matplotlib.ticker import FixedLocator, NullLocator, ScalarFormatter

    every = np.concatenate([y[y > 0] for _, _, y, _ in picture.lines])
    low, high = float(every.min()), float(every.max())
    if not picture.log_y or not low > 0 or high / low > 30:
        return
    axes.yaxis.set_major_locator(FixedLocator([0.5, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.set_ylim(low / 1.1, high * 1.1)

"""What decisions promise, measured: PRIM on planted boxes and on noise, coverage of recommended tests, a front beside single goals.

python -m benchmarks.decisions > benchmarks/DECISIONS.md
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import viralsim as vs
from viralsim.decisions.discovery.boxes import find_boxes
from viralsim.decisions.discovery.prim import Points, find_box
from viralsim.experiments.budget.pareto import pareto
from viralsim.experiments.optimise import optimise

MAIN = Path(__file__).parents[1] / "scenarios" / "advocates_vs_paid.yaml"
ISLANDS = """
viralsim: 1
name: islands
seed: 5
worlds: 2000
horizon: 3d
audience: {members: 600, communities: {count: 24, size_exponent: 4.0, mixing: 0.0}}
channels:
  x: {cpm_usd: 9, visibility: 0.6, network: {generate: {mean_following: 8, reciprocity: 0.5}}}
content:
  c: {appeal: 0.08, conversion_rate: 0.2, value_usd: 5}
campaign:
  content: c
  advocates: {count: 48, choose: community, posts_at: [0h, 30h], cost_usd: 2}
arms:
  organic: {campaign.advocates: null}
  advocates: {}
baseline: organic
goal: {measure: conversions}
field_test: {treatment: advocates, control: organic, units: [member, community]}
"""
Row = tuple[str, str, str, str]


def planted(sets: int = 200) -> Row:
    """Boxes over one to three of five inputs, 500 points, 15 % of them inside."""
    found = []
    for seed in range(sets):
        rng = np.random.default_rng([seed, 1])
        limited = 1 + seed % 3
        x = rng.uniform(size=(500, 5))
        part = 0.15 ** (1.0 / limited)
        low = rng.uniform(0.0, 1.0 - part, limited)
        inside = ((x[:, :limited] > low) & (x[:, :limited] < low + part)).all(axis=1)
        points = Points(x, inside)
        held = points.inside(find_box(points))
        hits = float((held & inside).sum())
        found.append((hits / inside.sum(), hits / held.sum()))
    coverage, density = np.array(found).T
    said = f"coverage {coverage.mean():.3f} (worst {coverage.min():.3f}), density {density.mean():.3f} (worst {density.min():.3f})"
    return (
        f"PRIM finds a planted box ({sets} sets)",
        "both above 0.9",
        said,
        met(min(coverage.min(), density.min()) > 0.9),
    )


def noise(sets: int = 400) -> Row:
    """Cases that have nothing to do with the inputs."""
    boxes = 0
    for seed in range(sets):
        rng = np.random.default_rng([seed, 2])
        points = Points(rng.uniform(size=(200, 4)), rng.uniform(size=200) < 0.3)
        boxes += bool(find_boxes(points, "abcd", {}, seed))
    return f"PRIM says none on noise ({sets} sets)", "none", f"a box in {boxes} of {sets}", met(boxes <= 0.01 * sets)


def recommended_coverage() -> Row:
    """The interval of the recommended design, in 2,000 tests of other luck and assignments than those that chose it."""
    chosen = vs.field_test(vs.loads(ISLANDS), worlds=600, seed=1, threads=1).recommended
    again = vs.field_test(vs.loads(ISLANDS), worlds=2000, seed=2, threads=1)
    design = next(d for d in again.judged if d.name == chosen.name)
    coverage = design.quality.coverage or 0.0
    said = f"{design.name}: {100 * coverage:.1f} % of 2,000 tests"
    return "the recommended design's 95 % interval holds the effect", "93 to 97 %", said, met(0.93 <= coverage <= 0.97)


def repeated_coverage() -> Row:
    """The interval over launches of the design that is recommended on the main scenario."""
    found = vs.field_test(MAIN, worlds=600, seed=3, treatment="paid", control="organic", threads=1).recommended
    again = found.repeated
    if again is None:
        return "main scenario: the interval over repeated launches", "93 to 97 %", "no design", met(False)
    said = f"{found.name}, {again.launches} launches: {100 * again.coverage:.1f} %, power {100 * again.power:.0f} %"
    return "main scenario: the interval over repeated launches", "93 to 97 %", said, met(0.93 <= again.coverage <= 0.97)


def front() -> Row:
    """The front's best in each measure less the optimum of that measure alone, in the same worlds."""
    measures = ("conversions", "shares")
    found = pareto(MAIN, 240.0, measures, worlds=200, trials=40, threads=1)
    parts, good = [], True
    for name in measures:
        alone = optimise(MAIN, 240.0, measure=name, worlds=200, trials=40, threads=1).uplift
        best = max(point.uplift[name].mean for point in found.points)
        parts.append(f"{name} {best:.1f}, alone {alone.mean:.1f} ({alone.low:.1f} to {alone.high:.1f})")
        good &= best >= alone.low
    return "main scenario: the front beside single goals", "within their error", "; ".join(parts), met(good)


def met(good: bool) -> str:
    return "reached" if good else "not reached"


MEASURED: tuple[Callable[[], Row], ...] = (planted, noise, recommended_coverage, repeated_coverage, front)


def main() -> None:
    print("# Decisions: what was promised, measured\n")
    print("Made by `python -m benchmarks.decisions > benchmarks/DECISIONS.md`. Processor seconds of one thread.\n")
    print("| what | goal | measured | | processor s |\n| --- | --- | --- | --- | --- |")
    for measure in MEASURED:
        start = time.process_time()
        what, goal, said, verdict = measure()
        print(f"| {what} | {goal} | {said} | {verdict} | {time.process_time() - start:.0f} |", flush=True)


if __name__ == "__main__":
    main()

"""Next posts of real accounts against simple predictions: ``python -m benchmarks.calibration --out benchmarks/CALIBRATION.md``.

The last 40 % of the posts of each account, by time, each predicted from those before it. Every run is a row.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from benchmarks.machine import description
from viralsim.calibration.backtest import CALIBRATED, MEASURES
from viralsim.calibration.scores import LEVELS, coverage
from viralsim.validation.check import MissingDataError, Setting
from viralsim.validation.next_posts import ACCOUNTS, account, predicted

SHARED = Path(os.environ.get("VIRALSIM_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SEEDS = (1, 2, 3)
HEAD = "| account | measure | method | seed | posts | CRPS | against the best of three | 50 % | 80 % | 95 % | seconds |"
ABOUT = """# Next posts of real accounts

Made by `python -m benchmarks.calibration --out benchmarks/CALIBRATION.md`. The last 40 % of the posts by time, each predicted from
those before it; CRPS on log(1 + count), less is better; 50, 80, 95 %: how often the interval held, by randomised PITs, ± the
standard error of a share at that number of posts. "Against the best of three" is the CRPS over that of the best of: all past posts,
the last 50, a log-linear regression. `calibrated` is what `viralsim calibrate` and `vs.calibration.next_post` do; "5 to 95 %
ranges" are impressions and share rates drawn apart, uniform in the logarithm between these quantiles of past posts, as
`viralsim init --from-posts` wrote them before it calibrated. Seeds change the draws and the randomised PITs, not the posts.

Rules and priors were set while looking at these accounts, so that these rows flatter the method. The posts on Facebook and
Instagram have no dates: their order is taken as time.
"""


def rows(name: str) -> list[str]:
    """All rows of one account."""
    try:
        past = account(Setting(data=SHARED), name)
    except MissingDataError:
        return [f"| {name} | data are absent | | | | | | | | | |"]
    lines = []
    for seed in SEEDS:
        started = time.process_time()
        found = predicted(past, seed)
        seconds = time.process_time() - started
        for i, measure in enumerate(MEASURES):
            best = found.crps[CALIBRATED][:, i].mean() / found.relative_crps(measure)
            for method in found.pits if seed == SEEDS[0] else (CALIBRATED,):
                score = found.crps[method][:, i].mean()
                held = [coverage(found.pits[method][:, i], level) for level in LEVELS]
                shares = " | ".join(f"{100 * inside:.0f} ± {100 * error:.0f}" for inside, error in held)
                took = f"{seconds:.1f}" if method == CALIBRATED else ""
                lines.append(
                    f"| {name} | {measure} | {method} | {seed} | {len(found.true)} | {score:.3f} | {score / best:.3f} | {shares} "
                    f"| {took} |"
                )
    return lines


def main() -> None:
    """Run all accounts and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    lines = [HEAD, "| --- " * HEAD.count(" |") + "|"]
    for name in ACCOUNTS:
        lines += rows(name)
    page = f"{ABOUT}\n" + "".join(f"- {line}\n" for line in description()) + "\n" + "\n".join(lines) + "\n"
    print(page)
    if out is not None:
        out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()

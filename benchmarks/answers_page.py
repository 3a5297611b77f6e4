"""``python -m benchmarks.answers_page > docs/answers.md``: what ``viralsim run`` prints of every scenario of the repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
HEAD = """# What every scenario answers

The first screen of `viralsim run` for each scenario of this repository, as it is printed: question, answer, money, risk, what it
rests on, what would change it, and what to do next. Made by `python -m benchmarks.answers_page`; do not edit it by hand.
"""


def screen(path: Path) -> str:
    """What the command prints on standard output."""
    command = [sys.executable, "-m", "viralsim", "run", path.relative_to(ROOT).as_posix()]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.rstrip()


def main() -> None:
    """Print the page."""
    print(HEAD)
    for path in SCENARIOS:
        print(f"## {path.stem}\n\n```text\n{screen(path)}\n```\n", flush=True)


if __name__ == "__main__":
    main()

"""``python -m benchmarks.client_sentences``: every sentence that a client reads, once, with its words and reading grade.

From ``run``, ``check``, ``advocates``, ``optimise``, ``luck``, the report and the app; the longest first in each part.
"""

from __future__ import annotations

import ast
import html
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main as viralsim
from viralsim.report import page

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "benchmarks" / "scenarios_before" / "advocates_vs_paid.yaml"
WORLDS = 60
MOST_WORDS = 30
COMMANDS = {
    "check": ["check", "--quick"],
    "advocates": ["advocates", "--count", "3", "--worlds", "40"],
    "optimise": ["optimise", "--budget", "100", "--worlds", "30", "--trials", "4"],
    "luck": ["luck", "--worlds", "8"],
}
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])")
_BLOCKS = re.compile(r"<(p|li|dd|figcaption|summary)\b[^>]*>(.*?)</\1>", re.S)


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [one.strip() for one in _END.split(" ".join(text.split())) if one.strip()]


def syllables(word: str) -> int:
    """Groups of vowels, a silent e at the end apart; one at least."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    return max(1, groups - (word.lower().endswith("e") and not word.lower().endswith("le")))


def words(text: str) -> list[str]:
    """Its words; numbers are none, and a path is one."""
    return [word for word in re.findall(r"[\w.'_-]+", text) if re.search(r"[A-Za-z]", word)]


def grade(texts: list[str]) -> float:
    """The Flesch-Kincaid grade of sentences together (Kincaid et al. 1975)."""
    every = [word for text in texts for word in words(text)]
    return 0.39 * len(every) / max(len(texts), 1) + 11.8 * sum(map(syllables, every)) / max(len(every), 1) - 15.59


def first_screen_sentences(result: vs.Result) -> list[str]:
    """Those of the first screen."""
    return [text for part in result.first_screen for said in part.sentences for text in sentences(said)]


def of_run(result: vs.Result) -> Iterator[str]:
    """Of the verdict and what follows it."""
    verdict = result.verdict
    for text in (
        *verdict.sentences,
        *verdict.overturned_by,
        *verdict.caveats,
        *result.all_warnings,
        *result.vital_signs,
    ):
        yield from sentences(text)


def of_page(result: vs.Result) -> Iterator[str]:
    """Of the report."""
    for _, inner in _BLOCKS.findall(page(result, trees=False)):
        yield from sentences(html.unescape(re.sub(r"<[^>]+>", " ", inner)))


def of_command(arguments: list[str]) -> Iterator[str]:
    """Of what a command prints on lines that are no rows of a table."""
    command, *options = arguments
    done = CliRunner(env={"COLUMNS": "400"}).invoke(viralsim, [command, str(SCENARIO), *options])
    for line in done.output.splitlines():
        if not re.search(r"\S\s{3,}\S", line):
            yield from sentences(line)


def of_app() -> Iterator[str]:
    """Of the texts in the app's modules: those of five words and more that are no docstrings."""
    for path in sorted((ROOT / "src" / "viralsim" / "app").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            ast.get_docstring(node, clean=False)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docs:
                yield from (
                    text for text in sentences(node.value) if len(words(text)) >= 5 and not set("{<") & set(text)
                )


def main() -> None:
    """Print every sentence once with the number of its words, the longest first, and the grade of each part."""
    result = vs.simulate(vs.load(SCENARIO), worlds=WORLDS, what_turns_it=True)
    parts = {
        "first screen": first_screen_sentences(result),
        "verdict": list(of_run(result)),
        "report": list(of_page(result)),
        "app": list(of_app()),
    }
    parts |= {name: list(of_command(arguments)) for name, arguments in COMMANDS.items()}
    seen: set[str] = set()
    for name, found in parts.items():
        new = [text for text in dict.fromkeys(found) if text not in seen]
        seen |= set(new)
        print(f"\n{name}: {len(new)} sentences, reading grade {grade(new):.1f}")
        for text in sorted(new, key=lambda text: -len(words(text))):
            print(f"{len(words(text)):3d}  {text}")
    longest = [text for text in seen if len(words(text)) > MOST_WORDS]
    print(f"\n{len(longest)} of {len(seen)} sentences have more than {MOST_WORDS} words")
    sys.exit(bool(longest))


if __name__ == "__main__":
    main()

"""``python -m benchmarks.sentences [SCENARIO]``: every sentence that a client reads, once, with its number of words.

Of ``run``, ``check``, ``advocates``, ``optimise``, ``luck``, ``flips``, the report and the pages of the app. At the end the
longest sentence and the reading grade (Flesch and Kincaid, 1975: 0.39 words per sentence + 11.8 syllables per word - 15.59).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FLAGSHIP = "scenarios/advocates_vs_paid.yaml"
COMMANDS = {
    "run": ["run", "{}", "--worlds", "100"],
    "check": ["check", "{}"],
    "advocates": ["advocates", "{}", "--worlds", "20"],
    "optimise": ["optimise", "{}", "--budget", "2400", "--worlds", "40"],
    "luck": ["luck", "{}", "--worlds", "8"],
}
SWEPT = {"campaign.paid[0].budget_usd": [600, 1200, 2400, 4800], "campaign.paid[0].trust": [0.2, 0.5, 1]}
LONGEST = 30
_ENDS = re.compile(r"(?<=[.?!])\s+(?=[A-Z\d])")
_TABLE = re.compile(r"[\u2500-\u257f]|\S {2,}\S.* {2,}\S")  # columns are no sentences
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_SKIPPED = {"style", "script", "pre", "svg", "table", "title"}
_BLOCKS = {"p", "li", "dd", "dt", "h1", "h2", "h3", "summary", "figcaption"}


class _Text(HTMLParser):
    """The running text of a page, a line per block."""

    def __init__(self) -> None:
        super().__init__()
        self.lines, self.skipped = [""], 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.skipped += tag in _SKIPPED
        if tag in _BLOCKS:
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        self.skipped -= tag in _SKIPPED
        if tag in _BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.lines[-1] += data


def sentences(text: str) -> list[str]:
    """The sentences of running text; a blank line or a line of its own ends one too."""
    lines = ("" if _TABLE.search(line.strip()) else line for line in text.splitlines())
    parts = re.split(r"\n\s*\n|\n(?=\S)", "\n".join(lines))
    found = [" ".join(one.split()) for part in parts for one in _ENDS.split(" ".join(part.split()))]
    return [one for one in found if len(_WORD.findall(one)) > 2]


def words(sentence: str) -> int:
    """Words and numbers of a sentence."""
    return len([one for one in sentence.split() if re.search(r"\w", one)])


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end; one at least."""
    found = len(re.findall(r"[aeiouy]+", word.lower().removesuffix("e")))
    return max(1, found)


def grade(found: list[str]) -> float:
    """Reading grade of all sentences together."""
    all_words = [word for one in found for word in _WORD.findall(one)]
    return 0.39 * len(all_words) / len(found) + 11.8 * sum(map(syllables, all_words)) / len(all_words) - 15.59


def _printed(arguments: list[str]) -> str:
    """What a command prints; SystemExit with its error where it fails."""
    command = [sys.executable, "-W", "ignore", "-m", "viralsim", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stderr}")
    return done.stdout


def said_by_commands(scenario: str) -> dict[str, list[str]]:
    """Command -> its sentences; the report is that of ``run``."""
    found = {}
    for name, command in COMMANDS.items():
        found[name] = sentences(_printed([part.format(scenario) for part in command]))
    with tempfile.TemporaryDirectory() as folder:
        import viralsim as vs

        values = {path: {"values": values} for path, values in SWEPT.items()}
        block = {"sweep": {"design": "grid", "worlds": 20, "parameters": values}, "equal_money": False}
        path = Path(folder) / "swept.yaml"
        path.write_text(vs.load(ROOT / scenario).override(block).to_yaml(), encoding="utf-8")
        _printed(["sweep", str(path), "--out", f"{folder}/out"])
        found["flips"] = sentences(_printed(["flips", f"{folder}/out"]))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        import viralsim as vs
        from viralsim.report import write_page

        write_page(vs.simulate(ROOT / scenario, 100, what_turns_it=True), page)
        parser = _Text()
        parser.feed(page.read_text(encoding="utf-8"))
        found["report"] = [one for line in parser.lines for one in sentences(line)]
    return found


def said_by_the_app() -> list[str]:
    """Literal sentences of the app's pages, from its source."""
    import ast

    found = []
    for path in sorted((ROOT / "src" / "viralsim" / "app" / "plan").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        first = [node.body[0] for node in ast.walk(tree) if isinstance(node, holders) and node.body]
        docs = {id(one.value) for one in first if isinstance(one, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                found += [one for one in sentences(node.value) if "<" not in one and "=" not in one and "--" not in one]
    return found


def main() -> None:
    """Print the list."""
    scenario = sys.argv[1] if len(sys.argv) > 1 else FLAGSHIP
    seen: dict[str, str] = {}
    for place, found in {**said_by_commands(scenario), "app": said_by_the_app()}.items():
        for one in found:
            seen.setdefault(one, place)
    for one, place in seen.items():
        print(f"{words(one):3d}  {place:<10}{one}")
    ended = [one for one in seen if one[-1] in ".?!"]
    longest = max(seen, key=words)
    long = sum(words(one) > LONGEST for one in seen)
    print(f"\n{len(seen)} sentences, {len(ended)} with a full stop; reading grade {grade(ended):.1f}")
    print(f"longest {words(longest)} words; {long} of more than {LONGEST}")


if __name__ == "__main__":
    main()

"""The commands as tools of the Model Context Protocol: check, run, forecast, field-test, report, over the JSON they print.

Each call is a process of its own that runs the command with ``--json``, so that what a tool gives is what the command prints,
and a call that is given up ends its work. Files are read anywhere and written in the work folder alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from viralsim.errors import InputError

if TYPE_CHECKING:
    from mcp.server import MCPServer

ABOUT = (
    "Simulates how content spreads through an audience, and compares arms of a campaign in the same worlds. Give a scenario as "
    "the path of a YAML file or as YAML text; `check` says what is wrong with it, with line and remedy. Results are the JSON of "
    "the command line."
)
ScenarioText = Annotated[str, Field(description="Path of a scenario file, or its YAML text")]
CurveText = Annotated[str, Field(description="Path of a CSV with the columns hours and shares, or its text")]
StoredFolder = Annotated[str, Field(description="Folder of a stored run or sweep")]
PageName = Annotated[str, Field(description="Name of the page in the work folder")]
Kept = Annotated[str | None, Field(description="A name in the work folder")]
WRONG_INPUT = 2


def server(work: Path) -> MCPServer:
    """The server; what its tools write lies in the folder ``work``, which is made where it is missing.

    Raises: InputError where the SDK is missing or the folder cannot be made.
    """
    try:
        from mcp.server import MCPServer
    except ImportError as error:
        raise InputError("mcp needs the official SDK: pip install 'viralsim[mcp]'") from error
    tools = _Tools(work)
    found = MCPServer("viralsim", instructions=ABOUT, log_level="WARNING")
    for name, tool in tools.by_name().items():
        found.tool(name)(tool)
    return found


class _Tools:
    """The tools, each the call of a command, and the one folder that they write into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{folder}: no folder can be made here ({error.strerror}): choose another") from None

    def by_name(self) -> dict[str, Callable[..., Any]]:
        """Name -> tool."""
        return {
            "check": self.check, "run": self.run, "forecast": self.forecast, "field-test": self.field_test, "report": self.report,
        }  # fmt: skip

    async def check(self, scenario: ScenarioText) -> dict[str, Any]:
        """Check a scenario wholly: every error with file, line, path and remedy; what each arm costs."""
        return await self.call("check", self.text(scenario, "scenario.yaml"), wrong_is_an_answer=True)

    async def run(
        self, scenario: ScenarioText, worlds: int | None = None, seed: int | None = None, arms: list[str] | None = None,
        out: Kept = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Simulate all arms in the same worlds and compare them: measures, differences with intervals, verdict. `out` keeps it."""
        options = {"worlds": worlds, "seed": seed, "arm": arms, "out": self.inside(out, "out")}
        return await self.call("run", self.text(scenario, "scenario.yaml"), options)

    async def forecast(
        self, observed: CurveText, past: CurveText | None = None, at: str | None = None, horizon: str | None = None,
        followers: float | None = None, target: float | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Where a running post ends: quantiles of its final shares, from its curve so far and curves of past posts."""
        options = {
            "observed": self.text(observed, "observed.csv"),
            "past": None if past is None else self.text(past, "past.csv"),
            "at": at, "horizon": horizon, "followers": followers, "target": target,
        }  # fmt: skip
        return await self.call("forecast", "-", options)

    async def field_test(
        self, scenario: ScenarioText, treatment: str | None = None, control: str | None = None, measure: str | None = None,
        units: list[str] | None = None, share: float | None = None, worlds: int | None = None, seed: int | None = None,
        plan: Kept = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Which test in the field would settle it: bias, spread, power and cost of designs. `plan` keeps who is in which group."""
        options = {
            "treatment": treatment, "control": control, "measure": measure, "unit": units, "share": share, "worlds": worlds,
            "seed": seed, "plan": self.inside(plan, "plan"),
        }  # fmt: skip
        return await self.call("field-test", self.text(scenario, "scenario.yaml"), options)

    async def report(self, result: StoredFolder, page: PageName = "report.html") -> dict[str, Any]:
        """Write one offline HTML page of a stored run or sweep into the work folder."""
        return await self.call("report", self.path(result), {"out": self.inside(page, "page")})

    def path(self, text: str) -> Path:
        """A path, from the work folder on where it is relative; what is not there is refused."""
        found = self.folder / text
        if "\0" in text or not found.exists():
            raise _refused(
                f"{text!r} is not there: give a path, from the work folder {self.folder} on where it is relative"
            )
        return found

    def text(self, given: str, name: str) -> Path:
        """The file of a path; text of several lines is written into the work folder, as ``name``."""
        if "\n" not in given.strip():
            return self.path(given.strip())
        (self.folder / name).write_text(given, encoding="utf-8")
        return self.folder / name

    def inside(self, name: str | None, argument: str) -> Path | None:
        """A place in the work folder; any other is refused."""
        if name is None:
            return None
        found = (self.folder / name).resolve()
        if found == self.folder or not found.is_relative_to(self.folder):
            raise _refused(f"{argument} must be a name in the work folder {self.folder}, got {name!r}")
        return found

    async def call(
        self, command: str, what: Path | str, options: dict[str, Any] | None = None, wrong_is_an_answer: bool = False
    ) -> dict[str, Any]:
        """The JSON that a command prints; its message as a failure of the tool where it refuses its input."""
        import anyio

        words = [f"--{name}={value}" for name, given in (options or {}).items() for value in _values(given)]
        done = await anyio.run_process(
            [sys.executable, "-m", "viralsim", command, str(what), *words, "--json"], check=False, cwd=self.folder
        )
        if done.returncode != 0 and not (wrong_is_an_answer and done.returncode == WRONG_INPUT and done.stdout):
            raise _refused(done.stderr.decode("utf-8", "replace").strip() or f"{command} ended with {done.returncode}")
        return dict(json.loads(done.stdout))


def _values(given: Any) -> list[Any]:
    """What an option is given: nothing, one value, or several."""
    return [] if given is None else given if isinstance(given, list) else [given]


def _refused(message: str) -> Exception:
    """The failure that a client is told with its message."""
    from mcp.server.mcpserver.exceptions import ToolError

    return ToolError(message)

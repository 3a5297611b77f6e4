"""Every command: where it is defined and what it is for, by the question that brings somebody to it."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A command: its module and attribute, its line of help, and whether it starts kernels, which may have to be compiled."""

    module: str
    attribute: str
    help: str
    kernels: bool = True


def _entry(module: str, attribute: str, text: str, kernels: bool = True) -> Entry:
    return Entry(f"viralsim.cli.{module}", attribute, text, kernels)


SECTIONS: dict[str, dict[str, Entry]] = {
    "Plan a campaign": {
        "new": _entry("new", "new", "Ten questions, then a scenario and its answer."),
        "init": _entry("scenario_commands", "init", "Write a commented scenario to start from.", kernels=False),
        "check": _entry("scenario_commands", "check", "What to fix in a scenario; what it means and costs."),
        "run": _entry("run", "run", "Simulate every arm in the same worlds; compare."),
        "report": _entry("report", "report", "A page for the meeting, from a stored run or sweep.", kernels=False),
        "advocates": _entry("advocates", "advocates", "Whom to enrol, scored on the full model."),
        "optimise": _entry("optimise", "optimise", "How to split a budget, if it is worth spending."),
        "calibrate": _entry("calibrate", "calibrate", "What past posts say about the next one, and how well."),
        "app": _entry("app", "app", "Plans, sliders and lessons in a browser."),
    },
    "Weigh the answer": {
        "flips": _entry("flips", "flips", "At which values another arm becomes the best."),
        "sensitivity": _entry("sensitivity", "sensitivity", "Which uncertain inputs decide."),
        "luck": _entry("luck", "luck", "How much of the outcome is luck."),
        "chance": _entry("chance", "chance", "How likely a rare event is, over very many worlds."),
        "robust": _entry("robust", "robust", "Which arm is least wrong if the model is."),
        "sample": _entry("sample", "sample", "A part of an audience that is too large, and how far it is off."),
        "discover": _entry("discover", "discover", "Under which inputs a plan fails."),
        "value-of-information": _entry(
            "value_of_information", "value_of_information", "Which unknown is worth paying for."
        ),
        "field-test": _entry("field_test", "field_test", "Which test in the field would settle it."),
        "learn": _entry("learn", "learn", "What lift tests say about uncertain inputs."),
    },
    "After the launch": {
        "forecast": _entry("forecast", "forecast", "Where a running post ends; what acting now changes."),
        "review": _entry("review", "review", "How a campaign went, and whether luck explains it."),
        "ledger": _entry("ledger", "ledger", "How registered forecasts went.", kernels=False),
        "replay": _entry("replay", "replay", "A cascade that happened, with one thing changed.", kernels=False),
    },
    "Research and teach": {
        "sweep": _entry("sweep", "sweep", "Run many points of a scenario; resumes."),
        "merge": _entry("sweep", "merge", "Join the shards of a sweep.", kernels=False),
        "verify": _entry("store_commands", "verify", "Run stored points again and compare."),
        "info": _entry("store_commands", "info", "What a folder holds; a methods paragraph.", kernels=False),
        "compare": _entry("compare", "compare", "Two stored results, arm by arm.", kernels=False),
        "samples": _entry("store_commands", "samples", "Write worlds as samples for other tools.", kernels=False),
        "archive": _entry("archive", "archive", "Pack a finished folder for publication.", kernels=False),
        "validate": _entry("validate", "validate", "What is known about the model, reproduced or not."),
        "lessons": _entry("lessons", "lessons", "The lessons as web pages that need no install."),
    },
    "Files and set-up": {
        "network": _entry("network", "network", "Import a graph file, or describe one."),
        "presets": _entry("scenario_commands", "presets", "Channel presets with source and year.", kernels=False),
        "schema": _entry("scenario_commands", "schema", "The JSON Schema of scenario files.", kernels=False),
        "mcp": _entry("mcp", "mcp", "Serve the commands to assistants (MCP).", kernels=False),
        "warm": _entry("warm", "warm", "Compile everything beforehand.", kernels=False),
    },
}

COMMANDS: dict[str, Entry] = {word: entry for entries in SECTIONS.values() for word, entry in entries.items()}

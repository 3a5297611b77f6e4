"""The lines of a budget as a client calls them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from viralsim.scenario import Scenario


def client_names(scenario: Scenario, lines: Sequence[str]) -> dict[str, str]:
    """Line -> its name: "advertising on instagram" for ``paid[0] on instagram``, "the boost of @ann on tiktok".

    Of those that would have one name, each has what it advertises in it, or its number where that is the same too.
    """
    names = {line: line for line in lines}
    contents = dict(names)
    for i, paid in enumerate(scenario.spec.campaign.paid):
        line = f"paid[{i}] on {paid.channel}"
        if line in names:
            what = "advertising" if paid.boost is None else f"the boost of {paid.boost}"
            names[line] = f"{what} on {paid.channel}"
            contents[line] = f"{names[line]} ({paid.content})"
    shared, same_content = Counter(names.values()), Counter(contents.values())
    numbered = {line: f"{name} ({line.partition(' ')[0]})" for line, name in names.items()}
    return {
        line: name if shared[name] == 1 else contents[line] if same_content[contents[line]] == 1 else numbered[line]
        for line, name in names.items()
    }

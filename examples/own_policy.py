"""A policy of one's own: a brand that stops buying once the audience carries the content itself.

Run it: .venv/bin/python examples/own_policy.py
"""

from __future__ import annotations

from pathlib import Path

from viralsim import ViralityModel
from viralsim.mesa_driver import Brand

ENOUGH_SHARES = 20


class StopsWhenItMoves(Brand):
    """Buys by the plan until ``ENOUGH_SHARES`` members have shared, then keeps the money."""

    def planned_impressions(self) -> list[int]:
        """What the plan buys in this tick, or nothing."""
        planned = super().planned_impressions()
        return planned if self.model.counted("shares") < ENOUGH_SHARES else [0] * len(planned)


def main() -> None:
    """Compare the plan and the policy in the same five worlds of the main scenario."""
    path = Path(__file__).parent.parent / "scenarios" / "advocates_vs_paid.yaml"
    for world in range(5):
        for name, brand in (("plan", Brand), ("policy", StopsWhenItMoves)):
            model = ViralityModel(path, arm="integrated", world=world, brand=brand)
            while model.running:
                model.step()
            bought = int(model.raw().paid_bought.sum())
            print(f"world {world}, {name:>6}: {bought:>6} impressions bought, {model.measure('shares'):.0f} shares")


if __name__ == "__main__":
    main()

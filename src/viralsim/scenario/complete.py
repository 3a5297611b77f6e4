"""What a file leaves out and other keys of it settle: presets, the only channel, the campaign's content, the horizon.

Works on plain data before validation, so it takes data of any shape: the schema refuses what is malformed.
"""

from __future__ import annotations

from typing import Any

from viralsim.scenario.presets import preset_values
from viralsim.scenario.spec import Spec
from viralsim.units import parse_launch, weekday_and_clock, weekday_of_launch

EXCLUDE_EACH_OTHER = {"visibility": "organic_reach", "organic_reach": "visibility"}
DEFAULT_HORIZON = f"{Spec.model_fields['horizon'].default}h"
MOMENTS = ("posts_at", "starts", "ends", "released_at")  # keys that may name a day of the week
HOURS_PER_WEEK = 168.0
LINES = ("owned", "paid", "organic")


def complete(data: Any) -> Any:
    """A copy of a scenario's plain data with presets and settled keys filled in; untouched parts are shared."""
    if not isinstance(data, dict):
        return data
    data = dict(data)
    channels, campaign, audience = data.get("channels"), data.get("campaign"), data.get("audience")
    if isinstance(channels, dict):
        data["channels"] = {name: complete_channel(channel) for name, channel in channels.items()}
        only = next(iter(channels)) if len(channels) == 1 else None
    else:
        only, channels = None, {}
    if isinstance(campaign, dict):
        data["campaign"] = _complete_campaign(campaign, only, list(channels), data)
    if isinstance(data.get("content"), dict):
        data["content"] = {name: _complete_content(content) for name, content in data["content"].items()}
    data = _moments(data, data.get("launch_at"))
    if isinstance(audience, dict) and "participation" not in audience and audience.get("members") is not None:
        data["audience"] = {**audience, "participation": {}}
    return data


def _complete_content(content: Any) -> Any:
    """A content with a funnel and no conversion rate: the funnel says the whole rate."""
    if isinstance(content, dict) and content.get("funnel") is not None and content.get("conversion_rate") is None:
        return {**content, "conversion_rate": 1.0}
    return content


def _moments(value: Any, launch_at: Any) -> Any:
    """The data with moments such as ``Monday 18:00`` as hours since the launch, where ``launch_at`` says its day."""
    launch_day = weekday_of_launch(launch_at)
    return value if launch_day is None else _since(value, launch_day, parse_launch(launch_at))


def _since(value: Any, launch_day: int, launch_hours: float, named: bool = False) -> Any:
    """``named``: the value is under a key that names moments."""
    if isinstance(value, dict):
        return {key: _since(inner, launch_day, launch_hours, key in MOMENTS) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_since(inner, launch_day, launch_hours, named) for inner in value]
    if not named or (found := weekday_and_clock(value)) is None:
        return value
    day, hours = found
    return f"{((day - launch_day) * 24 + hours - launch_hours) % HOURS_PER_WEEK:.12g}h"


def complete_channel(channel: Any) -> Any:
    """A channel with the numbers of its preset where it has none of its own."""
    if not isinstance(channel, dict) or not isinstance(channel.get("preset"), str):
        return channel
    own = {name: value for name, value in channel.items() if value is not None}
    preset = {
        name: value
        for name, value in preset_values(channel["preset"]).items()
        if name not in own and EXCLUDE_EACH_OTHER.get(name) not in own
    }
    return {**channel, **preset}


def _complete_campaign(campaign: dict[str, Any], only: str | None, channels: list[str], data: dict[str, Any]) -> Any:
    filled = dict(campaign)
    for kind in LINES:
        lines = campaign.get(kind)
        if isinstance(lines, list | tuple):
            filled[kind] = [_complete_line(kind, line, campaign, only, data) for line in lines]
    tier = campaign.get("advocates")
    if isinstance(tier, dict):
        own = {"content": campaign.get("content"), "channels": channels}
        filled["advocates"] = {**tier, **_missing(tier, own)}
    return filled


def _missing(block: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in defaults.items() if value is not None and block.get(name) is None}


def _complete_line(kind: str, line: Any, campaign: dict[str, Any], only: str | None, data: dict[str, Any]) -> Any:
    if not isinstance(line, dict):
        return line
    own: dict[str, Any] = {"channel": only, "content": campaign.get("content")}
    if kind == "paid":
        channels = data["channels"] if isinstance(data.get("channels"), dict) else {}
        name = line.get("channel", only)
        channel = channels.get(name) if isinstance(name, str) else None
        own["ends"] = data.get("horizon", DEFAULT_HORIZON)
        own["cpm_usd"] = channel.get("cpm_usd") if isinstance(channel, dict) else None
    return {**line, **_missing(line, own)}

"""What a file leaves out and other keys of it settle: presets, the only channel, the campaign's content, the horizon.

Works on plain data before validation, so it takes data of any shape: the schema refuses what is malformed.
"""

from __future__ import annotations

from typing import Any

from viralsim.scenario.presets import preset_values
from viralsim.scenario.repeats import repeated
from viralsim.scenario.spec import Spec
from viralsim.units import day_of_launch, hours_since_launch, parse_launch, parse_launch_day

EXCLUDE_EACH_OTHER = {"visibility": "organic_reach", "organic_reach": "visibility"}
DEFAULT_HORIZON = f"{Spec.model_fields['horizon'].default}h"
DEFAULT_LAUNCH = f"{Spec.model_fields['launch_at'].default:02.0f}:00"
MOMENTS = ("posts_at", "starts", "ends", "released_at", "at", "horizon")  # keys that may name a day
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
    if isinstance(audience, dict) and "participation" not in audience and audience.get("members") is not None:
        data["audience"] = {**audience, "participation": {}}
    return _repeats(_moments(_with_launch_day(data)))


def _complete_content(content: Any) -> Any:
    """A content with a funnel and no conversion rate: the funnel says the whole rate."""
    if isinstance(content, dict) and content.get("funnel") is not None and content.get("conversion_rate") is None:
        return {**content, "conversion_rate": 1.0}
    return content


def _with_launch_day(data: dict[str, Any]) -> dict[str, Any]:
    """The data with the day that ``launch_at`` names; one that is written and differs is left for the schema to refuse."""
    day, written = day_of_launch(data.get("launch_at")), data.get("launch_day")
    if day is None:
        return data
    same = written is None or (isinstance(written, str) and written.lower() == day)
    return {**data, "launch_day": day if same else f"{written}, where launch_at says {day}"}


def _moments(data: dict[str, Any]) -> dict[str, Any]:
    """The data with moments such as ``Monday 18:00`` as hours since the launch, where the day of the launch is known."""
    try:
        day, hours = parse_launch_day(data.get("launch_day")), parse_launch(data.get("launch_at", DEFAULT_LAUNCH))
    except ValueError:
        return data
    return {name: _since(inner, day, hours, name in MOMENTS) for name, inner in data.items()}


def _repeats(data: dict[str, Any]) -> dict[str, Any]:
    """The data with every time at which a line posts, where ``every`` says that its times come again."""
    campaign, horizon = data.get("campaign"), data.get("horizon", DEFAULT_HORIZON)
    if not isinstance(campaign, dict):
        return data
    filled = dict(campaign)
    for kind in ("owned", "organic"):
        if isinstance(campaign.get(kind), list | tuple):
            filled[kind] = [repeated(line, horizon) for line in campaign[kind]]
    if campaign.get("advocates") is not None:
        filled["advocates"] = repeated(campaign["advocates"], horizon)
    return {**data, "campaign": filled}


def _since(value: Any, launch_day: str, launch_hours: float, named: bool = False) -> Any:
    """``named``: the value is under a key that names moments."""
    if isinstance(value, dict):
        return {key: _since(inner, launch_day, launch_hours, key in MOMENTS) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_since(inner, launch_day, launch_hours, named) for inner in value]
    found = hours_since_launch(value, launch_day, launch_hours) if named else None
    return value if found is None else f"{found:.12g}h"


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

"""The look of the page: colours in light and dark, and the style sheet.

Pictures name roles; in the page each role is a CSS variable, so that the same picture is right in both themes. All text
and all lines of arms have a contrast of at least 4.5 to 1 on their ground (tests/report).
"""

from __future__ import annotations

# role -> (light, dark)
ROLES: dict[str, tuple[str, str]] = {
    "ground": ("#ffffff", "#14171c"),
    "ink": ("#1b1f24", "#e8eaed"),
    "quiet": ("#59616b", "#a6adb7"),
    "line": ("#d5d9df", "#3a404a"),
    "panel": ("#f5f6f8", "#1d2129"),
    "mark": ("#1f5fa8", "#6cb2ff"),
    "baseline": ("#59616b", "#b4bbc5"),
    "arm-0": ("#1f5fa8", "#6cb2ff"),
    "arm-1": ("#b04a06", "#ff9e57"),
    "arm-2": ("#1b7448", "#5fd39a"),
    "arm-3": ("#8a3d9c", "#d89bf0"),
    "arm-4": ("#75600a", "#e0c64a"),
    "arm-5": ("#b3245c", "#ff86b3"),
    "arm-6": ("#006b7a", "#5fd0e0"),
    "from-owned": ("#1b1f24", "#e8eaed"),
    "from-paid": ("#75600a", "#e0c64a"),
    "from-asked": ("#8a3d9c", "#d89bf0"),
    "from-earned": ("#006b7a", "#5fd0e0"),
}
ARM_COLOURS = sum(role.startswith("arm-") for role in ROLES)
# beside colour, so that arms differ on a grey print and for the colour-blind too
DASHES: tuple[tuple[float, ...], ...] = ((), (5.0, 1.6), (1.4, 1.4), (7.0, 1.6, 1.4, 1.6))


def role_of_arm(arm: str, arms: list[str], baseline: str | None) -> str:
    """The baseline is grey; the other arms have the colours in their order."""
    if arm == baseline:
        return "baseline"
    return f"arm-{[name for name in arms if name != baseline].index(arm) % ARM_COLOURS}"


def _variables(theme: int) -> str:
    return "".join(f"--{role}:{colours[theme]};" for role, colours in ROLES.items())


_RULES = """
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem}
h2{font-size:1.25rem;margin:2.4rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:0 0 .2rem}
h1,h2,h3,p,li,summary,code,.words th{overflow-wrap:anywhere}
th,td{overflow-wrap:break-word}
p{margin:.4rem 0}
.about{font-size:1.15rem}
.lead{text-wrap:balance}
.quiet,figcaption,small{color:var(--quiet)}
.stamp{display:inline-block;border:1px solid var(--quiet);border-radius:1rem;padding:0 .7rem;font-size:.85rem}
.verdict{background:var(--panel);border-left:.3rem solid var(--mark);padding:.8rem 1.1rem;margin:1.2rem 0}
.verdict .lead{font-size:1.2rem;line-height:1.4;font-weight:600}
.verdict dl{grid-template-columns:4.5rem 1fr;margin-bottom:0}
.verdict ul{margin:.5rem 0 .2rem;padding-left:1.2rem}
.scroll{overflow-x:auto;margin:.6rem 0}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--mark);outline-offset:2px}
table{border-collapse:collapse;min-width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .7rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th:first-child,.words td,.words th{text-align:left}
tbody td,td small,th small{white-space:nowrap}
.words tbody td{white-space:normal}
.words table{min-width:40rem}
.words thead th{min-width:0;overflow-wrap:break-word}
.words tbody th{min-width:9rem}
nav{margin:.4rem 0 1rem}
nav a{display:inline-block;margin-right:1rem;padding:.2rem 0;color:var(--mark)}
thead th{min-width:4.5rem}
thead th{vertical-align:bottom;border-bottom:2px solid var(--quiet)}
tbody th{font-weight:500;min-width:8rem}
td small,th small{display:block;font-size:.82rem;font-weight:400}
figure{margin:1.6rem 0 2rem;break-inside:avoid}
figure .scroll{margin:.4rem 0}
svg.picture{display:block;width:100%;height:auto;margin:.5rem 0}
svg.picture text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
svg.picture .t{font-weight:600}
svg.picture path[class^=s-]{fill:none;stroke-linejoin:round}
svg.narrow{display:none}
details{margin:.4rem 0}
summary{cursor:pointer;color:var(--mark)}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.25rem 1rem;margin:.6rem 0}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--panel);padding:.8rem;overflow-x:auto;font-size:.85rem}
.key{display:inline-block;width:.7rem;height:.7rem;border-radius:50%;margin-right:.4rem}
@media screen and (max-width:40rem){svg.picture.wide{display:none}svg.picture.narrow{display:block}}
@media screen and (min-width:100rem){html{font-size:125%}}
@media (max-width:34rem){
main{padding:1rem .7rem 2rem}
th,td{padding:.3rem .4rem}
table{font-size:.85rem}
.verdict{padding:.6rem .8rem}
.verdict .lead{font-size:1.05rem}
h1{font-size:1.5rem}dl,.verdict dl{grid-template-columns:1fr}dt{margin-top:.4rem}}
@media screen and (max-width:34rem){
:is(.arms,.words) .scroll{overflow:visible}
:is(.arms,.words) :is(table,tbody,tbody th){display:block;min-width:0}
:is(.arms,.words) thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
:is(.arms,.words) :is(tbody th,td){border:0;padding:0;text-align:left}
:is(.arms,.words) tbody tr{display:block;padding:.4rem 0;border-bottom:1px solid var(--line)}
:is(.arms,.words) tbody th{font-weight:600;grid-column:1/-1}
:is(.arms,.words) td::before{content:attr(data-label) " ";color:var(--quiet)}
.words td{display:inline}
.words td:empty{display:none}
.words td:not(:last-child)::after{content:" · ";color:var(--quiet)}
.arms tbody tr{display:grid;grid-template-columns:repeat(auto-fit,minmax(5.1rem,1fr));gap:.2rem .3rem}
.arms td::before{display:block;font-size:.78rem}
.arms td small{white-space:normal}
}
@media print{
@page{margin:15mm}
body{font-size:10pt}
main{max-width:none;padding:0}
.about{font-size:1rem}
.verdict{padding:.3rem .8rem;margin:.4rem 0}
.verdict .lead{font-size:.95rem;margin:0}
.verdict dl{gap:0 .8rem;margin-top:.2rem;font-size:9pt;line-height:1.35}
h1{font-size:1.5rem}
h2,h3{break-after:avoid}
h2{margin-top:.8rem;padding-top:.4rem}td,th{padding-top:.12rem;padding-bottom:.12rem}
tr,.verdict,li{break-inside:avoid}
.scroll{overflow:visible}
details:not([open]),nav{display:none}
.words table{min-width:0}
.pictures{break-before:page}
#ranges{width:50%;margin:0}#ranges :is(h3,figcaption,.scroll,svg+*){display:none}
pre{white-space:pre-wrap}
}
"""


def picture_style() -> str:
    """The colours of pictures, their inks and the keys of arms: what a page needs to show pictures; dark on dark screens."""
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{color-scheme:dark;{_variables(1)}}}}}"
    inks = "".join(f".s-{role}{{stroke:var(--{role})}}.f-{role}{{fill:var(--{role})}}" for role in ROLES)
    keys = "".join(f".key-{role}{{background:var(--{role})}}" for role in ROLES if role.startswith(("arm-", "base")))
    return f":root{{color-scheme:light;{_variables(0)}}}{dark}{inks}{keys}"


def style_sheet() -> str:
    """The style of the page; dark on dark screens only, never on paper."""
    return f"{picture_style()}{_RULES}".strip()

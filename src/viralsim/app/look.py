"""How the pages look: their style, and the stage on which one world is drawn."""

from __future__ import annotations

STYLE = """
a{color:#0b6e99!important}
body{--vs-0:#0b6e99;--vs-1:#c2410c;--vs-2:#4d7c0f;--vs-3:#7c3aed;overflow-wrap:anywhere}
.body--dark{--vs-0:#5bb8e0;--vs-1:#fb923c;--vs-2:#a3e635;--vs-3:#c4b5fd}
.body--dark a{color:#7cc7e8!important}.body--dark :is(.q-btn--flat,.q-slider,.q-linear-progress){--q-primary:#7cc7e8}
.vs-curve{margin:0 0 .5rem;max-width:40rem}.vs-curve svg{width:100%;height:auto}.vs-curve figcaption{font-size:.9rem;color:#374151}
.vs-stage canvas{width:100%;max-width:42rem;aspect-ratio:1;border:1px solid #e5e7eb;border-radius:6px;background:#fff}
.vs-stage input{width:100%;max-width:42rem}
.vs-stage button{padding:.3rem .9rem;border:1px solid #9ca3af;border-radius:4px;margin-right:.4rem}
.vs-legend span{display:inline-block;width:.8rem;height:.8rem;border-radius:50%;margin:0 .3rem 0 .9rem;vertical-align:-1px}
iframe.vs-report{width:100%;height:75vh;border:1px solid #e5e7eb;border-radius:6px;background:#fff}
.vs-wide{width:100%}
.body--dark .vs-curve figcaption{color:#d1d5db}.body--dark .vs-curve svg text{fill:#d1d5db}
.body--dark .vs-stage button{color:#e5e7eb}.body--dark .text-negative{color:#fca5a5!important}
"""


def dress() -> None:
    """What every page shares: style, colour of buttons, and the language for who has the page read aloud."""
    from nicegui import ui

    ui.add_css(STYLE)
    ui.colors(primary="#0b6e99")
    ui.add_head_html("<script>document.documentElement.lang = 'en'</script>")


def heading(text: str, style: str) -> None:
    """The one heading of a page; the text is ours, not a user's."""
    from nicegui import ui

    ui.html(text, sanitize=False, tag="h1").classes(style)


def stage_html(element_id: str) -> str:
    """The canvas, its legend and its buttons."""
    return (
        f'<div id="{element_id}" class="vs-stage"><canvas width="840" height="840" role="img" '
        'aria-label="members of the audience by community; the line below says how many are reached"></canvas>'
        '<p class="vs-legend"><span style="background:#c8cdd4"></span>not reached<span style="background:#7bb8d4"></span>reached'
        '<span style="background:#c2410c"></span>shared<span style="border:2px solid #111827;border-radius:0;'
        'transform:rotate(45deg);background:#fff"></span>advocate<span style="border:2px solid #7c3aed;background:#fff"></span>'
        'lost without the one removed</p><p class="vs-hour" aria-live="polite"></p>'
        '<input type="range" min="0" value="0" aria-label="tick"><p><button class="vs-play">play</button>'
        '<button class="vs-step">one tick</button><button class="vs-end">to the end</button></p></div>'
    )

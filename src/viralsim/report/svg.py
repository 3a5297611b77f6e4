"""Drawings of matplotlib as SVG inside a page: named for who cannot see them, in the page's colours, always the same.

matplotlib is imported when a picture is drawn, and only then.
"""

from __future__ import annotations

import io
import threading
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from viralsim.errors import InputError
from viralsim.report.markup import Markup, readable
from viralsim.report.theme import VARIABLE_OF, stand_in

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_INCHES = 7.6
# matplotlib's settings are global: two pages at once must not draw with half of them
_SETTINGS = threading.Lock()


@contextmanager
def drawing() -> Iterator[None]:
    """Settings for drawing, the same on every machine; InputError where matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError as error:
        raise InputError("pictures need matplotlib: pip install 'viralsim[report]'") from error
    ink, quiet = stand_in("ink"), stand_in("quiet")
    settings = {
        "svg.hashsalt": "viralsim",  # without it the names inside a drawing change from run to run
        "svg.fonttype": "none",  # text stays text: small, searchable, in the page's font
        "text.parse_math": False,  # a dollar in the name of an arm is a dollar
        "font.family": ["DejaVu Sans"],
        "font.size": 8.0,
        "axes.titlesize": 8.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": quiet,
        "axes.labelcolor": quiet,
        "axes.titlecolor": ink,
        "axes.facecolor": "none",
        "axes.axisbelow": True,
        "axes.grid": True,
        "grid.color": stand_in("line"),
        "grid.linewidth": 0.6,
        "xtick.color": quiet,
        "ytick.color": quiet,
        "text.color": ink,
        "figure.facecolor": "none",
        "legend.frameon": False,
        "lines.linewidth": 1.5,
    }
    with _SETTINGS, matplotlib.rc_context(), warnings.catch_warnings():
        # letters that the measuring font lacks are drawn by the reader's fonts
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(settings)
        yield


def inline(figure: Figure, key: str, title: str, description: str) -> Markup:
    """The drawing as an ``svg`` element: role, title and description, ids that begin with ``key``, variable colours.

    Call it inside ``drawing``. Nothing in it names an address, a date or a program.
    """
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing, transparent=True)
    root = ET.fromstring(buffer.getvalue())
    names = _used_names(root)
    for node in root.iter():
        node.tag = _bare(node.tag)
        _settle(node, key, names)
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in ("metadata", "style")]:
            parent.remove(child)
    view = root.attrib["viewBox"]
    root.attrib.clear()
    named = {"role": "img", "aria-labelledby": f"{key}-title {key}-text", "class": "picture", "viewBox": view}
    root.attrib.update(named)
    for place, (tag, text, name) in enumerate((("title", title, "title"), ("desc", description, "text"))):
        node = ET.Element(tag, {"id": f"{key}-{name}"})
        node.text = readable(text)
        root.insert(place, node)
    return Markup(ET.tostring(root, encoding="unicode", short_empty_elements=False))


def _bare(name: str) -> str:
    """A name without its namespace: inside HTML an SVG needs none."""
    return name.rpartition("}")[2]


def _used_names(root: ET.Element) -> set[str]:
    """The ids that something in the drawing points to."""
    found = set()
    for node in root.iter():
        for name, value in node.attrib.items():
            if _bare(name) == "href":
                found.add(value.removeprefix("#"))
            elif "url(#" in value:
                found.add(value.partition("url(#")[2].partition(")")[0])
    return found


def _settle(node: ET.Element, key: str, names: set[str]) -> None:
    """Rename ids, drop those that nothing uses, put variables in the place of stand-in colours."""
    settled = {}
    for name, value in node.attrib.items():
        bare = _bare(name)
        if bare == "id":
            if value in names:
                settled["id"] = f"{key}-{value}"
        elif bare == "href":
            settled["href"] = f"#{key}-{value.removeprefix('#')}"
        else:
            settled[bare] = _in_variables(value.replace("url(#", f"url(#{key}-"))
    node.attrib.clear()
    node.attrib.update(settled)


def _in_variables(style: str) -> str:
    for colour, variable in VARIABLE_OF.items():
        style = style.replace(colour, variable)
    return style

"""A stored result as one offline HTML page, and the same pictures for Python."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viralsim.report.files import write_page
    from viralsim.report.run_page import page

__all__ = ["page", "write_page"]


def __getattr__(name: str) -> Any:
    if name in __all__:  # they load all pictures, and who asks how to run a result again needs none
        from viralsim.report import files, run_page

        return {"page": run_page.page, "write_page": files.write_page}[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

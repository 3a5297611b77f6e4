"""A stored result as one offline HTML page, and the same pictures for Python."""

from viralsim.report.files import write_page
from viralsim.report.run_page import page

__all__ = ["page", "write_page"]

"""A stored result as one offline HTML page, and the same pictures for Python."""

from viralsim.report.document import page
from viralsim.report.files import write_page

__all__ = ["page", "write_page"]

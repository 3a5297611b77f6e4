"""The client's part of a report for a meeting: PDF, PowerPoint and Excel."""

from viralsim.report.exports.writing import FORMATS, write_export

__all__ = ["FORMATS", "write_export"]

"""Reports: one self-contained HTML page of a run, a comparison, or any study.

``page`` makes a page of sections of tables and charts; ``run_report`` and
``comparison_report`` say what is in theirs.
"""

from studies.report.comparison import comparison_report
from studies.report.folder import REPORT, folder_report, write_report
from studies.report.page import Chart, Section, page
from studies.report.run import run_report

__all__ = [
    "REPORT",
    "Chart",
    "Section",
    "comparison_report",
    "folder_report",
    "page",
    "run_report",
    "write_report",
]

"""Key performance indicators, each a fold over the trace."""

from measures.kpis.fold import Kpis, flat, kpis
from measures.kpis.table import KPI_TABLE, Kpi, kpi_markdown

__all__ = ["KPI_TABLE", "Kpi", "Kpis", "flat", "kpi_markdown", "kpis"]

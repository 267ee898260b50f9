"""Key performance indicators, each a fold over the trace."""

from measures.kpis.fold import Kpis, flat, kpis
from measures.kpis.names import known_kpis
from measures.kpis.table import KPI_TABLE, Kpi, kpi_markdown

__all__ = ["KPI_TABLE", "Kpi", "Kpis", "flat", "known_kpis", "kpi_markdown", "kpis"]

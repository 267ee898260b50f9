"""Tuning: the settings of a plant or policy that serve one or several KPIs best."""

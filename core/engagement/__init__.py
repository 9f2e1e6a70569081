"""Readings over time: what one person's face expressed in the course of an engagement, and at its end."""

from core.engagement.moment import Moment
from core.engagement.report import Report, ReportSettings, make_report

__all__ = ["Moment", "Report", "ReportSettings", "make_report"]

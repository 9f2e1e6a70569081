"""Readings over time: what one person's face expressed in the course of an engagement, and at its end."""

from core.engagement.moment import Moment
from core.engagement.report import Report, make_report
from core.engagement.report_settings import ReportSettings

__all__ = ["Moment", "Report", "ReportSettings", "make_report"]

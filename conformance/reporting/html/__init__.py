"""The report as one HTML file that needs no network, server or installation."""

from conformance.reporting.html.page import draw_page, write_html

__all__ = ["draw_page", "write_html"]

"""How a statistics query is refused: always 400, always a code of the DATA family.

The document gives one such code, for a parameter that is not there, in every error example of
chapter 13 but those of 13.11 and 13.12, which print the status instead of a code. One family
answers all fourteen here.
"""

from __future__ import annotations

MISSING = "DATA.100011001"
"""A required parameter is not present (error examples of 13.1 to 13.10, 13.13 and 13.14)."""

INVALID = "DATA.100011002"
"""A parameter has a value that the document does not give it; the document names no code."""


class Refusal(Exception):  # noqa: N818 - an answer to the client, not a fault of the program
    """A query that the document does not allow; becomes the error envelope of section 3.3."""

    def __init__(self, code: str, parameter: str, problem: str) -> None:
        self.code = code
        self.parameter = parameter
        self.problem = problem
        super().__init__(code, parameter, problem)

    @property
    def message(self) -> str:
        """The text of ``error_msg``; it names the parameter, as the examples do."""
        if self.code == MISSING:
            return f"Required String parameter '{self.parameter}' is not present"
        return f"Invalid request parameter: {self.parameter}, {self.problem}"


def missing(parameter: str) -> Refusal:
    """The refusal of a query without a required parameter."""
    return Refusal(MISSING, parameter, "is not present")


def invalid(parameter: str, problem: str) -> Refusal:
    """The refusal of a query whose parameter has a value that is none."""
    return Refusal(INVALID, parameter, problem)

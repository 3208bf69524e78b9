"""Chapter 13 of the document, data statistics: fourteen queries over one deterministic past.

Every answer is worked out, when asked, from the same sessions and abnormal events, so that what
one operation says of a room, a minute or a day is what the others say of it.
"""

from conformance.reference.statistics.data import StatisticsData
from conformance.reference.statistics.operations import OPERATIONS, StatisticsOperation
from conformance.reference.statistics.routing import routes

__all__ = ["OPERATIONS", "StatisticsData", "StatisticsOperation", "routes"]

"""Where the document speaks of each operation: line numbers of its text, as of 2023-11-28.

A line is 0 where the section has no such thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Passage(NamedTuple):
    """The section of an operation, and the lines of its table of answers and of its examples."""

    operation: str
    section: str
    answer: int
    refused_400: int
    refused_404: int
    time: int

    @property
    def chapter(self) -> str:
        """Number of the chapter."""
        return self.section.partition(".")[0]


_ALL = (
    Passage("CreateApp", "5.1", 978, 1047, 0, 0),
    Passage("ListApps", "5.2", 1104, 1258, 0, 1220),
    Passage("ShowApp", "5.3", 1313, 1467, 1478, 1432),
    Passage("DeleteApp", "5.4", 1532, 1596, 1607, 0),
    Passage("StartApp", "5.5", 1661, 0, 1736, 1725),
    Passage("StopApp", "5.6", 1795, 0, 1870, 1859),
    Passage("CreateRecordRule", "6.1", 1967, 2110, 2121, 2088),
    Passage("ListRecordRules", "6.2", 2181, 2311, 2322, 2288),
    Passage("ShowRecordRule", "6.3", 2377, 2506, 2517, 2484),
    Passage("UpdateRecordRule", "6.4", 2617, 2760, 2771, 2734),
    Passage("DeleteRecordRule", "6.5", 2826, 2890, 2901, 0),
    Passage("UpdateAutoRecord", "7.1", 2977, 3076, 3087, 3060),
    Passage("ShowAutoRecord", "7.2", 3141, 3232, 3243, 3221),
    Passage("UpdateRecordCallback", "8.1", 3317, 3424, 3440, 3413),
    Passage("ShowRecordCallback", "8.2", 3494, 3590, 3601, 3579),
    Passage("CreateMixJob", "9.1", 3720, 3980, 3991, 3965),
    Passage("ShowMixJob", "9.2", 4046, 0, 4187, 4173),
    Passage("UpdateMixJob", "9.3", 4283, 4443, 4454, 4429),
    Passage("StopMixJob", "9.4", 4511, 0, 4562, 0),
    Passage("CreateIndividualStreamJob", "10.1", 4641, 4772, 4783, 4757),
    Passage("ShowIndividualStreamJob", "10.2", 4840, 0, 4941, 4930),
    Passage("StopIndividualStreamJob", "10.3", 4997, 0, 5046, 0),
    Passage("UpdateIndividualStreamJob", "10.4", 5112, 5227, 5238, 5216),
    Passage("RemoveUsers", "11.1", 5302, 5356, 0, 0),
    Passage("RemoveRoom", "11.2", 5410, 5472, 5483, 0),
    Passage("ListObsBuckets", "12.1", 5530, 5623, 0, 0),
    Passage("ListObsBucketObjects", "12.2", 5689, 0, 5790, 0),
    Passage("UpdateObsBucketAuthority", "12.3", 5849, 5918, 0, 0),
    Passage("ListRtcRoomList", "13.1", 6005, 6075, 0, 6061),
    Passage("ListRtcUserList", "13.2", 6135, 6223, 0, 6211),
    Passage("ListRtcRealtimeScale", "13.3", 6276, 6331, 0, 6319),
    Passage("ListRtcRealtimeScaleDimension", "13.4", 6382, 6437, 0, 0),
    Passage("ListRtcRealtimeQuality", "13.5", 6491, 6549, 0, 6537),
    Passage("ListRtcRealtimeNetwork", "13.6", 6605, 6660, 0, 6648),
    Passage("ListRtcHistoryUsage", "13.7", 6710, 6774, 0, 0),
    Passage("ListRtcHistoryScale", "13.8", 6826, 6898, 0, 0),
    Passage("ListRtcHistoryQuality", "13.9", 6950, 7022, 0, 0),
    Passage("ListRtcClientQosDetails", "13.10", 7089, 7166, 0, 7149),
    Passage("ListRtcEvent", "13.11", 7208, 7275, 0, 7250),
    Passage("ListRtcAbnormalEvent", "13.12", 7326, 7396, 0, 0),
    Passage("ListRtcAbnormalEvents", "13.13", 7443, 7552, 0, 7515),
    Passage("ListRtcAbnormalEventDimension", "13.14", 7598, 7689, 0, 0),
)

PASSAGES: Mapping[str, Passage] = {one.operation: one for one in _ALL}
"""The passages of every operation of chapters 5 to 13, by its name."""


def chapters() -> Mapping[str, tuple[Passage, ...]]:
    """The passages of each chapter, in the order of the document."""
    found: dict[str, tuple[Passage, ...]] = {}
    for one in _ALL:
        found[one.chapter] = (*found.get(one.chapter, ()), one)
    return found

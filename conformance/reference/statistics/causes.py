"""The abnormal types and factors of tables 13-90 and 13-97, with their descriptions.

The two tables spell six factors of type 1 with different digits (90000004 and 9000004, and so on).
Nothing here has one of those: every factor that is answered is in both tables.
"""

from __future__ import annotations

from types import MappingProxyType

SLOW_JOIN, VIDEO_FREEZE, AUDIO_FREEZE = 1, 2, 3

TYPES = MappingProxyType(
    {SLOW_JOIN: "进房慢(5s加入房间失败)", VIDEO_FREEZE: "视频卡顿", AUDIO_FREEZE: "音频卡顿"}
)
_OTHER = "其他"

_JOIN_FACTORS = MappingProxyType(
    {
        1: "建链失败",
        2: "房间非空闲",
        3: "服务器异常",
        4: "服务器反馈503",
        5: "鉴权失败",
        6: "鉴权重试",
        7: "时钟同步失败",
        8: "url错误",
        9: "终端内部异常",
        15: "浏览器设置sdp异常",
    }
)
_CALL_FACTORS = MappingProxyType(
    {
        1: "系统CPU占用高",
        2: "App CPU占用高",
        3: "音频上行网络延时",
        4: "音频上行网络抖动",
        5: "视频上行网络延时",
        6: "视频上行网络抖动",
        7: "音频下行网络延时",
        8: "音频下行网络抖动",
        9: "视频下行网络延时",
        10: "视频下行网络抖动",
        11: "上行音频丢包",
        12: "上行视频丢包",
        13: "下行音频丢包",
        14: "下行视频丢包",
        15: "下行音频无声音",
        16: _OTHER,
        17: "对端用户离线",
        18: "对端用户无码流",
        19: "对端用户无帧率",
        20: "本端服务器下行无码流",
        21: "本端服务器下行无帧率",
    }
)

JOIN_CAUSES = tuple(_JOIN_FACTORS)
"""Factors of a slow join; their place is the user's own client or the service, never a peer."""

LOCAL_CAUSES = MappingProxyType(
    {VIDEO_FREEZE: (1, 2, 9, 10, 14, 16, 20, 21), AUDIO_FREEZE: (1, 2, 7, 8, 13, 15, 16, 20)}
)
"""Factors of a freeze that begin at the user who sees it, by type."""

REMOTE_CAUSES = MappingProxyType(
    {VIDEO_FREEZE: (5, 6, 12, 17, 18, 19), AUDIO_FREEZE: (3, 4, 11, 17, 18)}
)
"""Factors of a freeze that begin at the peer, by type."""


def describe_factor(abnormal_type: int, abnormal_factor: int) -> str:
    """The description of a factor, which depends on the type."""
    factors = _JOIN_FACTORS if abnormal_type == SLOW_JOIN else _CALL_FACTORS
    return factors.get(abnormal_factor, _OTHER)

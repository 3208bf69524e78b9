"""Certifies clients: judges what they send and what they understand.

A client's requests reach the reference through a recorder; afterwards each recorded request is
judged against requirements of their own, whose ids begin with ``client/``.
"""

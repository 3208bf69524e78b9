"""Certifies clients: what they send is held against the contract, and so is what they understand.

A client's requests reach the reference through a recorder; afterwards each recorded request is
judged against requirements of their own, whose ids begin with ``client/``.
"""

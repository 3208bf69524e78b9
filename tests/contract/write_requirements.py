"""Write the ids of all requirements that the contract yields to ``spec/requirements.txt``.

Those of implementations first, in the order of the document, then those of clients.
"""

from __future__ import annotations

from pathlib import Path

from conformance.certification.scripted.sweep import client_requirements
from conformance.contract.document import load_contract

LEDGER = Path(__file__).resolve().parents[2] / "spec" / "requirements.txt"


def ledger_text() -> str:
    """One id a line, in the order of the document."""
    contract = load_contract()
    ids = (*contract.requirements, *client_requirements(contract))
    return "".join(f"{identifier}\n" for identifier in ids)


if __name__ == "__main__":
    LEDGER.write_text(ledger_text(), encoding="utf-8")

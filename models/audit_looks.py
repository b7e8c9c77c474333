"""Room audit, looks: what the log keeps although no case moves by it."""

from __future__ import annotations

# Looking, talking, asking others to act, what is only proposed, and orders; the answer to an order is an act.
LOOKS = frozenset(
    {
        "document.viewed", "personal_data.viewed", "dossier.asked", "dossier.finished", "dossier.failed",
        "case.copied", "copy.read", "comment.made", "comment.withdrawn", "task.urged", "receipt.urged",
        "supervision.issued", "supervision.reminded", "supervision.closed",
        "token.move_proposed", "token.move_refused", "fact.correction_proposed", "fact.correction_refused",
        "token.move_outdated", "fact.correction_outdated", "token.move_withdrawn", "fact.correction_withdrawn",
    }
)  # fmt: skip

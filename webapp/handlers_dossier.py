"""Room jobs, handlers of dossiers: made in the background when large, thrown away after some days."""

from __future__ import annotations

from models.database import transaction
from processes import dossier
from processes.background import job, schedule
from webapp import dossier_file


@job(dossier.MAKE)
def make_dossier(dossier_id: int) -> None:
    """Make one dossier; killed anywhere it is made from the beginning."""
    dossier_file.make(dossier_id)


@schedule("dossiers", "0 40 2 * * *")
def forget_dossiers() -> None:
    """Every night: the files that are older than their time."""
    with transaction() as session:
        dossier.forget_old(session)

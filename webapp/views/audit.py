"""Room audit: the log a page at a time, and the verification of its chains."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from models import audit, audit_anchor
from models.audit_log import ACTIONS, Asked, log_page
from models.database import reading
from models.people import Permission
from webapp.access import requires
from webapp.audit_view import Reader

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
_SHOWN = 100


@blueprint.get("")
@requires(Permission.AUDIT_READ)
def show() -> str:
    """What happened, newest first, narrowed by action, person or case."""
    wanted = {
        name: request.args.get(name, "")[:60].replace("\0", "")
        for name in ("action", "person", "case", "after")
    }
    with reading() as session:
        log = log_page(session, Asked(**wanted))
        reader = Reader(session)
        lines = [reader.view(line.event, line.number) for line in log.lines]
        return render_template("audit/show.html", log=log, lines=lines, wanted=wanted, actions=ACTIONS)


@blueprint.post("/verify")
@requires(Permission.AUDIT_READ)
def verify() -> str:
    """Walk every chain and anchor and say what does not hold; nothing is changed."""
    with reading() as session:
        broken, total = [*audit.verify(session), *audit_anchor.verify(session)], audit.count(session)
    return render_template(
        "audit/verify.html", broken=broken[:_SHOWN], more=len(broken) - _SHOWN, total=total
    )

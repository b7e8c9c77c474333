"""Room guide: the public page about 信保贷: conditions, limits and rates in force, windows, materials, offices (B-25)."""

from __future__ import annotations

from flask import Blueprint, render_template

from models.database import reading
from webapp.access import public
from webapp.guide_page import GuidePage

blueprint = Blueprint("guide", __name__)


@blueprint.get("/public/guide")
@public
def show() -> str:
    """“信保贷”办理指南, with the numbers of the policy set in force today."""
    with reading() as session:
        return render_template("guide/show.html", guide=GuidePage(session))

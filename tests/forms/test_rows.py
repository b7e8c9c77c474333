"""Sub-tables: strange row numbers, too many rows, blank rows, and where the sentences land."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from forms.application import fill
from forms.application_parts import GuaranteeForm
from forms.base import errors_by_field
from tests.examples import collateral, example_context, guarantor


def asked(pairs: dict[str, str]) -> Any:
    """The guarantee step with the given pairs of a page."""
    form: Any = GuaranteeForm(MultiDict({"waiver_claimed": "no", **pairs}), csrf=False)
    form.bind(example_context()).validate()
    return form


@pytest.mark.parametrize(
    "key",
    [
        "guarantors-²-name",
        "guarantors-" + "9" * 5000 + "-name",
        "guarantors--name",
        "guarantors-0",
        "guarantors-0x-name",
        "guarantors-١-name",
        "guarantorsX-0-name",
        "guarantors-99999-name",
    ],
)
def test_strange_row_numbers_are_no_rows(key: str) -> None:
    form = asked({key: "孙三"})
    assert form.answers()["guarantors"] == []
    assert form.validate()


def test_gaps_in_row_numbers_close_up() -> None:
    rows = {f"guarantors-7-{name}": str(value) for name, value in guarantor().items()}
    form = asked({**rows, "guarantors-9-name": "仅有姓名"})
    assert form.answers()["guarantors"][0]["name"] == "孙三"
    assert "guarantors-1-id_number" in errors_by_field(form)
    assert not any(name.startswith("guarantors-0") for name in errors_by_field(form))


def test_blank_rows_are_neither_checked_nor_kept() -> None:
    form = asked({"guarantors-0-name": " ", "guarantors-0-kind": "", "collaterals-0-name": ""})
    assert not form.errors
    assert form.answers()["guarantors"] == form.typed()["collaterals"] == []


def test_surplus_rows_are_refused_not_cut() -> None:
    form = fill(GuaranteeForm, {"waiver_claimed": False, "guarantors": [guarantor()] * 21}, example_context())
    assert not form.validate()
    assert errors_by_field(form) == {"guarantors": ["“保证人”最多填写20行，多出1行"]}


def test_faults_name_row_and_cell() -> None:
    rows = [guarantor(), guarantor(id_number="150627199511230000", guarantee_amount="0")]
    form = fill(GuaranteeForm, {"waiver_claimed": False, "guarantors": rows}, example_context())
    form.validate()
    assert set(errors_by_field(form)) == {"guarantors-1-id_number", "guarantors-1-guarantee_amount"}


def test_land_and_buildings_need_more_than_a_vehicle() -> None:
    bare = collateral(area="", land_nature="", purchase_value="", purchased_on="")
    form = fill(GuaranteeForm, {"waiver_claimed": False, "collaterals": [bare]}, example_context())
    form.validate()
    missing = {"area", "land_nature", "purchase_value", "purchased_on"}
    assert {name for name in errors_by_field(form)} >= {
        f"collaterals-0-{name}" for name in ("area", "land_nature")
    }
    whole = {**bare, "area": "98", "land_nature": "granted"}
    form = fill(GuaranteeForm, {"waiver_claimed": False, "collaterals": [whole]}, example_context())
    form.validate()
    assert set(errors_by_field(form)) == {f"collaterals-0-{name}" for name in missing if "purchase" in name}
    vehicle = {**bare, "kind": "vehicle"}
    assert fill(
        GuaranteeForm, {"waiver_claimed": False, "collaterals": [vehicle]}, example_context()
    ).validate()


def test_the_row_a_page_clones_has_choices_and_no_number() -> None:
    form = asked({})
    row = form["guarantors"].blank_row()
    assert 'name="guarantors-__index__-kind"' in row.form["kind"]()
    assert "机关事业单位在编在岗人员" in row.form["kind"]()
    assert form["guarantors"].entries == []


def test_stored_rows_that_are_not_rows_count_as_none() -> None:
    for stored in ("text", ["a"], {"a": 1}, None):
        form: Any = GuaranteeForm(None, csrf=False, data={"guarantors": stored}).bind(example_context())
        assert form.answers()["guarantors"] == []

"""Vocabulary, materials and reasons: closed lists whose titles and codes hold together."""

from __future__ import annotations

import pytest

from models import vocabulary, vocabulary_loan
from models.material import (
    MATERIALS,
    PUBLISHED,
    material_choices,
    material_label,
    published_materials,
    required_materials,
)
from models.reason import REASONS, reason_by_code, reason_choices, reasons_for
from models.refusal import Refusal
from models.vocabulary import ApplicantType, Channel, Labelled, ReasonStage

LISTS = [
    found
    for module in (vocabulary, vocabulary_loan)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Labelled) and found is not Labelled
]


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words.__name__)
def test_values_and_titles_are_unique(words: type[Labelled]) -> None:
    choices = words.choices()
    assert len(choices) >= 2
    assert len({value for value, _ in choices}) == len({label for _, label in choices}) == len(choices)
    assert all(value.isascii() and label for value, label in choices)


def test_a_member_is_its_value() -> None:
    assert ApplicantType("person") is ApplicantType.PERSON
    assert f"{ApplicantType.PERSON}" == ApplicantType.PERSON == "person"
    assert ApplicantType.title_of("person") == "个人"
    assert ApplicantType.title_of("unknown") == "unknown"
    assert len(Channel) == 8


def test_a_plain_person_hands_in_six_materials() -> None:
    codes = [kind.code for kind in required_materials("person", {"marital": "single"})]
    assert codes == [
        "id_card", "household_register", "business_licence", "group_proof", "credit_report", "premises_proof",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "added"),
    [
        ({"marital": "married"}, {"spouse_id_card", "marriage_certificate", "spouse_credit_report"}),
        ({"waiver_claimed": True, "waiver_ground": "honour"}, {"waiver_proof"}),
        ({"waiver_claimed": True, "waiver_ground": ""}, set()),
        ({"guarantors": [{"name": "孙三"}]}, {"guarantor_papers"}),
        ({"collaterals": [{"name": "住宅"}]}, {"collateral_papers"}),
    ],
)
@pytest.mark.parametrize("kind", ["person", "sole_trader", "partnership"])
def test_conditions_add_their_materials(kind: str, answers: dict[str, object], added: set[str]) -> None:
    plain = {material.code for material in required_materials(kind, {})}
    assert {material.code for material in required_materials(kind, answers)} - plain == added


@pytest.mark.parametrize("kind", [kind.value for kind in ApplicantType])
def test_nothing_outside_the_published_list_is_required(kind: str) -> None:
    everything = {"marital": "married", "waiver_claimed": True, "waiver_ground": "honour"}
    rows = {"guarantors": [{}], "collaterals": [{}]}
    assert required_materials(kind, {**everything, **rows}) == published_materials(kind)
    assert set(required_materials(kind, {})) < set(PUBLISHED[kind])


def test_material_codes_have_one_title_each() -> None:
    for kinds in PUBLISHED.values():
        assert all(MATERIALS[kind.code] is kind for kind in kinds)
    assert material_label("id_card") == "本人身份证（正反面）"
    assert material_choices("person")[-1][0] == "outside_list"
    assert material_label("outside_list") == "清单以外的材料"


@pytest.mark.parametrize("stage", [stage.value for stage in ReasonStage])
def test_each_body_has_its_reasons(stage: str) -> None:
    reasons = reasons_for(stage)
    assert len(reasons) >= 6
    assert all(reason.label and "〔" in reason.clause for reason in reasons)
    assert reason_choices(stage) == [(reason.code, reason.label) for reason in reasons]


def test_reason_codes_are_unique_and_known() -> None:
    assert len({reason.code for reason in REASONS}) == len(REASONS)
    assert all(reason_by_code(reason.code) is reason for reason in REASONS)
    with pytest.raises(Refusal):
        reason_by_code("Z99")
    with pytest.raises(ValueError, match="police"):
        reasons_for("police")

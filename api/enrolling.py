"""Judges items to enroll, finds or makes their candidates, and enrolls them in one go."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from api.problems import ApiError, errors_of
from api.shapes.enrollments import EnrollmentItem
from api.unit import Unit
from domain.timing import is_zone
from records import candidates
from records.enrollments import Enrolled, NewEnrollment, OnConflict, enroll
from records.starting import UnknownSequence

Items = Sequence[tuple[int, EnrollmentItem]]
_ITEM = TypeAdapter(EnrollmentItem)


def judge(raw: Any) -> tuple[EnrollmentItem | None, list[dict[str, str]]]:
    """Read one item of a bulk; gives it, or what is wrong with it."""
    try:
        item = _ITEM.validate_python(raw)
    except ValidationError as error:
        return None, errors_of(
            dict(fault) for fault in error.errors(include_url=False, include_input=False)
        )
    fault = fault_of(item)
    return (item, []) if fault is None else (None, [fault])


def fault_of(item: EnrollmentItem) -> dict[str, str] | None:
    """Name what the form alone does not say."""
    if (item.candidate_id is None) == (item.candidate is None):
        detail = "Give either candidate_id or candidate."
        return {"pointer": "/candidate_id", "code": "candidate.one_of", "detail": detail}
    if item.candidate and item.candidate.zone and not is_zone(item.candidate.zone):
        return {"pointer": "/candidate/zone", "code": "zone.unknown", "detail": "Not an IANA zone."}
    return None


def enroll_items(unit: Unit, sequence_id: str, items: Items) -> list[Enrolled]:
    """Enroll judged items; the statements do not grow with their number."""
    found = _candidates(unit, items)
    new = [_new(index, item, found[index]) for index, item in items]
    try:
        return enroll(unit.connection, unit.workspace_id, sequence_id, new)
    except UnknownSequence:
        detail = "The sequence is archived: nobody can be added."
        raise ApiError(409, "sequence.archived", detail) from None


def _candidates(unit: Unit, items: Items) -> dict[int, str]:
    """Give each item's candidate: named, known by its external id, or made now.

    An external id that stands in several items is one candidate.
    """
    inline = [(index, item.candidate) for index, item in items if item.candidate is not None]
    named = [one.external_id for _, one in inline if one.external_id]
    known = candidates.ids_by_external_id(unit.connection, named) if named else {}
    fresh = {
        one.external_id or f"#{index}": one.model_dump()
        for index, one in reversed(inline)
        if one.external_id not in known
    }
    made = candidates.make(unit.connection, unit.workspace_id, list(fresh.values()))
    ids: Mapping[str, str] = {**known, **dict(zip(fresh, made, strict=True))}
    return {index: item.candidate_id or ids[_key(index, item)] for index, item in items}


def _key(index: int, item: EnrollmentItem) -> str:
    external_id = None if item.candidate is None else item.candidate.external_id
    return external_id or f"#{index}"


def _new(index: int, item: EnrollmentItem, candidate_id: str) -> NewEnrollment:
    return NewEnrollment(
        index=index,
        candidate_id=candidate_id,
        mailbox_id=None if item.sender is None else item.sender.mailbox_id,
        email_address_id=item.email_address_id,
        paused=item.start == "paused",
        at_step=item.at_step,
        on_conflict=OnConflict(item.on_conflict),
    )

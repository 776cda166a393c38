"""Grants: who may give which to whom, how far they reach, how they are explained, and powers for an emergency."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, close_old_connections, connection
from django.test import Client
from django.urls import reverse

from builders.shelves import make_user, shelve
from shicheng.audit.models import Entry
from shicheng.holdings.policies import READ, place_of
from shicheng.kernel import clock
from shicheng.people import duties, emergencies, exclusion
from shicheng.people.accounts import switch_account
from shicheng.people.errors import BadAccount, BadDuty, BadEmergency, BadGrant, GrantRefused, NotPermitted
from shicheng.people.explaining import explain
from shicheng.people.founding import found_accounts
from shicheng.people.granting import Limits, end_grant, give_grant
from shicheng.people.models import Emergency, Grant, User
from shicheng.people.policies import allows, whole_fonds
from shicheng.people.services import SYSTEM, actor_for, operator
from shicheng.people.types import ADMINISTRATORS, Actor, Place, Reach, Role

OPERATOR = operator("li")
RECEIVE, EDIT = "ingest.transfer.receive", "holdings.item.edit"


def person(name: str, *roles: Role) -> tuple[User, Actor]:
    user = make_user(name, *roles)
    return user, actor_for(user)


def given(user: User, role: Role, **limits: Any) -> Actor:
    give_grant(actor=OPERATOR, user_id=user.pk, role=role, limits=Limits(**limits))
    return actor_for(User.objects.get(pk=user.pk))


@pytest.mark.django_db
def test_an_administrator_holds_one_role_and_nobody_changes_their_own() -> None:
    zhou, security = person("zhou", Role.SECURITY_ADMINISTRATOR)
    li, _reader = person("li", Role.READER)
    for role in ADMINISTRATORS:
        for other in set(Role) - {role, Role.READER}:
            limits = {"fonds": "L012", "unit": "BGS"} if other == Role.FILING_CLERK else {}
            held = give_grant(actor=security, user_id=li.pk, role=role)
            with pytest.raises(GrantRefused, match="no second role"):
                give_grant(actor=security, user_id=li.pk, role=other, limits=Limits(**limits))
            end_grant(actor=security, grant_id=held.pk)
            held = give_grant(actor=security, user_id=li.pk, role=other, limits=Limits(**limits))
            with pytest.raises(GrantRefused, match="no second role"):
                give_grant(actor=security, user_id=li.pk, role=role)
            end_grant(actor=security, grant_id=held.pk)
    for attempt in (Role.ARCHIVIST, Role.SECURITY_ADMINISTRATOR):
        with pytest.raises(GrantRefused, match="stands in the log"):
            give_grant(actor=security, user_id=zhou.pk, role=attempt)
    with pytest.raises(GrantRefused):
        end_grant(actor=security, grant_id=Grant.objects.get(user=zhou, ended=None).pk)
    refusals = Entry.objects.filter(event="people.grant.refused")
    own = [one for one in refusals if one.details["why"] == "own"]
    assert len(own) == 3 and {one.side for one in own} == {"administration"}
    assert "nobody changes what they may do themselves" in str(own[0].sentence)
    for name in ("archivist", "wang"):
        _user, actor = person(name, Role.ARCHIVIST if name == "archivist" else Role.SYSTEM_ADMINISTRATOR)
        with pytest.raises(NotPermitted):
            give_grant(actor=actor, user_id=li.pk, role=Role.READER)
    with pytest.raises(BadAccount, match="last Security administrator"):
        switch_account(actor=OPERATOR, user_id=zhou.pk, active=False)
    with pytest.raises(GrantRefused):
        make_user("both", Role.ARCHIVIST, Role.AUDITOR)
    assert not User.objects.filter(username="both").exists()


@pytest.mark.django_db
def test_the_database_itself_refuses_a_second_role() -> None:
    """Whatever writes past the services."""
    user, _actor = person("wu", Role.AUDITOR)
    assert exclusion.is_installed(connection)
    from shicheng.base.db import atomic

    for role in (Role.ARCHIVIST, Role.SYSTEM_ADMINISTRATOR):
        with pytest.raises(DatabaseError), atomic():
            Grant.objects.create(user=user, role=role)
    ended = Grant.objects.create(user=user, role=Role.ARCHIVIST, ended=clock.now())
    with pytest.raises(DatabaseError), atomic():
        Grant.objects.filter(pk=ended.pk).update(ended=None)
    Grant.objects.create(user=user, role=Role.READER)


@pytest.mark.django_db(transaction=True)
def test_of_two_roles_given_at_the_same_moment_one_is_refused() -> None:
    user, _actor = person("ma", Role.READER)
    begin, outcomes = threading.Barrier(2, timeout=60), []

    def give(role: Role) -> None:
        try:
            begin.wait()
            give_grant(actor=OPERATOR, user_id=user.pk, role=role)
            outcomes.append("given")
        except GrantRefused:
            outcomes.append("refused")
        finally:
            connection.close()
            close_old_connections()

    threads = [threading.Thread(target=give, args=(role,)) for role in (Role.AUDITOR, Role.ARCHIVIST)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["given", "refused"]
    assert Grant.objects.filter(user=user, ended=None).exclude(role=Role.READER).count() == 1


@pytest.mark.django_db
def test_a_grant_reaches_as_far_as_its_limits_and_as_long() -> None:
    user, _actor = person("qian", Role.READER)
    here = Place("L012", "WS", 2017, "BGS", "restricted")
    actor = given(
        user, Role.CATALOGUER, fonds="L012", category="WS", year_from=2015, year_to=2017, ceiling="restricted"
    )
    assert allows(actor, EDIT) and allows(actor, EDIT, place=here)
    for other in (
        Place("L999", "WS", 2017), Place("L012", "KJ", 2017), Place("L012", "WS", 2018), Place("L012", "WS", None),
        Place("L012", "WS", 2017, secrecy="secret"),
    ):  # fmt: skip
        assert not allows(actor, EDIT, place=other), other
    assert not allows(actor, EDIT, fonds="L012") and whole_fonds(actor, READ) == frozenset()
    assert not allows(actor, RECEIVE)
    assert [Reach.from_json(one.to_json()) for one in actor.reaches or ()] == list(actor.reaches or ())
    # Each role reaches as far as its own grant, not as another's.
    actor = given(user, Role.ARCHIVIST, fonds="L999")
    assert allows(actor, RECEIVE, fonds="L999") and not allows(actor, RECEIVE, fonds="L012")
    assert whole_fonds(actor, READ) == {"L999"}
    assert not allows(actor.within(["L012"]), RECEIVE, fonds="L999")
    later = clock.now() + timedelta(days=1)
    reading, _actor = person("sun", Role.READER)
    actor = given(reading, Role.ARCHIVIST, purpose="reading", until=later)
    assert allows(actor, READ, place=here) and not allows(actor, EDIT)
    Grant.objects.filter(user=reading, role=Role.ARCHIVIST).update(until=clock.now() - timedelta(minutes=1))
    assert not allows(actor_for(User.objects.get(pk=reading.pk)), READ)
    future, _actor = person("zheng", Role.READER)
    assert not allows(given(future, Role.ARCHIVIST, begins=later), READ)
    # What ran out excludes nothing any more, and the same grant given twice is one.
    give_grant(actor=OPERATOR, user_id=reading.pk, role=Role.AUDITOR)
    twice = [give_grant(actor=OPERATOR, user_id=reading.pk, role=Role.AUDITOR).pk for _time in range(2)]
    assert len(set(twice)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "limits"),
    [
        ("king", {}), (Role.AUDITOR, {"fonds": "L012"}), (Role.FILING_CLERK, {"fonds": "L012"}),
        (Role.ARCHIVIST, {"year_from": 2020, "year_to": 2010}), (Role.ARCHIVIST, {"ceiling": "cosmic"}),
        (Role.ARCHIVIST, {"purpose": "fun"}), (Role.ARCHIVIST, {"until": clock.now() - timedelta(days=1)}),
    ],
)  # fmt: skip
def test_limits_that_cannot_be_meant_are_refused(role: str, limits: dict[str, Any]) -> None:
    with pytest.raises(BadGrant):
        give_grant(actor=OPERATOR, user_id=UUID(int=1), role=role, limits=Limits(**limits))


@pytest.mark.django_db
def test_a_refusal_is_explained_without_a_word_of_the_record() -> None:
    item = shelve("L999-WS·2017-Y-FGW-0001", "机要题名", openness="未审核", fonds="L999", files=[])
    user, _actor = person("feng", Role.READER)
    given(user, Role.CATALOGUER, fonds="L012", purpose="reading")
    told = explain(user, READ, place_of(item))
    assert not told.allowed
    assert [str(look.sentence) for look in told.looks if "Cataloguer" in str(look.grant)] == [
        "Cataloguer (fonds L012，Reading only): the record belongs to another fonds."
    ]
    assert "Archivist" in [str(role) for role in told.roles]
    failed = explain(user, EDIT).looks[-1].failed
    assert str(failed) == "it was given for reading only."
    assert explain(user, READ, Place("L012")).allowed
    client = Client()
    client.force_login(user)
    refused = client.get(reverse("holdings:edit", args=[item.pk]))
    assert refused.status_code == 403
    text = refused.content.decode()
    assert "it was given for reading only" in text and "机要题名" not in text and "L999" not in text
    client.force_login(make_user("zhou", Role.SECURITY_ADMINISTRATOR))
    page = client.get(reverse("desk:why"), {"user": "feng", "permission": READ, "record": item.reference_code})
    text = page.content.decode()
    assert "the record belongs to another fonds" in text and "机要题名" not in text


@pytest.mark.django_db
def test_emergency_powers_need_a_second_person_end_by_themselves_and_are_marked() -> None:
    wang, asker = person("wang", Role.SYSTEM_ADMINISTRATOR)
    zhou, security = person("zhou", Role.SECURITY_ADMINISTRATOR)
    _wu, auditor = person("wu", Role.AUDITOR)
    asked = {"permissions": [READ, "holdings.item.read_desk"], "reason": "防汛抢救", "hours": 2, "most_hours": 8}
    for wrong in (
        {"hours": 9}, {"hours": 0}, {"reason": " "}, {"permissions": []}, {"permissions": ["people.grant.give"]},
        {"permissions": ["audit.log.read"]}, {"permissions": ["no.such.thing"]},
    ):  # fmt: skip
        with pytest.raises(BadEmergency):
            emergencies.ask_emergency(actor=asker, **{**asked, **wrong})
    one = emergencies.ask_emergency(actor=asker, **asked)
    with pytest.raises(BadEmergency):
        emergencies.ask_emergency(actor=asker, **asked)
    assert not allows(actor_for(wang), READ)
    with pytest.raises(NotPermitted):
        emergencies.decide_emergency(actor=asker, emergency_id=one.pk, confirm=True)
    own = emergencies.ask_emergency(actor=security, **asked)
    with pytest.raises(BadEmergency, match="second person"):
        emergencies.decide_emergency(actor=security, emergency_id=own.pk, confirm=True)
    with pytest.raises(BadEmergency, match="second person"):
        emergencies.decide_emergency(actor=OPERATOR, emergency_id=own.pk, confirm=True)
    emergencies.decide_emergency(actor=security, emergency_id=one.pk, confirm=True)
    with pytest.raises(BadEmergency):
        emergencies.decide_emergency(actor=security, emergency_id=one.pk, confirm=False)
    assert allows(actor_for(wang), READ) and not allows(actor_for(wang), EDIT)
    for watcher in (security, auditor):
        assert any("防汛抢救" in str(trouble.sentence) for trouble in emergencies.alarms(watcher))
    assert emergencies.alarms(asker) == []
    item = shelve("L012-WS·2017-Y-FGW-0001", openness="未审核", files=[])
    client = Client()
    client.force_login(wang)
    assert client.get(reverse("holdings:item", args=[item.pk])).status_code == 200
    used = Entry.objects.get(event="people.emergency.used")
    assert used.details["emergency"] == str(one.pk) and used.details["address"] == reverse(
        "holdings:item", args=[item.pk]
    )
    client.force_login(User.objects.get(username="wu"))
    assert "防汛抢救" in client.get(reverse("desk:home")).content.decode()
    Emergency.objects.filter(pk=one.pk).update(until=clock.now() - timedelta(seconds=1))
    assert not allows(actor_for(wang), READ)
    again = emergencies.ask_emergency(actor=asker, **asked)
    emergencies.decide_emergency(actor=security, emergency_id=again.pk, confirm=True)
    emergencies.end_emergency(actor=actor_for(wang), emergency_id=again.pk)
    assert not allows(actor_for(wang), READ)
    assert zhou.pk == Emergency.objects.get(pk=one.pk).decided_by_id


@pytest.mark.django_db
def test_duties_are_those_of_the_nearest_place() -> None:
    li, _actor = person("li", Role.ARCHIVIST)
    for part, place in (
        ("leader", {}), ("department", {"fonds": "L012"}), ("handler", {"fonds": "L012", "task": "appraisal"}),
        ("handler", {"task": "appraisal"}),
    ):  # fmt: skip
        duties.assign_duty(actor=SYSTEM, part=part, name=f"{part} {sorted(place)}", **place)
    mine = duties.assign_duty(actor=SYSTEM, part="handler", fonds="L012", task="filing", username="li")
    assert duties.assign_duty(actor=SYSTEM, part="handler", fonds="L012", task="filing", username="li") == mine
    told = duties.duties_of([("L012", "appraisal"), ("L012", "filing"), ("L999", "appraisal"), ("L999", "use")])
    assert told["L012", "appraisal"].names == ("leader []", "department ['fonds']", "handler ['fonds', 'task']")
    assert told["L012", "filing"].handlers == (li.full_name,) and told["L012", "filing"].user_ids == {li.pk}
    assert told["L999", "appraisal"].names == ("leader []", "handler ['task']")
    assert not duties.duty_of("L999", "use").department
    duties.end_duty(actor=SYSTEM, duty_id=mine.pk)
    assert duties.duty_of("L012", "filing").handlers == ()
    limited = Actor("user", "a", li.pk, frozenset({Role.ARCHIVIST}), frozenset({"L999"}))
    assert {one.fonds for one in duties.duties(limited)} == {""}
    with pytest.raises(NotPermitted):
        duties.assign_duty(actor=limited, part="leader", fonds="L012", name="x")
    for wrong in (
        {"part": "leader", "name": "x"}, {"part": "king", "fonds": "L999", "name": "x"},
        {"part": "leader", "fonds": "L999"}, {"part": "leader", "fonds": "L999", "username": "nobody"},
    ):  # fmt: skip
        with pytest.raises(BadDuty):
            duties.assign_duty(actor=limited, **wrong)


@pytest.mark.django_db
def test_missing_administrators_are_made_once() -> None:
    make_user("chen", Role.ARCHIVIST)
    made = found_accounts(actor=OPERATOR)
    assert {one.role for one in made} == ADMINISTRATORS
    assert found_accounts(actor=OPERATOR) == []
    assert all(User.objects.get(username=one.username).check_password(one.password) for one in made)

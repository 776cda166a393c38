"""Make one administrator of three: whoever was only administrator is the system's now; see the upgrade notes."""

from django.db import migrations
from django.utils import timezone


def split(apps, editor):
    grants = apps.get_model("people", "Grant").objects.using(editor.connection.alias)
    old = grants.filter(role="administrator").order_by("created", "id")
    work = set(grants.exclude(role__in=("administrator", "reader")).values_list("user_id", flat=True))
    settled = set()
    for grant in old:
        # Who worked with records too keeps that: an administrator may not.
        if grant.user_id in work or grant.user_id in settled:
            grant.ended, grant.ended_by = timezone.now(), "shicheng"
        settled.add(grant.user_id)
        grant.role, grant.fonds = "system_administrator", ""
        grant.save(update_fields=["role", "fonds", "ended", "ended_by"])


def join(apps, editor):
    grants = apps.get_model("people", "Grant").objects.using(editor.connection.alias)
    grants.filter(role="system_administrator").update(role="administrator", ended=None, ended_by="")


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_grants_emergencies_duties"),
    ]

    operations = [
        migrations.RunPython(split, join),
    ]

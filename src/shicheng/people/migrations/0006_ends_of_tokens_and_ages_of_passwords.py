"""Let every token end: those without an end are good for a year more. Passwords are as old as this migration."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone


def settle(apps, editor):
    now, alias = timezone.now(), editor.connection.alias
    apps.get_model("people", "ApiToken").objects.using(alias).filter(expires=None).update(
        expires=now + timedelta(days=365)
    )
    state = apps.get_model("people", "PasswordState")
    users = apps.get_model("people", "User").objects.using(alias)
    state.objects.using(alias).bulk_create([state(user=user, changed=now) for user in users], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_signing"),
    ]

    operations = [
        migrations.RunPython(settle, migrations.RunPython.noop),
    ]

"""Let every token end: those without an end are good for a year more. Passwords are as old as this migration."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone


def settle(apps, editor):
    now = timezone.now()
    apps.get_model("people", "ApiToken").objects.filter(expires=None).update(expires=now + timedelta(days=365))
    states = apps.get_model("people", "PasswordState").objects
    states.bulk_create(
        [states.model(user=user, changed=now) for user in apps.get_model("people", "User").objects.all()],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_signing'),
    ]

    operations = [
        migrations.RunPython(settle, migrations.RunPython.noop),
    ]

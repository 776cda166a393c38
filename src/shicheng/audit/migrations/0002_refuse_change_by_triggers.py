"""Let the database itself refuse to change or delete entries and signed heads."""

from django.db import migrations

from shicheng.audit import triggers


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_entries_heads_and_follower_positions")]

    operations = [migrations.RunPython(triggers.migrate_forward, triggers.migrate_back)]

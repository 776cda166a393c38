"""The trigger that counts new items leaves them to who brings their number; `tallies.ensure` puts it in place after."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("holdings", "0009_dates_within_years_and_fonds")]
    operations: ClassVar = []

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('holdings', '0008_business_entities'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['year', 'date_from', 'id'], name='item_year_date'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['fonds', 'date_from', 'id'], name='item_fonds_date'),
        ),
        # On SQLite the index goes alone: to alter the field would make the whole table anew.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='item',
                    name='fonds',
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='items',
                        to='holdings.fonds',
                    ),
                ),
            ],
            database_operations=[migrations.RunSQL('DROP INDEX IF EXISTS holdings_item_fonds_id_f31c30f2', migrations.RunSQL.noop)],
        ),
    ]

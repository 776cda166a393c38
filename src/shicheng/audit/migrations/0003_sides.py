from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_refuse_change_by_triggers'),
    ]

    operations = [
        migrations.AddField(
            model_name='entry',
            name='side',
            field=models.CharField(max_length=20, null=True),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('side__isnull', False)), fields=['position'], name='audit_entry_side'),
        ),
    ]

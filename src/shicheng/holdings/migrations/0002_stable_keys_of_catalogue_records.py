from django.db import migrations, models


class Migration(migrations.Migration):
    """Let a repeated catalogue find the items it made before."""

    dependencies = [("holdings", "0001_first")]

    operations = [
        migrations.AddField(
            model_name="item",
            name="source_key",
            field=models.CharField(editable=False, max_length=32, null=True, unique=True),
        ),
    ]

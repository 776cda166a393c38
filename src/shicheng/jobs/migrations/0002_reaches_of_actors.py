from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0001_jobs_and_schedules'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='actor_more',
            field=models.JSONField(null=True),
        ),
    ]

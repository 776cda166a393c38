from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_ends_of_tokens_and_ages_of_passwords'),
    ]

    operations = [
        migrations.AlterField(
            model_name='apitoken',
            name='expires',
            field=models.DateTimeField(),
        ),
    ]

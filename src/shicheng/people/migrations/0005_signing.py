"""What signing in keeps; everyone signs in once more, since sessions lie in a table of their own now."""

import django.db.models.deletion
import shicheng.kernel.clock
import shicheng.kernel.identifiers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0004_three_administrators'),
    ]

    operations = [
        migrations.CreateModel(
            name='Factor',
            fields=[
                ('id', models.UUIDField(default=shicheng.kernel.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=10)),
                ('name', models.CharField(max_length=60)),
                ('secret', models.TextField(blank=True)),
                ('credential_id', models.CharField(max_length=1400, null=True, unique=True)),
                ('credential', models.TextField(blank=True)),
                ('counter', models.BigIntegerField(default=0)),
                ('created', models.DateTimeField(default=shicheng.kernel.clock.now)),
                ('last_used', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='factors', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Gate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('key', models.CharField(max_length=60)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('first', models.DateTimeField(db_index=True, default=shicheng.kernel.clock.now)),
                ('closed_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='OutsideIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(max_length=300)),
                ('subject', models.CharField(max_length=255)),
                ('created', models.DateTimeField(default=shicheng.kernel.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='PasswordState',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='password_state', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('changed', models.DateTimeField()),
                ('must_change', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='PastPassword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128)),
                ('until', models.DateTimeField()),
            ],
            options={
                'ordering': ['-until', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('used', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('begun', models.DateTimeField()),
                ('last_seen', models.DateTimeField()),
                ('address', models.CharField(blank=True, max_length=60)),
                ('device', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'db_table': 'people_session',
                'abstract': False,
            },
        ),
        migrations.DeleteModel(
            name='SignInAttempt',
        ),
        migrations.AddConstraint(
            model_name='gate',
            constraint=models.UniqueConstraint(fields=('kind', 'key'), name='gate_once'),
        ),
        migrations.AddField(
            model_name='outsideidentity',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outside_identities', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pastpassword',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='past_passwords', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='recoverycode',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_codes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='session',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='outsideidentity',
            constraint=models.UniqueConstraint(fields=('issuer', 'subject'), name='outside_identity_once'),
        ),
        migrations.AddConstraint(
            model_name='recoverycode',
            constraint=models.UniqueConstraint(fields=('user', 'digest'), name='recovery_code_once'),
        ),
    ]

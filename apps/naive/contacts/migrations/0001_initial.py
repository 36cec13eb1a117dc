# Made by makemigrations; every Django variant has the same tables.

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from naive.contacts.models import new_customer_id


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("street", models.CharField(max_length=100)),
                ("street_number", models.CharField(max_length=16)),
                ("city", models.CharField(max_length=100)),
                ("city_code", models.CharField(max_length=16)),
                ("country", models.CharField(max_length=100)),
            ],
            options={
                "db_table": "address",
            },
        ),
        migrations.CreateModel(
            name="AppUser",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_name", models.CharField(max_length=100)),
                ("last_name", models.CharField(max_length=100)),
                ("gender", models.CharField(choices=[("M", "Male"), ("F", "Female"), ("O", "Other")], max_length=1)),
                ("customer_id", models.CharField(default=new_customer_id, max_length=17, unique=True)),
                ("phone_number", models.CharField(max_length=32)),
                ("birthday", models.DateField()),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("last_updated", models.DateTimeField(auto_now=True)),
                (
                    "address",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="appusers",
                        to="contacts.address",
                    ),
                ),
            ],
            options={
                "db_table": "app_user",
            },
        ),
        migrations.CreateModel(
            name="CustomerRelationship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.PositiveIntegerField(default=0)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("last_activity", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "appuser",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="relationship", to="contacts.appuser"
                    ),
                ),
            ],
            options={
                "db_table": "customer_relationship",
            },
        ),
    ]

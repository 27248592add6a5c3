from __future__ import annotations

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

NAME = "Staff"
RIGHTS = {
    "profiles": ("view_claim", "change_claim", "view_user"),
    "ingest": ("view_source", "change_source"),
}


def make_group(apps: Any, schema_editor: Any) -> None:
    """A group with the rights of daily work; giving rights to accounts is not among them."""
    group, is_new = apps.get_model("auth", "Group").objects.get_or_create(name=NAME)
    if not is_new:
        return
    permissions = apps.get_model("auth", "Permission").objects
    for label, codenames in RIGHTS.items():
        # Django makes the rights of a fresh database only after all migrations.
        config = apps.get_app_config(label)
        had_models = getattr(config, "models_module", None)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = had_models
        group.permissions.add(*permissions.filter(content_type__app_label=label, codename__in=codenames))


def remove_group(apps: Any, schema_editor: Any) -> None:
    apps.get_model("auth", "Group").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("ingest", "0008_settled_rejects"),
        ("profiles", "0008_claims_wait_again"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, remove_group)]

"""Rows as JSON keeps them in the store, and back."""

from __future__ import annotations

from typing import Any

from django.db import models


def write_row(row: models.Model, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every column of a row but some, by name."""
    told: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.attname in without:
            continue
        value = getattr(row, field.attname)
        plain = isinstance(field, models.JSONField) or value is None or isinstance(value, str | bool | int)
        told[field.attname] = value if plain else field.value_to_string(row)
    return told


def read_row(kind: type[models.Model], told: dict[str, Any]) -> dict[str, Any]:
    """Values of columns as `write_row` told them; columns this version does not know are left out."""
    known = {field.attname: field for field in kind._meta.concrete_fields}
    return {
        name: value if isinstance(known[name], models.JSONField) or value is None else _value(known[name], value)
        for name, value in told.items()
        if name in known
    }


def _value(field: models.Field[Any, Any], value: Any) -> Any:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return target.to_python(value)

"""Sources with their schedules in the admin; runs and rejects have pages of their own under /imports/."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from ingest.models import Source
from ingest.schedules import saved_options
from ingest.sources.base import SourceError

if TYPE_CHECKING:  # Django's classes take their model as a parameter in the stubs only
    SourcesForm = forms.ModelForm[Source]
    SourcesAdmin = admin.ModelAdmin[Source]
else:
    SourcesForm, SourcesAdmin = forms.ModelForm, admin.ModelAdmin


class SourceForm(SourcesForm):
    class Meta:
        model = Source
        fields = ("name", "options", "is_enabled", "every_hours", "next_run_at")

    def clean_options(self) -> Any:
        """Refuse options that a scheduled run could not use."""
        options = self.cleaned_data["options"] or {}
        try:
            saved_options(options)
        except SourceError as error:
            raise forms.ValidationError(str(error)) from None
        return options


@admin.register(Source)
class SourceAdmin(SourcesAdmin):
    """The options and the schedule of a source. Sources come with the program: none is added or deleted here."""

    form = SourceForm
    list_display = ("name", "slug", "is_enabled", "every_hours", "next_run_at")
    readonly_fields = ("slug",)
    fields = ("name", "slug", "options", "is_enabled", "every_hours", "next_run_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        return False

"""Sources with their schedules in the admin; runs and rejects have pages of their own under /imports/."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ingest.models import Source
from ingest.schedule_options import KEYS_OF, saved_options
from ingest.schedules import refuse_unusable
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "options" in self.fields:
            self.fields["options"].help_text = _known_options(self.instance.slug)

    def clean_options(self) -> Any:
        """Refuse what is no option of the source."""
        options = self.cleaned_data["options"] or {}
        try:
            saved_options(self.instance.slug, options)
        except SourceError as error:
            raise forms.ValidationError(f"{error}.") from None
        return options

    def clean(self) -> dict[str, Any]:
        """Refuse a schedule whose every run would fail."""
        data = super().clean() or {}
        if data.get("is_enabled") and data.get("every_hours") and "options" in data:
            try:
                refuse_unusable(self.instance.slug, data["options"])
            except SourceError as error:
                raise forms.ValidationError(f"The schedule could never start: {error}.") from None
        return data


def _known_options(slug: str) -> SafeString:
    """The options of a source, what each means and what it holds."""
    rows = ((name, key.meaning, key.wants) for name, key in KEYS_OF[slug].items())
    listed = format_html_join("", "<li><code>{}</code>: {}; {}</li>", rows)
    return format_html("A JSON object. It may have:<ul>{}</ul>", listed)


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

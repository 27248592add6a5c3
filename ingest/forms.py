"""Starting a run: one form for all sources, with the fields that concern the chosen one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django import forms

from ingest import uploads
from ingest.schedule_options import MOST_RECORDS
from ingest.sources import get_source
from ingest.sources.base import SourceOptions
from ingest.sources.listing_text import KNOWN_PAGES
from works.characters import one_line

_FILE = ("file",)
_NETWORK = ("base_url", "since", "until", "query", "limit")
#: The fields of each source, besides the dry run that all have.
FIELDS_OF: dict[str, Sequence[str]] = {
    "sample": ("limit",),
    "arxiv-snapshot": ("file", "limit"),
    "arxiv-listing": ("text", "file"),
    "arxiv-oai": ("sets", "since", "until", "metadata_prefix", "base_url", "limit"),
    "arxiv-api": ("query", "since", "until", "base_url", "limit"),
    "openalex": ("file", "query", "since", "until", "base_url", "limit"),
    "crossref": ("file", "base_url", "limit"),
    "ror": ("file", "limit"),
}
#: Sources that read a file as well as their service need one of the two; these need the file or the text.
NEEDS_INPUT = frozenset({"arxiv-snapshot", "arxiv-listing", "ror"})
LONGEST_PASTE = 4_000_000
"""Characters; a listing page of 2,000 entries has less than three million."""


class StartForm(forms.Form):
    """Options of a run. ``read_with`` yields them with the upload stored, and takes it away again when that fails."""

    file = forms.FileField(required=False, label="File", help_text="Plain, or packed as gzip, xz or Zstandard.")
    text = forms.CharField(
        required=False,
        label="Pasted listing",
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=f"The text or the HTML of one page or several, as they were copied: {KNOWN_PAGES}.",
    )
    sets = forms.CharField(
        required=False, label="Sets", help_text="OAI-PMH sets, apart by spaces: cs math", max_length=300
    )
    query = forms.CharField(required=False, label="Query", help_text="In the service's own language.", max_length=1000)
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="Until", widget=forms.DateInput(attrs={"type": "date"}))
    metadata_prefix = forms.ChoiceField(required=False, label="Format", choices=[("", "arXiv"), ("oai_dc", "oai_dc")])
    base_url = forms.URLField(
        required=False, label="Address", assume_scheme="https", help_text="Empty for the service's own.", max_length=300
    )
    limit = forms.IntegerField(
        required=False, label="At most", min_value=1, max_value=MOST_RECORDS, help_text="Records; empty for all."
    )
    is_dry_run = forms.BooleanField(
        required=False, label="Dry run", help_text="Say what would change, and change nothing."
    )

    def __init__(self, slug: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slug = slug
        wanted = {*FIELDS_OF.get(slug, _NETWORK if get_source(slug).is_network else _FILE), "is_dry_run"}
        self.fields = {name: self.fields[name] for name in self.fields if name in wanted}
        if "text" in self.fields:
            self.fields["file"].help_text = "A saved page, HTML or plain text."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("file") and data.get("text"):
            raise forms.ValidationError("Give a file or a text, not both.")
        if self.slug in NEEDS_INPUT and not self.errors and not data.get("file") and not data.get("text", "").strip():
            what = "a file or a pasted text" if "text" in self.fields else "a file"
            raise forms.ValidationError(f"This source needs {what}.")
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            raise forms.ValidationError("The first day is after the last one.")
        return data

    @property
    def input_name(self) -> str:
        """What the input of a valid form was called where it came from, for display only."""
        if self.cleaned_data.get("file"):
            return one_line(self.cleaned_data["file"].name)
        return "Pasted text" if self.cleaned_data.get("text") else ""

    @contextmanager
    def options(self) -> Iterator[SourceOptions]:
        """The options of a valid form. Raises ``SourceError``; an error inside the block removes the stored upload."""
        data = self.cleaned_data
        with ExitStack() as kept:
            inputs: tuple[str, ...] = ()
            if data.get("file"):
                inputs = (str(kept.enter_context(uploads.stored(data["file"].chunks(), data["file"].name))),)
            elif data.get("text"):
                inputs = (str(kept.enter_context(uploads.stored([data["text"].encode()], "pasted.txt"))),)
            yield SourceOptions(
                inputs=inputs,
                base_url=data.get("base_url") or None,
                since=data.get("since"),
                until=data.get("until"),
                sets=tuple(data.get("sets", "").split()),
                metadata_prefix=data.get("metadata_prefix") or None,
                query=data.get("query") or None,
                limit=data.get("limit"),
            )


class MendForm(forms.Form):
    """The raw text of a reject, to be corrected."""

    raw = forms.CharField(
        label="Raw text",
        max_length=1_000_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
    )


class ReasonForm(forms.Form):
    """Which rejects are meant."""

    reason = forms.CharField(max_length=200, widget=forms.HiddenInput)

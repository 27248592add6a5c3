"""Forms of corrections: what a person may say beside the choice of works or records."""

from __future__ import annotations

from typing import Any

from django import forms

from profiles.forms import LONGEST_TEXT
from works.models import Author


class StatementForm(forms.Form):
    """Why; asked for by every correction."""

    statement = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        label="Why",
        help_text="What settles it: an address, a homepage, a co-author who knows. Only those who decide read it.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class NameForm(StatementForm):
    """The form of the name to show: one that works print, or one typed."""

    name = forms.ChoiceField(required=False, label="Printed forms", widget=forms.RadioSelect)
    typed = forms.CharField(
        required=False,
        max_length=200,
        label="Or as typed here",
        help_text="In reading order: given names first where that is the custom.",
    )
    field_order = ("name", "typed", "statement")

    def __init__(self, author: Author, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        control = self.fields["name"]
        if isinstance(control, forms.ChoiceField):
            control.choices = [(form, f"{form} ({works} works)") for form, works in author.name_forms]

    def clean(self) -> dict[str, Any]:
        """One name comes out, the typed one first."""
        cleaned = super().clean() or {}
        chosen = " ".join((cleaned.get("typed") or cleaned.get("name") or "").split())
        if not chosen:
            raise forms.ValidationError("Choose a printed form or type one.")
        return {**cleaned, "name": chosen}


class AnswerForm(forms.Form):
    """A curator's answer: a canned one, an own text, or both."""

    canned = forms.ChoiceField(required=False, label="Canned answer")
    answer = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        label="Own words",
        help_text="The reporter reads the answer.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        control = self.fields["canned"]
        if isinstance(control, forms.ChoiceField):
            control.choices = [("", "None"), *((key, text) for key, text in CANNED.items())]

    @property
    def text(self) -> str:
        """What the reporter is told."""
        said = [CANNED.get(self.cleaned_data["canned"], ""), self.cleaned_data["answer"]]
        return "\n\n".join(part for part in said if part)


CANNED = {
    "thanks": "Thank you. The record was wrong, and it is corrected now.",
    "evidence": "The record does not bear this out: co-authors, topics and places fit. Tell us what we missed.",
    "homonym": "These are two people who share a name. Their records are marked so that nothing joins them.",
    "source": "The printed author list comes from the source as it is. Ask the source to correct it; we follow.",
    "claim": "This needs the word of the researcher: please ask them to claim the page, then it is one click.",
    "more": "We cannot tell from what is here. Please open it again with a link that shows it.",
}
"""By key: answers that fit most tickets."""

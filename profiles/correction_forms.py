"""Forms of corrections: what a person may say beside the choice of works or records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from profiles.forms import LONGEST_TEXT
from profiles.models import CannedAnswer
from works.characters import one_line
from works.models import Author

if TYPE_CHECKING:  # Django's form classes take their model as a parameter in the stubs only
    AnswerModelForm = forms.ModelForm[CannedAnswer]
else:
    AnswerModelForm = forms.ModelForm


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
        """One name comes out, the typed one first, without invisible characters."""
        cleaned = super().clean() or {}
        chosen = one_line(cleaned.get("typed") or cleaned.get("name") or "")
        if chosen and not any(character.isalpha() for character in chosen):
            raise forms.ValidationError("A name has letters.")
        if not chosen:
            raise forms.ValidationError("Choose a printed form or type one.")
        return {**cleaned, "name": chosen}


class AnswerForm(forms.Form):
    """A curator's answer: a canned one, an own text, or both."""

    canned = forms.ModelChoiceField(CannedAnswer.objects.none(), required=False, label="Canned answer")
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
        if isinstance(control, forms.ModelChoiceField):
            control.queryset = CannedAnswer.objects.all()

    @property
    def chosen(self) -> str:
        """The canned answer that was chosen, as forms name it; empty for none."""
        return str(self["canned"].value() or "")

    @property
    def text(self) -> str:
        """What the reporter is told."""
        canned = self.cleaned_data["canned"]
        said = [canned.text if canned else "", self.cleaned_data["answer"]]
        return "\n\n".join(part for part in said if part)[:LONGEST_TEXT]


class CannedAnswerForm(AnswerModelForm):
    """An answer that curators keep."""

    class Meta:
        model = CannedAnswer
        fields = ("title", "text")
        widgets: ClassVar = {"text": forms.Textarea(attrs={"rows": 4})}

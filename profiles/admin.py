"""The admin of people: accounts, and the queue of claims where staff decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from profiles import claims, leaving
from profiles.access import may_decide_claim, may_decide_claims, may_delete_account
from profiles.aftermath import follow_deletion, follow_up
from profiles.models import Claim, ClaimEvent, User
from profiles.verification import review_owner, verdict

if TYPE_CHECKING:  # Django's admin classes take their model as a parameter in the stubs only
    AccountCreationForm = AdminUserCreationForm[User]
    AccountAdmin = DjangoUserAdmin[User]
    ClaimsAdmin = admin.ModelAdmin[Claim]
    EventInline = admin.TabularInline[ClaimEvent, Claim]
else:
    AccountCreationForm, AccountAdmin = AdminUserCreationForm, DjangoUserAdmin
    ClaimsAdmin, EventInline = admin.ModelAdmin, admin.TabularInline

admin.site.site_header = admin.site.site_title = "BZPEER for staff"
# Staff log in where everybody does: with rate limits and a second factor, of which the admin's own form knows nothing.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # the way allauth documents


RIGHTS = ("is_staff", "is_curator", "is_superuser", "groups", "user_permissions")


class UserCreationForm(AccountCreationForm):
    """Django's own form asks for a username, which our accounts do not have."""

    class Meta:
        model = User
        fields = ("email", "name")


@admin.register(User)
class UserAdmin(AccountAdmin):
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_curator", "is_active", "date_joined", "last_login")
    list_filter = ("is_staff", "is_curator", "is_active")
    search_fields = ("email", "name")
    add_form = UserCreationForm
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Rights", {"fields": ("is_active", *RIGHTS)}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)
    readonly_fields = ("last_login", "date_joined")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str] | tuple[str, ...]:
        """Only superusers give rights: who may change accounts could else give the own one every right."""
        fields = super().get_readonly_fields(request, obj)
        return fields if _staff(request).is_superuser else (*fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only superusers change superusers, passwords included."""
        reaches = obj is None or not obj.is_superuser or _staff(request).is_superuser
        return super().has_change_permission(request, obj) and reaches

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or may_delete_account(_staff(request), obj))

    def get_deleted_objects(
        self, objs: Sequence[User] | QuerySet[User], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """What goes with the accounts in our own words: the services end a claim, where a cascade would only refuse."""
        users = list(objs)
        goes = [[str(user), leaving.parting_of(user).goes] for user in users]
        lines = [line for entry in goes for line in entry]
        refused = {f"account {user}" for user in users if not self.has_delete_permission(request, user)}
        hindered = [f"{user}: {problem}" for user in users if (problem := leaving.hindrance(user))]
        return lines, {"accounts": len(users)}, refused, hindered

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        try:
            follow_deletion(leaving.delete_account(obj), by_staff=True)
        except leaving.LeavingError as problem:
            self.message_user(request, f"The account {obj} is not deleted: {problem}", messages.ERROR)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """What staff change about an account can change the level of the page that it owns."""
        super().save_model(request, obj, form, change)
        if change:
            follow_up(request, review_owner(obj, _staff(request)))


NOT_ONES_OWN = "Another member of staff has to decide about your own claim and your own page."
NO_RIGHT = "Deciding takes the right to change claims, which your account does not have."


@dataclass(frozen=True)
class Decision:
    """A step of staff: its service, what hinders it, the label of its button, and its name once it is done."""

    take: Callable[[Claim, User, str], list[ClaimEvent]]
    hindrance: Callable[[Claim], str]
    label: str
    done: str


DECISIONS = {
    "approve": Decision(claims.approve, claims.why_not_approve, "Approve the claim", "approved"),
    "refuse": Decision(claims.refuse, claims.why_not_refuse, "Refuse the claim", "refused"),
    "end": Decision(claims.end, claims.why_not_end, "End the claim, saying why", "ended"),
    "reopen": Decision(claims.reopen, claims.why_not_reopen, "Reopen the claim", "reopened"),
}


class DecisionForm(ActionForm):
    """The box above the list of claims: what to do, and a note for the person."""

    note = forms.CharField(
        required=False, max_length=2000, label="Note to the person", widget=forms.TextInput(attrs={"size": 40})
    )


class ClaimEventInline(EventInline):
    model = ClaimEvent
    verbose_name_plural = "History"
    extra = 0
    can_delete = False
    fields = readonly_fields = ("at", "kind", "actor", "note", "level", "level_reason", "notified_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Claim)
class ClaimAdmin(ClaimsAdmin):
    """Claims are decided by the actions of the list or the buttons of a claim's page, both through ``profiles.claims``.

    Nothing else of a claim can be changed, so its page saves nothing.
    """

    list_display = ("asked", "outcome", "person", "record", "standing")
    list_display_links = ("asked",)
    list_filter = ("state", "created_at")
    list_select_related = ("user", "author", "decided_by")
    search_fields = ("user__email", "user__name", "author__display_name")
    date_hierarchy = "created_at"
    # Those that wait come first, the one that waits longest at the top; then what was decided, the latest at the top.
    ordering = (
        Case(When(state=Claim.State.PENDING, then=0), default=1).asc(),
        F("decided_at").desc(nulls_last=True),
        F("waiting_since").asc(),
    )
    actions = ("approve", "refuse", "end", "reopen")
    action_form = DecisionForm
    inlines = (ClaimEventInline,)

    class Media:
        css: ClassVar = {"all": ("css/admin-claims.css",)}

    fields = readonly_fields = (
        "person",
        "record",
        "statement",
        "state",
        "standing",
        "created_at",
        "decided_by",
        "decided_at",
        "decision_note",
    )

    @admin.display(description="Asked", ordering="waiting_since")
    def asked(self, claim: Claim) -> str:
        return date_format(claim.waiting_since, "j M Y")

    @admin.display(description="Person", ordering="user__name")
    def person(self, claim: Claim) -> SafeString:
        return format_html("{}<br>{}", claim.user.name or "No name", claim.user.email)

    @admin.display(description="Author record", ordering="author__display_name")
    def record(self, claim: Claim) -> SafeString:
        return format_html('<a href="{}">{}</a>', claim.author.get_absolute_url(), claim.author.display_name)

    @admin.display(description="To know first")
    def standing(self, claim: Claim) -> str:
        if not claim.is_pending:
            return ""
        notes = list(verdict(claim.user, claim.author).doubts) or ["E-mail confirmed, name fits."]
        owner = claims.owner_claim(claim.author)
        if owner is not None:
            notes.append(f"Dispute: {owner.user.email} owns the record.")
        return " ".join(notes)

    @admin.display(description="State", ordering="state")
    def outcome(self, claim: Claim) -> str:
        on = f", {date_format(claim.decided_at, 'j M Y')}" if claim.decided_at else ""
        by = f", {claim.decided_by.get_full_name()}" if claim.decided_by else ""
        return f"{claim.get_state_display()}{on}{by}"

    @admin.action(description="Approve the selected claims", permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Claim]) -> None:
        self._decide(request, queryset, DECISIONS["approve"])

    @admin.action(description="Refuse the selected claims", permissions=["change"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Claim]) -> None:
        self._decide(request, queryset, DECISIONS["refuse"])

    @admin.action(description="End the selected claims, saying why", permissions=["change"])
    def end(self, request: HttpRequest, queryset: QuerySet[Claim]) -> None:
        self._decide(request, queryset, DECISIONS["end"])

    @admin.action(description="Reopen the selected claims", permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Claim]) -> None:
        self._decide(request, queryset, DECISIONS["reopen"])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """GET shows the claim with the decisions that are possible now; POST takes one and comes back."""
        claim = self.get_object(request, object_id)
        if claim is None:
            return super().change_view(request, object_id, form_url, extra_context)
        if request.method == "POST":
            decision = DECISIONS.get(request.POST.get("decision", ""))
            if decision is not None:
                self._decide(request, self.get_queryset(request).filter(pk=claim.pk), decision)
            return HttpResponseRedirect(request.get_full_path())
        context = {"title": "Claim"} | _choices(_staff(request), claim) | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def _decide(self, request: HttpRequest, queryset: QuerySet[Claim], decision: Decision) -> None:
        """Take the step with each claim; one that cannot be taken is said, and the others go on."""
        staff = _staff(request)
        if not may_decide_claims(staff):
            raise PermissionDenied
        for claim in queryset.select_related("author", "user"):
            if not may_decide_claim(staff, claim):
                self.message_user(request, f"{_named(claim)}: {NOT_ONES_OWN}", messages.ERROR)
                continue
            try:
                events = decision.take(claim, staff, _note(request))
            except claims.ClaimError as problem:
                self.message_user(request, f"{_named(claim)}: {problem}", messages.ERROR)
                continue
            follow_up(request, events)
            self.log_change(request, claim, f"{decision.done.capitalize()}.")
            last = events[-1]
            said = f"{_named(claim)}: {decision.done}, level L{last.level}. {last.level_reason}".rstrip()
            self.message_user(request, said, messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        return False


def _staff(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _named(claim: Claim) -> str:
    """The claim where a message begins: the admin makes the first letter a capital, which an address must not get."""
    return f"The claim of {claim.user} on {claim.author}"


def _choices(staff: User, claim: Claim) -> dict[str, Any]:
    """What the page of a claim offers: ``decisions`` (name and label), and why others are not there, ``hindrance``."""
    if not may_decide_claim(staff, claim):
        return {"decisions": [], "hindrance": NOT_ONES_OWN if may_decide_claims(staff) else NO_RIGHT}
    hindrances = {name: decision.hindrance(claim) for name, decision in DECISIONS.items()}
    possible = [(name, DECISIONS[name].label) for name, hindrance in hindrances.items() if not hindrance]
    said = "approve" if claim.is_pending else "reopen"
    return {"decisions": possible, "hindrance": "" if claim.is_accepted else hindrances[said]}


def _note(request: HttpRequest) -> str:
    return request.POST.get("note", "").strip()[:2000]

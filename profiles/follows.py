"""Following: who hears about whom. Doing it twice changes nothing."""

from __future__ import annotations

from django.db.models import QuerySet

from profiles.models import Follow, User
from works.models import Author, Work
from works.models.catalogue import WorkQuerySet


def follow(user: User, author: Author) -> bool:
    """Start following; whether that was new."""
    _, is_new = Follow.objects.get_or_create(user=user, author=author)
    return is_new


def unfollow(user: User, author: Author) -> bool:
    """Stop following; whether there was anything to stop."""
    deleted, _ = Follow.objects.filter(user=user, author=author).delete()
    return bool(deleted)


def followed_authors(user: User) -> QuerySet[Follow]:
    """The user's follows, latest first, with their author records."""
    return Follow.objects.filter(user=user).select_related("author").order_by("-since", "-id")


def works_of_followed(user: User) -> WorkQuerySet:
    """Works of the authors that the user follows, each work once."""
    followed = Follow.objects.filter(user=user).values("author_id")
    return Work.objects.listed().filter(pk__in=Work.objects.filter(attributions__author_id__in=followed).values("pk"))

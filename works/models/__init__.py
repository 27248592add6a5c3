from works.models.authors import Attribution, Author, DirtyBlock
from works.models.catalogue import (
    Authorship,
    AuthorshipInstitution,
    Institution,
    Topic,
    Work,
    WorkIdentifier,
    WorkTopic,
    WorkVersion,
)

__all__ = [
    "Attribution",
    "Author",
    "Authorship",
    "AuthorshipInstitution",
    "DirtyBlock",
    "Institution",
    "Topic",
    "Work",
    "WorkIdentifier",
    "WorkTopic",
    "WorkVersion",
]

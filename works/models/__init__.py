from works.models.authors import Attribution, AttributionStatistics, Author, DirtyBlock, TouchedAuthor
from works.models.catalogue import (
    Authorship,
    AuthorshipInstitution,
    Institution,
    InstitutionName,
    Topic,
    Work,
    WorkIdentifier,
    WorkTopic,
    WorkVersion,
)

__all__ = [
    "Attribution",
    "AttributionStatistics",
    "Author",
    "Authorship",
    "AuthorshipInstitution",
    "DirtyBlock",
    "Institution",
    "InstitutionName",
    "Topic",
    "TouchedAuthor",
    "Work",
    "WorkIdentifier",
    "WorkTopic",
    "WorkVersion",
]

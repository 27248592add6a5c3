from works.models.authors import (
    Attribution,
    AttributionStatistics,
    Author,
    DirtyBlock,
    ResolvedBlock,
    StaleSummary,
    TouchedAuthor,
    WorkDescription,
)
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
from works.models.decisions import AuthorEvent, Decision, EventBatch
from works.models.quality import QualityReport

__all__ = [
    "Attribution",
    "AttributionStatistics",
    "Author",
    "AuthorEvent",
    "Authorship",
    "AuthorshipInstitution",
    "Decision",
    "DirtyBlock",
    "EventBatch",
    "Institution",
    "InstitutionName",
    "QualityReport",
    "ResolvedBlock",
    "StaleSummary",
    "Topic",
    "TouchedAuthor",
    "Work",
    "WorkDescription",
    "WorkIdentifier",
    "WorkTopic",
    "WorkVersion",
]

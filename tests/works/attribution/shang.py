"""A readable world of namesakes: Yue Shang the physicist, Yue Shang of e-commerce, and their works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.factories import AttributionFactory, AuthorFactory, AuthorshipFactory, WorkFactory
from works.attribution.journal import By
from works.attribution.persist import save_clusters
from works.models import Attribution, Author, Authorship

CURATOR = By(Attribution.DecidedBy.CURATOR)
OWNER = By(Attribution.DecidedBy.OWNER)


#: Enough in common that an engine joins works written with them: rare names, in the same place.
PHYSICISTS = ("Bo Ohm", "Wilhelmina Quark", "Ignatius Lepton", "Thaddeus Boson")
TRADERS = ("Cy Sale", "Philippa Basket", "Leopold Till", "Rosamund Receipt")
PLACES: dict[tuple[str, ...], str] = {
    PHYSICISTS: "Institute for Solid Matter, University of Placename",
    TRADERS: "Department of Shops, Market",
}


def publish(author: Author, title: str, *, name: str = "Yue Shang", beside: tuple[str, ...] = PHYSICISTS) -> Authorship:
    """A work of the author printed under the name; those ``beside`` have no record. Returns the author's position."""
    work = WorkFactory.create(title=title, author_count=1 + len(beside))
    authorship: Authorship = AuthorshipFactory.create(work=work, raw_name=name, affiliations=[PLACES[beside]])
    AttributionFactory.create(authorship=authorship, author=author, confidence=0.8)
    for position, other in enumerate(beside, start=1):
        AuthorshipFactory.create(work=work, position=position, raw_name=other)
    return authorship


@dataclass
class Shangs:
    """The physicist has three works, the one of e-commerce two; the machine believes that they are two records."""

    physicist: Author = field(default_factory=lambda: AuthorFactory.create(display_name="Yue Shang", work_count=3))
    trader: Author = field(default_factory=lambda: AuthorFactory.create(display_name="Yue Shang", work_count=2))
    physics: list[Authorship] = field(default_factory=list)
    trade: list[Authorship] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.physics = [publish(self.physicist, f"Quantum transport, part {n}") for n in range(3)]
        self.trade = [publish(self.trader, f"Ranking of products, part {n}", beside=TRADERS) for n in range(2)]


def author_of(authorship: Authorship) -> int:
    """The id of the record that has the authorship now."""
    return Attribution.objects.get(pk=authorship.pk).author_id


def works_of(author: Author) -> int:
    return Attribution.objects.filter(author=author).count()


class Printed:
    """What the writer of resolutions needs of an authorship."""

    def __init__(self, pk: int, work: int) -> None:
        self.id, self.work = pk, work


def write_one_cluster(authorships: Sequence[Authorship]) -> None:
    """What an engine would write that takes all of these for one person's."""
    printed = [Printed(authorship.pk, authorship.work_id) for authorship in authorships]
    save_clusters(printed, [0] * len(printed), [0.9] * len(printed), [[]] * len(printed))


def join_everything(shangs: Shangs) -> None:
    """What an engine without any sense would write: all five works are one person's."""
    write_one_cluster([*shangs.physics, *shangs.trade])

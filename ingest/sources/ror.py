"""``ror``: research organisations of the Research Organization Registry, schemas v1 and v2, from its data files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from ingest.sources.base import (
    Cursor,
    Parsed,
    RawItem,
    SourceError,
    SourceOptions,
    UnusableRecordError,
    json_record,
    rejected,
)
from ingest.sources.json_records import read_json_records, require_records
from works.characters import one_line
from works.identifiers import ror
from works.records import InstitutionRecord


class _Labelled(msgspec.Struct):
    label: str | None = None


class _Country(msgspec.Struct):
    country_code: str | None = None


class _Address(msgspec.Struct):
    city: str | None = None
    lat: float | None = None
    lng: float | None = None


class _Related(msgspec.Struct):
    id: str
    type: str


class _Name(msgspec.Struct):
    value: str
    types: list[str] = []


class _Place(msgspec.Struct):
    name: str | None = None
    country_code: str | None = None
    lat: float | None = None
    lng: float | None = None


class _Location(msgspec.Struct):
    geonames_details: _Place | None = None


class _Link(msgspec.Struct):
    type: str
    value: str


class _V1(msgspec.Struct):
    id: str
    name: str
    aliases: list[str] = []
    acronyms: list[str] = []
    labels: list[_Labelled] = []
    addresses: list[_Address] = []
    country: _Country | None = None
    links: list[str] = []
    wikipedia_url: str | None = None
    types: list[str] = []
    established: int | None = None
    status: str = "active"
    relationships: list[_Related] = []


class _V2(msgspec.Struct):
    id: str
    names: list[_Name]
    locations: list[_Location] = []
    links: list[_Link] = []
    domains: list[str] = []
    types: list[str] = []
    established: int | None = None
    status: str = "active"
    relationships: list[_Related] = []


_decode_v1 = msgspec.json.Decoder(_V1).decode
_decode_v2 = msgspec.json.Decoder(_V2).decode
_decode_schema = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Ror:
    """Institutions with their names, places, web sites and relations."""

    slug = "ror"
    title = "Research Organization Registry"
    parser_version = 1
    is_network = False
    brings_institutions = True
    enriches_known_works = False

    def files(self, options: SourceOptions) -> Sequence[str]:
        return options.inputs

    def check(self, options: SourceOptions) -> None:
        if not options.inputs:
            raise SourceError("ror needs a file of the Research Organization Registry, JSON or JSON lines")
        for name in options.inputs:
            require_records(Path(name), _is_organisation, _itself, "ROR organisations")

    def read(self, options: SourceOptions, cursor: Cursor | None = None) -> Iterator[RawItem]:
        return read_json_records(options, cursor, _itself)

    def parse(self, raw: bytes, position: int = 0) -> Parsed:
        try:
            with json_record():
                return _of_v2(_decode_v2(raw)) if "names" in _decode_schema(raw) else _of_v1(_decode_v1(raw))
        except UnusableRecordError as refusal:
            return rejected(position, raw, refusal.reason, refusal.detail, refusal.key)


def _itself(raw: bytes) -> list[bytes]:
    return [raw]


def _is_organisation(value: dict[str, object]) -> bool:
    return ror(str(value.get("id", ""))) is not None and ("names" in value or "name" in value)


def _of_v1(organisation: _V1) -> InstitutionRecord:
    address = organisation.addresses[0] if organisation.addresses else _Address()
    return _record(
        identifier=organisation.id,
        name=organisation.name,
        aliases=[*organisation.aliases, *(label.label or "" for label in organisation.labels)],
        acronyms=organisation.acronyms,
        country_code=organisation.country.country_code if organisation.country else None,
        place=_Place(address.city, None, address.lat, address.lng),
        homepage=next(iter(organisation.links), None),
        wikipedia=organisation.wikipedia_url,
        domains=[],
        organisation=organisation,
    )


def _of_v2(organisation: _V2) -> InstitutionRecord:
    displayed = [name.value for name in organisation.names if "ror_display" in name.types]
    place = next((found.geonames_details for found in organisation.locations if found.geonames_details), _Place())
    links = {link.type: link.value for link in reversed(organisation.links)}
    return _record(
        identifier=organisation.id,
        name=next(iter(displayed), "") or next((name.value for name in organisation.names), ""),
        aliases=[name.value for name in organisation.names if "acronym" not in name.types],
        acronyms=[name.value for name in organisation.names if "acronym" in name.types],
        country_code=place.country_code,
        place=place,
        homepage=links.get("website"),
        wikipedia=links.get("wikipedia"),
        domains=organisation.domains,
        organisation=organisation,
    )


def _record(
    *,
    identifier: str,
    name: str,
    aliases: list[str],
    acronyms: list[str],
    country_code: str | None,
    place: _Place,
    homepage: str | None,
    wikipedia: str | None,
    domains: list[str],
    organisation: _V1 | _V2,
) -> InstitutionRecord:
    """What both schemas state, in one spelling."""
    short = ror(identifier)
    if short is None:
        raise UnusableRecordError("The ROR id is not valid", f"id: {identifier}")
    name = one_line(name)
    if not name:
        raise UnusableRecordError("The organisation has no name", key=short)
    related = {kind: _related(organisation.relationships, kind) for kind in ("parent", "successor")}
    return InstitutionRecord(
        source=Ror.slug,
        ror=short,
        name=name,
        aliases=_others(aliases, name),
        acronyms=_others(acronyms, name),
        country_code=country_code.upper() if country_code and len(country_code) == 2 else None,
        city=one_line(place.name or "") or None,
        latitude=place.lat,
        longitude=place.lng,
        homepage=_web_address(homepage),
        wikipedia=_web_address(wikipedia),
        domains=tuple(dict.fromkeys(domain.strip().lower().rstrip(".") for domain in domains if domain.strip())),
        kinds=tuple(dict.fromkeys(kind.strip().lower() for kind in organisation.types)),
        established=organisation.established,
        status=organisation.status.strip().lower(),
        parent_rors=related["parent"],
        successor_rors=related["successor"],
    )


def _others(names: list[str], name: str) -> tuple[str, ...]:
    """Further names, each once, without the name itself."""
    cleaned = dict.fromkeys(text for part in names if (text := one_line(part)))
    return tuple(text for text in cleaned if text != name)


def _related(relationships: list[_Related], kind: str) -> tuple[str, ...]:
    wanted = (ror(related.id) for related in relationships if related.type.lower() == kind)
    return tuple(dict.fromkeys(filter(None, wanted)))


def _web_address(text: str | None) -> str | None:
    """An http or https address, or nothing: the page makes a link of it."""
    address = (text or "").strip()
    try:
        scheme = urlsplit(address).scheme
    except ValueError:  # a bracket without its other half
        return None
    return address if scheme in {"http", "https"} and len(address) <= 2000 else None

"""Links to code and data in comments and abstracts: GitHub, GitLab, Hugging Face, Bitbucket, Zenodo and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Looked for first, in lower case: most texts mention no such site, and the pattern below is slow.
_MENTIONS = (
    "github", "gitlab", "huggingface.co", "hf.co", "bitbucket.org", "zenodo", "codeberg.org", "sourceforge.",
    "figshare.com", "osf.io", "kaggle.com",
)  # fmt: skip
_NAME = r"[A-Za-z0-9_.\-]+"
_LINK = re.compile(
    rf"""(?:https?://)?(?:www\.)?(?:
      (?P<site>github\.com|bitbucket\.org|codeberg\.org)/(?P<owner>{_NAME})(?:/(?P<repository>{_NAME}))?
    | (?P<gist>gist\.github\.com)/(?P<gist_path>{_NAME}(?:/{_NAME})?)
    | (?P<pages>[A-Za-z0-9\-]+\.(?:github|gitlab)\.io)(?P<pages_path>(?:/{_NAME})*)
    | (?P<gitlab>gitlab\.(?:[a-z0-9\-]+\.)*[a-z]{{2,}})/(?P<gitlab_path>{_NAME}(?:/{_NAME})+)
    | (?:huggingface\.co|hf\.co)/(?P<hub_path>(?:(?:datasets|spaces|collections|papers)/)?{_NAME}(?:/{_NAME})?)
    | (?:zenodo\.org/(?:records?|doi|badge/(?:latestdoi|DOI))/(?:10\.5281/zenodo\.)?
        |(?:dx\.)?(?:doi\.org/)?10\.5281/zenodo\.)(?P<zenodo>\d+)
    | (?P<forge>sourceforge\.net/(?:projects|p)/{_NAME}|{_NAME}\.sourceforge\.(?:net|io))
    | (?P<figshare>figshare\.com/(?:articles|projects|s)/[A-Za-z0-9_./\-]+)
    | (?P<osf>osf\.io/[a-z0-9]{{5}})(?![A-Za-z0-9])
    | (?P<kaggle>kaggle\.com/(?:datasets/|competitions/|c/)?{_NAME}(?:/{_NAME})?)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_LATEX_ESCAPE = re.compile(r"\\([_#%&~])|\\(?:url|href)\b|[{}]")
MAX_LINKS = 20


def find_code_links(*texts: str | None) -> list[str]:
    """Every code link in the texts, as an ``https`` URL of the repository or record, each once, in order, at most 20.

    Paths below a repository ("/tree/main/...", ".git") are cut off, so two links to one repository are one.
    """
    found: dict[str, str] = {}
    for text in texts:
        if not text or "/" not in text or not _mentions_site(text):
            continue
        plain = _LATEX_ESCAPE.sub(lambda match: match.group(1) or " ", text) if "\\" in text or "{" in text else text
        for word in _linked_words(plain):
            for match in _LINK.finditer(word):
                if (link := _canonical(match)) and len(found) < MAX_LINKS:
                    found.setdefault(link.casefold(), link)
    return list(found.values())


def _mentions_site(text: str) -> bool:
    lower = text.lower()
    return any(site in lower for site in _MENTIONS)


def _linked_words(text: str) -> Iterator[str]:
    """The words that mention a site; a word broken after a slash is joined to the next one."""
    words = text.split()
    for index, word in enumerate(words):
        if "/" in word and _mentions_site(word):
            broken = word.endswith("/") and index + 1 < len(words) and "/" in words[index + 1]
            yield word + words[index + 1] if broken else word


def _canonical(match: re.Match[str]) -> str | None:
    part = {name: _trimmed(value) for name, value in match.groupdict().items() if value}
    if "site" in part:
        path = "/".join(filter(None, (part.get("owner"), part.get("repository"))))
        return f"https://{part['site'].lower()}/{path}" if path else None
    if "gist" in part:
        return f"https://gist.github.com/{part['gist_path']}"
    if "pages" in part:
        return f"https://{part['pages'].lower()}{part.get('pages_path', '')}"
    if "gitlab" in part:
        return f"https://{part['gitlab'].lower()}/{part['gitlab_path'].split('/-')[0]}"
    if "hub_path" in part:
        return f"https://huggingface.co/{part['hub_path']}"
    if "zenodo" in part:
        return f"https://doi.org/10.5281/zenodo.{part['zenodo']}"
    rest = next((part[name] for name in ("forge", "figshare", "osf", "kaggle") if name in part), None)
    return f"https://{rest}" if rest else None


def _trimmed(text: str) -> str:
    """Without the full stop or dash that belongs to the sentence, and without ``.git``."""
    return text.rstrip(".-/").removesuffix(".git")

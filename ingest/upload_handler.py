"""Refusing uploads before their bytes are kept: only staff send files, only to imports, and only up to a bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

#: What a form has besides its file: fields, boundaries, headers.
BESIDE_THE_FILE = 1024 * 1024


class StaffUploads(FileUploadHandler):
    """Stands before Django's own handlers, which keep what this one lets through."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],  # noqa: N803 -- the name of the interface
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Refuse a request that announces too much. Raises ``RequestDataTooBig``, which is answered by 400."""
        if content_length > settings.IMPORT_UPLOAD_MAX_BYTES + BESIDE_THE_FILE:
            raise RequestDataTooBig("The request is larger than an upload may be")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Skip the files of everybody but staff, without keeping a byte."""
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if not getattr(user, "is_staff", False):
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

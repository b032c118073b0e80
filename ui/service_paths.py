"""Names in addresses: an interview may be called whatever a file is called, with slashes and even line breaks.

Importing this module makes `{doc:name}` known to routes; Starlette's own `path` ends at a line break.
"""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor


class NameConvertor(Convertor[str]):
    """The rest of the address, whatever stands in it."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("name", NameConvertor())

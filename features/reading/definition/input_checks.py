"""Keys of `[inputs.NAME]` that are each valid and contradict one another, or have no effect."""

from collections.abc import Iterator
from typing import Final

from features.errors import Finding
from features.reading.addresses import parse_address
from features.reading.definition.source_toml import InputFile

_KINDS: Final = ("file", "delta", "iceberg", "parquet")
_OF_TABLES: Final = {"version": ("delta", "iceberg"), "catalog": ("iceberg",)}


def input_findings(inputs: dict[str, InputFile], file_name: str) -> list[Finding]:
    """What is wrong with the inputs of a source."""
    return [
        Finding(rule, file_name, f"inputs.{name}{key and '.'}{key}", 0, remedy)
        for name, declared in inputs.items()
        for rule, key, remedy in _wrong(declared)
    ]


def _wrong(declared: InputFile) -> Iterator[tuple[str, str, str]]:
    kinds = [kind for kind in _KINDS if getattr(declared, kind) is not None]
    if len(kinds) != 1:
        rule = "says several times where it is" if kinds else "does not say where it is"
        yield rule, "", f"Write exactly one of: {', '.join(_KINDS)}"
        return
    others = set(InputFile.model_fields) - set(_KINDS) - set(_OF_TABLES)
    wrong = [key for key, of in _OF_TABLES.items() if kinds[0] not in of]
    wrong += sorted(others) if kinds != ["file"] else []
    given = declared.model_dump(exclude_none=True)
    for key in wrong:
        if given.get(key):
            yield f"no effect beside {kinds[0]}", key, "Leave it out"
    if declared.iceberg and not declared.catalog:
        try:
            parse_address(declared.iceberg)
        except ValueError as error:
            yield "wrong value", "iceberg", f"{error}"
    if declared.header_row and 0 in declared.header_row and not (declared.names and declared.header_row == [0]):
        yield (
            "no row and no key names the columns",
            "header_row",
            "Beside header_row = 0 write `names`, column by column",
        )

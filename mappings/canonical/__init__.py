"""Our own vocabulary (规范): schemas, the checks that a schema cannot say, and which fields are personal."""

from mappings.canonical.check import check
from mappings.canonical.schema import GIVEN, LATER, NAMES, STRUCTURAL, personal_fields, schema

__all__ = ["GIVEN", "LATER", "NAMES", "STRUCTURAL", "check", "personal_fields", "schema"]

"""Mappings (映射): YAML that turns one document into another, compiled; code tables; canonical schemas."""

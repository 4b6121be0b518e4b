"""Releases (发布): bundles of everything declared, compiled, approved, put in force; and the routes in them."""

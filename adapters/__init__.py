"""Adapters: how each platform is spoken to; platform-shaped messages in, classified replies out."""

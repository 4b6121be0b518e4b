"""tongban platform: drafted, checked, tried, approved."""

"""The console (控制台): pages for the people of an installation, in Chinese and English, without any script."""

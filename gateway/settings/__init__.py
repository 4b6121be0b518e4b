"""Settings: this installation, as its operators wrote it in conf/."""

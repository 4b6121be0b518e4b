"""The life of a case (办件) across two places: its states, what leads from one to the next, who must act. Pure."""

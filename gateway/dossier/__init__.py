"""The dossier of a case (卷宗): its exchanges stage by stage, what proves them, whose time it was."""

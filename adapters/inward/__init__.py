"""Calls that platforms make to us (来函): who is let in, how a call is read, how it is answered; all pure."""

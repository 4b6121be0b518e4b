"""Calendars (工作日历): which days the offices of a place work, from the nation's holidays to a closed office."""

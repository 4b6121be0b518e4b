"""The desks of the console (工作台): what asks for somebody, how things stand, what was done."""

"""What people see: the control room, a Mesa browser page."""

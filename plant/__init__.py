"""What happens: bodies that take commands, draw hidden times and emit facts."""

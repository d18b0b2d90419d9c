"""The only tasks: who does what, when. Read ``print_ticket`` first."""

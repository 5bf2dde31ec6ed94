"""Pages of HTML that need nothing from elsewhere: the inventory as a file."""

"""Who is there: members and their fields, networks generated, imported and stored."""

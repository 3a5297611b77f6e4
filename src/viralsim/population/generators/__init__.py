"""Networks that are drawn: degrees, communities, follows."""

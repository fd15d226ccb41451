"""What catalogues say of a CVE on the day of an edition: KEV and EPSS."""

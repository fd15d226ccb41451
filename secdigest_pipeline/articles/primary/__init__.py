"""Primary sources: the reports, advisories and lists that an article rests on."""

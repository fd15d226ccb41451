"""What CISA KEV and FIRST EPSS said of an edition's CVEs on its day: bulk files fetched and kept like a feed."""

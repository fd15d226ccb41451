"""Articles: pages fetched once and kept, and the text, the whole page and the links read out of each."""

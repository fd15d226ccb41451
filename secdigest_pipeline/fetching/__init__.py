"""One HTTP client with its guard and its limits, the URLs it is given and the character sets it reads."""

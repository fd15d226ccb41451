"""Outside text brought onto one line, as evidence, names, phrases and reasons of the ledger need it."""


def one_line(text: str) -> str:
    """`text` with every control character, lone surrogate and run of blanks as one blank."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())

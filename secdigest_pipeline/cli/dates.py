"""The DATE argument of the commands."""

from datetime import datetime

import click

from secdigest_pipeline.base.editions import JST, Edition
from secdigest_pipeline.base.settings import Settings


class EditionType(click.ParamType[Edition]):
    """A date of the form YYYY-MM-DD for which an edition exists."""

    name = "DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Edition:
        """The edition, or a usage error naming the date and the rule."""
        if isinstance(value, Edition):
            return value
        try:
            edition = Edition.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        first, last = Settings.from_env().start, datetime.now(JST).date()
        if edition.day > last:
            self.fail(f"edition {edition.key} is in the future; the newest is {last}", param, ctx)
        if edition.day < first:
            self.fail(f"edition {edition.key} is before the first one, {first} (SECDIGEST_START)", param, ctx)
        return edition


EDITION = EditionType()

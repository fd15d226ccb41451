"""The planted mistakes, by decision: each one somebody could make in an afternoon, and a reader of the report would pay for."""

from secdigest_pipeline_tests.mutants.mutant import Mutant

_MEMBERSHIP = [
    Mutant("membership", module, fragment, replacement, "intake/test_membership.py")
    for module, fragment, replacement in (
        ("intake/membership.py", "published_at > seen_at + CLOCK_SLACK", "published_at > seen_at"),
        ("intake/membership.py", "published_at > seen_at + CLOCK_SLACK", "published_at >= seen_at + CLOCK_SLACK"),
        ("intake/membership.py", "seen_at > edition.closes", "seen_at >= edition.closes"),
        ("intake/membership.py", "seen_at > edition.closes", "seen_at > edition.cutoff"),
        ("intake/membership.py", 'seen_via == "poll" and seen_at', 'seen_via != "history" and seen_at'),
        ("intake/membership.py", 'return Edition.of(seen_at), "late"', 'return edition, "late"'),
        (
            "intake/membership.py",
            'until(seen.column("seen_at"), now)',
            'within(seen.column("seen_at"), datetime.min.replace(tzinfo=UTC), now)',
        ),
        ("intake/membership.py", '("published_at", "seen_at"))', '("seen_at", "seen_at"))'),
        ("intake/membership.py", 'row["seen_at"] < before.seen_at', 'row["seen_at"] > before.seen_at'),
        ("intake/membership.py", "for later in (0, 1)", "for later in (0,)"),
        ("intake/membership.py", "row.seen_via)[0] < edition", "row.seen_via)[0] != edition"),
        (
            "intake/membership.py",
            "if sighting.article_id and not _unusable(sighting, feeds[sighting.feed_id])",
            "if sighting.article_id",
        ),
        ("intake/membership.py", "> MAX_ITEMS_OF_A_FEED", ">= MAX_ITEMS_OF_A_FEED"),
        ("intake/membership.py", "if item.kept and item.article_id in taken", "if item.article_id in taken"),
        ("intake/membership.py", "if item.kept and item.article_id:", "if item.article_id:"),
    )
]

_COMPLETENESS = [
    Mutant("completeness", module, fragment, replacement, tests)
    for module, fragment, replacement, tests in (
        (
            "intake/completeness.py",
            "current is not None and shared * 4 >= snapshot.entries",
            "current is not None",
            "intake/test_completeness.py",
        ),
        (
            "intake/completeness.py",
            "shared * 4 >= snapshot.entries",
            "shared * 4 > snapshot.entries",
            "intake/test_completeness.py",
        ),
        (
            "intake/completeness.py",
            "snapshot.entries - new if new < MAX_ITEMS else 0",
            "snapshot.entries - new",
            "intake/test_completeness.py",
        ),
        (
            "intake/completeness.py",
            'snapshot.outcome == "error" or not snapshot.entries',
            "not snapshot.entries",
            "intake/test_completeness.py",
        ),
        (
            "intake/completeness.py",
            'snapshot.outcome == "error" or not snapshot.entries',
            'snapshot.outcome == "error"',
            "intake/test_completeness.py",
        ),
        (
            "intake/completeness.py",
            "current.start if current else snapshot.taken",
            "current.start if current else self._edition.start",
            "intake/test_completeness.py",
        ),
        (
            "intake/completeness.py",
            "return [*spans, current] if current else spans",
            "return spans",
            "intake/test_completeness.py",
        ),
        (
            "intake/completeness.py",
            "moment if reach is None else min(reach, moment)",
            "moment if reach is None else reach",
            "intake/test_completeness.py",
        ),
        (
            "intake/completeness.py",
            '"none" if whole and not self._within[feed.feed_id] else "partial"',
            '"none" if whole else "partial"',
            "intake/test_completeness.py",
        ),
        (
            "intake/completeness.py",
            '(row.source in PROTOCOLS and PROTOCOLS[row.source].coverage == "wayback") == wayback',
            "True",
            "intake/test_completeness.py",
        ),
        ("intake/completeness.py", "if feed.enabled", "", "intake/test_completeness.py"),
        (
            "intake/completeness.py",
            "AROUND = timedelta(days=7)",
            "AROUND = timedelta(0)",
            "intake/test_completeness.py",
        ),
        (
            "intake/feed_completeness.py",
            'row.completeness != "none" or row.name not in failed',
            "row.name not in failed",
            "intake/test_feed_completeness.py",
        ),
        ("intake/spans.py", "at = max(at, span.end)", "at = span.end", "intake/test_spans.py"),
        ("intake/spans.py", "if at < end:", "if at <= end:", "intake/test_spans.py"),
        ("intake/spans.py", "if span.start > at:", "if span.start >= at:", "intake/test_spans.py"),
        ("intake/spans.py", "len(dates) // 4", "len(dated) // 4", "intake/test_spans.py"),
        ("intake/spans.py", "place < len(dated)", "place <= len(dated)", "intake/test_spans.py"),
    )
]

_GROUNDING = [
    Mutant(
        "grounding", f"analysis/{module}", fragment, replacement, " ".join(f"analysis/{name}" for name in tests.split())
    )
    for module, fragment, replacement, tests in (
        (
            "grounding/source.py",
            "if weight(words) < MIN_WEIGHT:\n            return []",
            "if False:\n            return []",
            "grounding/test_grounder.py",
        ),
        (
            "grounding/source.py",
            "weight(words) < MIN_WEIGHT",
            "weight(words) <= MIN_WEIGHT",
            "grounding/test_grounder.py",
        ),
        ("grounding/source.py", "len(quote) > MAX_QUOTE", "len(quote) >= MAX_QUOTE", "grounding/test_grounder.py"),
        ("grounding/source.py", "len(found) < MAX_QUOTE_PLACES", "len(found) < 1", "grounding/test_grounder.py"),
        (
            "grounding/grounder.py",
            'judged[-1] if verdict == "grounded" else judged[0]',
            "judged[-1]",
            "grounding/test_grounder.py",
        ),
        (
            "grounding/grounder.py",
            "len(statement) > MAX_STATEMENT",
            "len(statement) >= MAX_STATEMENT",
            "grounding/test_grounder.py",
        ),
        (
            "grounding/passages.py",
            "if places[-1] >= self._source.title or any(",
            "if True or any(",
            "grounding/test_values.py",
        ),
        (
            "grounding/passages.py",
            "if places[-1] >= self._source.title or any(",
            "if any(",
            "grounding/test_values.py",
        ),
        (
            "grounding/passages.py",
            "if value.kind in _WINDOWED and not near",
            "if not near",
            "grounding/test_values.py",
        ),
        (
            "grounding/passages.py",
            "if not any(self.slipped(value, values, window) for window in self.sentences):",
            "if True:",
            "grounding/test_values.py",
        ),
        ("grounding/passages.py", "len(different) == 1 and", "len(different) >= 1 and", "grounding/test_values.py"),
        (
            "grounding/passages.py",
            "at < len(places) and places[at] <= last",
            "at < len(places)",
            "grounding/test_values.py",
        ),
        (
            "grounding/grounder.py",
            'if places and value.kind == "version" and self._is_turned(text, value, places):',
            "if False:",
            "grounding/test_ranges.py",
        ),
        (
            "grounding/passages.py",
            "return not whole or self._tell_another_day(value, values)",
            "return not whole",
            "grounding/test_relative_dates.py",
        ),
        (
            "grounding/passages.py",
            "return not whole or self._tell_another_day(value, values)",
            "return False",
            "grounding/test_relative_dates.py",
        ),
        ("grounding/derived.py", "if _SUM.search(clause):", "if True:", "grounding/test_derived.py"),
        (
            "grounding/derived.py",
            "if figure.unit == unit and _same(figure.counter, own)",
            "if _same(figure.counter, own)",
            "grounding/test_derived.py",
        ),
        (
            "grounding/derived.py",
            "return not one or not other or one == other",
            "return True",
            "grounding/test_derived.py",
        ),
        ("grounding/lists.py", "if length > 2:", "if length > 1:", "grounding/test_derived.py"),
        ("grounding/rounding.py", "if said == exact:", "if abs(said - exact) <= 1:", "grounding/test_derived.py"),
        (
            "grounding/relative_dates.py",
            "(_AHEAD if ahead else _SAME_WEEK)",
            "_AHEAD",
            "grounding/test_relative_dates.py",
        ),
        ("grounding/relative_dates.py", "if back and ahead:", "if back:", "grounding/test_relative_dates.py"),
        ("grounding/source.py", "1900 < published.year < 2900", "published.year", "grounding/test_relative_dates.py"),
        (
            "grounding/japanese_names.py",
            "return row[-1] <= _LIMIT * weight",
            "return row[-1] <= 2 * weight",
            "grounding/test_japanese_names.py",
        ),
        ("grounding/ranges.py", '"<": "<=" in meant', '"<": True', "grounding/test_ranges.py"),
        ("grounding/ranges.py", "or said in meant", "", "grounding/test_ranges.py"),
        (
            "grounding/meaning/exploitation.py",
            "if len(said) != 1:",
            "if not said:",
            "grounding/meaning/test_exploitation.py",
        ),
        (
            "grounding/meaning/exploitation.py",
            "return not said <= near",
            "return False",
            "grounding/meaning/test_exploitation.py",
        ),
        (
            "grounding/meaning/exploitation.py",
            '"not exploited" in said or (',
            "(",
            "grounding/meaning/test_exploitation.py",
        ),
        *(
            (f"grounding/meaning/{module}", fragment, replacement, "grounding/meaning/test_changes.py")
            for module, fragment, replacement in (
                ("negation.py", "said.denials < theirs and seen == {True}", "seen == {True}"),
                ("negation.py", "seen == {True}", "True in seen"),
                ("negation.py", "and not _may_be_denied(event, told, article)", ""),
                ("certainty.py", "seen and all(seen)", "any(seen)"),
                ("certainty.py", "if japanese.qualifies(said.text):", "if False:"),
                ("tense.py", "seen and all(seen)", "any(seen)"),
                ("tense.py", "japanese.plans(said.text) or", ""),
                ("scope.py", "or _PART_SAID.search(statement)", ""),
                ("speaker.py", "not speakers or not all(speakers)", "not speakers"),
                ("opposites.py", "there.isdisjoint(event.concepts)", "True"),
                ("roles.py", "return (other, doer) if passive", "return (doer, other) if passive"),
                ("order.py", "[*second, *first] if after", "[*first, *second] if after"),
                ("numbers.py", "figure not in told.get(name, {figure})", "name in told"),
            )
        ),
        (
            "grounding/dates.py",
            "asked.day in (None, self.day)",
            "self.day in (None, asked.day)",
            "grounding/test_values.py grounding/test_numbers.py",
        ),
        (
            "grounding/index.py",
            "and (asked.year is None or date.year is not None or str(asked.year) in self.numbers)",
            "",
            "grounding/test_values.py",
        ),
        ("grounding/vague.py", "(len(key) - 1)", "len(key)", "grounding/test_values.py grounding/test_numbers.py"),
        (
            "grounding/numbers.py",
            "if 0 < many < of",
            "if 0 < many",
            "grounding/test_numbers.py grounding/test_values.py",
        ),
        ("instructions.py", "at < len(self._starts) and self._starts[at] < end", "False", "test_instructions.py"),
        ("instructions.py", "self._starts[at] < end", "self._starts[at] <= end", "test_instructions.py"),
        ("instructions.py", "if speaks or announced:", "if speaks:", "test_instructions.py"),
        (
            "verify.py",
            "if instructions.hold(statement.start, statement.end):",
            "if False:",
            "test_verify.py",
        ),
        ("verify.py", "or instructions.hold(start, end)", "", "test_verify.py"),
        (
            "verify.py",
            "Grounder(instructions.covered, title, published",
            "Grounder(article.text, article.title, published",
            "test_verify.py",
        ),
        ("verify.py", "statement.verdict not in PRINTABLE", "not statement.verdict", "test_verify.py"),
        (
            "verify.py",
            'None if verdict.partition(":")[0] in ("grounded", "derived") else verdict',
            "None",
            "test_verify.py",
        ),
        (
            "verify.py",
            "statement.start is None or statement.end is None or text[statement.start : statement.end] != statement.quote",
            "statement.start is None or statement.end is None",
            "test_verify.py",
        ),
        (
            "verify.py",
            '"" if Instructions(article.title) else plain_line(article.title)',
            "plain_line(article.title)",
            "test_verify.py",
        ),
        (
            "verify.py",
            "shown and plain_line(statement.quote).startswith(shown)",
            "plain_line(statement.quote).startswith(shown)",
            "test_verify.py",
        ),
        (
            "verify.py",
            'for field in ("summary", "recommendations", "notes")',
            'for field in ("summary", "recommendations")',
            "test_verify.py",
        ),
        (
            "verify.py",
            '("title_ja", analysis.title_ja), ("advice", analysis.advice)',
            '("title_ja", analysis.title_ja),',
            "test_verify.py",
        ),
        (
            "verify.py",
            'f"{event.title}\\n{event.summary}"',
            "event.title",
            "test_verify.py",
        ),
    )
]

_BUDGET = [
    Mutant("budget", f"analysis/asking/{module}.py", fragment, replacement, "analysis/asking/test_budget.py")
    for module, fragment, replacement in (
        ("reservations", "spent + of_edition + usd > self._max_usd", "spent + of_edition + usd >= self._max_usd"),
        ("reservations", "spent + of_edition + usd > self._max_usd", "spent + usd > self._max_usd"),
        ("reservations", "spent + of_edition + usd > self._max_usd", "spent + of_edition > self._max_usd"),
        ("reservations", "spent + of_edition + usd > self._max_usd", "of_edition + usd > self._max_usd"),
        ("reservations", "spent_month + of_month + usd > self._max_usd_month", "of_month + usd > self._max_usd_month"),
        (
            "reservations",
            "spent_month + of_month + usd > self._max_usd_month",
            "spent_month + usd > self._max_usd_month",
        ),
        ("reservations", "for of, other in calls + batches if of == edition", "for of, other in calls + batches"),
        ("reservations", "            left.remove()\n", "            left.let_go()\n"),
        ("reservations", "            into.usd += usd\n", ""),
        ("reservations", "if usd > 0:\n", "if True:\n"),
        ("budget", "if not found.busy or not wait:", "if not found.busy:"),
        ("budget", "if not found.busy or not wait:", "if not wait:"),
        ("budget", "if not found.busy or not wait:", "if True:"),
        ("budget", "self._changed.notify_all()", "pass"),
        ("budget", "self._changed.notify_all()", "self._changed.notify()"),
        ("ledger", "if name.startswith(month)", "if name"),
        ("ledger", "if time.time_ns() - changed > _SETTLED_NS:", "if True:"),
    )
]

_LEDGER = [
    Mutant("ledger", f"indicators/judging/{module}", fragment, replacement, tests)
    for module, fragment, replacement, tests in (
        ("scoring.py", "is_ioc=total > 0", "is_ioc=total >= 0", "indicators/judging/test_scoring.py"),
        ("scoring.py", "malicious=log_odds(collected) > 0", "malicious=total > 0", "indicators/judging/test_ledger.py"),
        (
            "scoring.py",
            'suppressed="" if total > 0 else',
            'suppressed="" if total >= 0 else',
            "indicators/judging/test_scoring.py",
        ),
        ("scoring.py", "worst = min(reasons", "worst = max(reasons", "indicators/judging/test_scoring.py"),
        (
            "scoring.py",
            'WEIGHTS[worst.name].log_odds < WEIGHTS["name"].log_odds',
            'WEIGHTS[worst.name].log_odds <= WEIGHTS["name"].log_odds',
            "indicators/judging/test_scoring.py",
        ),
        ("scoring.py", "1 / (1 + math.exp(-max", "1 / (1 + math.exp(max", "indicators/judging/test_scoring.py"),
        ("scoring.py", "-max(-700.0, min(700.0, total))", "-total", "indicators/judging/test_scoring.py"),
        (
            "scoring.py",
            "RULE = -30.0",
            "RULE = -10.0",
            "indicators/judging/test_ledger.py indicators/judging/test_scoring.py",
        ),
        ("scoring.py", "Weight(-2 * RULE,", "Weight(-RULE,", "indicators/judging/test_scoring.py"),
        ("ledger.py", "listed > _FROM_SOURCE", "listed >= _FROM_SOURCE", "indicators/judging/test_primary_ledger.py"),
        (
            "ledger.py",
            "row.is_ioc and (not kept.is_ioc or kept.source_url == own_page)",
            "not kept.is_ioc or kept.source_url == own_page",
            "indicators/judging/test_primary_ledger.py",
        ),
        (
            "ledger.py",
            "row.is_ioc and (not kept.is_ioc or kept.source_url == own_page)",
            "row.is_ioc and not kept.is_ioc",
            "indicators/judging/test_primary_ledger.py",
        ),
        ("ledger.py", 'if page.read_state == "read":', "if True:", "indicators/judging/test_primary_ledger.py"),
        (
            "ledger.py",
            "article != here and text != own",
            "article != here",
            "indicators/judging/test_primary_ledger.py indicators/judging/test_ledger.py",
        ),
        (
            "ledger.py",
            "article != here and text != own",
            "text != own",
            "indicators/judging/test_primary_ledger.py indicators/judging/test_ledger.py",
        ),
        (
            "ledger.py",
            "min(article.published_at.astimezone(JST).date(), edition)",
            "article.published_at.astimezone(JST).date()",
            "indicators/judging/test_ledger.py",
        ),
        (
            "ledger.py",
            "article.published_at.astimezone(JST).date()",
            "article.published_at.date()",
            "indicators/judging/test_ledger.py",
        ),
        ("ledger.py", 'ioc_refusal(row) if outcome.is_ioc else ""', '""', "indicators/judging/test_ledger.py"),
        ("ledger.py", '"" if is_known_service(outlet) else outlet', "outlet", "indicators/judging/test_ledger.py"),
        (
            "roles.py",
            "if bool(malicious) == bool(benign):",
            "if not malicious and not benign:",
            "indicators/judging/test_roles.py",
        ),
        (
            "roles.py",
            "if sighting.defanged:\n        return None",
            "if False:\n        return None",
            "indicators/judging/test_ledger.py",
        ),
        (
            "roles.py",
            "host and not sighting.defanged and setting.outlet",
            "host and setting.outlet",
            "indicators/judging/test_ledger.py indicators/judging/test_roles.py",
        ),
        (
            "roles.py",
            'type != "url" and any(place.section == "indicators"',
            'any(place.section == "indicators"',
            "indicators/judging/test_ledger.py",
        ),
        (
            "roles.py",
            'all(place.section == "references" for place in places)',
            'any(place.section == "references" for place in places)',
            "indicators/judging/test_ledger.py",
        ),
        ("states.py", "ioc.confidence >= _OPEN", "ioc.confidence > 0.9", "indicators/judging/test_states.py"),
        (
            "states.py",
            'if article.read_state != "read":',
            'if article.read_state == "blocked":',
            "indicators/judging/test_states.py",
        ),
        (
            "states.py",
            "if ioc.article_id == article.article_id",
            "",
            "indicators/judging/test_states.py",
        ),
    )
]

_WITHHELD = [
    Mutant("withheld", "analysis/withheld.py", fragment, replacement, "analysis/test_withheld.py")
    for fragment, replacement in (
        ("(row.type, row.value) in ours[place]", "False"),
        (
            "return {(o.type, o.value) for o in items} - {\n"
            "        (o.type, o.value) for o in items if not instructions.hold(o.start, o.end)\n    }",
            "return {(o.type, o.value) for o in items if instructions.hold(o.start, o.end)}",
        ),
        ("if not instructions.hold(o.start, o.end)", "if instructions.hold(o.start, o.end)"),
        ('sources.get(place, own.get(row.article_id, ("", ())))', 'own.get(row.article_id, ("", ()))'),
        ("place = row.article_id, row.source_url", 'place = row.article_id, ""'),
        ("is_ioc=False", "is_ioc=row.is_ioc"),
        ("min(row.confidence, _OPEN)", "row.confidence"),
        ("reasons=(*row.reasons, REASON)", "reasons=row.reasons"),
        ('role="unknown"', "role=row.role"),
        ('context_ja=""', "context_ja=row.context_ja"),
    )
]

_CONTRACT = [
    Mutant("contract", f"report/{module}", fragment, replacement, "report/test_contract.py")
    for module, fragment, replacement in (
        ("contract.py", "len(lines) <= 2 and", "len(lines) <= 3 and"),
        ("contract.py", "return bool(lines) and not", "return not"),
        ("contract.py", "not label or len(bullet[1]) <= depth", "not label or len(bullet[1]) < depth"),
        ("contract.py", "not label or len(bullet[1]) <= depth", "True"),
        ("contract.py", 'if news[at].startswith("#")', 'if news[at].startswith("####")'),
        ("contract.py", "indent % 4 or indent > depth + 4", "indent % 4"),
        ("contract.py", "indent % 4 or indent > depth + 4", "indent > depth + 4"),
        ("contract.py", "if line != line.rstrip():", "if False:"),
        ("contract.py", "_MARKUP_AT.match(content) or _MARKUP_IN.search(content)", "_MARKUP_AT.match(content)"),
        ("contract.py", "if found != expected:", "if set(found) != set(expected):"),
        ("contract.py", "elif label == ADVICE and len(lines) != 1:", "elif label == ADVICE and not lines:"),
        (
            "contract.py",
            'len(lines) == 1 and (content == NO_IOCS or "," not in content)',
            'content == NO_IOCS or "," not in content',
        ),
        ("contract.py", "any(not line.startswith(_NESTED) for line in", "any(False for line in"),
        ("contract.py", 'title.endswith(("。", " #"))', "False"),
        ("contract.py", "links_only and not indent and not", "not indent and not"),
        ("contract.py", "if not URL_TOKEN.fullmatch(content):", "if False:"),
        ("grammar.py", "len(columns) != 5", "len(columns) < 5"),
        ("grammar.py", '"." in value.replace("[.]", "") or LIVE_URL', "LIVE_URL"),
        ("grammar.py", 'if kind == "IPアドレス" else {_NO_SCOPE}', 'if kind != "URL" else {_NO_SCOPE}'),
    )
]

_BELIEVING = [
    Mutant("believing", f"analysis/{module}", fragment, replacement, f"analysis/{test}")
    for module, fragment, replacement, test in (
        # what the checker refused is printed, or what nobody looked at counts as supported
        ("believing.py", 'if verdict.check == "supported" or (', "if True or (", "test_believing.py"),
        (
            "believing.py",
            '(verdict.check == "unchecked" and statement.verdict == "grounded")',
            'verdict.check == "unchecked"',
            "test_believing.py",
        ),
        (
            "believing.py",
            '(verdict.check == "unchecked" and statement.verdict == "grounded")',
            'statement.verdict == "grounded"',
            "test_believing.py",
        ),
        ("believing.py", 'or led or verdict.check not in ("supported", "unchecked")', "or led", "test_believing.py"),
        ("believing.py", 'statement = statement and self._checked("advice", statement)', "", "test_believing.py"),
        ("believing.py", 'statement = statement and self._checked("title", statement)', "", "test_believing.py"),
        (
            "believing.py",
            "self._verdicts.get(name, UNCHECKED)",
            'self._verdicts.get(name, Verdict("supported"))',
            "test_believing.py",
        ),
        ("believing.py", "if holds and (led", 'if statement.verdict == "grounded" and (led', "test_believing.py"),
        ("believing.py", "fell[at] = self.dropped[-1]", "fell[len(held) + 1] = self.dropped[-1]", "test_believing.py"),
        ("believing.py", "elif language and not language.search(text):", "elif False:", "test_assemble.py"),
        (
            "believing.py",
            "partial(self._ground, field, claim.quotes), _KANA)",
            "partial(self._ground, field, claim.quotes))",
            "test_assemble.py",
        ),
        ("believing.py", "MAX_STATEMENT = 136", "MAX_STATEMENT = 137", "test_assemble.py"),
        ("believing.py", "if len(text) > limit:", "if False:", "test_assemble.py"),
        ("believing.py", 'if verdict.check in ("supported", "unchecked"):', "if True:", "test_named.py"),
        ("reply/checking.py", "if 0 < len(text) <= MAX_TEXT:", "if text:", "reply/test_checking.py"),
        ("reply/mending.py", "if claim.text not in judged]", "]", "reply/test_mending.py"),
        ("reply/mending.py", " and mending.title not in judged", "", "reply/test_mending.py"),
        ("events.py", ' or any(line.check != "supported" for line in summary)', "", "test_events.py"),
        ("assemble.py", "line.check for line in printed]", '"supported" for line in printed]', "test_conversation.py"),
        ("assemble.py", '[line for line in different if line.check == "supported"][:limit]', "[]", "test_assemble.py"),
        ("assemble.py", " < MAX_LINES and bool(self.lines_fell)", " < MAX_LINES", "test_conversation.py"),
        ("assemble.py", " or 1 in self.lines_fell", "", "test_conversation.py"),
        ("assemble.py", "self.title_fell is not None or ", "", "test_conversation.py"),
        ("reply/checking.py", 'if check == "supported" and ground is None:', "if False:", "reply/test_checking.py"),
        (
            "reply/checking.py",
            "said.get(one.id, [UNCHECKED])",
            'said.get(one.id, [Verdict("supported")])',
            "reply/test_checking.py",
        ),
        ("reply/checking.py", "min(said.get(", "max(said.get(", "reply/test_checking.py"),
        ("reply/checking.py", '"unchecked": 1', '"unchecked": 3', "reply/test_checking.py"),
        ("reply/checking.py", 'VERDICTS, "unchecked")', 'VERDICTS, "supported")', "reply/test_checking.py"),
        ("reply/checking.py", "[:MAX_ASSERTIONS]", "", "reply/test_checking.py"),
        ("reply/checking.py", 'yield "advice", reply.advice, ()', "", "reply/test_checking.py"),
        ("reply/mending.py", "places.discard(at)", "", "reply/test_mending.py"),
        ("reply/mending.py", "not in judged][:MAX_LINES]", "not in judged]", "reply/test_mending.py"),
        ("reply/mending.py", 'mending.title if has_title else ""', "mending.title", "reply/test_mending.py"),
        ("reply/mending.py", "if 0 < claim.id <=", "if 0 <= claim.id <=", "reply/test_mending.py"),
        ("conversation.py", ' if verdict.check != "unchecked"', "", "test_conversation.py"),
        (
            "conversation.py",
            "Grounder(Instructions(article.text).covered)",
            "Grounder(article.text)",
            "test_conversation.py",
        ),
        ("conversation.py", "dropped=first.analysis.dropped,", "", "test_conversation.py"),
        ("conversation.py", "replace(said, why_unchecked=answer)", "said", "test_conversation.py"),
        ("conversation.py", "if not check or not asserted:", "if not asserted:", "test_conversation.py"),
        ("verify.py", "if statement.check in REFUSED:", "if False:", "test_verify.py"),
        (
            "verify.py",
            'startswith("derived") and statement.check == "supported"',
            'startswith("derived")',
            "test_verify.py",
        ),
        ("verify.py", " or instructions.hold(more.start, more.end)", "", "test_verify.py"),
        ("verify.py", "text[more.start : more.end] != more.text or ", "", "test_verify.py"),
        (
            "verify.py",
            "for field, check in rows if check in REFUSED",
            'for field, check in rows if check == "contradicted"',
            "test_verify.py",
        ),
        ("verify.py", '[("advice", analysis.advice_check)] if analysis.advice else []', "[]", "test_verify.py"),
        ("verify.py", "unchecked / max(1, len(printed))", "unchecked / max(1, written)", "test_verify.py"),
    )
]

_PRINTED = [
    Mutant("printed", f"report/{module}", fragment, replacement, f"report/{test}")
    for module, fragment, replacement, test in (
        ("entry.py", " or statement.check in _REFUSED", "", "test_honesty.py"),
        ("entry.py", "field is None or unproven or", "field is None or", "test_honesty.py"),
        ("entry.py", 'if analysis.state == "analysed" and field == "extract":', "if False:", "test_honesty.py"),
        ("entry.py", 'if not lines or analysis.state == "analysed":', "if True:", "test_honesty.py"),
        ("entry.py", "*lines[: MAX_SUMMARY - 1]", "*lines", "test_honesty.py"),
        ("entry.py", 'ORIGINAL_TITLE if title.field == "headline" else ""', '""', "test_honesty.py"),
        ("text.py", "MAX_SENTENCE = 136", "MAX_SENTENCE = 137", "test_honesty.py"),
        ("memo.py", 'analysis.check_state != "checked"', 'analysis.check_state == "unchecked"', "test_memo.py"),
        ("memo.py", 'in analyses if analysis.state == "analysed"]', "in analyses]", "test_memo.py"),
        ("memo.py", "len(analysis.summary) < FULL_SUMMARY", "len(analysis.summary) <= FULL_SUMMARY", "test_memo.py"),
    )
]

MUTANTS = (
    *_MEMBERSHIP,
    *_COMPLETENESS,
    *_GROUNDING,
    *_BELIEVING,
    *_BUDGET,
    *_LEDGER,
    *_WITHHELD,
    *_CONTRACT,
    *_PRINTED,
)

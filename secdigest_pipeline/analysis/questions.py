"""The questions about one article: what each is about, what it is told, and what its reply is read as."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from secdigest_pipeline.analysis.asking.answer import Order
from secdigest_pipeline.analysis.asking.models import Model, Usage, max_tokens, most_tokens
from secdigest_pipeline.analysis.asking.reading import Unusable, read, read_as
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies, content_key, reply_key
from secdigest_pipeline.analysis.records import CallKind
from secdigest_pipeline.analysis.reply.checking import CHECK, Assertion, check_turn
from secdigest_pipeline.analysis.reply.claims import Judgements, Mending, Reply, read_judgements, read_mending
from secdigest_pipeline.analysis.reply.mending import MEND, Fallen, mend_turn
from secdigest_pipeline.analysis.reply.prompt import WRITE, Candidate, Prompt, Turn, user_turn
from secdigest_pipeline.articles.records import Article

PROMPTS: Mapping[CallKind, Prompt] = {"write": WRITE, "check": CHECK, "mend": MEND, "recheck": CHECK}

Read = TypeVar("Read", covariant=True)


@dataclass(frozen=True, slots=True)
class Question(Generic[Read]):
    """One call that is wanted about an article, whichever model is asked; `content` names what it is about."""

    article: Article
    call: CallKind
    prompt: Prompt
    content: str
    turn: Callable[[str], Turn]
    reads: Callable[[KeptReply], Read | Unusable]

    def key(self, model: str) -> str:
        """Key of the reply of `model` to today's prompt."""
        return reply_key(self.content, model, self.prompt.version)

    def order(self, model: Model, attempt: int = 1, longer: bool = False) -> Order:
        """The call of one model."""
        return Order(
            edition=self.article.edition,
            article_id=self.article.article_id,
            call=self.call,
            model=model,
            key=self.key(model.name),
            version=self.prompt.version,
            system=self.prompt.rules,
            schema=self.prompt.schema,
            turn=self.turn,
            reads=self.reads,
            attempt=attempt,
            longer=longer,
        )


def writing(article: Article, listed: Sequence[Candidate]) -> Question[Reply]:
    """Write the entry."""
    return Question(article, "write", WRITE, content_key(article, listed), partial(user_turn, article, listed), read)


def checking(article: Article, asserted: Sequence[Assertion], call: CallKind = "check") -> Question[Judgements]:
    """Judge statements with the whole article in view."""
    about = [[one.id, one.field, one.text, list(one.quotes)] for one in asserted]
    content = content_key(article, (), call, about)
    return Question(article, call, CHECK, content, partial(check_turn, article, asserted), _judgements)


def mending(article: Article, standing: Sequence[str], fell: Sequence[Fallen]) -> Question[Mending]:
    """Write other statements in the places of those that fell."""
    about = [list(standing), [[one.id, one.text, one.why] for one in fell]]
    content = content_key(article, (), "mend", about)
    return Question(article, "mend", MEND, content, partial(mend_turn, article, standing, fell), _mending)


def kept_answer(question: Question[Read], replies: Replies, names: Sequence[str]) -> tuple[KeptReply, Read] | None:
    """The kept reply to use: to today's prompt by the first of the models `names` that has one, else the newest of any version."""
    todays = (replies.get(question.key(name)) for name in names)
    for kept in (*filter(None, todays), *reversed(replies.versions(question.content))):
        reading = question.reads(kept)
        if not isinstance(reading, Unusable):
            return kept, reading
    return None


def highest_cost(model: Model, call: CallKind, article_turn: str) -> float:
    """What a call of `model` can cost at most, USD, going by the turn of the first: later ones hold its reply as well."""
    said = 0 if call == "write" else max_tokens("write")
    tokens = most_tokens(PROMPTS[call].rules + article_turn) + said
    return model.cost(Usage(cache_write=tokens, output=max_tokens(call)))


def _judgements(kept: KeptReply) -> Judgements | Unusable:
    return read_as(kept, read_judgements)


def _mending(kept: KeptReply) -> Mending | Unusable:
    return read_as(kept, read_mending)

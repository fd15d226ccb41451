"""YAML that remembers on which line each value stands.

Read by the parser in Python: libyaml's recurses in C for each level of nesting, and a file of brackets ends the process.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml


class NotYaml(ValueError):
    """A text that cannot be read as YAML. `line` is where, from 1; None when the parser does not say. Nothing of it is repeated."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True, slots=True)
class Located:
    """What a document holds, as `yaml.safe_load` gives it, and where each of it stands."""

    tree: Any
    _root: yaml.Node | None

    def line(self, path: Sequence[int | str]) -> int:
        """Line, from 1, of the key or item that `path` leads to; where it leads nowhere, of the last one on the way."""
        node = at = self._root
        for step in path:
            found = _below(node, step)
            if found is None:
                break
            at, node = found
        return at.start_mark.line + 1 if at is not None else 1


def read(data: bytes) -> Located:
    """The one document of `data` (UTF-8 or UTF-16); NotYaml when it is none, names a key twice or is nested too deeply."""
    try:
        loader = yaml.SafeLoader(data)
        root = loader.get_single_node()
        for key in _repeated(root):
            raise NotYaml(f"key {key.value[:50]!r} stands twice", key.start_mark.line + 1)
        return Located(None if root is None else loader.construct_document(root), root)
    except RecursionError:
        raise NotYaml("nested too deeply") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ": ".join(filter(None, (error.context, error.problem)))
        raise NotYaml(" ".join(said.split())[:300], mark.line + 1 if mark else None) from None
    except yaml.YAMLError as error:
        raise NotYaml(" ".join(str(error).split())[:300]) from None
    except NotYaml:
        raise
    except (
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
    ):  # what a value that does not fit its tag makes of SafeLoader
        raise NotYaml("a date, number or tag has a value that does not fit it") from None


def _below(node: yaml.Node | None, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and its value, or an item as both."""
    if isinstance(node, yaml.MappingNode):
        # the last one counts: what `<<` brings in stands before a mapping's own keys
        return next(((key, value) for key, value in reversed(node.value) if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _repeated(root: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Keys that a mapping has already. YAML 1.2, 3.2.1.3 forbids them; PyYAML would take the last and lose the others."""
    seen: set[int] = set()  # an alias is the very node it stands for
    left = [root]
    while left:
        node = left.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            left += node.value
        elif isinstance(node, yaml.MappingNode):
            keys: set[tuple[str, str]] = set()
            for key, value in node.value:
                left += (key, value)
                if isinstance(key, yaml.ScalarNode):
                    if (key.tag, key.value) in keys:
                        yield key
                    keys.add((key.tag, key.value))

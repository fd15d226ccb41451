"""The graph of docs/architecture.md, from the definitions: `make docs` writes it, a test holds it against the code."""

import dagster as dg

from secdigest_pipeline.definitions import defs

BEGIN, END = "<!-- graph: written by `make docs` -->\n", "<!-- graph: end -->\n"


def graph() -> str:
    """A Mermaid flowchart: one box a table, one arrow where a step reads it."""
    nodes = list(defs.resolve_asset_graph().asset_nodes)
    groups: dict[str, list[str]] = {}
    arrows = []
    for node in sorted(nodes, key=lambda node: node.key.to_user_string()):
        name = node.key.to_user_string()
        groups.setdefault(node.group_name or "", []).append(name)
        arrows += [f"    {above} --> {name}" for above in sorted(map(dg.AssetKey.to_user_string, node.parent_keys))]
    boxes = [
        line
        for group, names in sorted(groups.items())
        for line in (f"    subgraph {group}_group [{group}]", *(f"        {name}" for name in names), "    end")
    ]
    return "\n".join(["```mermaid", "flowchart LR", *boxes, *arrows, "```"]) + "\n"


def with_graph(page: str) -> str:
    """docs/architecture.md with today's graph between its marks."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + graph() + END + rest.split(END)[1]

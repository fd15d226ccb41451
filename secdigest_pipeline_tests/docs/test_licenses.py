"""docs/licenses.md: what every runtime dependency says of its licence, from the installed metadata."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

from secdigest_pipeline_tests.places import REPOSITORY

PAGE = (REPOSITORY / "docs" / "licenses.md").read_text(encoding="utf-8")
PERMISSIVE = set(re.findall(r"^\| `([^`]+)` \|$", PAGE, re.MULTILINE))
CONDITIONAL = {
    licence: set(re.findall(r"`([^`]+)`", packages))
    for licence, packages in re.findall(r"^\| `([^`]+)` \| (`.*?) \| .* \|$", PAGE, re.MULTILINE)
}
# How packages without an SPDX expression name these licences
SPELLINGS = {
    "Apache License Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def name_of(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def dependencies(of: str, found: dict[str, Distribution] | None = None) -> dict[str, Distribution]:
    """Every package that `of` needs on this Python, without extras it does not ask for."""
    found = {} if found is None else found
    for line in distribution(of).requires or []:
        requirement = Requirement(line)
        name = name_of(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        dependencies(name, found)
    return found


def choices(package: Distribution) -> list[set[str]]:
    """The licences of a package as alternatives, each a set that holds together."""
    metadata = package.metadata
    short = metadata.get("License", "").split("\n")[0]
    expression = metadata.get("License-Expression") or (short if re.search(r" (?:AND|OR) ", short) else "")
    if expression:
        return [set(re.split(r" AND ", part.strip("() "))) for part in expression.split(" OR ")]
    classifiers = [line.split(" :: ")[-1] for line in metadata.get_all("Classifier", []) if line.startswith("License")]
    named = [name for name in classifiers if name != "OSI Approved"] or [short]
    return [{SPELLINGS.get(name, name)} for name in named]


def allowed(name: str, licence: str) -> bool:
    return licence in PERMISSIVE or name in CONDITIONAL.get(licence, set())


def test_every_licence_of_a_runtime_dependency_is_one_that_the_page_allows() -> None:
    packages = dependencies("secdigest-pipeline")
    assert {"dagster", "anthropic", "psycopg2-binary"} <= set(packages)
    refused = {
        name: choices(package)
        for name, package in packages.items()
        if not any(all(allowed(name, licence) for licence in choice) for choice in choices(package))
    }
    assert refused == {}


def test_no_condition_is_listed_for_a_package_that_is_not_needed() -> None:
    needed = set(dependencies("secdigest-pipeline"))
    assert {name for names in CONDITIONAL.values() for name in names} <= needed


def test_our_own_licence_is_in_the_metadata_and_in_the_repository() -> None:
    assert 'license = "Apache-2.0"' in (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n                           Version 2.0" in text
    assert "secdigest authors" in text
